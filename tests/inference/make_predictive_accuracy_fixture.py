"""Writes predictive_accuracy_fixture.json: what ArviZ 0.23.4 says of leave-one-out cross-validation and WAIC of small fits.

    build/arviz/bin/python tests/inference/make_predictive_accuracy_fixture.py

The draws are a quarter of those of tests/diagnostics/make_fixture.py; the log likelihood of observation y is -(y - draw)^2 / 2 / variance, each operation
rounded once, so that every compiler and numpy agree to the bit.
"""
import json
import pathlib
import sys
import warnings

import arviz
import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "diagnostics"))
from make_fixture import draws  # noqa: E402

# kind, chains, draws, variance of an observation, observations
CASES = [
    ("iid", 4, 250, 1.0, [0.5, -1.25, 0.0, 2.0, 1.5]),
    ("iid", 4, 250, 4.0, [0.5, -1.25, 0.0, 2.0, 1.5]),
    ("ar_half", 4, 500, 1.0, [0.5, 6.0, -0.25]),
    ("ar_strong", 3, 257, 2.0, [3.0, -4.0, 1.0, 0.25]),
    ("iid", 1, 400, 1.0, [0.5, -1.25, 0.0, 2.0, 1.5]),
    ("antithetic", 4, 200, 0.25, [1.0, 3.5]),
]


def fit(kind, chains, length, variance, y, seed):
    x = draws(kind, chains, length, seed) * 0.25
    likelihood = numpy.stack([-((v - x) * (v - x)) / 2.0 / variance for v in y], axis=-1)
    return arviz.from_dict(posterior={"x": x}, log_likelihood={"y": likelihood}, observed_data={"y": numpy.array(y)})


def main():
    assert arviz.__version__ == "0.23.4", arviz.__version__
    warnings.simplefilter("ignore")
    rows, fits = [], []
    for seed, (kind, chains, length, variance, y) in enumerate(CASES, start=1):
        data = fit(kind, chains, length, variance, y, seed)
        fits.append(data)
        loo, waic = arviz.loo(data, pointwise=True), arviz.waic(data, pointwise=True)
        rows.append({
            "kind": kind, "chains": chains, "draws": length, "variance": variance, "y": y, "seed": seed,
            "loo": {"elpd": loo.elpd_loo, "se": loo.se, "effective_parameters": loo.p_loo, "pointwise": loo.loo_i.values.tolist(),
                    "pareto_k": loo.pareto_k.values.tolist(), "good_k": loo.good_k, "warning": bool(loo.warning)},
            "waic": {"elpd": waic.elpd_waic, "se": waic.se, "effective_parameters": waic.p_waic, "pointwise": waic.waic_i.values.tolist(),
                     "warning": bool(waic.warning)},
        })
    table = arviz.compare({"narrow": fits[0], "wide": fits[1], "alone": fits[4]}, ic="loo", method="stacking")
    comparison = [{"name": name, "elpd": row.elpd_loo, "se": row.se, "effective_parameters": row.p_loo, "difference": row.elpd_diff,
                   "difference_se": row.dse, "weight": row.weight} for name, row in table.iterrows()]
    (HERE / "predictive_accuracy_fixture.json").write_text(json.dumps({"fits": rows, "comparison": comparison}, indent=1) + "\n")


main()
