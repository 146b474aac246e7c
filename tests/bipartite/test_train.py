"""Learning: what a step moves on average, exactly; runs that are cut, stopped, resumed and run away; digits."""

from itertools import product

import numpy as np
import pytest
from layers import KINDS
from scipy.stats import norm

from spinlearn.bipartite import likelihood, machine, train, units
from spinlearn.bipartite.train import Diverged, Training, resume
from spinlearn.core import progress

T = 1.3
LEARNT = ["binary", "spin", "binomial", "three states"]


def some(n, m, visible="binary", hidden="binary", seed=1, strength=0.5):
    rng = np.random.default_rng(seed)
    model = machine.random_machine(n, m, KINDS[visible], KINDS[hidden], strength=strength, rng=rng)
    return model._replace(a=rng.normal(scale=0.3, size=n), b=rng.normal(scale=0.3, size=m))


def data_of(model, rows=40, seed=2):
    return model.visible.law.sample(0.2, (rows, model.shape[0]), rng=np.random.default_rng(seed))


def same(one: Training, other: Training):
    for part, twin in zip(one.machine[:3], other.machine[:3], strict=True):
        np.testing.assert_array_equal(part, twin)
    for part, twin in zip(one.move, other.move, strict=True):
        np.testing.assert_array_equal(part, twin)
    np.testing.assert_array_equal(one.visible, other.visible)
    np.testing.assert_array_equal(one.hidden, other.hidden)
    assert one.done == other.done


def moves(model, data, *, runs, steps=1, **options):
    """What single steps of the rate 1 move, run by run: their means, and their standard errors, as two gradients."""
    found = []
    for seed in range(runs):
        run = train.train(
            model, data, T, steps=steps, rate=1.0, progress=False, rng=np.random.default_rng(seed), **options
        )
        found.append([now - before for now, before in zip(run.machine[:3], model[:3], strict=True)])
    parts = [np.array(part) for part in zip(*found, strict=True)]
    return [part.mean(axis=0) for part in parts], [part.std(axis=0) / np.sqrt(runs) for part in parts]


def worst(found, errors, expected) -> float:
    """p-value of the largest deviation, over all weights and biases."""
    z = [
        np.abs(one - right) / np.maximum(error, 1e-7) for one, error, right in zip(found, errors, expected, strict=True)
    ]
    return min(1.0, sum(part.size for part in z) * 2 * norm.sf(max(part.max() for part in z)))


# What a step is, on average


@pytest.mark.parametrize(
    ("visible", "hidden"),
    [pytest.param(*pair, marks=() if pair[0] == pair[1] else pytest.mark.slow) for pair in product(LEARNT, LEARNT)],
)
@pytest.mark.parametrize("sweeps", [1, 2])
def test_a_step_of_contrastive_divergence_is_its_exact_mean(visible, hidden, sweeps):
    model = some(3, 2, visible, hidden)
    data = data_of(model, 6)
    found = moves(model, np.repeat(data, 50, axis=0), runs=60, method="contrastive", sweeps=sweeps, batch=300)
    assert worst(*found, likelihood.contrastive(model, data, T, sweeps=sweeps)) > 1e-6


def test_the_mean_of_a_step_is_not_that_of_another_number_of_sweeps():
    model, data = some(3, 2, "spin", "spin", strength=1.0), data_of(some(3, 2, "spin", "spin"), 6)
    found = moves(model, np.repeat(data, 400, axis=0), runs=60, method="contrastive", batch=2400)
    assert worst(*found, likelihood.contrastive(model, data, T, sweeps=1)) > 1e-6
    for wrong in (likelihood.contrastive(model, data, T, sweeps=2), likelihood.contrastive(model, data, 1.0),
                  likelihood.gradient(model, data, T)):  # fmt: skip
        assert worst(*found, wrong) < 1e-6


@pytest.mark.parametrize("hidden", ["gaussian", "half_gaussian", "poisson"])
def test_a_step_with_many_sweeps_is_the_gradient(hidden):
    """For units whose walk cannot be listed: after many sweeps nothing is left of the start."""
    model = some(3, 2, "spin", hidden, strength=0.3)
    data = data_of(model, 6)
    found = moves(model, np.repeat(data, 50, axis=0), runs=60, method="contrastive", sweeps=25, batch=300)
    assert worst(*found, likelihood.gradient(model, data, T)) > 1e-6


def test_persistent_chains_start_at_the_data_once():
    """Two steps: the second one's chains go on from the first one's. With a tiny rate they have walked two sweeps."""
    model, data = some(3, 2, "spin", "spin", strength=1.0), data_of(some(3, 2, "spin", "spin"), 6)
    many = np.repeat(data, 400, axis=0)
    for method, walked in (("persistent", (1, 2, 3)), ("contrastive", (1, 1, 1))):
        sums = [np.zeros(3) for _ in range(3)]
        for seed in range(40):
            run = train.train(
                model, many, T, steps=0, method=method, batch=2400, rate=1e-9, rng=np.random.default_rng(seed)
            )
            for step in range(3):
                run = resume(run, many, steps=1)
                sums[step] += run.visible.mean(axis=0) / 40
        for total, sweeps in zip(sums, walked, strict=True):
            expected = data.mean(axis=0) - T * likelihood.contrastive(model, data, T, sweeps=sweeps).a
            np.testing.assert_allclose(total, expected, atol=5 / np.sqrt(40 * 2400))


def test_decay_and_momentum_are_what_they_say():
    """One plain step, its decay, and two steps with momentum, put together from plain ones by hand."""
    model, data = some(4, 3), data_of(some(4, 3))
    options = {"batch": 40, "rate": 0.1}

    def run(model, steps=1, seed=3, **more):
        return train.train(model, data, T, steps=steps, rng=np.random.default_rng(seed), **options | more)

    plain, decayed = run(model).machine, run(model, decay=0.5).machine
    np.testing.assert_allclose(decayed.W - model.W, plain.W - model.W - 0.1 * 0.5 * model.W, atol=1e-6)
    np.testing.assert_array_equal(decayed.a, plain.a)
    heavy = run(model, momentum=0.9, decay=0.5)
    np.testing.assert_allclose(heavy.machine.W, decayed.W, atol=1e-6)
    np.testing.assert_allclose(heavy.move.W, heavy.machine.W - model.W, atol=1e-6)
    twice = resume(heavy, data, steps=1)
    coasting = resume(heavy._replace(move=train.LayerGradient(*(0 * part for part in heavy.move))), data, steps=1)
    for after, without, move in zip(twice.machine[:3], coasting.machine[:3], heavy.move, strict=True):
        np.testing.assert_allclose(after - without, 0.9 * move, atol=1e-6)


def test_a_step_at_temperature_T_divides_by_it():
    model, data = some(4, 3, "spin", "spin"), data_of(some(4, 3, "spin", "spin"))
    options = {"steps": 1, "batch": 40, "rate": 0.1}
    warm = train.train(model, data, 2.0, rng=np.random.default_rng(3), **options)
    scaled = model._replace(W=model.W / 2, a=model.a / 2, b=model.b / 2)
    cold = train.train(scaled, data, 1.0, rng=np.random.default_rng(3), **options)
    for part, twin, start in zip(warm.machine[:3], cold.machine[:3], model[:3], strict=True):
        np.testing.assert_allclose(2 * (part - start), twin - start / 2, atol=1e-6)


# Learning as a whole


@pytest.mark.slow
@pytest.mark.parametrize("method", train.METHODS)
@pytest.mark.parametrize(
    ("visible", "hidden"),
    [("binary", "binary"), ("spin", "spin"), ("spin", "gaussian"), ("binary", "half_gaussian"), ("binary", "poisson"),
     ("binomial", "spin"), ("gaussian", "spin"), ("half_gaussian", "binary"), ("poisson", "binary")],
)  # fmt: skip
def test_every_pair_of_units_learns(visible, hidden, method):
    """From the data of a machine of the same kind: the likelihood rises, nearly to that of the teacher."""
    teacher = some(5, 2, visible, hidden, seed=4, strength=0.35)
    rng = np.random.default_rng(5)
    start = KINDS[visible].law.sample(0.0, (2000, 5), rng=rng)
    data = machine.simulate(start, teacher, 1.0, 60, rng=rng).visible
    blank = machine.random_machine(5, 2, *teacher[3:], strength=0.05, rng=rng)
    run = train.train(blank, data, steps=1500, method=method, rate=0.03, rng=rng)
    best, found, begun = (likelihood.log_likelihood(each, data) for each in (teacher, run.machine, blank))
    assert found > best - 0.02
    assert found > begun + 0.02


def test_persistent_chains_end_where_the_machine_is():
    model = some(5, 3, "spin", "spin", seed=4, strength=0.8)
    data = machine.simulate(np.ones((2000, 5)), model, 1.0, 60, rng=np.random.default_rng(1)).visible
    run = train.train(model, data, steps=400, batch=1000, rate=0.01, rng=np.random.default_rng(2))
    exact = likelihood.moments(run.machine)
    np.testing.assert_allclose(run.visible.mean(axis=0), exact.visible, atol=0.15)
    assert run.visible.shape == (1000, 5)
    assert run.hidden.shape == (1000, 3)
    assert units.spin().holds(run.hidden).all()


@pytest.mark.slow
def test_real_digits_are_learnt_and_annealing_agrees_with_the_sum():
    """scikit-learn's 8 x 8 digits, above half of the ink: 64 units 0 or 1, 12 hidden ones, all 4096 states summed."""
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(1)
    data = (load_digits().data > 7.5).astype(float)
    blank = machine.random_machine(64, 12, units.binary(), units.binary(), rng=rng)
    blank = blank._replace(a=likelihood.matched_biases(units.binary(), data, 64))
    independent = likelihood.log_likelihood(blank._replace(W=np.zeros((64, 12))), data)
    run = train.train(blank, data, steps=2000, rate=0.05, rng=rng)
    learnt = likelihood.log_likelihood(run.machine, data)
    assert learnt > independent + 4
    exact = likelihood.log_partition(run.machine)
    found = likelihood.ais(run.machine, steps=500, chains=200, data=data, rng=rng)
    assert abs(found.log_Z - exact) < 5 * found.error
    assert found.error < 0.2


# Cut, stopped, resumed


@pytest.mark.parametrize("method", train.METHODS)
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_a_run_in_pieces_is_the_run(method, momentum):
    """Bit for bit, over an epoch's end, for a kernel that draws in bulk and units that draw one by one."""
    for visible, hidden in (("binary", "binary"), ("spin", "half_gaussian"), ("three states", "poisson")):
        model, options = (
            some(5, 4, visible, hidden),
            {"method": method, "momentum": momentum, "batch": 9, "decay": 0.01},
        )
        data = data_of(model)
        whole = train.train(model, data, T, steps=37, rate=0.01, rng=np.random.default_rng(3), **options)
        run = train.train(model, data, T, steps=0, rate=0.01, rng=np.random.default_rng(3), **options)
        for steps in (1, 5, 0, 24, 7):
            run = resume(run, data, steps=steps)
        same(run, whole)


def test_a_run_by_tables_in_pieces_is_the_run_and_near_that_by_blas(monkeypatch):
    model = machine.random_machine(60, 50, units.spin(), units.spin(), rng=np.random.default_rng(1))
    data, found = data_of(model, 130), {}
    for threads in (1, 64):
        monkeypatch.setattr("spinlearn.bipartite.products.threads", lambda threads=threads: threads)
        whole = train.train(model, data, steps=7, batch=50, rng=np.random.default_rng(3))
        run = train.train(model, data, steps=2, batch=50, rng=np.random.default_rng(3))
        same(resume(resume(run, data, steps=1), data, steps=4), whole)
        found[threads] = whole.machine
    assert (found[1].W != found[64].W).any()  # two ways to round
    # One draw that falls the other way, because a field was rounded differently, moves a weight by 0.04.
    assert np.abs(found[1].W - found[64].W).max() < 0.1


def test_the_clock_cuts_and_changes_nothing(monkeypatch):
    model = some(5, 4)
    whole = train.train(model, data_of(model), steps=45, batch=7, rng=np.random.default_rng(3))
    monkeypatch.setattr(progress, "SLICE", 0.0)
    same(train.train(model, data_of(model), steps=45, batch=7, rng=np.random.default_rng(3)), whole)


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("steps", [4, 31])
def test_a_stopped_run_is_kept_and_goes_on(monkeypatch, steps, within):
    """Ctrl-C between two steps, or in the middle of one, after the weights have moved and the biases have not."""
    model, data = some(5, 4), data_of(some(5, 4))
    whole = train.train(model, data, steps=50, batch=7, rng=np.random.default_rng(3))
    taken, right = [0], train.Products.add

    def add(*parts):
        right(*parts)
        taken[0] += 1
        if taken[0] == steps + 1:
            raise KeyboardInterrupt

    if within:
        monkeypatch.setattr(train.Products, "add", add)
    else:
        step = train._Run.step

        def counted(self):
            if taken[0] == steps:
                taken[0] += 1
                raise KeyboardInterrupt
            taken[0] += 1
            step(self)

        monkeypatch.setattr(train._Run, "step", counted)
    with pytest.raises(progress.Interrupted) as stopped:
        train.train(model, data, steps=50, batch=7, rng=np.random.default_rng(3))
    monkeypatch.undo()
    kept = stopped.value.run
    assert (kept.done, kept.asked) == (steps, 50)
    same(kept, train.train(model, data, steps=steps, batch=7, rng=np.random.default_rng(3)))
    same(resume(kept, data), whole)


def test_a_run_goes_on_from_a_file(tmp_path):
    model, data = some(5, 4, "spin", "half_gaussian"), data_of(some(5, 4, "spin", "half_gaussian"))
    options = {"batch": 9, "momentum": 0.5}
    whole = train.train(model, data, T, steps=20, rng=np.random.default_rng(3), **options)
    half = train.train(model, data, T, steps=8, rng=np.random.default_rng(3), **options)
    for _ in range(2):  # over the file that is there, too
        train.save(tmp_path / "run.npz", half)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
    back = train.load(tmp_path / "run.npz", model.visible, units.half_gaussian())
    assert back.settings == half.settings
    same(back, half)
    same(resume(back, data, steps=12), whole)


def test_files_that_are_no_runs_are_refused(tmp_path):
    run = train.train(some(3, 2), data_of(some(3, 2)), steps=1, batch=9, rng=np.random.default_rng(3))
    train.save(tmp_path / "run", run)
    with pytest.raises(ValueError, match=r"^hidden must be a layer of the unit binary, as in the file, not of spin"):
        train.load(tmp_path / "run", units.binary(), units.spin())
    with pytest.raises(TypeError, match=r"^run must be a Training, such as"):
        train.save(tmp_path / "other", run.machine)
    with pytest.raises(FileNotFoundError):
        train.load(tmp_path / "none", units.binary(), units.binary())
    whole = (tmp_path / "run").read_bytes()
    np.savez(tmp_path / "else.npz", W=np.ones(3))
    for name, content in (("text", b"words"), ("cut", whole[: len(whole) // 2]), ("empty", b""), ("else.npz", None)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=r"^file must be one that train\.save has written"):
            train.load(tmp_path / name, units.binary(), units.binary())


def test_weights_that_run_away_leave_what_was_learnt():
    """Counts that drive each other up, once the rate of the run is ten thousand times what it was."""
    model = machine.random_machine(20, 5, units.binary(), units.poisson(), rng=np.random.default_rng(1))
    data = np.random.default_rng(2).integers(2, size=(60, 20))
    well = train.train(model, data, steps=50, batch=20, rate=0.1, rng=np.random.default_rng(3))
    with pytest.raises(
        Diverged, match=r"^rate must be so small that the machine does not run away, got 1000: at"
    ) as stopped:
        resume(well, data, steps=200, rate=1000.0)
    run = stopped.value.run
    assert 50 <= run.done < 250
    assert np.isfinite(run.machine.W).all()
    same(run, resume(well, data, steps=run.done - 50, rate=1000.0))
    slower = resume(run, data, steps=50, rate=1e-3)
    assert slower.done == run.done + 50


def test_a_machine_that_loses_its_law_is_stopped_before():
    """Two Gaussian layers, taught data far wider than their law: the singular value grows until it would be T."""
    rng = np.random.default_rng(1)
    model = machine.random_machine(3, 2, units.gaussian(), units.gaussian(), strength=0.1, rng=rng)
    data = rng.normal(size=(200, 1)) * np.ones(3) * 3
    with pytest.raises(Diverged, match="the largest stretch of W by its units") as stopped:
        train.train(model, data, T, steps=5000, rate=1e-3, rng=rng)
    assert machine.obstacle(stopped.value.run.machine, T) == ""


# Errors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": 3}, "model must be a TwoLayers"),
        ({"data": [[0.5, 1, 0]]}, "data must hold states of the unit binary, got 0.5"),
        ({"data": [[1, 0]]}, "data must have rows of 3 units"),
        ({"T": -1.0}, "T must be greater than 0"),
        ({"steps": -1}, "steps must be at least 0"),
        ({"method": "wake"}, "method must be one of 'contrastive', 'persistent'"),
        ({"sweeps": 0}, "sweeps must be at least 1"),
        ({"batch": 41}, "batch must be at most the 40 rows of data, got 41"),
        ({"batch": 0}, "batch must be at least 1"),
        ({"rate": 0.0}, "rate must be greater than 0"),
        ({"momentum": 1.0}, "momentum must be below 1"),
        ({"decay": -1.0}, "decay must be at least 0"),
        ({"decay": 20.0}, "decay must be below 1 / rate = 20"),
        ({"progress": 2}, "progress must be None, True or False"),
        ({"rng": None}, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_arguments_are_named_and_nothing_is_drawn(change, message):
    rng, model = np.random.default_rng(1), some(3, 2)
    options = {"model": model, "data": data_of(model), "T": T, "steps": 2, "batch": 10, "rng": rng} | change
    first = [options.pop(name) for name in ("model", "data", "T")]
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        train.train(*first, **options)
    assert rng.random() == np.random.default_rng(1).random()


def test_a_run_goes_on_only_with_what_fits():
    model, data = some(3, 2), data_of(some(3, 2))
    run = train.train(model, data, steps=2, batch=10, rng=np.random.default_rng(1))
    for call, message in (
        (lambda: resume(model, data), "run must be a Training"),
        (lambda: resume(run, data[:9]), "batch must be at most the 9 rows"),
        (lambda: resume(run, data, rate=-1.0), "rate must be greater than 0"),
        (lambda: resume(run, data, steps=-1), "steps must be at least 0"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{message}"):
            call()
    same(resume(run, data), run)  # nothing was lacking
