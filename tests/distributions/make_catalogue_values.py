#!/usr/bin/env python3
"""Makes catalogue_values.json, the rows of the distributions of catalogue_*_rows_test.cpp, with mpmath at 40 digits.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 scipy==1.17.1 && V/bin/python make_catalogue_values.py [name …]

With names only those rows are made anew. A row is as in reference_values.json (make_reference_values.py); its cases have `tails` too, where
the distribution has them: x, log P(X ≤ x), log P(X > x), and the condition of each. The rows are in catalogue_rows.py.
"""
import json
import pathlib
import sys

import mpmath as mp
import scipy.stats as st

mp.mp.dps = 40
M = mp.mpf
FILE = pathlib.Path(__file__).parent / "catalogue_values.json"
TAIL = [1e-12, 0.01, 0.3, 0.5, 0.8, 0.999, 1 - 1e-9]

import catalogue_rows  # noqa: E402  (needs the precision set)


def plain(x):
    x = float(x)
    return x if mp.isfinite(x) else str(x)


def condition(f, x, parameters, discrete):
    """By how many times their own rounding the arguments' rounding moves f."""
    arguments = [x] + list(parameters)
    total, there = M(0), f(*arguments)
    for i, a in enumerate(arguments):
        if a == 0 or (discrete and i == 0): continue
        moved = list(arguments)
        moved[i] = a * (1 + M(10) ** -18)
        try: change = abs(f(*moved) - there) * M(10) ** 18
        except (ValueError, TypeError, ZeroDivisionError): continue
        if mp.isfinite(change): total += change
    return total


def masses(row, p):
    """The cumulative probabilities of a discrete distribution, from its first value on, until nothing is left."""
    low, high = row.support(*p)
    k, total, cumulative = int(low), M(0), []
    while k <= high and 1 - total > M(10) ** -10 and len(cumulative) < 20000:
        total += mp.exp(row.density(M(k), *p))
        cumulative.append((k, total))
        k += 1
    return cumulative


def grid(row, p):
    """Points from end to end and the share of the probability before each, roughly: for quantiles, which need only be near."""
    low, high = row.support(*p)
    if mp.isinf(low) and mp.isinf(high): at = lambda t: row.centre(*p) + mp.sinh(t) * row.width(*p)
    elif mp.isinf(low): at = lambda t: high - mp.exp(-t) * row.width(*p)
    elif mp.isinf(high): at = lambda t: low + mp.exp(t) * row.width(*p)
    else: at = lambda t: low + (high - low) / (1 + mp.exp(-t))
    with mp.workdps(20):
        xs = [at(M(i) / 16) for i in range(-480, 481)]
        middles = [(a + b) / 2 for a, b in zip(xs, xs[1:])]
        parts = [mp.exp(row.density(m, *p)) * (b - a) if low < m < high else M(0) for m, a, b in zip(middles, xs, xs[1:])]
        total, table, reached = mp.fsum(parts), [], M(0)
        for x, part in zip(xs[1:], parts):
            reached += part
            table.append((x, reached / total))
    return table


def quantile(row, p, q, table):
    if row.quantile: return row.quantile(M(q), *p)
    return next((k for k, c in table if c >= q), table[-1][0])


def integral(row, p, x):
    low, _ = row.support(*p)
    with mp.workdps(20):
        f = lambda t: mp.exp(row.density(t, *p))
        if mp.isinf(low):
            centre, width = row.centre(*p), row.width(*p)
            marks = [c for c in (centre - 30 * width, centre - 5 * width, centre - width, centre, centre + width, centre + 5 * width, centre + 30 * width) if c < x]
            return mp.quad(f, [low, *marks, x])
        width = row.width(*p)
        marks = [c for c in (low + width / 100, low + width / 10, low + width / 2, low + width, low + 3 * width, low + 10 * width) if c < x]
        return mp.quad(f, [low, *marks, x])


def case(row, given):
    p = [M(float(v)) for v in given]
    low, high = row.support(*p)
    alone = row.only_points.get(tuple(given))  # where sums are too long
    table = None if alone else masses(row, p) if row.discrete else None if row.quantile else grid(row, p)
    xs = alone or [float(quantile(row, p, q, table)) for q in TAIL] + [x for x in row.extra if low <= x <= high]
    xs = sorted({x for x in xs if mp.isfinite(x) and low <= M(x) <= high and mp.isfinite(float(row.density(M(x), *p)))})
    points = [[plain(x), plain(row.density(M(x), *p)), plain(condition(row.density, M(x), p, row.discrete))] for x in xs]

    def below(x):
        if row.discrete: return max([c for k, c in table if k <= x], default=M(0))
        return row.cdf(M(x), *p) if row.cdf else integral(row, p, M(x))
    edges = [] if alone else sorted({float(quantile(row, p, i / M(16), table)) for i in range(1, 16)})
    edges = [e for e in edges if (low <= M(e) < high if row.discrete else low < M(e) < high) and (row.discrete or mp.isfinite(row.density(M(e), *p)))]
    cumulative = [M(0)] + [below(e) for e in edges] + [M(1)]
    keep = [i for i in range(len(edges)) if cumulative[i + 1] - cumulative[i] > 1e-3]
    edges = [edges[i] for i in keep]
    if edges and 1 - below(edges[-1]) <= 1e-3: edges.pop()
    cumulative = [M(0)] + [below(e) for e in edges] + [M(1)]
    probabilities = [float(b - a) for a, b in zip(cumulative, cumulative[1:])]
    result = {"parameters": [plain(v) for v in given], "points": points, "edges": edges, "probabilities": probabilities, "discrete": row.discrete,
              "limit": float(st.chi2.isf(1e-6, len(probabilities) - 1)) if len(probabilities) > 1 else 0.0}
    if row.moments and not alone:
        result.update({name: plain(v) for name, v in zip(("mean", "variance", "kurtosis"), row.moments(*p))})
        if not all(isinstance(result[n], float) for n in ("mean", "variance", "kurtosis")) or result["kurtosis"] > 200:
            result["exact_mean"], result["exact_variance"] = result.pop("mean"), result.pop("variance")
            result.pop("kurtosis")
    if row.cdf and not row.discrete and row.survival:
        log_below, log_above = (lambda x, *q: mp.log(row.cdf(x, *q))), (lambda x, *q: mp.log(row.survival(x, *q)))
        tails = []
        for x in xs + row.far(*given):
            if not low < M(x) < high: continue
            a, b = log_below(M(x), *p), log_above(M(x), *p)
            if mp.isfinite(float(a)) and mp.isfinite(float(b)):
                tails.append([plain(x), plain(a), plain(b), plain(condition(log_below, M(x), p, False)), plain(condition(log_above, M(x), p, False))])
        result["tails"] = tails
    elif row.discrete and row.cdf:
        tails = []
        for x in xs:
            a, b = row.cdf(M(x), *p), row.survival(M(x), *p)
            f, g = (lambda x, *q: mp.log(row.cdf(x, *q))), (lambda x, *q: mp.log(row.survival(x, *q)))
            if a > 0 and b > 0 and mp.isfinite(float(mp.log(a))): tails.append([plain(x), plain(mp.log(a)), plain(mp.log(b)), plain(condition(f, M(x), p, True)), plain(condition(g, M(x), p, True))])
        result["tails"] = tails
    return result


def row_of(row):
    result = {"cases": [case(row, p) for p in row.cases], "outside": [plain(x) for x in row.outside],
              "bad": [{"parameters": [plain(v) for v in p], "parameter": name} for name, all_of in row.bad.items() for p in all_of]}
    return result | row.notes


rows = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() and sys.argv[1:] else {}
for name, row in catalogue_rows.ROWS.items():
    if name in sys.argv[1:] or len(sys.argv) == 1 or name not in rows:
        print(name, flush=True)
        rows[name] = row_of(row)
    ordered = {name: rows[name] for name in catalogue_rows.ROWS if name in rows}
    FILE.write_text("{\n" + ",\n".join(f'"{name}": {json.dumps(row)}' for name, row in ordered.items()) + "\n}\n", encoding="utf-8")
