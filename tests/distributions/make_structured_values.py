#!/usr/bin/env python3
"""Makes structured_values.json, the rows of distributions of vectors and matrices (structured_*_rows_test.cpp), with mpmath at 40 digits, from dense formulas.

  python3 -m venv V && V/bin/pip install mpmath==1.4.1 && V/bin/python make_structured_values.py

A row has cases: parameters as one list (of symmetric and triangular matrices the lower triangle, row by row), points (the value row by row, its log density,
by how many times their own rounding the arguments' rounding moves it), and, where they are closed, mean and variance of each element; of a discrete
distribution all its values with their log probabilities. Further: values outside the support, bad parameters with the name of the one that is bad,
parameters that are wrong enough to be found out. The rows are in structured_values_rows.py.
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 40
M = mp.mpf

import structured_values_rows as rows  # noqa: E402  (needs the precision set)


def plain(x):
    if isinstance(x, (list, tuple)): return [plain(e) for e in x]
    x = float(x)
    return int(x) if x == int(x) and abs(x) < 1e15 else x if mp.isfinite(x) else str(x)


def moved(xs, i, symmetric_rows=0):
    by = 1 + M(10) ** -18
    ys = list(xs)
    ys[i] = ys[i] * by
    if symmetric_rows:
        r, c = divmod(i, symmetric_rows)
        if r != c: ys[c * symmetric_rows + r] = ys[i]
    return ys


def condition(row, x, p):
    there, total = row.density(x, p), M(0)
    for i in range(len(p)):
        if i not in row.constants: total += abs(row.density(x, moved(p, i)) - there)
    if not row.discrete:
        for i in range(len(x)): total += abs(row.density(moved(x, i, row.symmetric), p) - there)
    return total * M(10) ** 18


def made(row):
    out = {"cases": [], "outside": plain(row.outside), "bad": [{"parameter": n, "parameters": [str(v) if not mp.isfinite(v) else plain(v) for v in p]} for n, p in row.bad]}
    if row.constants: out["constants"] = row.constants
    if row.wrong: out["wrong"] = plain(row.wrong)
    for p, xs in row.cases:
        exact = [M(v) for v in p]
        c = {"parameters": plain(p), "points": []}
        for x in xs:
            xe = [M(v) for v in x]
            c["points"].append([plain(x), plain(row.density(xe, exact)), float(mp.nstr(condition(row, xe, exact), 3))])
        if row.moments:
            mean, variance = row.moments(exact)
            c["mean"], c["variance"] = plain(mean), plain(variance)
        if row.values:
            c["all"] = [[plain(x), plain(row.density([M(v) for v in x], exact))] for x in row.values(p)]
        out["cases"].append(c)
    return out


if __name__ == "__main__":
    file = pathlib.Path(__file__).parent / "structured_values.json"
    lines = [f'{json.dumps(name)}: {json.dumps(made(row))}' for name, row in sorted(rows.ROWS.items())]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
