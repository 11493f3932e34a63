#!/usr/bin/env python3
"""Prints the coefficients of the polynomials in include/starling/values: interpolation at Chebyshev nodes in high
precision, with the largest error left. Usage: make_polynomials.py [name …]; needs mpmath (PyPI)."""
import struct
import sys

from mpmath import mp, mpf, cos, pi, exp, log, sin, sqrt, atan, tan, tanh, erfc, loggamma, psi, erfinv, findroot

mp.dps = 60


def fit(f, low, high, degree):
    """Monomial coefficients (around 0) of the polynomial that equals f at the Chebyshev nodes of [low, high]."""
    low, high = mpf(low), mpf(high)
    n = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    values = [f(x) for x in nodes]
    c = list(values)  # Newton's divided differences, then expanded
    for j in range(1, n):
        for i in range(n - 1, j - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (nodes[i] - nodes[i - j])
    p = [c[-1]]
    for i in range(n - 2, -1, -1):
        q = [mpf(0)] * (len(p) + 1)
        for k, a in enumerate(p):
            q[k + 1] += a
            q[k] -= a * nodes[i]
        q[0] += c[i]
        p = q
    return p


def near(f, x, h=mpf(10) ** -20):
    """f(x), also where f is 0/0 at 0."""
    return (f(x + h) + f(x - h)) / 2 if abs(x) < h else f(x)


def evaluate(p, x):
    r = mpf(0)
    for a in reversed(p):
        r = r * x + a
    return r


def report(name, f, low, high, degree, single_degree, weight=lambda x: 1):
    for d, kind in ((degree, "double"), (single_degree, "float")):
        if d is None:
            continue
        p = fit(f, low, high, d)
        if kind == "double":
            shown = [repr(float(a)) for a in p]
        else:
            shown = ["%.9gf" % struct.unpack("f", struct.pack("f", float(a)))[0] for a in p]
            shown = [s if "." in s or "e" in s else s.replace("f", ".0f") for s in shown]
        rounded = [mpf(float(s.rstrip("f"))) for s in shown]
        low_, high_ = mpf(low), mpf(high)
        grid = [low_ + (high_ - low_) * k / 400 for k in range(401)]
        err = max(abs((evaluate(p, x) - f(x)) * weight(x)) for x in grid)
        err_rounded = max(abs((evaluate(rounded, x) - f(x)) * weight(x)) for x in grid)
        log2 = lambda e: "%.1f" % float(log(e, 2)) if e else "-inf"
        print(f"{name} {kind}, degree {d}, error 2^{log2(err)}, with rounded coefficients 2^{log2(err_rounded)}")
        print("  " + ", ".join(shown))


ln2 = log(mpf(2))
H = ln2 / 2 * mpf("1.0001")


def exp_tail(r):  # e^r = 1 + r + r² q(r)
    return near(lambda t: (exp(t) - 1 - t) / t**2, r)


def expm1_tail(r):  # e^r - 1 = r + r²/2 + r³ q(r)
    return near(lambda t: (exp(t) - 1 - t - t * t / 2) / t**3, r, mpf(10) ** -15)


def log_tail(z):  # log((1 + s) / (1 - s)) = 2s + s z q(z), z = s²
    if z == 0:
        return mpf(2) / 3
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) / s - 2) / z


def sin_tail(z):
    s = sqrt(z)
    return (sin(s) / s - 1) / z if z > mpf(10) ** -25 else mpf(-1) / 6


def cos_tail(z):
    return (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > mpf(10) ** -15 else mpf(1) / 24


def log_second_tail(z):  # log((1 + s) / (1 - s)) = 2s + s z (2/3 + z q(z))
    return near(lambda t: (log_tail(t) - mpf(2) / 3) / t, z, mpf(10) ** -20) if z > mpf(10) ** -20 else mpf(2) / 5


def tanh_tail(z):  # tanh(x) = x + x z q(z)
    s = sqrt(z)
    return (tanh(s) / s - 1) / z if z > mpf(10) ** -25 else mpf(-1) / 3


def tan_tail(z):
    s = sqrt(z)
    return (tan(s) / s - 1) / z if z > mpf(10) ** -25 else mpf(1) / 3


def atan_tail(z):
    s = sqrt(z)
    return (atan(s) / s - 1) / z if z > mpf(10) ** -25 else mpf(-1) / 3


def erf_tail(z):  # erf(x) = x q(x²)
    s = sqrt(z)
    return (1 - erfc(s)) / s if z > mpf(10) ** -25 else 2 / sqrt(pi)


ERFCX = 4


def erfcx(x):
    if x < 60:
        return exp(x * x) * erfc(x)
    y, t, s = 1 / (2 * x * x), mpf(1), mpf(1)
    for k in range(1, 30):
        t *= -(2 * k - 1) * y
        s += t
    return s / (x * sqrt(pi))


def erfcx_mapped(q):  # (1 + 2x) e^{x²} erfc(x), x = 4 (1 + q) / (1 - q)
    if q >= 1 - mpf(10) ** -12:
        return 2 / sqrt(pi)
    x = ERFCX * (1 + q) / (1 - q)
    return (1 + 2 * x) * erfcx(x)


def lgamma_tail(t):  # lgamma(2 + t) = t (1 + t) q(t)
    return near(lambda u: loggamma(2 + u) / (u * (1 + u)), t)


def digamma_zero():
    return findroot(lambda x: psi(0, x), mpf("1.4616321449683623"))


X0 = digamma_zero()


def digamma_tail(t):  # digamma(1.65 + t) = (1.65 + t - x0) q(t)
    return near(lambda d: psi(0, X0 + d) / d, mpf("1.65") + t - X0)


def quantile_tail(w):  # Φ⁻¹(p) = 2 (p - 1/2) q(w), w = -log(4 p (1 - p))
    if w < mpf(10) ** -25:
        return sqrt(2 * pi) / 2
    y = sqrt(1 - exp(-w))  # = 2 |p - 1/2|
    return sqrt(mpf(2)) * erfinv(y) / y


jobs = {
    "exp": lambda: report("exp: e^r = 1 + r + r² q(r)", exp_tail, -H, H, 10, 4, lambda r: r * r),
    "expm1": lambda: report("expm1: e^r - 1 = r + r²/2 + r³ q(r)", expm1_tail, -H, H, 9, 4, lambda r: r * r),
    "log": lambda: report("log: log(m) = 2s + s z q(z)", log_tail, 0, ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.001"), 6, 2, lambda z: z / 2),
    "sin": lambda: report("sin(r) = r + r z q(z)", sin_tail, 0, (pi / 4) ** 2 * mpf("1.001"), 5, 2, lambda z: z),
    "cos": lambda: report("cos(r) = 1 - z/2 + z² q(z)", cos_tail, 0, (pi / 4) ** 2 * mpf("1.001"), 5, 2, lambda z: z * z),
    "tan": lambda: report("tan(r) = r + r z q(z)", tan_tail, 0, (pi / 4) ** 2 * mpf("1.001"), 15, 6, lambda z: z),
    "tanh": lambda: report("tanh(x) = x + x z q(z), |x| < 0.55", tanh_tail, 0, mpf("0.3026"), 10, 4, lambda z: z),
    "pow": lambda: report("pow: log(m) = 2s + s z (2/3 + z q(z))", log_second_tail, 0, ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.001"), 6, 2, lambda z: z * z / 2),
    "atan": lambda: report("atan(t) = t + t z q(z)", atan_tail, 0, tan(pi / 8) ** 2 * mpf("1.001"), 10, 4, lambda z: z),
    "erf": lambda: report("erf(x) = x q(z), |x| < 1", erf_tail, 0, mpf("1.0"), 11, 6),
    "erfcx": lambda: report("(1 + 2x) erfcx(x) = q((x - 4) / (x + 4))", erfcx_mapped, -1, 1, 23, 14),
    "lgamma": lambda: report("lgamma(1.75 + u) = (u - 1/4) (u + 3/4) q(u)", lambda u: lgamma_tail(u - mpf("0.25")), mpf("-0.5"), mpf("0.5"), 18, 9, lambda u: 1 / lgamma_tail(u - mpf("0.25"))),
    "digamma": lambda: report("digamma(1.65 + t) = (x - x0) q(t)", digamma_tail, mpf("-0.5"), mpf("0.5"), 21, 10, lambda t: 1 / digamma_tail(t)),
    "quantile": lambda: report("quantile = 2 (p - 1/2) q(w - 3.125)", lambda u: quantile_tail(u + mpf("3.125")), mpf("-3.125"), mpf("3.125"), 23, 10, lambda u: 1 / quantile_tail(u + mpf("3.125"))),
}
for name in sys.argv[1:] or jobs:
    jobs[name]()
