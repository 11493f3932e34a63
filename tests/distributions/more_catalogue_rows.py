"""More rows of catalogue_values.json (catalogue_rows.py, which includes them): on the real line, on intervals, of angles; of vector parameters; combined."""
import mpmath as mp

from catalogue_rows import (INF, NAN, ROWS, M, bad, counts, location_scale, log_factorial, logistic_cdf, ncdf, normal, positive, raw_moments, row, unit)


# Continuous ones again: more on the real line, on intervals, of angles.
def asymmetric_laplace_cdf(x, m, s, t): return t * mp.exp(2 * (1 - t) * (x - m) / s) if x < m else 1 - (1 - t) * mp.exp(-2 * t * (x - m) / s)
def asymmetric_laplace_survival(x, m, s, t): return 1 - t * mp.exp(2 * (1 - t) * (x - m) / s) if x < m else (1 - t) * mp.exp(-2 * t * (x - m) / s)
def asymmetric_laplace_moments(m, s, t):
    a, b = s / (2 * t), s / (2 * (1 - t))
    variance = a ** 2 + b ** 2
    return m + a - b, variance, 3 + 6 * (a ** 4 + b ** 4) / variance ** 2
ROWS["asymmetric_laplace"] = row(
    lambda x, m, s, t: mp.log(2 * t * (1 - t) / s) - (2 / s) * ((1 - t) * (m - x) if x < m else t * (x - m)),
    [(0, 1, 0.35), (3, 2.5, 0.9), (-1e6, 1e-3, 0.55), (1, 2, 1e-6)], [INF, -INF], bad({"location": "finite", "scale": "positive", "share": [0, 1, -1, NAN]}, (0, 1, 0.35)),
    extra=[-40.0, 1e4], cdf=asymmetric_laplace_cdf, survival=asymmetric_laplace_survival, moments=asymmetric_laplace_moments, kinks=True,
    quantile=lambda q, m, s, t: m + s / (2 * (1 - t)) * mp.log(q / t) if q < t else m - s / (2 * t) * mp.log((1 - q) / (1 - t)),
    far=lambda m, s, t: [m - 900 * s, m + 900 * s / t])
def skew_normal_moments(m, s, a):
    d = a / mp.sqrt(1 + a ** 2)
    rest = 1 - 2 * d ** 2 / mp.pi
    return m + s * d * mp.sqrt(2 / mp.pi), s ** 2 * rest, 3 + 2 * (mp.pi - 3) * (d * mp.sqrt(2 / mp.pi)) ** 4 / rest ** 2
ROWS["skew_normal"] = row(
    lambda x, m, s, a: mp.log(2) + normal(x, m, s) + mp.log(ncdf(a * (x - m) / s)), [(0, 1, 2), (3, 2.5, -5), (-1e3, 1e-3, 0.5), (1, 2, 0)], [INF, -INF],
    bad({"location": "finite", "scale": "positive", "shape": "finite"}, (0, 1, 2)), extra=[-20.0, 40.0], moments=skew_normal_moments, wrong=[0.0, 1.1, 2.0])
ROWS["exponentially_modified_normal"] = row(
    lambda x, m, s, r: mp.log(r) + r * (m - x + r * s ** 2 / 2) + mp.log(ncdf((x - m) / s - r * s)), [(0, 1, 1), (3, 2.5, 0.1), (-10, 0.1, 3), (0, 1, 50), (1, 1e-6, 2)],
    [INF, -INF], bad({"location": "finite", "scale": "positive", "rate": "positive"}, (0, 1, 1)), extra=[-30.0, 300.0],
    moments=lambda m, s, r: (m + 1 / r, s ** 2 + 1 / r ** 2, 3 + 6 / (1 + (r * s) ** 2) ** 2),
    cdf=lambda x, m, s, r: ncdf((x - m) / s) - mp.exp(r * (m - x + r * s ** 2 / 2)) * ncdf((x - m) / s - r * s))
def generalized_pareto(x, m, s, k):
    z = (x - m) / s
    return -mp.log(s) - (z if k == 0 else (1 + 1 / k) * mp.log1p(k * z))
def generalized_pareto_survival(x, m, s, k):
    z = (x - m) / s
    return mp.exp(-z) if k == 0 else (1 + k * z) ** (-1 / k) if 1 + k * z > 0 else M(0)
def generalized_pareto_moments(m, s, k):
    if k == 0: return m + s, s ** 2, M(9)
    mean = m + s / (1 - k) if k < 1 else mp.inf
    variance = s ** 2 / (1 - k) ** 2 / (1 - 2 * k) if k < 0.5 else mp.inf
    return mean, variance, 3 * (1 - 2 * k) * (2 * k ** 2 + k + 3) / (1 - 3 * k) / (1 - 4 * k) if k < 0.25 else mp.inf
ROWS["generalized_pareto"] = row(
    generalized_pareto, [(0, 1, 0.2), (2, 3, -0.5), (-5, 1e-3, 2), (1, 2, 0), (0, 1, 1e-9), (0, 1, -1e-5), (0, 1, -1)], [-6, INF, -INF],
    bad({"location": "finite", "scale": "positive", "shape": "finite"}, (0, 1, 0.2)), lambda m, s, k: (m, m - s / k if k < 0 else mp.inf), extra=[0.5, 30.0],
    cdf=lambda x, *p: 1 - generalized_pareto_survival(x, *p), survival=generalized_pareto_survival, moments=generalized_pareto_moments, wrong=[0.0, 1.1, 0.2],
    quantile=lambda q, m, s, k: m + s * (-mp.log1p(-q) if k == 0 else mp.expm1(-k * mp.log1p(-q)) / k))
def circle(*_): return -M(float(mp.pi)), M(float(mp.pi))
def centre_of_circle(*_): return M(0)
outside_circle = [3.2, -4, INF, -INF]
ROWS["von_mises"] = row(
    lambda x, m, k: k * (mp.cos(x - m) - 1) - mp.log(2 * mp.pi) - mp.log(mp.exp(-k) * mp.besseli(0, k)), [(0.5, 2), (0, 0), (1, 1e-8), (-3, 0.5), (2, 8.5), (10, 30), (0.3, 1e3)],
    outside_circle, bad({"location": "finite", "concentration": "nonnegative"}, (0.5, 2)), circle, extra=[-3.0, 0.0, 0.3, 2.0], wrong=[0.5, 2.2])
ROWS["von_mises"].cases.append((0.3, 1e8))
ROWS["von_mises"].only_points = {(0.3, 1e8): [0.3, 0.3001, 0.31, -2.0]}
def wrapped_normal(x, m, s):
    turns, x = int(2.5 * s + 4), x - 2 * mp.pi * mp.nint((x - m) / (2 * mp.pi))
    return mp.log(mp.fsum(mp.exp(normal(x + 2 * mp.pi * k, m, s)) for k in range(-turns, turns + 1)))
def wrapped_normal_cdf(x, m, s):
    turns, m = int(2.5 * s + 5), m - 2 * mp.pi * mp.nint(m / (2 * mp.pi))
    return mp.fsum(ncdf((x + 2 * mp.pi * k - m) / s) - ncdf((-mp.pi + 2 * mp.pi * k - m) / s) for k in range(-turns, turns + 1))
ROWS["wrapped_normal"] = row(
    wrapped_normal, [(0.5, 0.7), (0, 2), (-3, 2.6), (2, 0.05), (100, 1), (1, 8)], outside_circle, location_scale, circle, extra=[-3.0, 0.0, 2.0], width=lambda m, s: min(s, M(1)), cdf=wrapped_normal_cdf)
ROWS["wrapped_cauchy"] = row(
    lambda x, m, r: mp.log((1 - r ** 2) / (2 * mp.pi * (1 + r ** 2 - 2 * r * mp.cos(x - m)))), [(0.5, 0.6), (0, 0), (-3, 0.1), (2, 0.95), (10, 1e-8)],
    outside_circle, bad({"location": "finite", "concentration": [1, -0.1, NAN]}, (0.5, 0.6)), circle, extra=[-3.0, 0.0, 2.0])
ROWS["wrapped_cauchy"].cases.append((2, 1 - 1e-9))
ROWS["wrapped_cauchy"].only_points = {(2, 1 - 1e-9): [2.0, 2.0001, -1.0]}
two_positive = bad({"first": "positive", "second": "positive"}, (2, 3))
ROWS["kumaraswamy"] = row(
    lambda x, a, b: mp.log(a * b) + (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x ** a), [(2, 3), (0.5, 0.5), (0.1, 30), (50, 2), (1, 1)], [0, 1, -0.1, 1.5, INF], two_positive, unit,
    extra=[1e-100], cdf=lambda x, a, b: -mp.expm1(b * mp.log1p(-x ** a)), survival=lambda x, a, b: (1 - x ** a) ** b,
    quantile=lambda q, a, b: (-mp.expm1(mp.log1p(-q) / b)) ** (1 / a), moments=lambda a, b: raw_moments(lambda n: b * mp.beta(1 + n / a, b), mp.inf))
def logit(x): return mp.log(x / (1 - x))
def erfinv_quantile(q): return -mp.sqrt(2) * mp.erfinv(1 - 2 * q)
ROWS["logit_normal"] = row(
    lambda x, m, s: normal(logit(x), m, s) - mp.log(x) - mp.log1p(-x), [(0, 1), (-2, 0.3), (1, 3), (-40, 1)], [0, 1, -0.1, 1.5, INF], location_scale, unit, extra=[1e-100, 1 - 1e-12],
    cdf=lambda x, m, s: ncdf((logit(x) - m) / s), survival=lambda x, m, s: ncdf(-(logit(x) - m) / s),
    quantile=lambda q, m, s: 1 / (1 + mp.exp(-(m + s * erfinv_quantile(q)))))
def triangular_cdf(x, lo, c, hi): return (x - lo) ** 2 / ((hi - lo) * (c - lo)) if x < c else 1 - triangular_survival(x, lo, c, hi)
def triangular_survival(x, lo, c, hi): return (hi - x) ** 2 / ((hi - lo) * (hi - c)) if x > c else 1 - triangular_cdf(x, lo, c, hi) if x < c else (hi - c) / (hi - lo)
ROWS["triangular"] = row(
    lambda x, lo, c, hi: mp.log(2 / (hi - lo)) + (mp.log((x - lo) / (c - lo)) if x < c else mp.log((hi - x) / (hi - c)) if x > c else 0),
    [(0, 0.3, 1), (-2, 5, 5), (1, 1, 4), (2e6, 2e6 + 2, 2e6 + 3)], [-3, 2e7, INF, -INF],
    {"lo": [(NAN, 0.3, 1), (2, 2, 1)], "mode": [(0, -0.1, 1), (0, 1.1, 1), (0, NAN, 1)], "hi": [(0, 0.3, NAN), (0, 0.3, INF)]}, lambda lo, c, hi: (lo, hi),
    cdf=triangular_cdf, survival=triangular_survival, kinks=True, wrong=[0.0, 0.35, 1.0], width=lambda lo, c, hi: hi - lo,
    quantile=lambda q, lo, c, hi: lo + mp.sqrt(q * (hi - lo) * (c - lo)) if q < (c - lo) / (hi - lo) else hi - mp.sqrt((1 - q) * (hi - lo) * (hi - c)),
    moments=lambda lo, c, hi: ((lo + c + hi) / 3, (lo ** 2 + c ** 2 + hi ** 2 - lo * c - lo * hi - c * hi) / 18, M(12) / 5))
ROWS["arcsine"] = row(
    lambda x, lo, hi: -mp.log(mp.pi) - mp.log((x - lo) * (hi - x)) / 2, [(0, 1), (-2, 5), (2e6, 2e6 + 1)], [-3, 2e7, INF, -INF],
    {"lo": [(NAN, 1), (1, 1), (2, 1)], "hi": [(0, NAN), (0, INF)]}, lambda lo, hi: (lo, hi), extra=[1e-100, 0.2],
    cdf=lambda x, lo, hi: 2 / mp.pi * mp.asin(mp.sqrt((x - lo) / (hi - lo))), survival=lambda x, lo, hi: 2 / mp.pi * mp.asin(mp.sqrt((hi - x) / (hi - lo))),
    quantile=lambda q, lo, hi: lo + (hi - lo) * mp.sin(mp.pi * q / 2) ** 2, moments=lambda lo, hi: ((lo + hi) / 2, (hi - lo) ** 2 / 8, M(3) / 2))
ROWS["inverse_gaussian"] = row(
    lambda x, m, l: (mp.log(l) - mp.log(2 * mp.pi) - 3 * mp.log(x)) / 2 - l * (x - m) ** 2 / (2 * m ** 2 * x), [(1, 1), (3, 20), (0.1, 1e-3), (1e3, 1), (2, 1e6)], [0, -1, INF],
    bad({"mean": "positive", "shape": "positive"}, (1, 1)), positive, extra=[1e-3, 40.0], moments=lambda m, l: (m, m ** 3 / l, 3 + 15 * m / l),
    cdf=lambda x, m, l: ncdf(mp.sqrt(l / x) * (x / m - 1)) + mp.exp(2 * l / m) * ncdf(-mp.sqrt(l / x) * (x / m + 1)), width=lambda m, l: m)
def beta(x, a, b): return (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
def beta_cdf(x, a, b): return mp.betainc(a, b, 0, x, regularized=True)
def beta_moments(a, b):
    n = a + b
    return a / n, a * b / n ** 2 / (n + 1), 3 + 6 * ((a - b) ** 2 * (n + 1) - a * b * (n + 2)) / (a * b * (n + 2) * (n + 3))
ROWS["beta_proportion"] = row(
    lambda x, m, k: beta(x, m * k, (1 - m) * k), [(0.3, 7), (0.5, 1), (0.9, 300), (0.01, 40)], [0, 1, -0.1, 1.5, INF],
    bad({"mean": [0, 1, -1, NAN], "concentration": "positive"}, (0.3, 7)), unit, cdf=lambda x, m, k: beta_cdf(x, m * k, (1 - m) * k),
    moments=lambda m, k: beta_moments(m * k, (1 - m) * k))
def beta_uniform_raw(w, a, b): return lambda n: w * mp.rf(a, n) / mp.rf(a + b, n) + (1 - w) / M(n + 1)
ROWS["beta_uniform_mixture"] = row(
    lambda x, w, a, b: mp.log(w * mp.exp(beta(x, a, b)) + 1 - w), [(0.4, 2, 9), (0, 2, 3), (1, 2, 3), (0.9, 0.5, 0.5), (0.01, 300, 200)], [0, 1, -0.1, 1.5, INF],
    bad({"weight": [-0.1, 1.1, NAN], "first": "positive", "second": "positive"}, (0.4, 2, 9)), unit, cdf=lambda x, w, a, b: w * beta_cdf(x, a, b) + (1 - w) * x,
    moments=lambda w, a, b: raw_moments(beta_uniform_raw(w, a, b), mp.inf), wrong=[0.5, 2.0, 9.0])
def gompertz_mean(n, b): return mp.exp(n) * mp.e1(n) / b
ROWS["gompertz"] = row(
    lambda x, n, b: mp.log(n * b) + b * x - n * mp.expm1(b * x), [(0.9, 1), (0.1, 3), (1e-6, 0.2), (50, 1e-3)], [-1e-300, -1, INF], bad({"shape": "positive", "rate": "positive"}, (1, 1)),
    positive, extra=[0.0, 5.0], cdf=lambda x, n, b: -mp.expm1(-n * mp.expm1(b * x)), survival=lambda x, n, b: mp.exp(-n * mp.expm1(b * x)),
    quantile=lambda q, n, b: mp.log1p(-mp.log1p(-q) / n) / b, moments=lambda n, b: (gompertz_mean(n, b), M(0), mp.inf))
def horseshoe(x, s):
    y = (x / s) ** 2 / 2
    return -mp.log(s) - mp.log(2 * mp.pi ** 3) / 2 + (mp.log(mp.exp(y) * mp.e1(y)) if y < 1000 else mp.log(mp.fsum((-1) ** k * mp.factorial(k) / y ** (k + 1) for k in range(30))))
def horseshoe_cdf(x, s):
    """By the area beyond x, in the logarithm of x."""
    with mp.workdps(20):
        beyond = mp.quad(lambda t: mp.exp(horseshoe(mp.exp(t), s) + t), [mp.log(abs(x)), mp.log(s) + 1, mp.log(s) + 5, mp.log(s) + 50]) if abs(x) < s else mp.quad(
            lambda t: mp.exp(horseshoe(mp.exp(t), s) + t), [mp.log(abs(x)), mp.log(abs(x)) + 5, mp.log(abs(x)) + 50])
    return beyond if x < 0 else 1 - beyond
ROWS["horseshoe"] = row(
    horseshoe, [(1,), (1e-4,), (1e5,)], [INF, -INF], bad({"scale": "positive"}, (1,)), extra=[1e-10, -0.3, 1.41, 1.42, 1e30, -20.0], cdf=horseshoe_cdf,
    centre=lambda s: M(0), width=lambda s: s, pole_at_zero=True, wrong=[1.2])


# Those whose parameters are vectors: all numbers in a row.
def with_ends(cuts): return [-mp.inf, *cuts, mp.inf]
def ordered_row(cdf, notes):
    def density(k, eta, *cuts):
        ends = with_ends(cuts)
        a, b = ends[int(k)] - eta, ends[int(k) + 1] - eta
        return mp.log(cdf(-a) - cdf(-b) if a > 0 else cdf(b) - cdf(a))
    return row(density, [(0.3, -1, 0.5, 2), (-2, 0), (30, -1, 0.5, 2), (0, -1e-3, 1e-3), (1, -2, -1, 0, 1, 2, 3, 40)], [-1, 0.5, 4, INF],
               {"predictor": [(NAN, -1, 0.5, 2), (INF, -1, 0.5, 2)], "cutpoints": [(0.3, -1, 0.5, 0.5), (0.3, -1, -2, 2), (0.3, NAN, 0.5, 2), (0.3, -1, 0.5, INF)]},
               lambda eta, *cuts: (M(0), M(len(cuts))), discrete=True, extra=[0.0, 1.0, 2.0, 3.0, 6.0, 7.0], **notes)
def finite_cdf(f): return lambda z: M(0) if z == -mp.inf else M(1) if z == mp.inf else f(z)
ROWS["ordered_logistic"] = ordered_row(finite_cdf(logistic_cdf), {"wrong": [0.4, -1, 0.5, 2]})
ROWS["ordered_probit"] = ordered_row(finite_cdf(ncdf), {"wrong": [0.4, -1, 0.5, 2]})
def split(p): return p[:len(p) // 2 + 1], p[len(p) // 2 + 1:]
def piecewise(x, *p):
    edges, shares = split(p)
    i = next((i for i in range(len(shares)) if edges[i] <= x < edges[i + 1]), len(shares) - 1)
    return mp.log(shares[i] / (edges[i + 1] - edges[i])) if shares[i] else -mp.inf
def piecewise_cdf(x, *p):
    edges, shares = split(p)
    return mp.fsum(s * min(max((x - a) / (b - a), 0), 1) for s, a, b in zip(shares, edges, edges[1:]))
def piecewise_quantile(q, *p):
    edges, shares = split(p)
    for s, a, b in zip(shares, edges, edges[1:]):
        if q <= s: return a + (b - a) * q / s
        q -= s
    return edges[-1]
def piecewise_moments(*p):
    edges, shares = split(p)
    raw = lambda n: mp.fsum(s * (b ** (n + 1) - a ** (n + 1)) / (b - a) / (n + 1) for s, a, b in zip(shares, edges, edges[1:]))
    return raw_moments(raw, mp.inf)
ROWS["piecewise_uniform"] = row(
    piecewise, [(0, 1, 3, 3.5, 0.25, 0.5, 0.25), (-2, 5, 1), (-1, 1, 2, 3, 0.5, 0.125, 0.375)], [-1.5, 3.6, INF, -INF],
    {"edges": [(0, 1, 1, 3.5, 0.25, 0.5, 0.25), (0, 1, 3, INF, 0.25, 0.5, 0.25), (NAN, 1, 3, 3.5, 0.25, 0.5, 0.25)],
     "probabilities": [(0, 1, 3, 3.5, 0.25, 0.5, 0.5), (0, 1, 3, 3.5, -0.25, 0.5, 0.75), (0, 1, 3, 3.5, 0.25, NAN, 0.25)]},
    lambda *p: (p[0], split(p)[0][-1]), cdf=piecewise_cdf, moments=piecewise_moments, quantile=piecewise_quantile, wrong=[0, 1, 3, 3.5, 0.275, 0.475, 0.25])
ways = {}
def all_ways(ps):
    if ps not in ways:
        found = [M(1)]
        for p in ps: found = [a * (1 - p) + b * p for a, b in zip(found + [M(0)], [M(0)] + found)]
        ways[ps] = found
    return ways[ps]
def poisson_binomial(k, *ps):
    w = all_ways(ps)[int(k)]
    return mp.log(w) if w else -mp.inf
def poisson_binomial_moments(*ps):
    ws = all_ways(ps)
    m = mp.fsum(ps)
    v, f = (mp.fsum((k - m) ** n * w for k, w in enumerate(ws)) for n in (2, 4))
    return m, v, f / v ** 2 if v else mp.inf
many = tuple(((7 * i) % 41 + 0.5) / 42 for i in range(60))
ROWS["poisson_binomial"] = row(
    poisson_binomial, [(0.1, 0.4, 0.9, 0.5, 0.05), (0.3,), (1e-10, 1e-8), (0, 1, 0.5), many, (1e-200,) * 8], [-1, 0.5, 6, INF],
    {"probabilities": [(0.1, 1.1, 0.9, 0.5, 0.05), (0.1, NAN, 0.9, 0.5, 0.05), (-0.1, 0.4, 0.9, 0.5, 0.05)]}, lambda *ps: (M(0), M(len(ps))), discrete=True,
    extra=[0.0, 1.0, 2.0, 5.0, 8.0, 60.0], moments=poisson_binomial_moments, wrong=[0.12, 0.4, 0.9, 0.5, 0.05])


# Made of others.
def truncated(x, m, s, lo, hi):
    a, b = (lo - m) / s, (hi - m) / s
    return normal(x, m, s) - mp.log(ncdf(-a) - ncdf(-b) if a > 0 else ncdf(b) - ncdf(a))
ROWS["truncated"] = row(
    truncated, [(0, 1, -1, 2), (0, 1, 40, INF), (0, 1, 40, 41), (3, 2, -90, -80), (3, 2, 1, INF), (0, 1, -INF, 0.5)], [-2, 2.5, INF, -INF],
    {"scale": [(0, 0, -1, 2), (0, NAN, -1, 2)], "lo": [(0, 1, 2, 2), (0, 1, NAN, 2)], "hi": [(0, 1, -1, -2), (0, 1, -1, NAN)]},
    lambda m, s, lo, hi: (lo, hi), extra=[0.25, 40.5], wrong=[0.1, 1, -1, 2])
def mixture_weights(a, b): return mp.exp(a) / (mp.exp(a) + mp.exp(b)), mp.exp(b) / (mp.exp(a) + mp.exp(b))
def mixture(x, a, b, m, s, n, t):
    v, w = mixture_weights(a, b)
    return mp.log(v * mp.exp(normal(x, m, s)) + w * mp.exp(normal(x, n, t)))
def mixture_cdf(x, a, b, m, s, n, t):
    v, w = mixture_weights(a, b)
    return v * ncdf((x - m) / s) + w * ncdf((x - n) / t)
ROWS["mixture"] = row(
    mixture, [(0.5, 1, -2, 1, 3, 0.5), (0, 0, 0, 1, 0, 10), (-30, 0, 0, 1, 10, 1), (800, 799, 0, 1, 1, 1)], [INF, -INF],
    {"weights": [(NAN, 1, -2, 1, 3, 0.5), (INF, 1, -2, 1, 3, 0.5)], "scale": [(0.5, 1, -2, 0, 3, 0.5), (0.5, 1, -2, 1, 3, -0.5)], "location": [(0.5, 1, NAN, 1, 3, 0.5)]},
    extra=[-40.0, 0.0, 60.0], cdf=mixture_cdf, centre=lambda a, b, m, s, n, t: (m + n) / 2, width=lambda a, b, m, s, n, t: (s + t) / 2, wrong=[0.5, 1, -2, 1, 3, 0.55])
def poisson(k, r): return (k * mp.log(r) if k else M(0)) - r - log_factorial(k)
def zero_inflated(k, p, r): return mp.log((p if k == 0 else 0) + (1 - p) * mp.exp(poisson(k, r)))
ROWS["zero_inflated"] = row(
    zero_inflated, [(0.3, 4), (0, 2), (1e-10, 30), (0.9, 1e3)], [-1, 1.5, INF], {"probability": [(-0.1, 4), (1.1, 4), (NAN, 4)], "rate": [(0.3, -1), (0.3, NAN), (0.3, INF)]},
    counts, discrete=True, extra=[0.0, 1.0, 40.0], moments=lambda p, r: raw_moments(lambda n: (1 - p) * sum(mp.stirling2(n, j) * r ** j for j in range(n + 1)), mp.inf))
