#!/usr/bin/env python3
"""Makes extreme_values.json: log densities at extreme parameters, and P(X ≤ x) of their draws, for every row of the table of scalar distributions, with mpmath.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 && V/bin/python make_extreme_values.py

A case is its parameters, points [x, log density, its condition] as in reference_values.json, and `below`: [x, P(X ≤ x)].
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 60
M = mp.mpf

from catalogue_rows import ROWS, binomial_logit, gamma, gamma_below, log1pexp, log_choose, log_factorial, ncdf, normal, student  # noqa: E402
from more_catalogue_rows import beta, beta_cdf  # noqa: E402

FILE = pathlib.Path(__file__).parent / "extreme_values.json"
MAX, MIN = 1.7e308, 2.3e-308
LAST = 1 - 2.0 ** -53


def poisson(k, r): return (k * mp.log(r) if k else 0) - r - log_factorial(k)
def binomial(k, n, p): return log_choose(n, k) + (k * mp.log(p) if k else 0) + ((n - k) * mp.log1p(-p) if k < n else 0)
def inverse_gamma(x, a, b): return a * mp.log(b) - mp.loggamma(a) - (a + 1) * mp.log(x) - b / x
def cauchy(x, m, s): return -mp.log(mp.pi * s) - mp.log1p(((x - m) / s) ** 2)
def of(name): return ROWS[name].density
def ncdf_at(x, m, s): return ncdf((x - m) / s)
def truncated_cdf(x, m, s, lo, hi):
    # On the side where nothing cancels.
    below = lambda t: ncdf((t - m) / s) if lo < m else -ncdf((m - t) / s)
    return (below(x) - below(lo)) / (below(hi) - below(lo))


DENSITIES = {
    "normal": normal, "half_normal": lambda x, s: mp.log(2) + normal(x, M(0), s), "cauchy": cauchy, "half_cauchy": lambda x, s: mp.log(2) + cauchy(x, M(0), s), "student_t": student,
    "uniform": lambda x, lo, hi: -mp.log(hi - lo), "exponential": lambda x, r: mp.log(r) - r * x, "gamma": gamma, "inverse_gamma": inverse_gamma, "beta": beta,
    "log_normal": lambda x, m, s: normal(mp.log(x), m, s) - mp.log(x), "bernoulli": lambda x, p: mp.log(p) if x else mp.log1p(-p),
    "bernoulli_logit": lambda x, l: -log1pexp(-l) if x else -log1pexp(l), "binomial": binomial, "poisson": poisson, "poisson_log": lambda k, l: poisson(k, mp.exp(l))}
# Where the series is too long by the normal distribution, to 1e-4, which 16384 draws cannot see.
def gamma_cdf(x, a, b): return gamma_below(x, a, b) if a < 1000 else ncdf(3 * mp.sqrt(a) * (mp.cbrt(b * x / a) - 1 + 1 / (9 * a)))
CDFS = {"gamma": gamma_cdf, "beta": lambda x, a, b: M(0.5) if a == b and x == M(0.5) else beta_cdf(x, a, b), "truncated": truncated_cdf, "normal": ncdf_at, "exponential": lambda x, r: -mp.expm1(-r * x),
        "poisson": lambda k, r: mp.gammainc(k + 1, r, mp.inf, regularized=True) if r < 1000 else ncdf((k + M(0.5) - r) / mp.sqrt(r)),
        "binomial": lambda k, n, p: mp.fsum(mp.exp(binomial(M(j), n, p)) for j in range(int(k) + 1)),
        "negative_binomial_2": lambda k, m, phi: mp.fsum(mp.exp(ROWS["negative_binomial_2"].density(M(j), m, phi)) for j in range(int(k) + 1))}

# Name: parameters, points, places for the cumulative function.
CASES = {
    "normal": [((0, 1e-300), (0, 1e-300, 4e-299), (1e-300,)), ((-1e300, 1e290), (-1e300, -1.0000000003e300), ()), ((0, MAX), (0, 1e300, 1.7e308), ())],
    "half_normal": [((1e-300,), (0, 3e-300), ()), ((MAX,), (1, 1.7e308), ())],
    "cauchy": [((0, 1e-300), (0, 1e-300, 1, 1e300), ()), ((0, 1e300), (0, 1e300, -1e308), ())],
    "half_cauchy": [((1e-300,), (0, 1e-300, 1, 1e300), ()), ((1e300,), (0, 1e300, 1e308), ())],
    "student_t": [((1e-3, 0, 1), (0, 1, 1e100, -1e300), ()), ((1e300, 0, 1), (0, 1, -10), ()), ((2, 0, 1e-300), (0, 1e-300, 1), ()), ((1e15, 3, 2), (3, 20), ())],
    "uniform": [((0, MIN), (0, 1e-310), ()), ((-1e308, 1e308), (0.5, -1e308), ()), ((1, 1.0000000000000002), (1,), ())],
    "exponential": [((1e-300,), (0, 1e300), (1e300,)), ((1e300,), (0, 1e-300, 5e-299), (1e-300,))],
    "gamma": [((1e-8, 1), (1e-300, 1e-100, 1e-8, 1, 30), (1e-300, 1e-8)), ((1e8, 1), (1e8, 1.0005e8, 0.9e8, 1), (1e8,)), ((1e-300, 1), (1e-300, 1, 700), ()), ((1e15, 1e-3), (1e18, 1.0000001e18), ()),
              ((0.3, 1e-300), (1e299, 1e300), (1e299,)), ((1, 1e300), (1e-300,), (1e-300,))],
    "inverse_gamma": [((1e-8, 1), (0.01, 1, 1e8, 1e300), ()), ((1e8, 1), (1e-8, 1.0005e-8, 2e-8), ()), ((3, 1e-300), (1e-300, 1), ()), ((3, 1e300), (1e299, 1e300), ())],
    "beta": [((0.01, 0.01), (1e-300, 1e-10, 0.5, 1 - 1e-10, LAST), (1e-300, 0.5)), ((1e-8, 1e-8), (1e-300, 0.5, LAST), (0.5,)), ((1e8, 1e8), (0.5, 0.5001, 0.1), (0.5,)), ((1e15, 2), (LAST, 1 - 1e-15, 0.5), ()),
             ((1e-8, 1e8), (1e-300, 1e-8, 1e-6), ()), ((1e8, 1e-8), (LAST, 0.999999, 0.5), ()), ((2, 1e300), (1e-300, 1e-299), ())],
    "log_normal": [((0, 1e-6), (1, 1.000001), ()), ((0, 100), (1e-300, 1, 1e300), ()), ((700, 1), (1e304, 1e308), ()), ((-700, 1), (1e-304, 1e-300), ())],
    "bernoulli": [((1e-300,), (0, 1), ()), ((LAST,), (0, 1), ())],
    "bernoulli_logit": [((-1e300,), (0,), ()), ((745,), (0, 1), ()), ((1e-300,), (0, 1), ())],
    "binomial": [((100, 1e-300), (0, 1, 2, 100), (0,)), ((1e9, 1e-300), (0, 1), (0,)), ((1e15, 0.5), (5e14, 5.00000001e14, 0), ()), ((1e15, 1e-15), (0, 1, 5, 100), (0, 2)), ((1000, LAST), (1000, 999, 0), ())],
    "poisson": [((1e9,), (0, 1, 1e9, 1.0001e9, 0.999e9), (1e9,)), ((1e-300,), (0, 1, 5), (0,)), ((1e15,), (1e15, 1.00000001e15), (1e15,)), ((4e15,), (4e15,), ())],
    "poisson_log": [((-700,), (0, 1, 2), ()), ((20.7,), (1e9, 0, 9.9e8), ()), ((-1e300,), (0,), ())],
    "laplace": [((0, 1e-300), (0, 1e-300, -1e-298), ()), ((0, 1e300), (0, 1e300, -1e302), ())],
    "logistic": [((0, 1e-300), (0, 1e-300, -1e-298), ()), ((0, 1e300), (0, 1e300, -1e302), ())],
    "log_logistic": [((1, 1e-3), (1e-300, 1, 1e300), ()), ((1, 1e6), (1, 1.00001, 0.999), ()), ((1e300, 2), (1e300, 1e-300, 1e308), ())],
    "gumbel": [((0, 1e-300), (0, 1e-300, -5e-300, 1e-298), ()), ((0, 1e300), (0, 1e302, -3e300), ())],
    "weibull": [((1e-3, 1), (1e-300, 1, 1e300), ()), ((1e6, 1), (1, 1.000001, 0.999), ()), ((2, 1e-300), (1e-300, 3e-300), ()), ((2, 1e300), (1e-300, 1e300), ())],
    "frechet": [((1e-3, 1), (1e-300, 1, 1e300), ()), ((1e6, 1), (1, 1.00001, 0.999999), ()), ((2, 1e-300), (1e-300, 1), ()), ((2, 1e300), (1e300, 1e299), ())],
    "pareto": [((1e-300, 1e-3), (1e-300, 1, 1e300), ()), ((1, 1e8), (1, 1.00000001, 2), ()), ((1e300, 2), (1e300, 1e308), ())],
    "pareto_type_2": [((0, 1e-300, 2), (0, 1e-300, 1), ()), ((0, 1, 1e8), (0, 1e-8, 1), ()), ((0, 1e300, 1e-3), (0, 1e300), ())],
    "lomax": [((1e-300, 2), (0, 1e-300, 1), ()), ((1, 1e8), (0, 1e-8, 1), ()), ((1e300, 1e-3), (0, 1e300), ())],
    "rayleigh": [((1e-150,), (1e-150, 1e-300), ()), ((1e150,), (1e150, 1e-300), ()), ((1e300,), (1e300, 1), ())],
    "chi_square": [((1e-8,), (1e-300, 1e-8, 1, 100), ()), ((1e8,), (1e8, 1.0005e8, 1), ())],
    "inverse_chi_square": [((1e-8,), (1e-2, 1, 1e300), ()), ((1e8,), (1e-8, 1.0005e-8), ())],
    "scaled_inverse_chi_square": [((1e-8, 1), (1e-8, 1, 1e300), ()), ((1e8, 1), (1, 1.0005), ()), ((3, 1e-100), (1e-200, 1), ()), ((3, 1e100), (1e200, 1e300), ())],
    "half_student_t": [((1e-3, 1), (0, 1, 1e300), ()), ((1e300, 1), (0, 1, 10), ()), ((3, 1e-300), (0, 1e-300, 1), ())],
    "discrete_uniform": [((0, 0), (0,), ()), ((-4e15, 4e15), (0, -4e15, 4e15), ()), ((0, 9007199254740991), (0, 9007199254740991), ())],
    "geometric": [((1e-300,), (0, 1, 1e15), ()), ((LAST,), (0, 1, 20), ()), ((1e-12,), (0, 1e12, 1e15), ())],
    "negative_binomial": [((1e-8, 0.5), (0, 1, 10), ()), ((1e12, 0.999999), (1e6, 1000100, 0), ()), ((3, 1e-12), (0, 1e12, 1e13), ()), ((5, LAST), (0, 1, 2), ())],
    "negative_binomial_2": [((10, 1e12), (0, 1, 10, 60), (0, 9)), ((3, 1e300), (0, 3, 30), (2,)), ((10, 1e-8), (0, 1, 1e9), (0,)), ((1e-300, 2), (0, 1), ()), ((1e12, 5), (0, 1e12, 1e13), ())],
    "negative_binomial_2_log": [((2, 1e12), (0, 7, 60), ()), ((-700, 2), (0, 1), ()), ((25, 5), (0, 7e10), ()), ((2, 1e-8), (0, 1, 1e9), ())],
    "beta_binomial": [((10, 1e-8, 1e-8), (0, 5, 10), ()), ((1e9, 1e8, 1e8), (5e8, 5.0001e8), ()), ((10, 1e15, 1e15), (0, 5, 10), ()), ((1e15, 1, 1), (0, 5e14, 1e15), ())],
    "binomial_logit": [((100, -700), (0, 1, 100), ()), ((1e15, 0), (5e14, 5.00000001e14), ()), ((10, 1e300), (10,), ())],
    "hypergeometric": [((100, 1e9, 1e9), (50, 0, 100), ()), ((1000, 1e15, 1), (1000, 999), ()), ((1e6, 1e6, 1e6), (500000, 500500), ())],
    "zipf": [((1.0000001,), (1, 1e10, 9e15), ()), ((1000,), (1, 2), ())],
    "asymmetric_laplace": [((0, 1, 1e-8), (0, 1, -1, 1e8), ()), ((0, 1, 1 - 1e-8), (0, 1, -1, -1e8), ()), ((0, 1e-300, 0.5), (0, 1e-299), ())],
    "skew_normal": [((0, 1, 1e8), (0, 1, -1e-9, -1e-7), ()), ((0, 1, -1e8), (0, -1, 1e-9, 1e-7), ()), ((0, 1e-150, 2), (0, 1e-150), ())],
    "exponentially_modified_normal": [((0, 1, 1e-8), (0, 1e8, -10), ()), ((0, 1, 1e6), (0, 1, -5), ()), ((0, 1e-8, 1), (0, 1, 30), ())],
    "generalized_pareto": [((0, 1, 1e-300), (0, 1, 700), ()), ((0, 1, 1e3), (0, 1, 1e300), ()), ((0, 1, -1e3), (0, 0.0009), ()), ((0, 1e-300, 0.5), (0, 1e-300, 1), ())],
    "von_mises": [((0, 1e-8), (0, 3, -3), ()), ((0, 1e8), (0, 1e-4, 1e-3, 3), ()), ((0, 1e15), (0, 1e-8, 1e-7), ()), ((3, 1e300), (3,), ()), ((0, 1e-300), (1,), ())],
    "wrapped_normal": [((0, 1e-8), (0, 1e-8, 5e-8), ()), ((0, 100), (0, 3), ())],
    "wrapped_cauchy": [((0, 1e-300), (0, 3), ()), ((0, LAST), (0, 1e-16, 1, 3), ())],
    "kumaraswamy": [((1e-3, 1e-3), (1e-300, 0.5, LAST), ()), ((1e6, 1), (LAST, 0.999999), ()), ((1, 1e6), (1e-300, 1e-6), ()), ((1e-2, 1e2), (1e-300, 1e-200, 0.5), ())],
    "logit_normal": [((0, 100), (1e-40, 0.5, LAST), ()), ((0, 1e-6), (0.5, 0.5000001), ()), ((-600, 1), (1e-261, 1e-260), ())],
    "triangular": [((0, 1e-300, 1), (1e-300, 0.5, 1e-301), ()), ((-1e300, 0, 1e300), (0, 5e299), ()), ((0, 1, 1), (0.5, LAST, 1e-300), ())],
    "arcsine": [((0, MIN * 1e8), (1e-301, 2e-300), ()), ((-1e300, 1e300), (0, 5e299), ()), ((0, 1), (1e-300, LAST), ())],
    "inverse_gaussian": [((1, 1e-8), (1e-10, 1e-8, 1, 100), ()), ((1, 1e8), (1, 1.0001), ()), ((1e-100, 1e-100), (1e-100, 3e-100), ()), ((1e100, 1e100), (1e100, 1e99), ())],
    "beta_proportion": [((1e-8, 1), (1e-300, 0.5), ()), ((0.5, 1e-8), (1e-300, 0.5, LAST), ()), ((0.5, 1e8), (0.5, 0.5001), ())],
    "beta_uniform_mixture": [((1e-300, 2, 3), (0.5, 1e-300), ()), ((0.5, 0.01, 0.01), (1e-300, 0.5, LAST), ()), ((LAST, 1e8, 1e8), (0.5, 0.1), ())],
    "gompertz": [((1e-8, 1), (0, 18, 20), ()), ((1e8, 1), (0, 1e-8, 1e-7), ()), ((1, 1e-300), (0, 1e300), ()), ((1, 1e300), (0, 1e-300), ())],
    "horseshoe": [((1e-100,), (1e-100, 1e-300, 1), ()), ((1e100,), (1e100, 1, 1e300), ())],
    "ordered_logistic": [((0, -700, 700), (0, 1, 2), ()), ((0, 0, 1e-300), (0, 1, 2), ()), ((1e3, -1, 1), (2, 1, 0), ())],
    "ordered_probit": [((0, -37, 37), (0, 1, 2), ()), ((0, 30, 31), (0, 1, 2), ()), ((0, 0, 1e-300), (0, 1, 2), ())],
    "piecewise_uniform": [((0, 1e-300, 1, 0.5, 0.5), (1e-301, 0.5), ()), ((-1e300, 0, 1e300, 0.5, 0.5), (-5e299, 5e299), ())],
    "poisson_binomial": [((1e-300, 1e-300), (0, 1, 2), ()), ((LAST, 1e-10, 0.5), (0, 1, 2, 3), ())],
    "truncated": [((0, 1, 40, 41), (40, 40.01, 41), (40.01, 40.02)), ((0, 1, -41, -40), (-40, -40.01, -41), (-40.01,)), ((0, 1, 40, mp.inf), (40, 40.1, 100), ()), ((0, 1, -mp.inf, -40), (-40, -41), ()),
                  ((0, 1e-3, 1, 2), (1, 1.00001), ()), ((0, 1e8, -1, 1), (-1, 0.5, 1), (0.5,))],
    "mixture": [((-700, 0, 0, 1, 5, 1), (0, 5, 300), ()), ((0, 0, -1e8, 1e-3, 1e8, 1e-3), (-1e8, 1e8), ())],
    "zero_inflated": [((1e-300, 3), (0, 1), ()), ((LAST, 3), (0, 1), ()), ((0.5, 1e9), (0, 1e9), ())],
}


def plain(x):
    x = float(x)
    return x if mp.isfinite(x) else str(x)


def condition(f, x, parameters, discrete):
    """By how many times their own rounding the arguments' rounding moves f."""
    arguments = [x] + list(parameters)
    total, there = M(0), f(*arguments)
    for i, a in enumerate(arguments):
        if a == 0 or mp.isinf(a) or (discrete and i == 0): continue
        moved = list(arguments)
        moved[i] = a * (1 + M(10) ** -18)
        try: change = abs(f(*moved) - there) * M(10) ** 18
        except (ValueError, TypeError, ZeroDivisionError): continue
        if mp.isfinite(change): total += change
    return total


def case(name, given, points, below):
    density = DENSITIES.get(name) or ROWS[name].density
    p = [M(float(v)) for v in given]
    with mp.workdps(400 if max([abs(v) for v in p if mp.isfinite(v)] + [0]) > 1e6 or min([abs(v) for v in p if v] + [1]) < 1e-6 else 60):
        discrete = name in ROWS and ROWS[name].discrete or name in ("bernoulli", "bernoulli_logit", "binomial", "poisson", "poisson_log")
        return {"parameters": [plain(v) for v in given], "points": [[plain(x), plain(density(M(x), *p)), plain(condition(density, M(x), p, discrete))] for x in points],
                "below": [[plain(x), plain(CDFS[name](M(x), *p))] for x in below]}


if __name__ == "__main__":
    table = {}
    for name, cases in CASES.items():
        print(name, flush=True)
        table[name] = [case(name, *c) for c in cases]
    FILE.write_text("{\n" + ",\n".join(f'"{name}": {json.dumps(cases)}' for name, cases in table.items()) + "\n}\n", encoding="utf-8")
