"""Writes arviz_fixture.json: what ArviZ 0.23.4 says about draws that both sides generate by the same exact formula.

    python3 -m venv venv && venv/bin/pip install arviz==0.23.4 && venv/bin/python make_fixture.py

The formula (also in formula_draws.hpp) uses only operations that are exact or rounded once, so that every compiler and numpy
agree to the bit: a 64-bit linear congruential generator, sums of 12 uniforms, halvings, one division.
"""
import json
import math
import pathlib

import arviz
import numpy


class generator:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return ((self.state >> 32) + 0.5) / 2**32

    def bell(self):
        total = 0.0
        for _ in range(12):
            total += self.uniform()
        return total - 6.0


def draws(kind, chains, length, seed):
    g = generator(seed)
    x = numpy.empty((chains, length))
    for c in range(chains):
        state = 0.0
        for i in range(length):
            e = g.bell()
            if kind == "ar_half":
                state = state * 0.5 + e
            elif kind == "ar_strong":
                state = (state - state * 0.03125) + e
            elif kind == "antithetic":
                state = e - state * 0.5
            elif kind == "shifted":
                state = e + (1.0 if c == 0 else 0.0)
            elif kind == "wide_chain":
                state = e * (4.0 if c == 0 else 1.0)
            elif kind == "one_constant":
                state = 0.25 if c == 0 else e
            elif kind == "constant":
                state = 3.5
            elif kind == "heavy_tails":
                state = e / (g.uniform() - 0.5)
            elif kind == "ties":
                state = math.floor(e * 2.0)
            elif kind == "binary":
                state = 1.0 if e > 0.5 else 0.0
            elif kind == "far_away":
                state = e + 1048576.0
            elif kind == "one_nan":
                state = math.nan if c == 1 and i == 7 else e
            elif kind == "one_infinite":
                state = math.inf if c == 1 and i == 7 else e
            elif kind == "half_infinite":
                state = -math.inf if e < 0.0 else e
            elif kind == "mostly_infinite":
                state = math.inf if e < 0.5 else e
            elif kind == "two_infinities":
                state = math.inf if e > 1.0 else -math.inf if e < -1.0 else e
            elif kind == "two_infinities_only":
                state = math.inf if e > 0.0 else -math.inf
            elif kind == "all_infinite":
                state = math.inf
            elif kind == "infinite_chain":
                state = math.inf if c == 0 else e
            elif kind == "all_nan":
                state = math.nan
            elif kind == "iid":
                state = e
            else:
                raise ValueError(kind)
            x[c, i] = state
    return x


CASES = [
    ("iid", 4, 100), ("iid", 4, 1000), ("iid", 1, 100), ("iid", 2, 4), ("iid", 2, 5), ("iid", 3, 7), ("iid", 4, 3), ("iid", 64, 10),
    ("iid", 4, 101), ("iid", 1, 4), ("iid", 5, 6), ("ar_half", 4, 500), ("ar_half", 1, 333), ("ar_strong", 4, 1000), ("ar_strong", 3, 257),
    ("ar_strong", 2, 40), ("antithetic", 4, 200), ("shifted", 4, 250), ("wide_chain", 4, 250), ("one_constant", 4, 100), ("constant", 4, 100),
    ("constant", 1, 9), ("heavy_tails", 4, 400), ("heavy_tails", 3, 99), ("ties", 4, 300), ("ties", 2, 31), ("binary", 4, 200),
    ("far_away", 4, 128), ("one_nan", 4, 50), ("one_infinite", 4, 50),
    ("half_infinite", 4, 500), ("half_infinite", 4, 31), ("half_infinite", 1, 100), ("mostly_infinite", 4, 300), ("two_infinities", 4, 300),
    ("two_infinities_only", 4, 300), ("all_infinite", 4, 100), ("infinite_chain", 4, 100), ("infinite_chain", 2, 100), ("all_nan", 4, 50),
]


def number(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)


def expected(x):
    def mcse(**options):
        return number(arviz.mcse(x, **options))

    return {
        "rhat": number(arviz.rhat(x)) if x.shape[0] > 1 else "nan",
        "ess_bulk": number(arviz.ess(x, method="bulk")),
        "ess_tail": number(arviz.ess(x, method="tail")),
        "ess_mean": number(arviz.ess(x, method="mean")),
        "ess_sd": number(arviz.ess(x, method="sd")),
        "ess_quantile_30": number(arviz.ess(x, method="quantile", prob=0.3)),
        "plain_ess": number(arviz.ess(x, method="identity")),
        "plain_rhat": number(arviz.rhat(x, method="identity")) if x.shape[0] > 1 else "nan",
        "mcse_mean": mcse(method="mean"),
        "mcse_sd": mcse(method="sd"),
        "mcse_median": mcse(method="quantile", prob=0.5),
        "mcse_quantile_5": mcse(method="quantile", prob=0.05),
        "mcse_quantile_95": mcse(method="quantile", prob=0.95),
        "quantile_5": number(arviz.stats.stats_utils.quantile(x, 0.05)[0]) if not numpy.isnan(x).any() else "nan",
        "quantile_95": number(arviz.stats.stats_utils.quantile(x, 0.95)[0]) if not numpy.isnan(x).any() else "nan",
        "mean": number(x.mean()),
        "sd": number(x.std(ddof=1)),
        "ebfmi": number(arviz.bfmi(x[0])[0]) if x[0].std() > 0 else "nan",
        **smoothed(x.ravel()),
    }


def smoothed(log_ratios):
    if not numpy.isfinite(log_ratios).all():
        return {"pareto_k": "nan", "smoothed_ess": "nan", "smoothed_largest": "nan"}
    log_weights, k = arviz.psislw(log_ratios.copy())
    return {"pareto_k": number(k), "smoothed_ess": number(1 / numpy.exp(2 * log_weights).sum()), "smoothed_largest": number(log_weights.max())}


def main():
    assert arviz.__version__ == "0.23.4", arviz.__version__
    rows = []
    for seed, (kind, chains, length) in enumerate(CASES, start=1):
        with numpy.errstate(all="ignore"):
            rows.append({"kind": kind, "chains": chains, "draws": length, "seed": seed, "expected": expected(draws(kind, chains, length, seed))})
    lines = ",\n".join(json.dumps(row) for row in rows)
    pathlib.Path(__file__).with_name("arviz_fixture.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
