"""Learning of a restricted Boltzmann machine: 784 × 500 units 0 or 1, batches of 100, epochs of 10 000 rows.

Contenders learn by contrastive divergence (CD-1) or with persistent chains (PCD-1), in single precision and from the
same rate. First all learn scikit-learn's 8 x 8 digits with 12 hidden units, whose likelihood is a sum over 4096 states:
one whose likelihood differs from this library's by more than four standard errors over several seeds is not timed.
Then they take turns with epochs of the large machine. Times are processor times of one thread (`benchmarks/__init__.py`
keeps the linear algebra to one).

Below them stands what the machine's products alone would take: three of 100 rows and one of 200 a batch, by whichever
linear algebra is the faster one here. A step cannot be faster than its products, unless it leaves some out.

On one core of an AMD Zen 4 that others were using, too, an epoch of CD-1 took 0.39 s, NumPy 1.4, PyTorch 1.7 and rbms
2.8 times as long; one of PCD-1 0.37 s, NumPy 1.5, scikit-learn 2.0, PyTorch 1.8 and rbms 2.7 times as long, or 3.0 in
the step that rbms itself trains with, whose gradient is centred. The products alone took 1.1 and 1.2 times as long by
BLAS: units of two states need fewer additions than that (`products`).

PyTorch and rbms, which stands on it, take part where they are installed: with what it brings along PyTorch is several
gigabytes, which is too much to install for a measurement.
"""

import time
from collections.abc import Callable
from statistics import mean, median, stdev

import numpy as np
from scipy.linalg import blas
from sklearn.datasets import load_digits
from sklearn.neural_network import BernoulliRBM

from spinlearn.bipartite import likelihood, machine, train, units

VISIBLE, HIDDEN, ROWS, BATCH, RATE = 784, 500, 10_000, 100, 0.05
PROOF_HIDDEN, PROOF_EPOCHS, PROOF_SEEDS = 12, 40, 6
METHODS = {"CD-1": "contrastive", "PCD-1": "persistent"}
MISSING = {}
try:
    import torch
except ImportError as error:
    MISSING["torch"] = str(error)
try:
    from rbms.bernoulli_bernoulli.classes import BBRBM
except ImportError as error:
    MISSING["rbms"] = str(error)


class Spinlearn:
    """This library."""

    def __init__(self, data, hidden: int, method: str, seed: int):
        rng = np.random.default_rng(seed)
        start = machine.random_machine(data.shape[1], hidden, units.binary(), units.binary(), rng=rng)
        options = {"method": METHODS[method], "batch": BATCH, "rate": RATE, "progress": False}
        self.data, self.run = data, train.train(start, data, steps=0, rng=rng, **options)

    def epochs(self, number: int) -> None:
        """Learn."""
        self.run = train.resume(self.run, self.data, steps=number * (len(self.data) // BATCH), progress=False)

    def parameters(self):
        """W, a, b."""
        return self.run.machine[:3]


class Numpy:
    """What a student writes who knows NumPy well: single precision everywhere, and nothing done twice."""

    def __init__(self, data, hidden: int, method: str, seed: int):
        self.rng, self.data, self.method = np.random.default_rng(seed), data, method
        self.W = self.rng.normal(0, 0.01, (data.shape[1], hidden)).astype(np.float32)
        self.a, self.b = np.zeros(data.shape[1], np.float32), np.zeros(hidden, np.float32)
        self.chains = None

    def drawn(self, field):
        """Means and draws of a layer."""
        mean = 1 / (1 + np.exp(-field))
        return mean, (self.rng.random(mean.shape, dtype=np.float32) < mean).astype(np.float32)

    def epochs(self, number: int) -> None:
        """Learn."""
        step = np.float32(RATE / BATCH)
        for _ in range(number):
            order = self.rng.permutation(len(self.data))
            for k in range(0, len(self.data) - BATCH + 1, BATCH):
                v = self.data[order[k : k + BATCH]]
                f, h = self.drawn(v @ self.W + self.b)
                if self.method == "CD-1" or self.chains is None:
                    self.chains = h
                _, v_chains = self.drawn(self.chains @ self.W.T + self.a)
                f_chains, self.chains = self.drawn(v_chains @ self.W + self.b)
                self.W += step * (v.T @ f - v_chains.T @ f_chains)
                self.a += step * (v.sum(axis=0) - v_chains.sum(axis=0))
                self.b += step * (f.sum(axis=0) - f_chains.sum(axis=0))

    def parameters(self):
        """W, a, b."""
        return self.W, self.a, self.b


class Sklearn:
    """scikit-learn's BernoulliRBM, whose chains are persistent."""

    def __init__(self, data, hidden: int, _method: str, seed: int):
        self.data = data
        options = {"learning_rate": RATE, "batch_size": BATCH, "random_state": seed}
        self.model = BernoulliRBM(hidden, **options)

    def epochs(self, number: int) -> None:
        """Learn, from the start."""
        self.model.set_params(n_iter=number).fit(self.data)

    def parameters(self):
        """W, a, b."""
        return self.model.components_.T, self.model.intercept_visible_, self.model.intercept_hidden_


class Torch:
    """The same as NumPy's, in PyTorch."""

    def __init__(self, data, hidden: int, method: str, seed: int):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.data, self.method = torch.from_numpy(data), method
        self.W = 0.01 * torch.randn(data.shape[1], hidden)
        self.a, self.b = torch.zeros(data.shape[1]), torch.zeros(hidden)
        self.chains = None

    def epochs(self, number: int) -> None:
        """Learn."""
        with torch.no_grad():
            for _ in range(number):
                order = torch.randperm(len(self.data))
                for k in range(0, len(self.data) - BATCH + 1, BATCH):
                    v = self.data[order[k : k + BATCH]]
                    f = torch.sigmoid(torch.addmm(self.b, v, self.W))
                    if self.method == "CD-1" or self.chains is None:
                        self.chains = torch.bernoulli(f)
                    v_chains = torch.bernoulli(torch.sigmoid(torch.addmm(self.a, self.chains, self.W.T)))
                    f_chains = torch.sigmoid(torch.addmm(self.b, v_chains, self.W))
                    self.chains = torch.bernoulli(f_chains)
                    self.W.addmm_(v.T, f, alpha=RATE / BATCH).addmm_(v_chains.T, f_chains, alpha=-RATE / BATCH)
                    self.a += RATE / BATCH * (v.sum(0) - v_chains.sum(0))
                    self.b += RATE / BATCH * (f.sum(0) - f_chains.sum(0))

    def parameters(self):
        """W, a, b."""
        return self.W.numpy(), self.a.numpy(), self.b.numpy()


class Rbms:
    """rbms, by Decelle and others, by its own functions, without centring, and its gradient as it comes."""

    def __init__(self, data, hidden: int, method: str, seed: int):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.data, self.method = torch.from_numpy(data), method
        n = data.shape[1]
        self.model = BBRBM(0.01 * torch.randn(n, hidden), torch.zeros(n), torch.zeros(hidden))
        self.chains = None
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=RATE, maximize=True)
        for part in self.model.parameters():
            part.grad = torch.zeros_like(part)

    def epochs(self, number: int) -> None:
        """Learn."""
        weights = torch.ones(BATCH, 1)
        with torch.no_grad():
            for _ in range(number):
                order = torch.randperm(len(self.data))
                for k in range(0, len(self.data) - BATCH + 1, BATCH):
                    v = self.data[order[k : k + BATCH]]
                    batch = self.model.init_chains(BATCH, weights=weights, start_v=v)
                    if self.method == "CD-1" or self.chains is None:
                        self.chains = self.model.init_chains(BATCH, weights=weights, start_v=v)
                    self.chains = self.model.sample_state(chains=self.chains, n_steps=1)
                    self.model.compute_gradient(data=batch, chains=self.chains, centered=False)
                    self.optimizer.step()

    def parameters(self):
        """W, a, b."""
        a, b, W = (self.model.vbias, self.model.hbias, self.model.weight_matrix)
        return W.numpy(), a.numpy(), b.numpy()


def contenders(method: str) -> dict[str, type]:
    """Who takes part, by name."""
    found = {"spinlearn": Spinlearn, "NumPy, float32": Numpy}
    if method == "PCD-1":
        found["scikit-learn, float32"] = Sklearn
    if "torch" not in MISSING:
        found["torch, float32"] = Torch
    if not MISSING:
        found["rbms"] = Rbms
    return found


def digits() -> np.ndarray:
    """Handwritten digits, (1700, 64) float32: pixels with more than half of the ink are 1."""
    return (load_digits().data[:1700] > 7.5).astype(np.float32)


def prove(method: str) -> dict[str, type]:
    """Who reaches the likelihood that this library reaches; it is printed for all, with its error over the seeds."""
    print(f"\n{method}: exact log likelihood of {PROOF_EPOCHS} epochs of digits, {PROOF_HIDDEN} hidden units")
    data, found, passed = digits(), {}, {}
    for name, kind in contenders(method).items():
        values = []
        for seed in range(PROOF_SEEDS):
            learner = kind(data, PROOF_HIDDEN, method, seed)
            learner.epochs(PROOF_EPOCHS)
            W, a, b = learner.parameters()
            values.append(likelihood.log_likelihood(machine.machine(W, units.binary(), units.binary(), a=a, b=b), data))
        found[name] = mean(values), stdev(values) / PROOF_SEEDS**0.5
        ours = found["spinlearn"]
        off = (found[name][0] - ours[0]) / max(1e-12, np.hypot(found[name][1], ours[1]))
        print(f"  {name:28s} {found[name][0]:8.3f} ± {found[name][1]:.3f}" + (f"   off by {off:.1f}" if off else ""))
        if abs(off) <= 4:
            passed[name] = kind
    return passed


def timed(work: Callable) -> float:
    """Seconds of this thread's processor time."""
    begin = time.thread_time()
    work()
    return time.thread_time() - begin


def products() -> dict[str, Callable]:
    """The products of an epoch and nothing else, by NumPy's linear algebra and by SciPy's."""
    rng = np.random.default_rng(1)
    W = rng.normal(size=(VISIBLE, HIDDEN)).astype(np.float32)
    v, h = (rng.normal(size=(2 * BATCH, size)).astype(np.float32) for size in W.shape)
    x, y, G = (np.empty(shape, np.float32) for shape in ((BATCH, HIDDEN), (BATCH, VISIBLE), W.shape))

    def by_numpy():
        for _ in range(ROWS // BATCH):
            np.matmul(v[:BATCH], W, out=x)
            np.matmul(h[:BATCH], W.T, out=y)
            np.matmul(v[BATCH:], W, out=x)
            np.matmul(v.T, h, out=G)

    def by_scipy():
        for _ in range(ROWS // BATCH):
            blas.sgemm(1.0, W.T, v[:BATCH].T, 0.0, x.T, overwrite_c=1)
            blas.sgemm(1.0, W.T, h[:BATCH].T, 0.0, y.T, trans_a=1, overwrite_c=1)
            blas.sgemm(1.0, W.T, v[BATCH:].T, 0.0, x.T, overwrite_c=1)
            blas.sgemm(1.0, h.T, v.T, 0.0, G.T, trans_b=1, overwrite_c=1)

    return {"products by NumPy's": by_numpy, "products by SciPy's": by_scipy}


def compare(method: str, rounds: int = 7) -> dict[str, float]:
    """Median seconds an epoch of those who passed, who take turns, printed with ratios to this library."""
    passed = prove(method)
    data = (np.random.default_rng(1).random((ROWS, VISIBLE)) < 0.2).astype(np.float32)
    learners = {name: kind(data, HIDDEN, method, 1) for name, kind in passed.items()}
    works = {name: lambda learner=learner: learner.epochs(1) for name, learner in learners.items()} | products()
    for work in works.values():
        work()
    spent = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(timed(work))
    times = {name: median(values) for name, values in spent.items()}
    print(f"\n{method}: seconds an epoch, and × spinlearn")
    for name, value in times.items():
        print(f"  {name:28s} {value:8.3f} {value / times['spinlearn']:8.2f}")
    least = min(value for name, value in times.items() if name.startswith("products"))
    flops = 2 * 5 * ROWS * VISIBLE * HIDDEN / least / 1e9
    print(f"  {flops:.0f} Gflop/s by BLAS; spinlearn learns at {100 * least / times['spinlearn']:.0f} % of that rate")
    return times


def main() -> None:
    """Prove, measure, print."""
    print(f"Restricted Boltzmann machine, {VISIBLE} × {HIDDEN}, batches of {BATCH}, epochs of {ROWS}, one thread")
    for method in METHODS:
        compare(method)
    for name, why in MISSING.items():
        print(f"\n({name} takes no part: {why})")


if __name__ == "__main__":
    main()
