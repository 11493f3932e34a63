#!/usr/bin/env python3
"""Makes tail_values.json: both tails of the distributions of reference_values.json, and of those whose probabilities are incomplete gamma and beta functions,
with mpmath at 60 digits.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 && V/bin/python make_tail_values.py [name …]

A row is a list of cases: parameters, and `tails` of x, log P(X ≤ x), log P(X > x), and of each by how many times their own rounding the
arguments' rounding moves it. Sums for counts, quadrature and hypergeometric series for the rest: neither is the method of the library.
"""
import json
import pathlib
import sys

import mpmath as mp

mp.mp.dps = 60
M = mp.mpf


def gamma(x, a, b):
    """By Σ z^n / (a)_(n+1), or the integral of what is above."""
    z = b * x
    front = a * mp.log(z) - z - mp.loggamma(a)
    if z < a + 10 * mp.sqrt(a) + 60:
        below = mp.exp(front) / a * mp.hyp1f1(1, a + 1, z)
        return below, 1 - below
    above = mp.exp(front) * mp.quad(lambda t: (1 + t / z) ** (a - 1) * mp.exp(-t) / z, [0, 1, 5, 20, 60, 150, 400])
    return 1 - above, above


def beta(x, a, b, rest=None):
    """By x^a (1 − x)^b / (a B(a, b)) F(a + b, 1; a + 1; x), from the end that is nearer."""
    rest = 1 - x if rest is None else rest
    def lower(x, rest, a, b): return mp.exp(a * mp.log(x) + b * mp.log(rest) - mp.log(a) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)) * mp.hyp2f1(a + b, 1, a + 1, x)
    if x < a / (a + b):
        below = lower(x, rest, a, b)
        return below, 1 - below
    above = lower(rest, x, b, a)
    return 1 - above, above


def swap(t): return t[1], t[0]
def student(x, v, m, s):
    z2 = ((x - m) / s) ** 2
    if z2 == 0: return M(1) / 2, M(1) / 2
    beyond = beta(v / (v + z2), v / 2, M(1) / 2, z2 / (v + z2))[0] / 2
    return (beyond, 1 - beyond) if x < m else (1 - beyond, beyond)


def half_student(x, v, s):
    z2 = (x / s) ** 2
    return swap(beta(v / (v + z2), v / 2, M(1) / 2, z2 / (v + z2)))


def sums(mass, k, most):
    """By adding the probabilities up, from the end that is nearer."""
    terms_below, total_above = mp.fsum(mass(j) for j in range(int(k) + 1)), M(0)
    j = int(k) + 1
    while j <= most:
        term = mass(j)
        total_above += term
        if term < total_above * M(10) ** -65 and j > k + 20: break
        j += 1
    return (terms_below, total_above)


def poisson(k, rate): return sums(lambda j: mp.exp(j * mp.log(rate) - rate - mp.loggamma(j + 1)), k, mp.inf)
def binomial(k, n, p): return sums(lambda j: mp.binomial(n, j) * p ** j * (1 - p) ** (n - j), k, n)
def negative(k, r, p, q): return sums(lambda j: mp.exp(mp.loggamma(j + r) - mp.loggamma(r) - mp.loggamma(j + 1) + r * mp.log(p) + j * mp.log(q)), k, mp.inf)


def normal(x, m, s): return mp.erfc((m - x) / s / mp.sqrt(2)) / 2, mp.erfc((x - m) / s / mp.sqrt(2)) / 2
def cauchy(x, m, s):
    beyond = mp.atan(s / abs(x - m)) / mp.pi
    return (beyond, 1 - beyond) if x < m else (1 - beyond, beyond)


# name: (both tails, discrete, [(parameters, xs)])
ROWS = {
    "normal": (normal, 0, [((0, 1), [-50, -1, 0.3, 9, 60]), ((3, 2.5), [-20, 3.5, 90])]),
    "half_normal": (lambda x, s: (mp.erf(x / s / mp.sqrt(2)), mp.erfc(x / s / mp.sqrt(2))), 0, [((2,), [1e-9, 1, 80])]),
    "cauchy": (cauchy, 0, [((0, 1), [-1e100, -2, 0.3, 1e18]), ((2, 1e-3), [1.9, 2.0005])]),
    "half_cauchy": (lambda x, s: (2 * mp.atan(x / s) / mp.pi, 2 * mp.atan(s / x) / mp.pi), 0, [((3,), [1e-9, 2, 1e30])]),
    "uniform": (lambda x, a, b: ((x - a) / (b - a), (b - x) / (b - a)), 0, [((-2, 5), [-1.5, 0.25, 4.75])]),
    "exponential": (lambda x, r: (-mp.expm1(-r * x), mp.exp(-r * x)), 0, [((2.5,), [1e-9, 0.3, 400])]),
    "log_normal": (lambda x, m, s: normal(mp.log(x), m, s), 0, [((2, 0.5), [1e-8, 7, 1e12])]),
    "gamma": (gamma, 0, [((1, 1), [1e-12, 0.5, 3, 40, 700]), ((0.5, 2), [1e-200, 0.1, 1, 20, 400]), ((0.001, 1), [1e-100, 0.1, 1, 20]),
                         ((20, 1e9), [1e-12, 1e-8, 2e-8, 4e-8, 9e-7]), ((1e6, 1e3), [900, 990, 999, 1001, 1005])]),
    "inverse_gamma": (lambda x, a, b: swap(gamma(1 / x, a, b)), 0, [((3, 2), [0.002, 0.05, 0.5, 1, 20, 1e50]), ((0.5, 2), [0.01, 2, 1e10])]),
    "chi_square": (lambda x, v: gamma(x, v / 2, M(1) / 2), 0, [((5,), [1e-10, 1, 5, 30, 2000]), ((0.3,), [1e-20, 0.1, 9])]),
    "inverse_chi_square": (lambda x, v: swap(gamma(1 / x, v / 2, M(1) / 2)), 0, [((5,), [0.001, 0.1, 0.3, 10])]),
    "scaled_inverse_chi_square": (lambda x, v, s: swap(gamma(1 / x, v / 2, v * s * s / 2)), 0, [((5, 2), [0.05, 2, 5, 100])]),
    "beta": (beta, 0, [((2, 5), [1e-100, 0.01, 0.3, 0.5, 0.9, 0.9999]), ((0.5, 0.5), [1e-30, 0.1, 0.5, 0.99]), ((0.01, 0.01), [1e-250, 1e-5, 0.3, 0.9]),
                       ((0.1, 30), [1e-50, 1e-3, 0.1, 0.9]), ((100, 200), [0.01, 0.2, 0.33, 0.4, 0.9]), ((1e6, 1e6), [0.49, 0.4999, 0.5, 0.5005])]),
    "beta_proportion": (lambda x, m, c: beta(x, m * c, (1 - m) * c), 0, [((0.25, 8), [1e-20, 0.1, 0.3, 0.8])]),
    "student_t": (student, 0, [((3, 0, 1), [-1e100, -50, -1, -1e-5, 0.5, 20, 1e80]), ((4, 2, 0.5), [-3, 2, 2.5, 30]), ((0.05, 0, 1), [-1e30, -1, 10]),
                               ((1e6, 0, 1), [-45, -3, 0.1, 8]), ((60, 0, 1e-3), [-0.1, 0.002])]),
    "half_student_t": (half_student, 0, [((3, 2), [1e-20, 0.5, 3, 1e30]), ((40, 1), [0.01, 1, 30])]),
    "poisson": (poisson, 1, [((3,), [0, 2, 3, 10, 400]), ((0.1,), [0, 1, 5]), ((1e-8,), [0, 1]), ((50,), [0, 10, 49, 50, 60, 200])]),
    "poisson_log": (lambda k, l: poisson(k, mp.exp(l)), 1, [((1,), [0, 2, 10]), ((4,), [0, 40, 55, 100])]),
    "binomial": (binomial, 1, [((10, 0.3), [0, 3, 9]), ((100, 0.02), [0, 2, 50, 99]), ((1000, 0.5), [10, 480, 500, 520, 990]), ((50, 0.9), [1, 45, 49])]),
    "binomial_logit": (lambda k, n, l: binomial(k, n, 1 / (1 + mp.exp(-l))), 1, [((10, -1), [0, 3, 9]), ((40, 3), [1, 38, 39])]),
    "negative_binomial": (lambda k, r, p: negative(k, r, p, 1 - p), 1, [((2.5, 0.3), [0, 5, 20, 300]), ((0.1, 0.05), [0, 5, 100])]),
    "negative_binomial_2": (lambda k, m, v: negative(k, v, v / (m + v), m / (m + v)), 1, [((10, 2), [0, 5, 20, 300]), ((3, 1e12), [0, 3, 20]), ((0.5, 0.1), [0, 2, 40])]),
    "negative_binomial_2_log": (lambda k, m, v: negative(k, v, v / (mp.exp(m) + v), mp.exp(m) / (mp.exp(m) + v)), 1, [((2, 2), [0, 5, 40])]),
}


def condition(f, x, p, discrete):
    arguments, there, total = [x, *p], f(x, *p), [M(0), M(0)]
    for i, a in enumerate(arguments):
        if a == 0 or (discrete and i == 0) or (f is binomial and i == 1): continue
        moved = list(arguments)
        moved[i] = a * (1 + M(10) ** -20)
        for side, (new, old) in enumerate(zip(f(*moved), there)): total[side] += abs(mp.log(new) - mp.log(old)) * M(10) ** 20
    return total


def tails(f, discrete, x, p):
    x, p = M(x), [M(v) for v in p]
    below, above = f(x, *p)
    return [float(x), float(mp.log(below)), float(mp.log(above)), *map(float, condition(f, x, p, discrete))]


FILE = pathlib.Path(__file__).parent / "tail_values.json"
old = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() and sys.argv[1:] else {}  # with names only those are made anew
rows = {name: old[name] if name in old and name not in sys.argv[1:] else [{"parameters": list(map(float, p)), "tails": [tails(f, discrete, x, p) for x in xs]} for p, xs in cases] for name, (f, discrete, cases) in ROWS.items()}
text = ",\n".join(f'"{name}": {json.dumps(row)}' for name, row in rows.items())
FILE.write_text("{\n" + text + "\n}\n", encoding="utf-8")
