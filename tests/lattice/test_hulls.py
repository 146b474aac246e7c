"""The walker along domain walls: hand-made states, a twin that fills domains, and the exact law of areas."""

import numpy as np
import pytest
from scipy import ndimage

from spinlearn.lattice import all_up, cluster, cooled, frozen, hulls, random_spins, square
from spinlearn.lattice.hulls import HULL_CONSTANT, hull_density, hull_law, spanning, walls, winding
from spinlearn.measure.observables import Estimate

I, J = np.indices((12, 12))


def naive_hulls(spins) -> list[tuple[int, int]]:
    """(area with its holes filled, spin) of every domain that does not wind: unrolled site by site, then filled."""
    rows, columns = spins.shape
    done, found = np.zeros(spins.shape, dtype=bool), []
    for start in np.ndindex(spins.shape):
        if done[start]:
            continue
        places, queue, winds = {start: start}, [start], False
        done[start] = True
        while queue:
            i, j = queue.pop()
            u, v = places[i, j]
            for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                beside, there = ((i + di) % rows, (j + dj) % columns), (u + di, v + dj)
                if spins[beside] != spins[start]:
                    continue
                if beside in places:
                    winds |= places[beside] != there
                else:
                    places[beside], done[beside] = there, True
                    queue.append(beside)
        if not winds:
            at = np.array(list(places.values()))
            at -= at.min(axis=0) - 1
            sheet = np.zeros(at.max(axis=0) + 2, dtype=bool)
            sheet[tuple(at.T)] = True
            found.append((int(ndimage.binary_fill_holes(sheet, structure=np.ones((3, 3))).sum()), int(spins[start])))
    return sorted(found)


@pytest.mark.parametrize("shape", [(9, 13), (16, 16), (5, 30)])
@pytest.mark.parametrize("sweeps", [0, 2, 20])
def test_hulls_enclose_what_a_plain_filling_finds(shape, sweeps, rng):
    lattice = square(*shape)
    for _ in range(10):
        spins = cooled.on_lattice(random_spins(lattice, rng=rng), lattice, np.zeros(sweeps), rng=rng).spins
        found = walls(spins)
        assert sorted(zip(found.areas.tolist(), found.signs.tolist(), strict=True)) == naive_hulls(spins)
    assert found.areas.dtype == np.int64


def test_lengths_of_all_edges_are_twice_the_broken_bonds(rng):
    spins = random_spins(square(20, 14), rng=rng)
    flat, rows, columns = spins.ravel(), *spins.shape
    found = np.empty((2 * flat.size + 2, 5), dtype=np.int64)
    number = hulls.trace(flat, rows, columns, np.zeros((flat.size, 4), dtype=bool), found)
    broken = sum((spins != np.roll(spins, 1, axis)).sum() for axis in (0, 1))
    assert found[:number, 1].sum() == 2 * broken


@pytest.mark.parametrize(
    ("up", "expected"),
    [
        (I >= 0, (0, 0)),
        (I < 5, (0, 1)),
        (J < 5, (1, 0)),
        ((I + J) % 12 < 6, (1, -1)),
        ((I - J) % 12 < 6, (1, 1)),
        ((I + 2 * J) % 12 < 6, (2, -1)),
        ((2 * I - J) % 12 < 6, (1, 2)),
        ((2 * J) % 12 < 6, (1, 0)),
        ((I < 4) & (J < 4), (0, 0)),
        ((I < 4) | (J < 4), (0, 0)),
        ((I < 5) ^ ((I == 8) & (J == 3)), (0, 1)),
    ],
)
def test_hand_made_states_have_their_class(up, expected):
    """Whichever phase is up, and wherever the origin lies."""
    spins = np.where(up, 1, -1)
    for shift in (0, 3, 7):
        rolled = np.roll(spins, (shift, 2 * shift), (0, 1))
        assert winding(rolled) == winding(-rolled) == expected
    assert winding(spins.T) == (lambda a, b: (b, a) if (b, a) > (0, 0) else (-b, -a))(*expected)


def test_turns_of_opposite_walls_cancel(rng):
    for _ in range(20):
        spins = cooled.simulate(random_spins(square(32), rng=rng), np.zeros(200), rng=rng).spins
        turns = walls(spins).windings
        assert not turns.sum(axis=0).any()
        assert all(np.array_equal(one, turns[0]) or np.array_equal(one, -turns[0]) for one in turns)


def test_spanning_domains_of_open_edges():
    stripes = np.where(np.arange(9)[:, None] < 4, 1, -1) * np.ones((9, 7), dtype=int)
    assert spanning(stripes) == (0, 1)
    assert spanning(stripes.T) == (1, 0)
    corner = np.ones((9, 7), dtype=int)
    corner[:4, :3] = -1
    assert spanning(corner) == (0, 0)
    chess = np.where(np.indices((4, 4)).sum(axis=0) % 2, 1, -1)
    assert spanning(chess) == (0, 0)
    # On the torus the same picture may be one that winds, and the other way round.
    assert winding(corner) == (0, 0)


def constant(areas, L: int, A) -> Estimate:
    """c from the slope of 1 / N(A) = (A + lambda t) / (2 c), with the error by leaving out one run at a time."""

    def slope(runs):
        density = hull_density(np.concatenate(runs), len(runs) * L**2, A)
        return 1 / (2 * np.polyfit(A, 1 / density, 1, w=density**0.5)[0])

    whole = slope(areas)
    rest = [slope(areas[:k] + areas[k + 1 :]) for k in range(len(areas))]
    return Estimate(whole, float(np.sqrt((len(rest) - 1) * np.var(rest))), 0.5, len(rest))


def quenched(start, sweeps, rng) -> list:
    final = cooled.replicas(start, np.zeros(sweeps), every=sweeps, rng=rng).spins
    return [walls(one).areas for one in final]


def test_areas_after_a_quench_follow_the_exact_law(rng):
    """c = 1 / (8 pi sqrt 3) from infinite temperature; the constant of a quench from Tc is refused."""
    L, A = 512, np.geomspace(10, 200, 12)
    c = constant(quenched(rng.choice([-1, 1], size=(64, L, L)), 32, rng), L, A)
    print(c, c.value / HULL_CONSTANT)
    assert c.error < 0.05 * HULL_CONSTANT
    assert abs(c.value - HULL_CONSTANT) < 4 * c.error
    assert abs(c.value - HULL_CONSTANT / 2) > 8 * c.error


def test_a_droplet_shrinks_at_the_exact_rate(rng):
    """2 sites a sweep if the sites are random, 4 if the colours take turns; from a square that has lost its corners."""
    spins = np.ones((80, 80), dtype=np.int8)
    spins[:56, :56] = -1
    loss = []
    for _ in range(64):
        early = frozen.quench(spins, square(80), cap=150, rng=rng)
        late = frozen.quench(early.spins, square(80), cap=600, rng=rng)
        loss.append(((early.spins < 0).sum() - (late.spins < 0).sum()) / 600)
    early = cooled.replicas(np.broadcast_to(spins, (64, 80, 80)), np.zeros(80), rng=rng).spins
    late = cooled.replicas(early, np.zeros(300), rng=rng).spins
    turns = ((early < 0).sum(axis=(1, 2)) - (late < 0).sum(axis=(1, 2))) / 300
    for rates, exact in ((np.array(loss), hulls.RATE_OF_SITES), (turns, hulls.RATE_OF_COLOURS)):
        error = rates.std(ddof=1) / 8
        print(rates.mean(), error)
        assert abs(rates.mean() - exact) < 4 * error
        assert error < 0.05 * exact
    angle = (np.arange(1000) + 0.5) / 1000 * 2 * np.pi
    curve = 0.5 / (np.abs(np.cos(angle)) + np.abs(np.sin(angle))) ** 2
    assert curve.mean() * 2 * np.pi == pytest.approx(hulls.RATE_OF_SITES, rel=1e-5)


@pytest.mark.slow
def test_from_the_critical_point_the_constant_is_half(rng):
    L, A, Tc = 256, np.geomspace(10, 200, 12), 2 / np.log(1 + np.sqrt(2))
    lattice = square(L)
    spins, starts = all_up(lattice), []
    for sweeps in [40] + [8] * 23:
        spins = cluster.swendsen_wang(spins, lattice, Tc, sweeps, every=sweeps, rng=rng).spins
        starts.append(spins)
    c = constant(quenched(np.array(starts), 16, rng), L, A)
    print(c, c.value / HULL_CONSTANT)
    assert abs(c.value - HULL_CONSTANT / 2) < 4 * c.error
    assert abs(c.value - HULL_CONSTANT) > 4 * c.error


def test_the_law_itself():
    assert pytest.approx(0.022972, abs=1e-6) == HULL_CONSTANT
    assert hull_law(5.0, 0.0, rate=2.1) == pytest.approx(2 * HULL_CONSTANT / 5)
    assert hull_law([5.0, 9.0], 3.0, rate=2.0, critical=True) == pytest.approx(HULL_CONSTANT / np.array([11.0, 15.0]))
    # Every hull loses area at the same rate: later is the same as larger.
    assert hull_law(5.0, 7.0, rate=2.0) == pytest.approx(hull_law(15.0, 2.0, rate=2.0))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: walls(np.ones((1, 4), dtype=int)), "each at least 2"),
        (lambda: walls(np.zeros((4, 4), dtype=int)), "must be -1 or"),
        (lambda: hull_density([1.0], 0, 1.0), "sites must be at least 1"),
        (lambda: hull_law(0.0, 1.0, rate=1.0), "A must be greater than 0"),
        (lambda: hull_law(1.0, -1.0, rate=1.0), "t must be at least 0"),
    ],
)
def test_odd_arguments_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
