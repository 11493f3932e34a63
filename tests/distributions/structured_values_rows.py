"""The rows of structured_values.json: dense formulas for mpmath numbers."""
import itertools
import math
import random

import mpmath as mp

M = mp.mpf
INF, NAN = float("inf"), float("nan")
ROWS = {}


class row:
    """density(x, p) is a logarithm, of flat lists; symmetric: the number of rows where values are symmetric matrices."""

    def __init__(self, density, cases, outside, bad, wrong=(), moments=None, values=None, symmetric=0, constants=(), discrete=False):
        self.density, self.cases, self.outside, self.bad, self.wrong = density, cases, outside, bad, list(wrong)
        self.moments, self.values, self.symmetric, self.constants, self.discrete = moments, values, symmetric, list(constants), discrete


def lower(xs, n):
    m, k = mp.zeros(n), 0
    for i in range(n):
        for j in range(i + 1):
            m[i, j], k = xs[k], k + 1
    return m
def symmetric(xs, n):
    m = lower(xs, n)
    for i in range(n):
        for j in range(i): m[j, i] = m[i, j]
    return m
def full(xs, n, m): return mp.matrix(n, m) + mp.matrix([[xs[i * m + j] for j in range(m)] for i in range(n)])
def column(xs): return mp.matrix(list(xs))
def log_normal_density(r, s):
    n = len(r)
    return -(r.T * mp.inverse(s) * r)[0] / 2 - mp.log(mp.det(s)) / 2 - n * mp.log(2 * mp.pi) / 2
def log_mgamma(n, a): return M(n) * (n - 1) / 4 * mp.log(mp.pi) + mp.fsum(mp.loggamma(a - M(i) / 2) for i in range(n))
def tr(m): return mp.fsum(m[i, i] for i in range(m.rows))


def spd(seed, n, size=1.0):
    """A symmetric positive definite matrix of doubles, all elements."""
    g = random.Random(seed)
    l = [[round(g.uniform(-1, 1), 2) * size if j < i else round(g.uniform(0.6, 1.8), 2) * size if i == j else 0.0 for j in range(n)] for i in range(n)]
    return [[math.fsum(l[i][k] * l[j][k] for k in range(n)) if i >= j else math.fsum(l[j][k] * l[i][k] for k in range(n)) for j in range(n)] for i in range(n)]
def flat(m): return [x for r in m for x in r]
def triangle(m): return [m[i][j] for i in range(len(m)) for j in range(i + 1)]
def factor(seed, n):
    g = random.Random(seed)
    return [[round(g.uniform(-1, 1), 2) if j < i else round(g.uniform(0.4, 1.8), 2) if i == j else 0.0 for j in range(n)] for i in range(n)]
def vectors(seed, n, count, size=2.0):
    g = random.Random(seed)
    return [[round(g.uniform(-size, size), 3) for _ in range(n)] for _ in range(count)]
def replaced(p, i, v): return [v if k == i else x for k, x in enumerate(p)]
def indefinite(n): return [1.0 if i == j else 0.99 if (i, j) != (n - 1, 0) else -0.99 for i in range(n) for j in range(i + 1)]


# Vectors of reals.
A3, B3 = triangle(spd(1, 3)), triangle(spd(2, 3, 4.0))
mean3 = [0.5, -1.25, 2.0]
def normal_precision(x, p): return log_normal_density(column(x) - column(p[:3]), mp.inverse(symmetric(p[3:], 3)))
def diagonal(s): return [s[i, i] for i in range(s.rows)]
ROWS["multivariate_normal_precision"] = row(
    normal_precision, [(mean3 + A3, vectors(3, 3, 3)), (mean3 + B3, vectors(4, 3, 2, 10))], [],
    [("mean", replaced(mean3 + A3, 1, NAN)), ("mean", replaced(mean3 + A3, 2, INF)), ("precision", mean3 + indefinite(3)), ("precision", replaced(mean3 + A3, 4, NAN))],
    wrong=mean3 + [1.1 * a for a in A3], moments=lambda p: (p[:3], diagonal(mp.inverse(symmetric(p[3:], 3)))))

W42, D4, mean4 = [0.5, -0.3, 1.2, 0.4, -0.7, 0.9, 0.0, 1.5], [0.5, 1.0, 2.0, 0.25], [1.0, 0.0, -2.0, 0.5]
def low_rank_covariance(p):
    w = full(p[4:12], 4, 2)
    return w * w.T + mp.diag(p[12:])
ROWS["multivariate_normal_low_rank"] = row(
    lambda x, p: log_normal_density(column(x) - column(p[:4]), low_rank_covariance(p)),
    [(mean4 + W42 + D4, vectors(5, 4, 3)), (mean4 + [10 * w for w in W42] + D4, vectors(6, 4, 2, 10))], [],
    [("mean", replaced(mean4 + W42 + D4, 0, NAN)), ("factor", replaced(mean4 + W42 + D4, 5, NAN)), ("factor", replaced(mean4 + W42 + D4, 6, INF)),
     ("variances", replaced(mean4 + W42 + D4, 13, 0.0)), ("variances", replaced(mean4 + W42 + D4, 15, -1.0))],
    wrong=mean4 + [1.1 * w for w in W42] + [1.1 * d for d in D4], moments=lambda p: (p[:4], diagonal(low_rank_covariance(p))))

def multivariate_t(x, p):
    v, s, r, n = p[0], symmetric(p[4:], 3), column(x) - column(p[1:4]), 3
    return (mp.loggamma((v + n) / 2) - mp.loggamma(v / 2) - n * mp.log(v * mp.pi) / 2 - mp.log(mp.det(s)) / 2
            - (v + n) / 2 * mp.log1p((r.T * mp.inverse(s) * r)[0] / v))
ROWS["multivariate_student_t"] = row(
    multivariate_t, [([12.0] + mean3 + A3, vectors(7, 3, 3)), ([9.5] + mean3 + B3, vectors(8, 3, 2, 10))], [],
    [("degrees", replaced([7.0] + mean3 + A3, 0, v)) for v in (0.0, -1.0, NAN, INF)] +
    [("location", replaced([7.0] + mean3 + A3, 2, NAN)), ("scale", [7.0] + mean3 + indefinite(3)), ("scale", replaced([7.0] + mean3 + A3, 4, -1.0))],
    wrong=[12.0] + mean3 + [1.2 * a for a in A3], moments=lambda p: (p[1:4], [p[0] / (p[0] - 2) * s for s in diagonal(symmetric(p[4:], 3))]))

def normals(zs, s): return mp.fsum(-(z / s) ** 2 / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2 for z in zs)
ROWS["gaussian_random_walk"] = row(
    lambda x, p: normals([x[0]] + [b - a for a, b in zip(x, x[1:])], p[0]), [([0.7], vectors(9, 5, 3)), ([20.0], vectors(10, 5, 2, 50))], [],
    [("scale", [v]) for v in (0.0, -1.0, NAN, INF)], wrong=[0.77], moments=lambda p: ([0] * 5, [(t + 1) * p[0] ** 2 for t in range(5)]))

def ar_rests(x, c): return [x[t] - mp.fsum(c[k] * x[t - 1 - k] for k in range(min(len(c), t))) for t in range(len(x))]
def ar_variances(c, s, n):
    psi = []
    for t in range(n): psi.append(M(1) if t == 0 else mp.fsum(c[k] * psi[t - 1 - k] for k in range(min(len(c), t))))
    return [s ** 2 * mp.fsum(w ** 2 for w in psi[:t + 1]) for t in range(n)]
ROWS["autoregressive"] = row(
    lambda x, p: normals(ar_rests(x, p[:2]), p[2]), [([0.6, -0.3, 0.8], vectors(11, 5, 3)), ([1.5, 0.9, 2.0], vectors(12, 5, 2, 9))], [],
    [("scale", [0.6, -0.3, v]) for v in (0.0, -1.0, NAN, INF)] + [("coefficients", [NAN, -0.3, 0.8]), ("coefficients", [0.5, INF, 0.8])],
    wrong=[0.6, -0.3, 0.88], moments=lambda p: ([0] * 5, ar_variances(p[:2], p[2], 5)))

def centred(v):
    """Doubles whose sum is exactly 0: multiples of 1/8."""
    v = [round(8 * x) / 8 for x in v]
    return v[:-1] + [-math.fsum(v[:-1])]
ROWS["sum_to_zero_normal"] = row(
    lambda x, p: -mp.fsum(v * v for v in x) / (2 * p[0] ** 2) - 3 * (mp.log(p[0]) + mp.log(2 * mp.pi) / 2),
    [([1.5], [centred(v) for v in vectors(13, 4, 3)]), ([0.05], [centred(v) for v in vectors(14, 4, 2, 1)])], [[1.0, 0.0, -0.5, 0.25], [1.0, 2.0, 3.0, 4.0]],
    [("scale", [v]) for v in (0.0, -1.0, NAN, INF)], wrong=[1.65], moments=lambda p: ([0] * 4, [p[0] ** 2 * M(3) / 4] * 4))

# Matrices.
def log_wishart(w, v, s, n):
    return ((v - n - 1) / 2 * mp.log(mp.det(w)) - tr(mp.inverse(s) * w) / 2 - v * n / 2 * mp.log(2) - v / 2 * mp.log(mp.det(s)) - log_mgamma(n, v / 2))
def log_inverse_wishart(w, v, s, n):
    return (v / 2 * mp.log(mp.det(s)) - (v + n + 1) / 2 * mp.log(mp.det(w)) - tr(s * mp.inverse(w)) / 2 - v * n / 2 * mp.log(2) - log_mgamma(n, v / 2))
def log_square_jacobian(l, n): return n * mp.log(2) + mp.fsum((n - i) * mp.log(l[i, i]) for i in range(n))
def of_factor(f):
    def density(x, p):
        l, s = full(x, 3, 3), lower(p[1:], 3)
        for i in range(3):
            for j in range(i + 1, 3): l[i, j] = M(0)
        return f(l * l.T, p[0], s * s.T, 3) + log_square_jacobian(l, 3)
    return density
bad_degrees = [("degrees", [v] + A3) for v in (2.0, -1.0, NAN, INF)]
bad_matrix = bad_degrees + [("scale", [7.0] + indefinite(3)), ("scale", replaced([7.0] + A3, 2, NAN)), ("scale", replaced([7.0] + A3, 1, -1.0))]
asymmetric, negative = flat(spd(21, 3)), flat(spd(22, 3))
asymmetric[1] += 0.01
negative[4] = -negative[4]
def wishart_moments(p):
    v, s = p[0], symmetric(p[1:], 3)
    return [v * s[i, j] for i in range(3) for j in range(3)], [v * (s[i, j] ** 2 + s[i, i] * s[j, j]) for i in range(3) for j in range(3)]
def inverse_wishart_moments(p):
    v, s, n = p[0], symmetric(p[1:], 3), 3
    return ([s[i, j] / (v - n - 1) for i in range(3) for j in range(3)],
            [((v - n + 1) * s[i, j] ** 2 + (v - n - 1) * s[i, i] * s[j, j]) / ((v - n) * (v - n - 1) ** 2 * (v - n - 3)) for i in range(3) for j in range(3)])
spds = [flat(spd(s, 3)) for s in (23, 24, 25)]
ROWS["wishart"] = row(lambda x, p: log_wishart(full(x, 3, 3), p[0], symmetric(p[1:], 3), 3), [([5.5] + A3, spds), ([40.0] + B3, spds[:2])],
                      [asymmetric, negative], bad_matrix, wrong=[6.0] + A3, moments=wishart_moments, symmetric=3)
ROWS["inverse_wishart"] = row(lambda x, p: log_inverse_wishart(full(x, 3, 3), p[0], symmetric(p[1:], 3), 3), [([16.0] + A3, spds), ([40.0] + B3, spds[:2])],
                              [asymmetric, negative], bad_matrix, wrong=[17.5] + A3, moments=inverse_wishart_moments, symmetric=3)
L3, factors = triangle(factor(26, 3)), [flat(factor(s, 3)) for s in (27, 28, 29)]
not_factors = [replaced(factors[0], 1, 0.25), replaced(factors[0], 4, -0.5), replaced(factors[0], 0, 0.0)]
bad_factor = [("degrees", [v] + L3) for v in (2.0, NAN, INF)] + [("factor", replaced([7.0] + L3, 3, v)) for v in (0.0, -1.0, NAN)] + [("factor", replaced([7.0] + L3, 2, NAN))]
ROWS["wishart_cholesky"] = row(of_factor(log_wishart), [([5.5] + L3, factors), ([2.5] + L3, factors[:2])], not_factors, bad_factor, wrong=[6.0] + L3)
ROWS["inverse_wishart_cholesky"] = row(of_factor(log_inverse_wishart), [([5.5] + L3, factors), ([2.5] + L3, factors[:2])], not_factors, bad_factor, wrong=[6.0] + L3)

def correlation(seed, n):
    f = factor(seed, n)
    f = [[x / math.sqrt(math.fsum(y * y for y in r)) for x in r] for r in f]
    return [[1.0 if i == j else math.fsum(f[max(i, j)][k] * f[min(i, j)][k] for k in range(n)) for j in range(n)] for i in range(n)]
def lkj(x, p):
    n, eta = 4, p[0]
    # The normalising constant by partial correlations (Lewandowski, Kurowicka, Joe 2009, equation 16 on).
    constant = M(0)
    for k in range(1, n):
        b = eta + M(n - k - 1) / 2
        constant += (n - k) * ((2 * b - 1) * mp.log(2) + 2 * mp.loggamma(b) - mp.loggamma(2 * b))
    return (eta - 1) * mp.log(mp.det(full(x, n, n))) - constant
correlations = [flat(correlation(s, 4)) for s in (30, 31, 32)]
ROWS["lkj_correlation"] = row(lkj, [([1.3], correlations), ([1.0], correlations[:2]), ([30.0], correlations[1:])],
                              [replaced(correlations[0], 0, 1.001), replaced(correlations[0], 1, correlations[0][1] + 0.01), flat(spd(33, 4))],
                              [("eta", [v]) for v in (0.0, -1.0, NAN, INF)], wrong=[1.5], symmetric=4,
                              moments=lambda p: ([float(i == j) for i in range(4) for j in range(4)], [0 if i == j else 1 / (2 * p[0] + 3) for i in range(4) for j in range(4)]))

M23, U2 = [0.5, 1.0, -1.0, 0.0, 2.0, 0.25], triangle(spd(34, 2))
def kronecker(u, v):
    n, m = u.rows, v.rows
    return mp.matrix([[u[i, k] * v[j, l] for k in range(n) for l in range(m)] for i in range(n) for j in range(m)])
ROWS["matrix_normal"] = row(
    lambda x, p: log_normal_density(column(x) - column(p[:6]), kronecker(symmetric(p[6:9], 2), symmetric(p[9:], 3))),
    [(M23 + U2 + A3, vectors(35, 6, 3)), (M23 + U2 + B3, vectors(36, 6, 2, 8))], [],
    [("mean", replaced(M23 + U2 + A3, 3, NAN)), ("row covariance", M23 + [1.0, 2.0, 1.0] + A3), ("column covariance", M23 + U2 + indefinite(3))],
    wrong=M23 + [1.1 * u for u in U2] + A3,
    moments=lambda p: (p[:6], diagonal(kronecker(symmetric(p[6:9], 2), symmetric(p[9:], 3)))))

# Vectors of whole numbers.
def counts(total, n): return [list(k) + [total - sum(k)] for k in itertools.product(range(int(total) + 1), repeat=n - 1) if sum(k) <= total]
def multinomial(x, p):
    return mp.loggamma(p[0] + 1) - mp.fsum(mp.loggamma(k + 1) for k in x) + mp.fsum(k * mp.log(q) for k, q in zip(x, p[1:]) if k > 0)
ROWS["multinomial"] = row(
    multinomial, [([5.0, 0.25, 0.625, 0.125], [[1, 4, 0], [0, 3, 2], [5, 0, 0]]), ([9.0, 0.5, 0.0625, 0.4375], [[4, 1, 4], [9, 0, 0]]), ([0.0, 0.25, 0.5, 0.25], [[0, 0, 0]])],
    [[1, 3, 0], [1, 5, -1], [0.5, 4.5, 0], [2, 4, 0]],
    [("trials", [v, 0.25, 0.625, 0.125]) for v in (-1.0, 2.5, NAN, INF)] + [("probabilities", [5.0, 0.25, 0.625, 0.25]), ("probabilities", [5.0, 1.25, -0.25, 0.0]), ("probabilities", [5.0, NAN, 0.5, 0.5])],
    wrong=[5.0, 0.28125, 0.59375, 0.125], values=lambda p: counts(p[0], 3), discrete=True, constants=[0, 1, 2, 3],
    moments=lambda p: ([p[0] * q for q in p[1:]], [p[0] * q * (1 - q) for q in p[1:]]))
def dirichlet_multinomial(x, p):
    n, a = p[0], p[1:]
    return (mp.loggamma(mp.fsum(a)) + mp.loggamma(n + 1) - mp.loggamma(n + mp.fsum(a))
            + mp.fsum(mp.loggamma(k + q) - mp.loggamma(q) - mp.loggamma(k + 1) for k, q in zip(x, a)))
def dirichlet_multinomial_moments(p):
    n, a, s = p[0], p[1:], mp.fsum(p[1:])
    return [n * q / s for q in a], [n * q / s * (1 - q / s) * (n + s) / (1 + s) for q in a]
ROWS["dirichlet_multinomial"] = row(
    dirichlet_multinomial, [([5.0, 0.5, 2.0, 1.25], [[1, 4, 0], [0, 3, 2], [5, 0, 0]]), ([7.0, 20.0, 3.0, 0.125], [[4, 1, 2], [7, 0, 0]])],
    [[1, 3, 0], [1, 5, -1], [0.5, 4.5, 0]],
    [("trials", [v, 0.5, 2.0, 1.25]) for v in (-1.0, 2.5, NAN, INF)] + [("concentration", [5.0, 0.5, v, 1.25]) for v in (0.0, -1.0, NAN, INF)],
    wrong=[5.0, 0.5, 2.0, 1.6], values=lambda p: counts(p[0], 3), discrete=True, constants=[0], moments=dirichlet_multinomial_moments)
ROWS["random_permutation"] = row(
    lambda x, p: -mp.log(24), [([], [[0, 1, 2, 3], [3, 1, 0, 2]])], [[0, 1, 2, 2], [1, 2, 3, 4], [0, 1, 2, 2.5], [-1, 0, 1, 2]], [],
    values=lambda p: [list(v) for v in itertools.permutations(range(4))], discrete=True, moments=lambda p: ([M(3) / 2] * 4, [M(15) / 12] * 4))

# Series, functions, maps.
def hidden_markov(x, p):
    """By enumeration of the states."""
    start, first, second, mu, s = p[0], p[1], p[2], p[3:5], p[5]
    pi, a = [start, 1 - start], [[first, 1 - first], [second, 1 - second]]
    total = M(0)
    for z in itertools.product((0, 1), repeat=4):
        w = pi[z[0]]
        for i, j in zip(z, z[1:]): w *= a[i][j]
        for t in range(4): w *= mp.exp(normals([x[t] - mu[z[t]]], s))
        total += w
    return mp.log(total)
def hidden_markov_moments(p):
    start, first, second, mu, s = p[0], p[1], p[2], p[3:5], p[5]
    share, means, variances = start, [], []
    for _ in range(4):
        m = share * mu[0] + (1 - share) * mu[1]
        means.append(m)
        variances.append(share * mu[0] ** 2 + (1 - share) * mu[1] ** 2 - m ** 2 + s ** 2)
        share = share * first + (1 - share) * second
    return means, variances
hmm = [0.3, 0.9, 0.2, -1.0, 2.0, 0.75]
ROWS["hidden_markov"] = row(
    hidden_markov, [(hmm, vectors(40, 4, 3, 3)), ([0.5, 0.75, 0.25, 1.0, 40.0, 2.5], [[0.5, 38.0, 41.0, 1.5], [200.0, -90.0, 3.0, 2.0]])], [],
    [("initial", replaced(hmm, 0, v)) for v in (-0.25, 1.25, NAN)] + [("transition", replaced(hmm, 1, 1.5)), ("transition", replaced(hmm, 2, NAN)), ("location", replaced(hmm, 3, NAN)),
                                                                      ("scale", replaced(hmm, 5, 0.0))],
    wrong=[0.3, 0.9, 0.2, -1.0, 2.0, 0.85], moments=hidden_markov_moments)

def state_space_joint(p):
    """Mean and covariance of y_0, y_1, y_2, from the dense formulas."""
    m0, p0, a, q, c, r = column(p[:2]), symmetric(p[2:5], 2), full(p[5:9], 2, 2), symmetric(p[9:12], 2), full(p[12:16], 2, 2), symmetric(p[16:19], 2)
    means, covs = [m0], [p0]
    for _ in range(2):
        means.append(a * means[-1])
        covs.append(a * covs[-1] * a.T + q)
    mean, cov = mp.zeros(6, 1), mp.zeros(6)
    for t in range(3):
        y = c * means[t]
        for i in range(2): mean[2 * t + i] = y[i]
        for s in range(t + 1):
            block = c * a ** (t - s) * covs[s] * c.T + (r if s == t else mp.zeros(2))
            for i in range(2):
                for j in range(2):
                    cov[2 * t + i, 2 * s + j] = block[i, j]
                    cov[2 * s + j, 2 * t + i] = block[i, j]
    return mean, cov
def state_space(x, p):
    mean, cov = state_space_joint(p)
    return log_normal_density(column(x) - mean, cov)
S2, Q2 = triangle(spd(41, 2)), triangle(spd(42, 2, 0.5))
kalman = [0.5, -1.0] + U2 + [0.9, 0.2, -0.3, 0.7] + Q2 + [1.0, 0.5, -0.25, 2.0] + S2
ROWS["linear_gaussian_state_space"] = row(
    state_space, [(kalman, vectors(43, 6, 3)), ([0.0, 3.0] + [20.0, 3.0, 5.0] + [1.0, 1.0, 0.0, 1.0] + [0.25, 0.125, 0.5] + [1.0, 0.0, 0.0, 0.5] + [0.01, 0.0, 0.02], vectors(44, 6, 2, 6))], [],
    [("mean", replaced(kalman, 0, NAN)), ("covariance", replaced(kalman, 2, -1.0)), ("covariance", replaced(kalman, 3, 50.0)), ("transition", replaced(kalman, 6, INF)), ("noise", replaced(kalman, 9, -0.5)),
     ("observation", replaced(kalman, 12, NAN)), ("observation noise", replaced(kalman, 16, 0.0)), ("observation noise", replaced(kalman, 17, 9.0))],
    wrong=kalman[:16] + [1.2 * s for s in S2], moments=lambda p: (list(state_space_joint(p)[0]), diagonal(state_space_joint(p)[1])))

INPUTS = [0.0, 0.4, 1.5, 1.75, 4.0]
def process_covariance(p):
    def k(r):
        s3, s5 = mp.sqrt(3) * r / p[5], mp.sqrt(5) * r / p[8]
        return (p[0] ** 2 * mp.exp(-r ** 2 / (2 * p[1] ** 2)) + p[2] ** 2 * mp.exp(-2 * mp.sin(mp.pi * r / p[4]) ** 2 / p[3] ** 2) * (1 + s3) * mp.exp(-s3)
                + p[6] ** 2 * mp.exp(-r / 2) + p[7] ** 2 * (1 + s5 + s5 ** 2 / 3) * mp.exp(-s5))
    return mp.matrix([[k(abs(M(a) - M(b))) + (p[9] ** 2 if i == j else 0) for j, b in enumerate(INPUTS)] for i, a in enumerate(INPUTS)])
process = [1.5, 0.8, 0.7, 1.2, 2.5, 3.0, 0.4, 0.9, 1.6, 0.3]
ROWS["gaussian_process"] = row(
    lambda x, p: log_normal_density(column(x), process_covariance(p)), [(process, vectors(45, 5, 3, 3))], [],
    [(n, replaced(process, i, v)) for n, i in (("scale", 0), ("length", 1), ("scale", 2), ("length", 3), ("period", 4), ("length", 5), ("scale", 6), ("length", 8), ("noise", 9)) for v in (0.0, -1.0, NAN, INF)],
    wrong=[1.8] + process[1:], moments=lambda p: ([0] * 5, diagonal(process_covariance(p))))

PAIRS = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]
def car_precision(p):
    q = mp.zeros(5)
    for i, j in PAIRS:
        q[i, i] += p[6]
        q[j, j] += p[6]
        q[i, j] -= p[6] * p[5]
        q[j, i] -= p[6] * p[5]
    return q
car = [0.5, 0.0, -1.0, 2.0, 0.25, 0.9, 1.5]
ROWS["conditional_autoregression"] = row(
    lambda x, p: log_normal_density(column(x) - column(p[:5]), mp.inverse(car_precision(p))), [(car, vectors(46, 5, 3)), (replaced(car, 5, -0.5), vectors(47, 5, 2))], [],
    [("mean", replaced(car, 2, NAN)), ("association", replaced(car, 5, 1.0)), ("association", replaced(car, 5, -1.5)), ("association", replaced(car, 5, NAN))] + [("precision", replaced(car, 6, v)) for v in (0.0, NAN, INF)],
    wrong=replaced(car, 6, 1.8), moments=lambda p: (p[:5], diagonal(mp.inverse(car_precision(p)))))

# Generalised linear models.
DESIGN = [[1.0, -0.5], [0.25, 1.5], [-1.0, 0.75]]
def predictors(b, a=0): return [a + mp.fsum(M(x) * c for x, c in zip(r, b)) for r in DESIGN]
def negative_binomial_glm(y, p):
    total, phi = M(0), p[3]
    for k, eta in zip(y, predictors(p[1:3], p[0])):
        mu = mp.exp(eta)
        total += mp.loggamma(k + phi) - mp.loggamma(phi) - mp.loggamma(k + 1) + k * mp.log(mu / (mu + phi)) + phi * mp.log(phi / (mu + phi))
    return total
def negative_binomial_glm_moments(p):
    mu = [mp.exp(e) for e in predictors(p[1:3], p[0])]
    return mu, [m + m ** 2 / p[3] for m in mu]
nb = [0.5, 0.75, -0.25, 4.0]
ROWS["negative_binomial_2_log_glm"] = row(
    negative_binomial_glm, [(nb, [[1, 0, 2], [7, 3, 0]]), ([2.0, -0.5, 0.5, 50.0], [[9, 12, 4]])], [[1, -1, 2], [1, 0.5, 2]],
    [("intercept", replaced(nb, 0, NAN)), ("coefficients", replaced(nb, 2, INF))] + [("overdispersion", replaced(nb, 3, v)) for v in (0.0, -1.0, NAN)],
    discrete=True, moments=negative_binomial_glm_moments)
def categorical_glm(y, p):
    total = M(0)
    for i, k in enumerate(y):
        logits = [p[c] + mp.fsum(M(DESIGN[i][j]) * p[3 + 3 * j + c] for j in range(2)) for c in range(3)]
        total += logits[int(k)] - mp.log(mp.fsum(mp.exp(l) for l in logits))
    return total
three = [list(v) for v in itertools.product(range(3), repeat=3)]
cl = [0.5, -0.25, 0.0, 0.75, 1.0, -0.5, 0.25, -1.5, 0.5]
ROWS["categorical_logit_glm"] = row(
    categorical_glm, [(cl, three[3:6])], [[0, 1, 3], [0, -1, 0], [0, 0.5, 1]], [("intercepts", replaced(cl, 1, NAN)), ("coefficients", replaced(cl, 5, INF))],
    wrong=replaced(cl, 3, 1.0), values=lambda p: three, discrete=True)
def ordered_glm(y, p):
    total = M(0)
    for k, eta in zip(y, predictors(p[:2])):
        edges = [M(0)] + [1 / (1 + mp.exp(-(c - eta))) for c in p[2:]] + [M(1)]
        total += mp.log(edges[int(k) + 1] - edges[int(k)])
    return total
ol = [0.75, -0.5, -1.0, 1.25]
ROWS["ordered_logistic_glm"] = row(
    ordered_glm, [(ol, three[4:8])], [[0, 1, 3], [0, -1, 0], [0, 0.5, 1]], [("coefficients", replaced(ol, 0, NAN)), ("cutpoints", replaced(ol, 3, -2.0)), ("cutpoints", replaced(ol, 2, NAN))],
    wrong=replaced(ol, 3, 1.5), values=lambda p: three, discrete=True)

# Those that models use most.
def log_dirichlet(x, p): return mp.loggamma(mp.fsum(p)) - mp.fsum(mp.loggamma(a) for a in p) + mp.fsum((a - 1) * mp.log(v) for a, v in zip(p, x))
def dirichlet_moments(p):
    s = mp.fsum(p)
    return [a / s for a in p], [a * (s - a) / (s ** 2 * (s + 1)) for a in p]
simplexes = [[0.25, 0.5, 0.25], [0.0625, 0.03125, 0.90625], [2.0 ** -40, 0.5, 0.5 - 2.0 ** -40]]
ROWS["dirichlet"] = row(
    log_dirichlet, [([2.0, 0.5, 7.0], simplexes), ([100.0, 30.0, 60.0], simplexes[:2])], [[0.5, 0.5, 0.25], [0.5, 0.5, 0.0], [1.25, -0.5, 0.25]],
    [("concentration", [2.0, v, 7.0]) for v in (0.0, -1.0, NAN, INF)], wrong=[2.2, 0.5, 7.0], moments=dirichlet_moments)
def symmetric_normal(x, p): return log_normal_density(column(x) - column(p[:3]), symmetric(p[3:], 3))
def factored_normal(x, p): return log_normal_density(column(x) - column(p[:3]), lower(p[3:], 3) * lower(p[3:], 3).T)
ROWS["multivariate_normal"] = row(
    symmetric_normal, [(mean3 + A3, vectors(48, 3, 3)), (mean3 + B3, vectors(49, 3, 2, 10))], [],
    [("mean", replaced(mean3 + A3, 1, NAN)), ("covariance", mean3 + indefinite(3)), ("covariance", replaced(mean3 + A3, 4, NAN))],
    wrong=mean3 + [1.1 * a for a in A3], moments=lambda p: (p[:3], diagonal(symmetric(p[3:], 3))))
ROWS["multivariate_normal_cholesky"] = row(
    factored_normal, [(mean3 + L3, vectors(50, 3, 3)), (mean3 + [20 * l for l in L3], vectors(51, 3, 2, 10))], [],
    [("mean", replaced(mean3 + L3, 1, INF)), ("factor", replaced(mean3 + L3, 3, -1.0)), ("factor", replaced(mean3 + L3, 4, NAN)), ("factor", replaced(mean3 + L3, 8, 0.0))],
    wrong=mean3 + [1.1 * l for l in L3], moments=lambda p: (p[:3], diagonal(lower(p[3:], 3) * lower(p[3:], 3).T)))
def lkj_factor(x, p):
    """The density of L Lᵀ times |∂(L Lᵀ)/∂L|; the diagonal of L is what the rows' lengths leave."""
    l = full(x, 4, 4)
    return lkj(list(l * l.T), p) + mp.fsum((3 - k) * mp.log(l[k, k]) for k in range(1, 4))
def unit_rows(seed, n):
    f = factor(seed, n)
    return [[v / math.sqrt(math.fsum(y * y for y in r)) for v in r] for r in f]
lkj_factors = [flat(unit_rows(s, 4)) for s in (52, 53, 54)]
ROWS["lkj_cholesky"] = row(
    lkj_factor, [([1.3], lkj_factors), ([1.0], lkj_factors[:2]), ([30.0], lkj_factors[1:])],
    [replaced(lkj_factors[0], 5, -lkj_factors[0][5]), replaced(lkj_factors[0], 1, 1e-3), replaced(lkj_factors[0], 5, lkj_factors[0][5] + 1e-6)],
    [("eta", [v]) for v in (0.0, -1.0, NAN, INF)], wrong=[1.5])
