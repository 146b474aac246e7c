"""The maps of wide random networks as kernels: what `moments` and `depth` say of tanh, erf and the rectifier.

The public functions for any activation function are those of `depth`. These here are scalar, take microseconds, and run
on a page, too. The error function and the rectifier have closed forms. For tanh, two inputs of correlation 1 - d are

    x_1, x_2 = u +- v,        u = sqrt(q (1 - d / 2)) z,        v = sqrt(q d / 2) y,        z, y standard Gaussians,

and with t = tanh^2 and s = 1 / cosh^2 of either, and D = s_u + s_v - s_u s_v = 1 - t_u t_v, addition theorems give

    (phi_1 - phi_2)^2 / 2 = 2 t_v (s_u / D)^2,        phi'_1 phi'_2 = (s_u s_v / D)^2,

in which nothing cancels. Sums over a square grid of z and y do the rest: tanh(sqrt(q) z) has no pole closer to the real
axis than pi / (2 sqrt(q)), and with a step of that times 2 pi / 46 their error is some exp(-46), times the order of the
pole and the like: no more than rounding.

References
----------
Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, NeurIPS 29, 3360 (2016): the maps.
Williams, Neural Comput. 10, 1203 (1998): the arcsine of the error function.
Cho and Saul, NeurIPS 22, 342 (2009): the arccosine of the rectifier.
"""

import math

from ..core.jit import kernel
from ..neuron.population import error_function

TANH, ERF, RELU = 0, 1, 2
CODES = {"tanh": TANH, "erf": ERF, "relu": RELU}

WORK = (3, 1024)  # shape of the memory that sums for two inputs need, up to q = 1000
_FINE = math.pi**2 / 46  # step of z times sqrt(q)
_COARSE = 0.5  # the Gaussian's own step
_END = 8.0  # where exp(-z^2 / 2) is 1e-14
_SAME = 1e-11  # slopes that agree with 1 to this are 1


@kernel
def value(code, x):
    """The activation function; erf is that of x / sqrt(2), as `neuron.activation.erf` is."""
    if code == TANH:
        return math.tanh(x)
    if code == ERF:
        return error_function(x / math.sqrt(2.0))
    return x if x > 0 else 0.0


@kernel
def _squares(x):
    """tanh(x)^2 and 1 / cosh(x)^2, each with all its digits."""
    decay = math.exp(-2 * abs(x))
    t = -math.expm1(-2 * abs(x)) / (1 + decay)
    return t * t, 4 * decay / ((1 + decay) * (1 + decay))


@kernel
def _step(q):
    return min(_COARSE, _FINE / math.sqrt(q)) if q > 0 else _COARSE


@kernel
def single(code, q):
    """E[phi^2], E[phi'^2] and dE[phi^2]/dq of an input of variance q."""
    if code == RELU:
        return q / 2, 0.5, 0.5
    if code == ERF:
        wide = 1 / math.sqrt(1 + 2 * q)
        return 2 / math.pi * math.asin(q / (1 + q)), 2 / math.pi * wide, 2 / math.pi * wide / (1 + q)
    h, root = _step(q), math.sqrt(q)
    square, slope, growth = 0.0, 0.0, 0.0
    for k in range(int(_END / h) + 1):
        z = k * h
        weight = math.exp(-z * z / 2) * (0.5 if k == 0 else 1.0)
        t, s = _squares(root * z)
        square += weight * t
        slope += weight * s * s
        growth += weight * s * (s - 2 * t)  # phi'^2 + phi phi''
    norm = h * math.sqrt(2 / math.pi)
    return norm * square, norm * slope, norm * growth


@kernel
def pair(code, q, d, work):
    """E[(phi_1 - phi_2)^2] / 2 and E[phi'_1 phi'_2] of inputs of variance q > 0 and correlation 1 - d."""
    if code == RELU:
        angle = 2 * math.asin(min(1.0, math.sqrt(d / 2)))
        missing = d - (math.sin(angle) - angle * (1 - d)) / math.pi
        return q / 2 * missing, (1 - angle / math.pi) / 2
    if code == ERF:
        one = q / (1 + q)
        other = one * (1 - d)
        a, b = one * math.sqrt(1 - other * other), other * math.sqrt(1 - one * one)
        # asin(one) - asin(other) is asin(a - b), and a - b = (one^2 - other^2) / (a + b).
        apart = one * d * (one + other) / (a + b) if d < 1 else a - b
        angle = math.asin(min(1.0, apart)) if d < 1 else math.asin(one) - math.asin(other)
        return 2 / math.pi * angle, 2 / math.pi / math.sqrt((1 + q) * (1 + q) - q * q * (1 - d) * (1 - d))
    h = _step(q)
    many = int(_END / h) + 1
    u, v = math.sqrt(q * (1 - d / 2)), math.sqrt(q * d / 2)
    for k in range(many):
        z = k * h
        work[0, k] = math.exp(-z * z / 2) * (0.5 if k == 0 else 1.0)
        work[1, k], work[2, k] = _squares(v * z)
    difference, slopes = 0.0, 0.0
    for k in range(many):
        s = _squares(u * k * h)[1]
        along, turned = 0.0, 0.0
        for j in range(many):
            ratio = s / (s + work[2, j] - s * work[2, j])
            along += work[0, j] * work[1, j] * ratio * ratio
            ratio *= work[2, j]
            turned += work[0, j] * ratio * ratio
        difference += work[0, k] * along
        slopes += work[0, k] * turned
    norm = h * h * 2 / math.pi
    return norm * 2 * difference, norm * slopes


@kernel
def propagate(code, weight, bias, q, d, path_q, path_d, work):
    """Fill the variances and 1 - the correlations of all layers, q and d being those of the first."""
    path_q[0], path_d[0] = q, d
    for layer in range(1, path_q.size):
        after = weight * single(code, q)[0] + bias
        if q > 0 and after > 0:
            d = min(2.0, weight * pair(code, q, d, work)[0] / after)
        q = after
        path_q[layer], path_d[layer] = q, d


@kernel
def fixed_variance(code, weight, bias, start):
    """The variance that `start` leads to: inf where it grows without end."""
    if code == RELU:
        factor = weight / 2
        if factor < 1:
            return bias / (1 - factor)
        return start if factor == 1 and bias == 0 else math.inf
    # The map is concave and its values are bounded: Newton's method comes down to its largest fixed point.
    if bias == 0 and weight * (1.0 if code == TANH else 2 / math.pi) <= 1:
        return 0.0
    q = weight + bias
    while True:
        square, _, growth = single(code, q)
        lower = q - (q - weight * square - bias) / (1 - weight * growth)
        if not (growth * weight < 1 and 0 < lower < q):
            return q
        q = lower


@kernel
def fixed_difference(code, weight, q, chi, work):
    """1 - the correlation that two signals end with, where chi > 1, and the map's slope there; q > 0 is the variance.

    With the map d -> D(d), D(d) / d is a power series in c = 1 - d without negative terms. So Newton's method, once it
    is right of its root in c, does not leave that side.
    """
    before, d, slope = 0.0, 1.0, 0.0
    for k in range(100):
        if k > 1 and not d > before:  # as close as it gets
            break
        if d <= 0:  # beyond c = 1
            d = 0.01 * min(1.0, chi - 1)
        difference, slopes = pair(code, q, d, work)
        ratio, slope = weight * difference / q / d, weight * slopes
        if k == 0 and ratio > 1 - 1e-13:
            break
        before, d = d, d - (ratio - 1) * d / (slope - ratio)
    return (before if before > 0 else 1.0), slope


@kernel
def phase(code, weight, bias, start, found, work):
    """Fill `found` (5,) with the q, chi, chi_q, c and xi_c of `depth.phase`."""
    q = fixed_variance(code, weight, bias, start)
    _, slope, growth = single(code, min(q, 1e9))
    chi = weight * slope
    found[0], found[1], found[2], found[3] = q, chi, weight * growth, 1.0
    if q == math.inf or abs(chi - 1) < 1e-9:
        found[4] = math.inf
        return
    if chi > 1:
        d, chi = fixed_difference(code, weight, q, chi, work)
        found[3] = 1 - d
    found[4] = 0.0 if chi <= 0 else math.inf if chi >= 1 - _SAME else -1 / math.log(chi)


@kernel
def edge(code, q):
    """sigma_w^2 and sigma_b^2 at the point of the edge of chaos with the variance q; the latter may be negative."""
    square, slope, _ = single(code, q)
    return 1 / slope, q - square / slope


@kernel
def critical_weight(code, bias):
    """sigma_w^2 on the edge of chaos at sigma_b^2, by doubling and halving of q; 2 for the rectifier."""
    low, high, weight = 0.0, math.inf, 2.0
    q = 1.0
    for _ in range(80 if code != RELU else 0):
        weight, there = edge(code, q)
        low, high = (q, high) if there < bias else (low, q)
        q = 2 * q if high == math.inf else (low + high) / 2
    return weight
