"""What the checks of every page's exercises have to do. A page's tests derive from `Answers` and hand in theirs."""

import numpy as np

from spinlearn.course.check import NOT_ATTEMPTED, NOT_YET, RIGHT, check, exercises


def explodes(*arguments):
    raise RuntimeError("boom")


def leaves(*arguments):
    raise SystemExit


ABSURD = [explodes, leaves, "text", [], {}, np.zeros((2, 2)), object(), float("inf"), 1j, lambda *a: "text"]


class Answers:
    """Right answers pass, typical mistakes are refused with the reason, and nothing ever raises.

    PAGE       its number
    RIGHT      right answers of each exercise
    MISTAKES   typical mistakes of each exercise, each with a word that the refusal must contain
    FUNCTIONS  the exercises that ask for a function
    """

    PAGE: str
    RIGHT: dict
    MISTAKES: dict
    FUNCTIONS: tuple

    def pytest_generate_tests(self, metafunc):
        mine = [exercise for exercise in exercises() if exercise.startswith(f"{self.PAGE}-")]
        for names, values in {
            ("exercise", "right"): [(e, a) for e, answers in self.RIGHT.items() for a in answers],
            ("exercise", "wrong", "word"): [(e, *m) for e, mistakes in self.MISTAKES.items() for m in mistakes],
            ("exercise", "absurd"): [(e, a) for e in mine for a in ABSURD],
            ("exercise", "nothing"): [(e, a) for e in mine for a in (..., None)],
            ("function",): [(e,) for e in self.FUNCTIONS],
        }.items():
            if set(names) <= set(metafunc.fixturenames):
                metafunc.parametrize(names, values)

    def test_a_right_answer_passes(self, exercise, right):
        verdict = check(exercise, right)
        assert verdict.status == RIGHT, verdict

    def test_a_typical_mistake_is_refused_with_its_reason(self, exercise, wrong, word):
        verdict = check(exercise, wrong)
        assert verdict.status == NOT_YET, verdict
        assert word in verdict.reason

    def test_every_exercise_has_right_answers_and_at_least_two_mistakes(self):
        mine = {exercise for exercise in exercises() if exercise.startswith(f"{self.PAGE}-")}
        assert mine == set(self.RIGHT) == set(self.MISTAKES)
        assert set(self.FUNCTIONS) <= mine
        assert all(len(mistakes) >= 2 for mistakes in self.MISTAKES.values())

    def test_the_three_dots_are_not_an_attempt(self, exercise, nothing):
        assert check(exercise, nothing).status == NOT_ATTEMPTED

    def test_an_untouched_stub_is_not_an_attempt(self, function):
        assert check(function, lambda *arguments: ...).status == NOT_ATTEMPTED
        assert check(function, lambda *arguments: None).status == NOT_ATTEMPTED

    def test_nothing_ever_raises(self, exercise, absurd):
        assert check(exercise, absurd).status == NOT_YET
