"""The rows of catalogue_values.json: densities, cumulative functions and moments, for mpmath numbers."""
import mpmath as mp

M = mp.mpf
INF, NAN = float("inf"), float("nan")


class row:
    """density(x, parameters…) is a logarithm; cdf, survival are not; moments gives mean, variance, kurtosis."""

    def __init__(self, density, cases, outside, bad, support=lambda *_: (-mp.inf, mp.inf), extra=(), cdf=None, survival=None, quantile=None,
                 moments=None, discrete=False, only_points=None, far=lambda *_: [], centre=lambda m, *_: m, width=lambda *p: p[1] if len(p) > 1 else M(1), **notes):
        self.density, self.cases, self.outside, self.bad, self.support, self.extra = density, cases, outside, bad, support, list(extra)
        self.cdf, self.survival, self.quantile, self.moments, self.discrete, self.far = cdf, survival, quantile, moments, discrete, far
        self.centre, self.width, self.notes, self.only_points = centre, width, notes, only_points or {}


def positive(*_): return M(0), mp.inf
def unit(*_): return M(0), M(1)


def bad(names, good):
    """Bad values of each parameter: the names' requirements are 'positive', 'finite', 'probability' or a list of bad values."""
    values = {"positive": [0, -1, NAN, INF], "finite": [NAN, INF], "nonnegative": [-1, NAN, INF]}
    return {n: [tuple(v if j == i else g for j, g in enumerate(good)) for v in (values[r] if isinstance(r, str) else r)]
            for i, (n, r) in enumerate(names.items())}


# From raw moments 1 … 4.
def by_raw(m1, m2, m3, m4):
    v = m2 - m1 ** 2
    return m1, v, (m4 - 4 * m1 * m3 + 6 * m1 ** 2 * m2 - 3 * m1 ** 4) / v ** 2


def raw_moments(raw, last):
    """raw(n): the n-th; those from `last` on are infinite."""
    if last <= 1: return mp.inf, mp.inf, mp.inf
    if last <= 2: return raw(1), mp.inf, mp.inf
    if last <= 4: return raw(1), raw(2) - raw(1) ** 2, mp.inf
    with mp.workdps(60): return by_raw(*[raw(n) for n in (1, 2, 3, 4)])


def student(x, v, m, s):
    return (mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s)
            - (v + 1) / 2 * mp.log1p(((x - m) / s) ** 2 / v))
def gamma(x, a, b): return a * mp.log(b) - mp.loggamma(a) + (a - 1) * mp.log(x) - b * x
def gamma_below(x, a, b): return mp.gammainc(a, 0, b * x, regularized=True)
def gamma_above(x, a, b): return mp.gammainc(a, b * x, mp.inf, regularized=True)
def log1pexp(x): return mp.log1p(mp.exp(x))
def logistic_cdf(z): return 1 / (1 + mp.exp(-z))
def normal(x, m, s): return -((x - m) / s) ** 2 / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2
def ncdf(z): return mp.erfc(-z / mp.sqrt(2)) / 2


ROWS = {}
location_scale = bad({"location": "finite", "scale": "positive"}, (0, 1))

ROWS["laplace"] = row(
    lambda x, m, s: -mp.log(2 * s) - abs(x - m) / s, [(0, 1), (3, 2.5), (-1e6, 1e-3)], [INF, -INF], location_scale, extra=[-40.0, 1e4],
    cdf=lambda x, m, s: mp.exp((x - m) / s) / 2 if x < m else -mp.expm1(-(x - m) / s - mp.log(2)) ,
    survival=lambda x, m, s: mp.exp(-(x - m) / s) / 2 if x > m else -mp.expm1((x - m) / s - mp.log(2)),
    quantile=lambda q, m, s: m + s * mp.log(2 * q) if q < 0.5 else m - s * mp.log(2 * (1 - q)),
    moments=lambda m, s: (m, 2 * s ** 2, 6), far=lambda m, s: [m - 900 * s, m + 900 * s], kinks=True)
ROWS["logistic"] = row(
    lambda x, m, s: -mp.log(s) - (x - m) / s - 2 * log1pexp(-(x - m) / s), [(0, 1), (3, 2.5), (-1e6, 1e-3)], [INF, -INF], location_scale,
    extra=[-40.0, 1e4], cdf=lambda x, m, s: logistic_cdf((x - m) / s), survival=lambda x, m, s: logistic_cdf(-(x - m) / s),
    quantile=lambda q, m, s: m + s * mp.log(q / (1 - q)), moments=lambda m, s: (m, mp.pi ** 2 / 3 * s ** 2, M(21) / 5),
    far=lambda m, s: [m - 900 * s, m + 900 * s])
def log_logistic_raw(s, b): return lambda n: s ** n * (n * mp.pi / b) / mp.sin(n * mp.pi / b)
ROWS["log_logistic"] = row(
    lambda x, s, b: mp.log(b / s) + (b - 1) * mp.log(x / s) - 2 * mp.log1p((x / s) ** b), [(1, 2), (2, 7.5), (1e-3, 0.5), (1e6, 100)],
    [0, -1, INF], bad({"scale": "positive", "shape": "positive"}, (1, 2)), positive, extra=[1e-100, 1e100],
    cdf=lambda x, s, b: 1 / (1 + (x / s) ** -b), survival=lambda x, s, b: 1 / (1 + (x / s) ** b),
    quantile=lambda q, s, b: s * (q / (1 - q)) ** (1 / b), moments=lambda s, b: raw_moments(log_logistic_raw(s, b), b))
ROWS["gumbel"] = row(
    lambda x, m, s: -mp.log(s) - (x - m) / s - mp.exp(-(x - m) / s), [(0, 1), (3, 2.5), (-1e6, 1e-3)], [INF, -INF], location_scale,
    extra=[-4.0, 1e4], cdf=lambda x, m, s: mp.exp(-mp.exp(-(x - m) / s)), survival=lambda x, m, s: -mp.expm1(-mp.exp(-(x - m) / s)),
    quantile=lambda q, m, s: m - s * mp.log(-mp.log(q)), moments=lambda m, s: (m + mp.euler * s, mp.pi ** 2 / 6 * s ** 2, M(27) / 5),
    far=lambda m, s: [m - 8 * s, m + 900 * s])
shape_scale = bad({"shape": "positive", "scale": "positive"}, (2, 1))
ROWS["weibull"] = row(
    lambda x, k, s: mp.log(k / s) + (k - 1) * mp.log(x / s) - (x / s) ** k, [(2, 1), (0.5, 3), (1, 1e-6), (50, 1e6)], [0, -1, INF], shape_scale,
    positive, extra=[1e-100, 30.0], cdf=lambda x, k, s: -mp.expm1(-(x / s) ** k), survival=lambda x, k, s: mp.exp(-(x / s) ** k),
    quantile=lambda q, k, s: s * (-mp.log1p(-q)) ** (1 / k), moments=lambda k, s: raw_moments(lambda n: s ** n * mp.gamma(1 + n / k), mp.inf),
    far=lambda k, s: [40 ** (1 / k) * s, 1e-30])
ROWS["frechet"] = row(
    lambda x, k, s: mp.log(k / s) - (k + 1) * mp.log(x / s) - (x / s) ** -k, [(6, 1), (0.5, 3), (1, 1e-6), (50, 1e6)], [0, -1, INF], shape_scale,
    positive, extra=[0.3, 1e100], cdf=lambda x, k, s: mp.exp(-(x / s) ** -k), survival=lambda x, k, s: -mp.expm1(-(x / s) ** -k),
    quantile=lambda q, k, s: s * (-mp.log(q)) ** (-1 / k), moments=lambda k, s: raw_moments(lambda n: s ** n * mp.gamma(1 - n / k), k),
    far=lambda k, s: [40 ** (-1 / k) * s, 1e30])
ROWS["pareto"] = row(
    lambda x, lo, a: mp.log(a) + a * mp.log(lo) - (a + 1) * mp.log(x), [(1, 6), (2, 1.5), (1e-3, 0.5), (1e6, 30)], [0, 5e-4, INF],
    bad({"lo": "positive", "shape": "positive"}, (1, 6)), lambda lo, a: (lo, mp.inf), extra=[1e30],
    cdf=lambda x, lo, a: -mp.expm1(a * mp.log(lo / x)), survival=lambda x, lo, a: (lo / x) ** a, quantile=lambda q, lo, a: lo * (1 - q) ** (-1 / a),
    moments=lambda lo, a: raw_moments(lambda n: a * lo ** n / (a - n), a))
def lomax_raw(s, a): return lambda n: s ** n * mp.gamma(a - n) * mp.gamma(1 + n) / mp.gamma(a)
def pareto_2_moments(m, s, a):
    mean, variance, kurtosis = raw_moments(lomax_raw(s, a), a)
    return m + mean, variance, kurtosis
ROWS["pareto_type_2"] = row(
    lambda x, m, s, a: mp.log(a / s) - (a + 1) * mp.log1p((x - m) / s), [(0, 1, 6), (2, 3, 1.5), (-5, 1e-3, 0.5), (1e3, 1e6, 30)], [-6, INF, -INF],
    bad({"location": "finite", "scale": "positive", "shape": "positive"}, (0, 1, 6)), lambda m, s, a: (m, mp.inf), extra=[1e30, 0.0],
    cdf=lambda x, m, s, a: -mp.expm1(-a * mp.log1p((x - m) / s)), survival=lambda x, m, s, a: (1 + (x - m) / s) ** -a,
    quantile=lambda q, m, s, a: m + s * mp.expm1(-mp.log1p(-q) / a), moments=pareto_2_moments)
ROWS["lomax"] = row(
    lambda x, s, a: mp.log(a / s) - (a + 1) * mp.log1p(x / s), [(1, 6), (3, 1.5), (1e-3, 0.5), (1e6, 30)], [-6, INF, -INF],
    bad({"scale": "positive", "shape": "positive"}, (1, 6)), positive, extra=[1e30, 0.0],
    cdf=lambda x, s, a: -mp.expm1(-a * mp.log1p(x / s)), survival=lambda x, s, a: (1 + x / s) ** -a,
    quantile=lambda q, s, a: s * mp.expm1(-mp.log1p(-q) / a), moments=lambda s, a: pareto_2_moments(M(0), s, a))
ROWS["rayleigh"] = row(
    lambda x, s: mp.log(x) - 2 * mp.log(s) - (x / s) ** 2 / 2, [(1,), (1e-8,), (1e6,)], [0, -3, INF], bad({"scale": "positive"}, (1,)), positive,
    extra=[1e-100], cdf=lambda x, s: -mp.expm1(-(x / s) ** 2 / 2), survival=lambda x, s: mp.exp(-(x / s) ** 2 / 2),
    quantile=lambda q, s: s * mp.sqrt(-2 * mp.log1p(-q)), moments=lambda s: raw_moments(lambda n: s ** n * mp.mpf(2) ** (M(n) / 2) * mp.gamma(1 + M(n) / 2), mp.inf),
    far=lambda s: [50 * s])
def gamma_moments(a, b): return a / b, a / b ** 2, 3 + 6 / a
def inverse_gamma_moments(a, b): return raw_moments(lambda n: b ** n * mp.gamma(a - n) / mp.gamma(a), a)
ROWS["chi_square"] = row(
    lambda x, v: gamma(x, v / 2, M(1) / 2), [(3,), (1,), (0.2,), (2.5,), (40,), (2000,)], [0, -1, INF], bad({"degrees": "positive"}, (3,)), positive,
    cdf=lambda x, v: gamma_below(x, v / 2, M(1) / 2), moments=lambda v: gamma_moments(v / 2, M(1) / 2), width=lambda v: v)
def inverse_gamma(x, a, b): return gamma(1 / x, a, b) - 2 * mp.log(x)
ROWS["inverse_chi_square"] = row(
    lambda x, v: inverse_gamma(x, v / 2, M(1) / 2), [(3,), (1,), (12,), (40,)], [0, -1, INF], bad({"degrees": "positive"}, (3,)), positive,
    cdf=lambda x, v: gamma_above(1 / x, v / 2, M(1) / 2), moments=lambda v: inverse_gamma_moments(v / 2, M(1) / 2), width=lambda v: 1 / v)
ROWS["scaled_inverse_chi_square"] = row(
    lambda x, v, s: inverse_gamma(x, v / 2, v * s ** 2 / 2), [(3, 1), (1, 2.5), (12, 1e-4), (40, 1e4)], [0, -1, INF],
    bad({"degrees": "positive", "scale": "positive"}, (3, 1)), positive, cdf=lambda x, v, s: gamma_above(1 / x, v / 2, v * s ** 2 / 2),
    moments=lambda v, s: inverse_gamma_moments(v / 2, v * s ** 2 / 2), width=lambda v, s: s ** 2)
def half_student_cdf(x, v, s): return 1 - mp.betainc(v / 2, M(1) / 2, 0, v / (v + (x / s) ** 2), regularized=True)
ROWS["half_student_t"] = row(
    lambda x, v, s: mp.log(2) + student(x, v, M(0), s), [(3, 1), (7, 2.5), (1, 1e-4), (60, 1e4)], [-1e-300, -1, INF],
    bad({"degrees": "positive", "scale": "positive"}, (3, 1)), positive, extra=[0.0], cdf=half_student_cdf,
    moments=lambda v, s: raw_moments(lambda n: s ** n * v ** (M(n) / 2) * mp.gamma(M(n + 1) / 2) * mp.gamma((v - n) / 2) / (mp.sqrt(mp.pi) * mp.gamma(v / 2)), v),
    width=lambda v, s: s)


# Counts.
def counts(*_): return M(0), mp.inf
def up_to_trials(n, *_): return M(0), n
def log_factorial(k): return mp.loggamma(k + 1)
def log_choose(n, k): return log_factorial(n) - log_factorial(k) - log_factorial(n - k)
def by_masses(density, low, high):
    """Mean, variance, kurtosis by sums over a finite range."""
    def of(*p):
        ks = [M(k) for k in range(int(low(*p)), int(high(*p)) + 1)]
        ws = [mp.exp(density(k, *p)) for k in ks]
        m = mp.fsum(k * w for k, w in zip(ks, ws))
        v, f = (mp.fsum((k - m) ** n * w for k, w in zip(ks, ws)) for n in (2, 4))
        return m, v, f / v ** 2 if v else mp.inf
    return of


ROWS["discrete_uniform"] = row(
    lambda k, lo, hi: -mp.log(hi - lo + 1), [(1, 6), (-3, 4), (0, 1), (7, 7), (-1000, 12345)], [0, 7, 1.5, INF, -INF],
    bad({"lo": [7, 0.5, NAN], "hi": [0, 6.5, NAN, INF]}, (1, 6)), lambda lo, hi: (lo, hi), discrete=True,
    cdf=lambda k, lo, hi: (mp.floor(k) - lo + 1) / (hi - lo + 1), survival=lambda k, lo, hi: (hi - mp.floor(k)) / (hi - lo + 1),
    moments=lambda lo, hi: ((lo + hi) / 2, ((hi - lo + 1) ** 2 - 1) / 12, M(3) / 5 * (3 - 4 / ((hi - lo + 1) ** 2 - 1)) if hi > lo else mp.inf), wrong=[1.0, 7.0], constants=[0, 1])
ROWS["geometric"] = row(
    lambda k, p: mp.log(p) + (k * mp.log1p(-p) if k else 0), [(0.3,), (0.75,), (1e-3,), (1 - 1e-10,), (1e-12,)], [-1, 1.5, INF],
    {"probability": [(0,), (-0.1,), (1.1,), (NAN,)]}, counts, discrete=True, extra=[0.0, 400.0], only_points={(1e-12,): [0.0, 5.0, 1e12, 1e14]},
    cdf=lambda k, p: -mp.expm1((k + 1) * mp.log1p(-p)), survival=lambda k, p: (1 - p) ** (k + 1),
    moments=lambda p: ((1 - p) / p, (1 - p) / p ** 2, 9 + p ** 2 / (1 - p)))
def negative_binomial(k, r, p): return mp.loggamma(k + r) - log_factorial(k) - mp.loggamma(r) + r * mp.log(p) + k * mp.log1p(-p)
def negative_binomial_moments(r, p): return r * (1 - p) / p, r * (1 - p) / p ** 2, 3 + 6 / r + p ** 2 / (r * (1 - p))
ROWS["negative_binomial"] = row(
    negative_binomial, [(3, 0.4), (0.5, 0.1), (1e-3, 0.5), (40.5, 0.9), (1000, 0.7), (1e6, 0.999), (1e8, 1e-3)], [-1, 1.5, INF],
    {"size": [(0, 0.4), (-1, 0.4), (NAN, 0.4), (INF, 0.4)], "probability": [(3, 0), (3, 1), (3, -1), (3, NAN)]}, counts, discrete=True, extra=[0.0, 1.0, 200.0],
    moments=negative_binomial_moments, only_points={(1e8, 1e-3): [0.0, 1e6, 9.99e10, 1.1e11]})
def negative_binomial_2(k, m, phi):
    with mp.workdps(700 if phi > 1e200 else 260 if phi > 1e9 else 40):
        return (mp.loggamma(k + phi) - log_factorial(k) - mp.loggamma(phi) - phi * mp.log1p(m / phi) + (k * (mp.log(m) - mp.log(m + phi)) if k else 0))
def negative_binomial_2_moments(m, phi): return m, m + m ** 2 / phi, 3 + 6 / phi + phi / ((m + phi) * m)
with_mean = {"mean": [(0, 2), (-1, 2), (NAN, 2), (INF, 2)], "overdispersion": [(4, 0), (4, -1), (4, NAN), (4, INF)]}
ROWS["negative_binomial_2"] = row(
    negative_binomial_2, [(4, 2), (0.1, 30), (100, 1e12), (5, 1e-2), (800, 50), (3, 1e100), (1e9, 1e3), (1e-8, 1)], [-1, 1.5, INF], with_mean, counts,
    discrete=True, extra=[0.0, 1.0, 60.0], moments=negative_binomial_2_moments, wrong=[4.6, 2], only_points={(1e9, 1e3): [0.0, 5.0, 9e8, 1e9, 1.2e9]})
ROWS["negative_binomial_2_log"] = row(
    lambda k, l, phi: negative_binomial_2(k, mp.exp(l), phi), [(1.5, 2), (-2, 30), (4.5, 1e12), (2, 1e-2), (6, 50)], [-1, 1.5, INF],
    {"log_mean": [(NAN, 2), (INF, 2)], "overdispersion": with_mean["overdispersion"]}, counts, discrete=True, extra=[0.0, 1.0, 60.0],
    moments=lambda l, phi: negative_binomial_2_moments(mp.exp(l), phi), wrong=[1.65, 2])
def beta_binomial(k, n, a, b):
    return (log_choose(n, k) + mp.loggamma(k + a) + mp.loggamma(n - k + b) - mp.loggamma(n + a + b) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
count = [-1, 1.5, NAN]
ROWS["beta_binomial"] = row(
    beta_binomial, [(10, 2, 3), (1, 0.5, 0.5), (0, 2, 3), (50, 0.1, 7), (200, 1e6, 1e6), (1000, 2, 40), (30, 1e-3, 1e-3), (1e6, 3, 1e4)], [-1, 1.5, 11, INF],
    bad({"trials": count, "first": "positive", "second": "positive"}, (10, 2, 3)), up_to_trials, discrete=True, extra=[0.0, 1.0, 10.0, 200.0],
    moments=by_masses(beta_binomial, lambda n, *_: 0, lambda n, *_: n), only_points={(1e6, 3, 1e4): [0.0, 3.0, 300.0, 1e4, 999999.0, 1e6]}, wrong=[10, 2, 4], constants=[0])
def binomial_logit(k, n, l): return log_choose(n, k) - (k * log1pexp(-l) if k else 0) - ((n - k) * log1pexp(l) if k < n else 0)
ROWS["binomial_logit"] = row(
    binomial_logit, [(10, -0.8), (1, 0), (0, 1), (100, -4), (1000, 0.01), (50, 2), (10, 800), (1e6, -30), (200, -700)], [-1, 1.5, 2e6, INF],
    bad({"trials": count, "logit": [NAN]}, (10, -0.8)), up_to_trials, discrete=True, extra=[0.0, 1.0, 9.0, 10.0, 200.0],
    moments=by_masses(binomial_logit, lambda n, _: 0, lambda n, _: n), only_points={(1e6, -30): [0.0, 1.0, 10.0, 1e5, 999999.0, 1e6]}, wrong=[10, -0.6], constants=[0])
def hypergeometric(k, n, a, b): return log_choose(a, k) + log_choose(b, n - k) - log_choose(a + b, n)
def hypergeometric_range(n, a, b): return max(M(0), n - b), min(n, a)
ROWS["hypergeometric"] = row(
    hypergeometric, [(8, 12, 20), (3, 3, 0), (0, 3, 4), (30, 20, 15), (100, 500, 5000), (40, 1e6, 1e6), (1, 1, 1)], [-1, 1.5, 9, INF],
    bad({"draws": [-1, 1.5, 33, NAN], "marked": count, "others": count}, (8, 12, 20)), hypergeometric_range, discrete=True, extra=[0.0, 1.0, 5.0],
    moments=by_masses(hypergeometric, lambda *p: hypergeometric_range(*p)[0], lambda *p: hypergeometric_range(*p)[1]), wrong=[8, 13, 20], constants=[0, 1, 2])
zetas = {}
def zeta(s):
    if s not in zetas: zetas[s] = mp.zeta(s)
    return zetas[s]
def zipf_moments(s):
    raw = lambda n: mp.zeta(s - n) / mp.zeta(s)
    return raw_moments(raw, s - 1) if s > 5 else (raw(1), raw(2) - raw(1) ** 2 if s > 3 else mp.inf, mp.inf) if s > 2 else (mp.inf, mp.inf, mp.inf)
ROWS["zipf"] = row(
    lambda k, s: -s * mp.log(k) - mp.log(zeta(s)), [(4,), (6.5,), (1.0001,), (3.5,), (40,), (1.2,)], [0, -1, 1.5, INF], {"exponent": [(1,), (0.5,), (NAN,), (INF,)]},
    lambda *_: (M(1), mp.inf), discrete=True, extra=[1.0, 2.0, 1e10], moments=zipf_moments,
    only_points={(1.0001,): [1.0, 2.0, 1e10], (1.2,): [1.0, 2.0, 7.0, 1e15]}, wrong=[3.6])


import more_catalogue_rows  # noqa: E402,F401  (adds to ROWS)
