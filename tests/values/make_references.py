#!/usr/bin/env python3
"""Writes tests/values/references.txt: values of the mathematical functions, by mpmath to 50 digits.

A line with a function's name starts its section. Each other line: arguments and the value's nearest double, as the sixteen hexadecimal
digits of their bits, and what is left of the value in thousandths of that double's last place. Arguments are doubles; half of
them are floats too, for the tests of float. Dense near zeros, branch points and extremes.
Usage: make_references.py (needs mpmath from PyPI; takes about a minute)."""
import math
import pathlib
import random
import struct

from mpmath import mp, mpf
import mpmath as m

mp.dps = 50
rng = random.Random(20250301)


def as_float(x):
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return math.inf


def between(low, high, n):
    return [rng.uniform(low, high) for _ in range(n)]


def around(point, n, widest=-1):
    """n points on each side of a point, at distances from 10^widest down to the last place."""
    return [point + s * 10 ** rng.uniform(-16, widest) for _ in range(n) for s in (-1, 1)]


def magnitudes(low, high, n, signs=(1,)):
    return [s * 10 ** rng.uniform(low, high) for _ in range(n) for s in signs]


TINY = [5e-324, 1e-323, 2.2250738585072014e-308, 2.225073858507201e-308, 1e-310, 1.401298464324817e-45, 1.1754943508222875e-38, 1e-40]
HUGE = [1.7976931348623157e308, 1e300, 3.4028234663852886e38, 1e38]
both = lambda xs: xs + [-x for x in xs]


def erfinv_quantile(p):
    """Φ⁻¹(p) by Newton's method from a normal tail start, on log Φ."""
    if p == mpf(1) / 2:
        return mpf(0)
    if p > mpf(1) / 2:
        return -erfinv_quantile(1 - p)
    x = -m.sqrt(-2 * m.log(2 * p)) if p < mpf("0.1") else (p - mpf(1) / 2) * m.sqrt(2 * m.pi)
    for _ in range(200):
        tail = m.erfc(-x / m.sqrt(2)) / 2
        step = (m.log(tail) - m.log(p)) * tail * m.sqrt(2 * m.pi) * m.exp(x * x / 2)
        x -= step
        if abs(step) < mpf(10) ** -45 * max(abs(x), mpf(10) ** -5):
            return x
    raise ValueError(p)


def log_normal_cdf(x):
    return m.log1p(-m.erfc(x / m.sqrt(2)) / 2) if x > 0 else m.log(m.erfc(-x / m.sqrt(2)) / 2)


def lgamma(x):
    return m.loggamma(x).real if x > 0 else m.log(abs(m.gamma(x))) if x > -150 else m.log(m.pi / abs(m.sin(m.pi * x))) - m.loggamma(1 - x)


quarter_turns = [float(k * m.pi / 2) for k in [1, 2, 3, 4, 5, 7, 100, 1001, 65537, 1048575, 2097151, 2097152] + [rng.randrange(1, 2**21) for _ in range(60)]]
angles = both(quarter_turns + [math.nextafter(x, 0) for x in quarter_turns[:30]]) + between(-8, 8, 150) + between(-100, 100, 100) + between(-3294198, 3294198, 150) + both(TINY) + magnitudes(-18, 0, 60, (1, -1)) + magnitudes(6.6, 300, 10, (1, -1)) + [float(k * m.pi / 4) for k in range(-9, 10) if k]
positive = TINY + HUGE + magnitudes(-320, 308, 150) + magnitudes(-38, 38, 100) + between(0, 3, 100)
gamma_points = positive[:-100] + between(0, 10, 250) + between(10, 200, 60) + around(1, 40) + around(2, 40) + around(1.4616321449683622, 40) + around(8, 10) + around(1.15, 10) + around(2.15, 10) + around(0.15, 10) + around(1.25, 10) + around(2.25, 10) + around(0.25, 10)
negative_gamma = [x for x in between(-20, 0, 200) + between(-170, -20, 60) + [-2.457024738220801, -2.7476826467274125, -0.5040830082644554, -1e-10, -1e-300, -5e-324, -1e10 - 0.5] if x != math.floor(x)]

FUNCTIONS = {
    "exp": (m.exp, between(-1, 1, 150) + between(-20, 20, 90) + between(-745.2, 709.8, 150) + between(-104, 89, 100) + both(TINY) + [709.782712893384, -745.1332191019411, -708.3964185322641, -745.13, 88.72283, -103.97, -87.3365] + magnitudes(-18, 0, 60, (1, -1))),
    "expm1": (m.expm1, between(-1, 1, 200) + between(-40, 40, 100) + between(-100, 709.7, 60) + between(-20, 88, 60) + both(TINY) + magnitudes(-18, 0, 80, (1, -1)) + around(0.34657359, 10) + around(-0.34657359, 10)),
    "log": (m.log, positive + around(1, 80) + between(0.5, 2, 150) + around(0.70710678118654752, 10) + around(1.4142135623730951, 10)),
    "log1p": (m.log1p, both(TINY) + HUGE + magnitudes(-18, 300, 100) + between(-1, 1, 200) + magnitudes(-18, 0, 80, (1, -1)) + [-1 + 2**-53, -1 + 2**-24, -0.29, 0.41] + around(-0.29, 10) + around(0.41, 10)),
    "sin": (m.sin, angles),
    "cos": (m.cos, angles),
    "tan": (m.tan, angles),
    "tanh": (m.tanh, between(-1, 1, 150) + between(-25, 25, 80) + both(TINY + HUGE) + magnitudes(-18, 0, 60, (1, -1)) + around(0.55, 20)),
    "atan": (m.atan, between(-5, 5, 200) + both(TINY + HUGE) + magnitudes(-18, 20, 80, (1, -1)) + around(0.41421356237309503, 15) + around(2.414213562373095, 15) + around(1, 15)),
    "sqrt": (m.sqrt, positive),
    "erf": (m.erf, between(-6.5, 6.5, 200) + both(TINY + HUGE) + magnitudes(-18, 0, 80, (1, -1)) + around(1, 20) + around(-1, 20)),
    "erfc": (m.erfc, between(-6, 27.5, 200) + between(0, 10, 100) + both(TINY) + magnitudes(-18, 0, 60, (1, -1)) + around(0.5, 20) + [26.5, 27.2, 9.19, 10.0]),
    "lgamma": (lgamma, gamma_points + negative_gamma),
    "digamma": (lambda x: m.psi(0, x), gamma_points + negative_gamma),
    "normal_cdf": (lambda x: m.erfc(-x / m.sqrt(2)) / 2, between(-38.4, 9, 200) + between(-14, 6, 150) + between(-1, 1, 80) + both(TINY)),
    "log_normal_cdf": (log_normal_cdf, between(-38.4, 9, 150) + between(-14, 6, 100) + between(-1, 1, 80) + both(TINY) + magnitudes(1.5, 18, 50, (-1,)) + between(5, 38, 40)),
    "normal_quantile": (erfinv_quantile, between(0, 1, 250) + magnitudes(-323, 0, 100) + magnitudes(-44, 0, 60) + around(0.5, 60) + TINY + [1 - 2.0**-k for k in range(1, 54)] + around(0.00048276, 20, -5) + around(0.99951724, 20, -5)),
    "logit": (lambda p: m.log(p) - m.log1p(-p), between(0, 1, 200) + magnitudes(-320, 0, 80) + around(0.5, 50) + TINY + [1 - 2.0**-k for k in range(1, 54, 3)]),
    "inverse_logit": (lambda x: 1 / (1 + m.exp(-x)), between(-5, 5, 150) + between(-745, 40, 100) + between(-103, 20, 80) + magnitudes(-18, 0, 40, (1, -1))),
    "log1p_exp": (lambda x: m.log1p(m.exp(x)), between(-5, 5, 150) + between(-745, 800, 100) + between(-103, 100, 80) + magnitudes(-18, 0, 40, (1, -1))),
}
POWERS = [
    (x, e)
    for base in between(0, 3, 60) + magnitudes(-300, 300, 60) + magnitudes(-38, 38, 60) + around(1, 40, -2) + TINY + HUGE
    for y in between(-3, 3, 2) + [rng.uniform(-700, 700) / max(abs(math.log(base)), 1e-15)] + [0.5, -2.0, 3.0]
    for x, e in ((base, y), (as_float(base), as_float(y)))
    if 0 < x < math.inf and math.isfinite(e)
]

# By a generator of its own, so that what stands above stays as it is.
rng = random.Random(20261127)
LATER = {
    "asin": (m.asin, between(-1, 1, 200) + both(TINY) + magnitudes(-18, 0, 80, (1, -1)) + [1 - 2.0**-k for k in range(1, 54)]),
    "acos": (m.acos, between(-1, 1, 200) + both(TINY) + magnitudes(-18, 0, 40, (1, -1)) + [1 - 2.0**-k for k in range(1, 54)] + [2.0**-k - 1 for k in range(1, 54)]),
    "sinh": (m.sinh, between(-1, 1, 150) + between(-25, 25, 80) + between(-710.4, 710.4, 60) + between(-89, 89, 40) + both(TINY) + magnitudes(-18, 0, 60, (1, -1)) + around(22, 10)),
    "cosh": (m.cosh, between(-1, 1, 100) + between(-25, 25, 80) + between(-710.4, 710.4, 60) + between(-89, 89, 40) + both(TINY) + around(0, 20)),
    "log1m_exp": (lambda x: m.log1p(-m.exp(x)) if x < -1 else m.log(-m.expm1(x)), between(-5, 0, 150) + between(-745, 0, 60) + between(-87, 0, 60) + magnitudes(-18, 0, 60, (-1,)) + around(-0.6931471805599453, 20, -3)),
    "trigamma": (lambda x: m.psi(1, x), [x for x in gamma_points if 1e-150 < x < 1e150] + [x for x in negative_gamma if -1e6 < x < -1e-3]),
}

POINTS = [
    pair
    for y, x in [(rng.uniform(-3, 3), rng.uniform(-3, 3)) for _ in range(300)] + [(a, b) for a in magnitudes(-18, 18, 12, (1, -1)) for b in magnitudes(-18, 18, 6, (1, -1))]
    for pair in ((y, x), (as_float(y), as_float(x)))
]


def bits(x):
    return struct.pack(">d", x).hex()


def line(xs, y):
    high = float(y)
    rest = 0 if math.isinf(high) else int(m.nint((y - mpf(high)) / mpf(math.ulp(high)) * 1000))
    return f"{' '.join(bits(x) for x in xs)} {bits(high)} {rest}"


def main():
    lines = []

    def section(name, f, points):
        lines.append(name)
        chosen = []
        for x in points:
            for t in (x, as_float(x)):
                inside = {"log1p": t > -1, "normal_quantile": 0 < t < 1, "logit": 0 < t < 1, "log": t > 0, "sqrt": t > 0, "log1m_exp": t < 0, "asin": -1 <= t <= 1, "acos": -1 <= t <= 1}.get(name, True)
                if inside and math.isfinite(t) and t != 0 and not (name in ("lgamma", "digamma", "trigamma") and t < 0 and t == math.floor(t)):
                    chosen.append(t)
        mp.dps = 400 if name in ("sin", "cos", "tan", "lgamma", "digamma", "normal_quantile") else 60
        for t in sorted(set(chosen)):
            if name in ("lgamma", "digamma", "normal_quantile"):
                mp.dps = 60 if abs(t) > 1e-30 or name == "normal_quantile" else 80
            lines.append(line([t], f(mpf(t))))
    def section_of_pairs(name, f, pairs):
        mp.dps = 80
        lines.append(name)
        lines.extend(line(pair, f(mpf(pair[0]), mpf(pair[1]))) for pair in pairs)

    for name, (f, points) in FUNCTIONS.items():
        section(name, f, points)
    section_of_pairs("pow", lambda x, y: x**y, POWERS)
    for name, (f, points) in LATER.items():
        section(name, f, points)
    section_of_pairs("atan2", m.atan2, POINTS)
    pathlib.Path(__file__).with_name("references.txt").write_text("\n".join(lines) + "\n")
    print(len(lines), "values")


main()
