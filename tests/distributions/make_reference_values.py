#!/usr/bin/env python3
"""Makes reference_values.json and own_reference_values.json: one row per distribution, from mpmath and scipy.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 scipy==1.17.1 && V/bin/python make_reference_values.py

A row has cases (parameters; points: x, log density, condition = sum of |relative derivatives|, by which rounding of the inputs
grows; bins: edges and probabilities of the draws; mean, variance, kurtosis where finite), points outside the support, and
bad parameters with the names at fault. Vector-valued rows have points only (lkj_cholesky: cases of points, each a matrix, its log
density and the size of its terms). Not finite numbers are strings.
"""
import json
import pathlib

import mpmath as mp
import scipy.stats as st

mp.mp.dps = 60
M = mp.mpf
LOG2PI = mp.log(2 * mp.pi)


def normal(x, m, s): return -((x - m) / s) ** 2 / 2 - mp.log(s) - LOG2PI / 2
def cauchy(x, m, s): return -mp.log(mp.pi) - mp.log(s) - mp.log1p(((x - m) / s) ** 2)
def gamma(x, a, b): return a * mp.log(b) - mp.loggamma(a) + (a - 1) * mp.log(x) - b * x
def student(x, v, m, s):
    return (mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s)
            - (v + 1) / 2 * mp.log1p(((x - m) / s) ** 2 / v))
def beta(x, a, b):
    return (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
def binomial(k, n, p):
    if k == 0: return n * mp.log1p(-p) if n else M(0)
    if k == n: return n * mp.log(p)
    return (mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(p) + (n - k) * mp.log1p(-p))
def poisson(k, r): return (k * mp.log(r) if k else M(0)) - r - mp.loggamma(k + 1)


INF, NAN = float("inf"), float("nan")
TAIL = [1e-12, 0.01, 0.3, 0.5, 0.8, 0.999, 1 - 1e-9]
# name: (density, scipy's, discrete, [parameters], outside, {parameter: [bad parameters]}, extra points per case)
ROWS = {
    "normal": (normal, lambda m, s: st.norm(m, s), 0, [(0, 1), (3, 2.5), (-1e6, 1e-3), (1e-8, 1e6)], [INF, -INF],
               {"scale": [(0, 0), (0, -1), (0, NAN), (0, INF)], "location": [(NAN, 1), (INF, 1)]}, [-40.0, 1e4]),
    "half_normal": (lambda x, s: mp.log(2) + normal(x, M(0), s), lambda s: st.halfnorm(scale=s), 0, [(1,), (1e-8,), (1e6,)],
                    [-1e-300, -3, INF, -INF], {"scale": [(0,), (-1,), (NAN,), (INF,)]}, [0.0]),
    "cauchy": (cauchy, lambda m, s: st.cauchy(m, s), 0, [(0, 1), (2, 1e-3), (-5, 1e5)], [INF, -INF],
               {"scale": [(0, 0), (0, -1), (0, NAN), (0, INF)], "location": [(NAN, 1), (-INF, 1)]}, [1e18, -1e200]),
    "half_cauchy": (lambda x, s: mp.log(2) + cauchy(x, M(0), s), lambda s: st.halfcauchy(scale=s), 0, [(1,), (25,), (1e-6,)],
                    [-1e-300, -1, INF], {"scale": [(0,), (-1,), (NAN,), (INF,)]}, [0.0, 1e200]),
    "student_t": (student, lambda v, m, s: st.t(v, m, s), 0,
                  [(3, 0, 1), (4, 2, 0.5), (0.05, 0, 1), (1e6, 0, 1), (30, -1, 2), (60, 0, 1e-3)], [INF, -INF],
                  {"degrees": [(0, 0, 1), (-1, 0, 1), (NAN, 0, 1), (INF, 0, 1)], "location": [(3, NAN, 1)],
                   "scale": [(3, 0, 0), (3, 0, -2), (3, 0, NAN)]}, [1e100]),
    "uniform": (lambda x, a, b: -mp.log(b - a), lambda a, b: st.uniform(a, b - a), 0, [(0, 1), (-2, 5), (1e6, 1e6 + 1)],
                [-1e7, 2e7, INF, -INF], {"lo": [(NAN, 1), (1, 1), (2, 1)], "hi": [(0, NAN), (0, INF), (2, 1)]}, []),
    "exponential": (lambda x, r: mp.log(r) - r * x, lambda r: st.expon(scale=1 / r), 0, [(1,), (2.5,), (1e-8,), (1e9,)],
                    [-1e-300, -1, INF], {"rate": [(0,), (-1,), (NAN,), (INF,)]}, [0.0]),
    "gamma": (gamma, lambda a, b: st.gamma(a, scale=1 / b), 0,
              [(1, 1), (0.5, 2), (0.1, 3), (1e-3, 1), (2.5, 1e-8), (15.9, 1), (20, 1e9), (1e6, 1e3)],
              [0, -1, INF, -INF], {"shape": [(0, 1), (-1.5, 1), (NAN, 1), (INF, 1)], "rate": [(1, 0), (1, -1), (1, NAN), (2, INF)]},
              [1e-200]),
    "inverse_gamma": (lambda x, a, b: gamma(1 / x, a, b) - 2 * mp.log(x), lambda a, b: st.invgamma(a, scale=b), 0,
                      [(1, 1), (3, 2), (0.5, 2), (20, 1e9), (7, 1e-8), (1e6, 1e3)], [0, -1, INF],
                      {"shape": [(0, 1), (-1.5, 1), (NAN, 1)], "scale": [(1, 0), (1, -1), (1, NAN), (1, INF)]}, [1e200]),
    "beta": (beta, lambda a, b: st.beta(a, b), 0,
             [(2, 5), (1, 1), (0.5, 0.5), (0.1, 30), (1e-3, 1e-3), (1e6, 2), (100, 200), (1e6, 1e6)], [0, 1, -0.1, 1.5, INF],
             {"first": [(0, 1), (-1.5, 1), (NAN, 1), (INF, 1)], "second": [(1, 0), (1, -1), (1, NAN)]}, [1e-200]),
    "log_normal": (lambda x, m, s: normal(mp.log(x), m, s) - mp.log(x), lambda m, s: st.lognorm(s, scale=float(mp.exp(m))), 0,
                   [(0, 1), (2, 0.1), (-3, 3)], [0, -1, INF], {"location": [(NAN, 1), (INF, 1)], "scale": [(0, 0), (0, -1), (0, NAN)]},
                   [1e-100, 1e100]),
    "bernoulli": (lambda x, p: mp.log(p) if x else mp.log1p(-p), lambda p: st.bernoulli(p), 1,
                  [(0.3,), (0.75,), (1e-10,), (1 - 1e-10,)], [2, -1, 0.5, INF],
                  {"probability": [(-0.1,), (1.1,), (NAN,)]}, [0.0, 1.0]),
    "bernoulli_logit": (lambda x, l: -mp.log1p(mp.exp(-l if x else l)), lambda l: st.bernoulli(float(1 / (1 + mp.exp(-l)))), 1,
                        [(-2,), (0,), (30,), (-700,)], [2, -1, 0.5], {"logit": [(NAN,)]}, [0.0, 1.0]),
    "binomial": (binomial, lambda n, p: st.binom(int(n), p), 1,
                 [(10, 0.3), (1, 0.5), (100, 0.02), (1000, 0.5), (50, 0.9), (15000, 0.999), (1e6, 1e-4), (1e6, 0.7)],
                 [-1, 1.5, 2e6, INF], {"trials": [(-1, 0.5), (1.5, 0.5), (NAN, 0.5)], "probability": [(3, -0.1), (3, 1.1), (3, NAN)]},
                 [0.0, 1.0]),
    "poisson": (poisson, lambda r: st.poisson(r), 1, [(3,), (0.1,), (1e-8,), (9.99,), (10,), (50,), (1e4,), (1e6,)],
                [-1, 1.5, INF], {"rate": [(-1,), (NAN,), (INF,)]}, [0.0, 1.0, 40.0]),
    "poisson_log": (lambda k, l: poisson(k, mp.exp(l)), lambda l: st.poisson(float(mp.exp(l))), 1, [(1,), (-2,), (0,), (2.25,), (2.5,), (4,), (9,)],
                    [-1, 1.5, INF], {"log_rate": [(NAN,), (INF,)]}, [0.0, 1.0, 40.0]),
}
OWN = {
    "pareto": (lambda x, lo, a: mp.log(a) + a * mp.log(lo) - (a + 1) * mp.log(x), lambda lo, a: st.pareto(a, scale=lo), 0,
               [(1, 5), (2, 1.5), (1e-3, 0.5)], [0, 5e-4, INF],
               {"lo": [(0, 1), (-1, 1), (NAN, 1)], "shape": [(1, 0), (1, -2), (1, NAN)]}, [1e30]),
}


def plain(x):
    x = float(x)
    return x if mp.isfinite(x) else str(x)


def condition(f, x, parameters, discrete):
    arguments = [M(float(x))] + [M(float(p)) for p in parameters]
    total = M(0)
    for i, a in enumerate(arguments):
        if a == 0 or (discrete and i == 0): continue
        moved = list(arguments)
        moved[i] = a * (1 + M(10) ** -25)
        try: total += abs(f(*moved) - f(*arguments)) * M(10) ** 25
        except (ValueError, TypeError): pass
    return total


def point(f, x, parameters, discrete):
    lp = f(M(float(x)), *[M(float(p)) for p in parameters])
    return [plain(x), plain(lp), plain(condition(f, x, parameters, discrete))]


def case(row, parameters):
    f, frozen, discrete, _, _, _, extra = row
    d = frozen(*[float(p) for p in parameters])
    low, high = d.support()
    xs = [float(d.ppf(q)) for q in TAIL] + [x for x in extra if low <= x <= high]
    xs = sorted({x for x in xs if mp.isfinite(x) and abs(x) > 1e-280 or x == 0 and x in extra or (discrete and x == 0)})
    xs = [x for x in xs if low <= x <= high and not (f is beta and not 0 < x < 1)]
    edges = sorted({float(d.ppf(i / 16)) for i in range(1, 16)})
    edges = [e for e in edges if mp.isfinite(e) and (discrete or abs(e) > 1e-290) and not (f is beta and e > 1 - 1e-9)]
    cumulative = [0.0] + [float(d.cdf(e)) for e in edges]
    probabilities = [b - a for a, b in zip(cumulative, cumulative[1:])] + [float(d.sf(edges[-1]))]
    keep = [i for i, p in enumerate(probabilities) if p > 1e-3]
    edges = [edges[i] for i in keep[:-1]]
    cumulative = [0.0] + [float(d.cdf(e)) for e in edges] + [1.0]
    probabilities = [b - a for a, b in zip(cumulative, cumulative[1:])]
    mean, variance, _, excess = (float(v) for v in d.stats(moments="mvsk"))
    result = {"parameters": [plain(p) for p in parameters],
              "points": [point(f, x, parameters, discrete) for x in xs],
              "edges": edges, "probabilities": probabilities, "discrete": bool(discrete),
              "limit": float(st.chi2.isf(1e-6, len(probabilities) - 1)) if len(probabilities) > 1 else 0.0}
    if all(map(mp.isfinite, (mean, variance, excess))) and excess < 200:
        result.update(mean=mean, variance=variance, kurtosis=excess + 3)
    return result


def row_of(row):
    return {"cases": [case(row, p) for p in row[3]], "outside": [plain(x) for x in row[4]],
            "bad": [{"parameters": [plain(v) for v in p], "parameter": name} for name, all_of in row[5].items() for p in all_of]}


def vector_rows():
    def dirichlet(x, a): return mp.loggamma(sum(a)) + sum((M(b) - 1) * mp.log(M(y)) - mp.loggamma(M(b)) for y, b in zip(x, a))
    def mvn(x, mean, factor):
        l, r = mp.matrix(factor), mp.matrix([M(a) - M(b) for a, b in zip(x, mean)])
        z = mp.lu_solve(l, r)
        return -sum(v * v for v in z) / 2 - sum(mp.log(l[i, i]) for i in range(len(x))) - len(x) * LOG2PI / 2
    def simplex(v): return [*v[:-1], 1 - sum(v[:-1])]
    probabilities, logits = [0.125, 0.25, 0.5, 0.125], [-1.0, 2.0, 0.5, "-inf"]
    weights = [mp.exp(M(l)) for l in (-1.0, 2.0, 0.5)] + [M(0)]
    mean, factor = [1.0, -2.0, 0.5], [[2.0, 0, 0], [0.5, 1.5, 0], [-1.0, 0.25, 0.5]]
    covariance = (mp.matrix(factor) * mp.matrix(factor).T).tolist()
    xs = [[1.0, -2.0, 0.5], [0.0, 0.0, 0.0], [30.0, -5.0, 8.0]]
    normal_points = [[x, plain(mvn(x, mean, factor))] for x in xs]
    design, intercept, coefficients, scale = [[1.0, 0.5], [-2.0, 0.25], [0.0, 3.0], [1.5, -1.0], [0.5, 0.5]], 0.25, [0.5, -1.0], 1.5
    etas = [M(intercept) + sum(M(a) * M(b) for a, b in zip(row, coefficients)) for row in design]
    def linear(ys, f): return [ys, plain(sum(f(M(y), eta) for y, eta in zip(ys, etas)))]
    linear_points = [linear([1, 0, 0, 1, 1], lambda y, eta: -mp.log1p(mp.exp(-eta if y else eta))),
                     linear([2, 0, 1, 7, 40], lambda y, eta: poisson(y, mp.exp(eta))),
                     linear([0.5, -1.0, 2.0, 0.25, 10.0], lambda y, eta: normal(y, eta, M(scale)))]
    return {
        "generalised_linear": {"parameters": [design, intercept, coefficients, scale], "points": linear_points},
        "categorical": {"parameters": [probabilities], "points": [[k, plain(mp.log(p))] for k, p in enumerate(probabilities)]},
        "categorical_logit": {"parameters": [logits], "points": [[k, plain(mp.log(w / sum(weights))) if w else "-inf"]
                                                                for k, w in enumerate(weights)]},
        "dirichlet": {"parameters": [[2.0, 0.5, 7.0]],
                      "points": [[x, plain(dirichlet(x, [2.0, 0.5, 7.0]))] for x in (simplex([0.25, 0.125, 0]), simplex([0.5, 1e-9, 0]))]},
        "multivariate_normal": {"parameters": [mean, [[plain(v) for v in r] for r in covariance]], "points": normal_points},
        "multivariate_normal_cholesky": {"parameters": [mean, factor], "points": normal_points},
        "iid": {"parameters": ["normal(1, 2)", 3], "points": [[x, plain(sum(normal(M(v), M(1), M(2)) for v in x))] for x in xs]},
        "flat": {"parameters": ["positive"], "points": [[2.5, 0.0], [-1.0, "-inf"], [0.0, "-inf"]]},
    }


def lkj_row():
    """By the vine: element j of row i, over what is left of the row's length, is 2 beta(a, a) − 1 with a = eta + (n − 2 − j) / 2."""
    def density(factor, eta):
        n, total = len(factor), M(0)
        for i, row in enumerate(factor):
            left = M(1)
            for j in range(i):
                next_left = left - M(row[j]) ** 2 if j + 1 < i else M(row[i]) ** 2
                a = eta + M(n - 2 - j) / 2
                total += (a - 1) * mp.log(next_left / left) - (2 * a - 1) * mp.log(2) - mp.log(mp.beta(a, a)) - mp.log(left) / 2
                left = next_left
        return total
    def factor(n, size):
        """Row i: elements in turns of either sign and of sum of squares size · i / n."""
        rows = []
        for i in range(n):
            xs = [(-1) ** j * float(mp.sqrt(size * i / n / M(i))) * (0.5 + j / n) for j in range(i)]
            rows.append(xs + [float(mp.sqrt(1 - sum(M(x) ** 2 for x in xs)))] + [0.0] * (n - 1 - i))
        return rows
    def point_of(f, eta):
        terms = [abs((len(f) - i - 1 + 2 * M(eta) - 2) * mp.log(M(f[i][i]))) for i in range(1, len(f))]
        by_eta = abs(mp.diff(lambda t: density(f, mp.exp(t)), mp.log(M(eta))))
        return [f, plain(density(f, M(eta))), plain(sum(terms, by_eta))]
    # A factor of size 1 / eta where eta is large: others have no weight.
    return {"cases": [{"parameters": [n, eta], "points": [point_of(factor(n, size / max(1, eta)), eta) for size in (M("0.9"), M("0.01"))]}
                      for n, eta in [(1, 2.0), (2, 1.0), (2, 0.3), (3, 2.5), (4, 1e-3), (5, 15.9), (5, 16.1), (6, 1234567.8), (20, 4.0)]]}


def write(name, rows):
    lines = ",\n".join(f'"{stem}": {json.dumps(row)}' for stem, row in rows.items())
    (pathlib.Path(__file__).parent / name).write_text("{\n" + lines + "\n}\n", encoding="utf-8")


write("reference_values.json", {n: row_of(r) for n, r in ROWS.items()} | vector_rows() | {"lkj_cholesky": lkj_row()})
write("own_reference_values.json", {n: row_of(r) for n, r in OWN.items()})
