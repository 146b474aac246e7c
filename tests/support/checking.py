"""What the checks of every page's exercises have to do. A page's tests derive from `Answers` and hand in theirs."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import sympy

from spinlearn.course.check import NOT_ATTEMPTED, NOT_YET, RIGHT, check, declaration, exercises


class Loud(BaseException):
    """No Exception, and what it has to say makes things worse."""

    def __str__(self):
        raise RuntimeError("no words")


class Wordy(Exception):
    """Has too much to say."""

    def __str__(self):
        return "word\n" * 200_000


class Trap:
    """Whatever is asked of it, it explodes."""

    def __getattribute__(self, name):
        raise RuntimeError("boom")

    def __iter__(self):
        raise Loud

    def __float__(self):
        raise Loud


def raises(error):
    def function(*arguments):
        raise error

    return function


def deep(*arguments):
    return deep(*arguments)


ABSURD = {
    "an error": raises(RuntimeError("boom")),
    "an exit": raises(SystemExit()),
    "an interrupt": raises(KeyboardInterrupt()),
    "the end of a generator": raises(GeneratorExit()),
    "an error without words": raises(Loud()),
    "an error with too many words": raises(Wordy()),
    "an overflow": raises(OverflowError()),
    "no end of calls": deep,
    "a trap": Trap(),
    "text": "text",
    "nothing in a list": [],
    "nothing in a dictionary": {},
    "a set": {1.0},
    "a matrix": np.zeros((2, 2)),
    "an object": object(),
    "infinity": float("inf"),
    "an imaginary number": 1j,
    "a number too large": 10**400,
    "lists in lists": [[[[[[[[[[[1.0]]]]]]]]]]],
    "not a number": Decimal("NaN"),
    "a symbol": sympy.Symbol("x"),
    "a mixture": np.array([1.0, "a", None], dtype=object),
    "a function that returns text": lambda *arguments: "text",
    "a function that returns a trap": lambda *arguments: Trap(),
    "a function that returns numbers without an end": lambda *arguments: iter(int, 1),
}

FORMS = {
    "a float": float,
    "a number in an array of shape (1,)": lambda value: np.array([value]),
    "an array without a shape": np.array,
    "a list in a list": lambda value: [[value]],
    "a fraction": lambda value: Fraction(value),
    "a decimal": Decimal,
    "of SymPy": lambda value: sympy.Rational(value),
    "a root of SymPy": lambda value: sympy.sqrt(sympy.Rational(value) ** 2) * (1 if value >= 0 else -1),
    "a complex number without an imaginary part": complex,
    "a root of a polynomial": lambda value: complex(value, 1e-17 * value),
    "a generator": lambda value: (one for one in [value]),
}


class Answers:
    """Right answers pass in any form, typical mistakes are refused with the reason, and nothing ever raises.

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
            ("exercise",): [(e,) for e in mine],
            ("function",): [(e,) for e in self.FUNCTIONS],
        }.items():
            if set(names) == {"exercise", "right", "wrong", "word", "function"} & set(metafunc.fixturenames):
                metafunc.parametrize(names, values)

    def test_a_right_answer_passes(self, exercise, right):
        verdict = check(exercise, right)
        assert verdict.status == RIGHT, verdict

    def test_a_right_answer_passes_in_any_form(self, exercise):
        """The parts of the answer, or of what the function returns, turned into numbers of another kind."""

        def turned(value, form):
            return [turned(one, form) for one in value] if np.iterable(value) else form(float(value))

        right = self.RIGHT[exercise][0]
        for name, form in FORMS.items():
            answer = (lambda *a, form=form: turned(right(*a), form)) if callable(right) else turned(right, form)
            verdict = check(exercise, answer)
            assert verdict.status == RIGHT, (name, verdict)

    def test_a_typical_mistake_is_refused_with_its_reason(self, exercise, wrong, word):
        verdict = check(exercise, wrong)
        assert verdict.status == NOT_YET, verdict
        assert word in verdict.reason

    def test_every_exercise_has_right_answers_and_at_least_two_mistakes(self):
        mine = {exercise for exercise in exercises() if exercise.startswith(f"{self.PAGE}-")}
        assert mine == set(self.RIGHT) == set(self.MISTAKES)
        assert set(self.FUNCTIONS) == {one for one in mine if declaration(one)["kind"] == "function"}
        assert all(len(mistakes) >= 2 for mistakes in self.MISTAKES.values())

    def test_the_three_dots_are_not_an_attempt(self, exercise):
        assert check(exercise, ...).status == NOT_ATTEMPTED
        assert check(exercise, None).status == NOT_ATTEMPTED

    def test_an_untouched_stub_is_not_an_attempt(self, function):
        assert check(function, lambda *arguments: ...).status == NOT_ATTEMPTED
        assert check(function, lambda *arguments: None).status == NOT_ATTEMPTED

    def test_a_forgotten_branch_is_an_attempt_and_is_named(self, function):
        calls = []

        def forgets(*arguments):
            calls.append(arguments)
            if len(calls) == 1:
                return self.RIGHT[function][0](*arguments)

        verdict = check(function, forgets)
        assert verdict.status == NOT_YET
        assert "returns nothing. Every branch" in verdict.reason

    def test_nothing_ever_raises(self, exercise):
        for name, answer in ABSURD.items():
            verdict = check(exercise, answer)
            assert verdict.status == NOT_YET, (name, verdict)
            assert len(verdict.reason) <= 600, name
            assert "\n" not in verdict.reason, name
