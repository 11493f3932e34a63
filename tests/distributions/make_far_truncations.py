#!/usr/bin/env python3
"""Makes far_truncations.json: log densities of truncated distributions whose ends lie far out, and the draws' quantiles, with mpmath.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 && V/bin/python make_far_truncations.py

A case is the family, its parameters, lo, hi, points [x, log density], and `below`: [x, P(X ≤ x)]. A family is f, P(X > x) and P(X ≤ x) as logarithms,
each where it does not cancel. Points are the doubles nearest to lo or hi and a step from there.
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 700
M = mp.mpf
INF = mp.inf


def log_erfc_tail(z):
    """log P(Z > z) for z > 0; the asymptotic series far out, where erfc is slow."""
    if z == INF: return -INF
    if z < 1000: return mp.log(mp.erfc(z / mp.sqrt(2)) / 2)
    series, term, k = M(1), M(1), 1
    while abs(term) > M(10) ** -690 and k < 400:
        term *= -(2 * k - 1) / z ** 2
        series, k = series + term, k + 1
    return -z * z / 2 - mp.log(z * mp.sqrt(2 * mp.pi)) + mp.log(series)
def log1m(t): return mp.log(-mp.expm1(t)) if t > -1 else mp.log1p(-mp.exp(t))
def ends_of_normal(z): return (log_erfc_tail(-z), log1m(log_erfc_tail(-z))) if z < 0 else (log1m(log_erfc_tail(z)), log_erfc_tail(z))
def phi(z): return -z * z / 2 - mp.log(2 * mp.pi) / 2
def above(t): return log1m(t) if t < 0 else -INF, t
def below(t): return t, log1m(t)

# log f(x), (log P(X ≤ x), log P(X > x)).
FAMILIES = {
    "normal": (lambda x, m, s: phi((x - m) / s) - mp.log(s), lambda x, m, s: ends_of_normal((x - m) / s)),
    "half_normal": (lambda x, s: mp.log(2 / s) + phi(x / s), lambda x, s: above(mp.log(2) + log_erfc_tail(x / s))),
    "log_normal": (lambda x, m, s: phi((mp.log(x) - m) / s) - mp.log(s * x), lambda x, m, s: ends_of_normal((mp.log(x) - m) / s) if x > 0 else (-INF, M(0))),
    "logit_normal": (lambda x, m, s: phi((mp.log(x / (1 - x)) - m) / s) - mp.log(s * x * (1 - x)), lambda x, m, s: ends_of_normal((mp.log(x / (1 - x)) - m) / s)),
    "exponential": (lambda x, r: mp.log(r) - r * x, lambda x, r: above(-r * x)),
    "laplace": (lambda x, m, s: -mp.log(2 * s) - abs(x - m) / s, lambda x, m, s: above(-(x - m) / s - mp.log(2)) if x > m else below((x - m) / s - mp.log(2))),
    "asymmetric_laplace": (lambda x, m, s, p: mp.log(2 * p * (1 - p) / s) + (-2 * p * (x - m) / s if x > m else 2 * (1 - p) * (x - m) / s),
                           lambda x, m, s, p: above(mp.log(1 - p) - 2 * p * (x - m) / s) if x > m else below(mp.log(p) + 2 * (1 - p) * (x - m) / s)),
    "logistic": (lambda x, m, s: -mp.log(s) - abs(x - m) / s - 2 * mp.log1p(mp.exp(-abs(x - m) / s)),
                 lambda x, m, s: above(-(x - m) / s - mp.log1p(mp.exp(-(x - m) / s))) if x > m else below((x - m) / s - mp.log1p(mp.exp((x - m) / s)))),
    "log_logistic": (lambda x, s, k: mp.log(k / x) + k * mp.log(x / s) - 2 * mp.log1p((x / s) ** k),
                     lambda x, s, k: above(-mp.log1p((x / s) ** k)) if x > s else below(-mp.log1p((x / s) ** -k))),
    "gumbel": (lambda x, m, s: -mp.log(s) - (x - m) / s - mp.exp(-(x - m) / s), lambda x, m, s: below(-mp.exp(-(x - m) / s))),
    "frechet": (lambda x, k, s: mp.log(k / x) + k * mp.log(s / x) - (s / x) ** k, lambda x, k, s: below(-(s / x) ** k) if x > 0 else (-INF, M(0))),
    "weibull": (lambda x, k, s: mp.log(k / x) + k * mp.log(x / s) - (x / s) ** k, lambda x, k, s: above(-(x / s) ** k)),
    "gompertz": (lambda x, b, r: mp.log(b * r) + r * x - b * mp.expm1(r * x), lambda x, b, r: above(-b * mp.expm1(r * x))),
    "rayleigh": (lambda x, s: mp.log(x / s ** 2) - (x / s) ** 2 / 2, lambda x, s: above(-(x / s) ** 2 / 2)),
    "pareto": (lambda x, lo, k: mp.log(k / x) + k * mp.log(lo / x), lambda x, lo, k: above(k * mp.log(lo / x))),
    "pareto_type_2": (lambda x, m, s, k: mp.log(k / s) - (k + 1) * mp.log1p((x - m) / s), lambda x, m, s, k: above(-k * mp.log1p((x - m) / s))),
    "generalized_pareto": (lambda x, m, s, k: -mp.log(s) - (1 + 1 / k) * mp.log1p(k * (x - m) / s), lambda x, m, s, k: above(-mp.log1p(k * (x - m) / s) / k)),
    "kumaraswamy": (lambda x, a, b: mp.log(a * b) + (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x ** a), lambda x, a, b: above(b * mp.log1p(-x ** a))),
    "geometric": (lambda k, p: mp.log(p) + k * mp.log1p(-p), lambda k, p: above((k + 1) * mp.log1p(-p))),
    "affine_normal": (lambda x, a, b: phi((x - a) / b) - mp.log(abs(b)), lambda x, a, b: ends_of_normal((x - a) / b) if b > 0 else ends_of_normal((x - a) / b)[::-1]),
}

# Family, parameters, lo, hi, and the distances of points from the end that is nearer to the mass.
CASES = [
    ("normal", (0, 1), 1e10, INF, "lo", (0, 2.0 ** -19, 1e-3)), ("normal", (0, 1), 1e10, 1e10 + 1, "lo", (0, 2.0 ** -19)), ("normal", (0, 1), -INF, -1e10, "hi", (0, 2.0 ** -19)),
    ("normal", (-1e10, 1), 0, INF, "lo", (0, 1e-11, 7e-10)), ("normal", (1e10, 2), -1, 0, "hi", (0, 1e-11, 7e-10)), ("normal", (0, 1e-8), 100, INF, "lo", (0, 1.25 * 2.0 ** -40)),
    ("normal", (0, 1e-200), 1, INF, "lo", (0,)), ("normal", (-1, 1e-200), 0, 1, "lo", (0,)), ("normal", (0, 1), 1e5, 1e6, "lo", (0, 1.0 / 65536, 2.0, 10.0)),
    ("normal", (0, 1), 46, INF, "lo", (0, 0.125, 3.0)), ("normal", (0, 1), -1e308, -1e200, "hi", (0,)),
    ("half_normal", (1e-10,), 1, 2, "lo", (0, 2.0 ** -52)), ("half_normal", (1,), 1e5, INF, "lo", (0, 1.0 / 65536)),
    ("log_normal", (-1e10, 1), 0.5, 2, "lo", (0, 2.0 ** -34)), ("log_normal", (1e9, 10), 0, 0.75, "hi", (0, 2.0 ** -30)), ("log_normal", (0, 1e-3), 1.5, INF, "lo", (0, 0.001953125)),
    ("logit_normal", (-1e9, 1), 0.25, 0.75, "lo", (0, 2.0 ** -32)), ("logit_normal", (1e9, 1), 0.25, 0.75, "hi", (0, 2.0 ** -32)),
    ("exponential", (1e10,), 1e10, INF, "lo", (0,)), ("exponential", (1,), 1e18, 2e18, "lo", (0, 128)), ("exponential", (1e308,), 1, INF, "lo", (0,)), ("exponential", (3,), 1e9, 1e9 + 1, "lo", (0, 0.25, 1)),
    ("laplace", (0, 1), 1e15, INF, "lo", (0, 0.5, 3)), ("laplace", (0, 1e-300), -2, -1, "hi", (0,)), ("laplace", (-1e15, 2), 0, INF, "lo", (0, 0.3, 3)),
    ("asymmetric_laplace", (1e15, 2, 0.3), -1, 0, "hi", (0, 0.3, 0.9)), ("asymmetric_laplace", (-1e15, 2, 0.3), 0, INF, "lo", (0, 0.3, 9)),
    ("logistic", (-1e15, 2), 0, INF, "lo", (0, 0.3, 9)), ("logistic", (1e15, 2), -INF, 0, "hi", (0, 0.3, 9)),
    ("log_logistic", (1, 1e9), 2, INF, "lo", (0, 2.0 ** -30)), ("log_logistic", (1, 1e9), 0.125, 0.5, "hi", (0, 2.0 ** -32)),
    ("gumbel", (-1e15, 2), 0, INF, "lo", (0, 0.3, 9)), ("gumbel", (0, 1), -INF, -30, "hi", (0, 2.0 ** -45)), ("gumbel", (0, 1), -8, -7.5, "hi", (0, 2.0 ** -10, 0.25)),
    ("frechet", (2, 1e10), 0, 1, "hi", (0, 2.0 ** -53)), ("frechet", (3, 1), 0.01, 0.015625, "hi", (0, 2.0 ** -24)), ("frechet", (1e9, 1), 2, INF, "lo", (0, 2.0 ** -30)),
    ("weibull", (2, 1e-10), 1, INF, "lo", (0,)), ("weibull", (3, 1), 100, 200, "lo", (0, 2.0 ** -15, 0.5)), ("weibull", (1e9, 1), 0.25, 0.5, "hi", (0, 2.0 ** -32)),
    ("gompertz", (1, 1), 30, INF, "lo", (0, 2.0 ** -44)), ("gompertz", (1e-3, 2), 10, 11, "lo", (0, 2.0 ** -19, 0.5)),
    ("rayleigh", (1e-10,), 1, 2, "lo", (0,)), ("rayleigh", (1,), 1e6, INF, "lo", (0, 2.0 ** -20, 1)),
    ("pareto", (1, 1e9), 2, INF, "lo", (0, 2.0 ** -30)), ("pareto_type_2", (0, 1, 1e9), 2, 3, "lo", (0, 2.0 ** -29)), ("generalized_pareto", (0, 1, 1e-9), 1e12, INF, "lo", (0, 500)),
    ("generalized_pareto", (0, 1, -1e-9), 9e8, 9.5e8, "lo", (0, 0.0625)), ("kumaraswamy", (2, 1e12), 0.5, 0.75, "lo", (0, 2.0 ** -41)), ("kumaraswamy", (1e12, 2), 0.25, 0.5, "hi", (0, 2.0 ** -42)),
    ("geometric", (0.5,), 10 ** 15, 10 ** 15 + 20, "lo", (0, 1, 7, 20)), ("geometric", (1e-3,), 10 ** 14, INF, "lo", (0, 700)),
    ("affine_normal", (0, -1), 1e10, INF, "lo", (0, 2.0 ** -19)), ("affine_normal", (5, 0.5), -INF, -1e9, "hi", (0, 2.0 ** -22)),
]


def plain(x):
    x = float(x)
    return x if mp.isfinite(x) else str(x)


def case(family, parameters, lo, hi, end, steps):
    log_f, tails = FAMILIES[family]
    p = [M(float(v)) for v in parameters]
    a, b = M(float(lo)), M(float(hi))
    whole = family == "geometric"
    edge = a - 1 if whole else a
    def ends(x): return tails(x, *p) if mp.isfinite(x) else ((M(0), -INF) if x > 0 else (-INF, M(0)))
    def between(u, v):  # log P(u < X ≤ v)
        t, w = ends(u), ends(v)
        if t[1] < t[0]: return t[1] + log1m(w[1] - t[1]) if w[1] > -INF else t[1]
        return w[0] + log1m(t[0] - w[0]) if t[0] > -INF else w[0]
    all_of_it = between(edge, b)
    xs = [M(float(a + M(step) if end == "lo" else b - M(step))) for step in steps]
    points = [[plain(x), plain(log_f(x, *p) - all_of_it)] for x in xs]
    below = [[plain(x), plain(mp.exp(between(edge, x) - all_of_it))] for x in xs if x < b and x > edge]
    return {"family": family, "parameters": [plain(v) for v in parameters], "lo": plain(lo), "hi": plain(hi), "points": points, "below": below}


if __name__ == "__main__":
    rows = [case(*c) for c in CASES]
    (pathlib.Path(__file__).parent / "far_truncations.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n", encoding="utf-8")
