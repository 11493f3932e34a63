"""Opens fit.nc and fit_1.csv … with ArviZ and checks that they hold example_fit.hpp's numbers, and that fit.json has ArviZ's diagnostics.

    VENV/bin/python check_with_arviz.py FOLDER
"""
import json
import pathlib
import sys
import warnings

import numpy

warnings.simplefilter("ignore")
import arviz  # noqa: E402

CHAINS, DRAWS = 3, 5


def real(start, *shape):
    count = CHAINS * DRAWS * int(numpy.prod(shape))
    return numpy.sin(start + 0.37 * numpy.arange(count)).reshape(CHAINS, DRAWS, *shape)


POSTERIOR = {
    "mu": real(1.0),
    "theta": real(2.0, 4),
    "X": real(3.0, 2, 3),
    "inner_x": real(4.0),
    "k": numpy.arange(CHAINS * DRAWS).reshape(CHAINS, DRAWS),
    "on": (numpy.arange(CHAINS * DRAWS * 2) % 2).astype(bool).reshape(CHAINS, DRAWS, 2),
}
STATISTICS = {"acceptance_rate": real(5.0), "lp": real(6.0)}


def same(group, expected, what):
    assert set(group.data_vars) == set(expected), f"{what}: {list(group.data_vars)}"
    for name, values in expected.items():
        ours = group[name]
        assert ours.dims == ("chain", "draw", *(f"{name}_dim_{i}" for i in range(values.ndim - 2))), f"{what}: {ours.dims}"
        assert numpy.allclose(ours.values, values, rtol=0, atol=1e-15), f"{what}: {name}"


def check_netcdf(path):
    data = arviz.from_netcdf(path)
    assert set(data.groups()) == {"posterior", "sample_stats", "posterior_predictive", "log_likelihood", "observed_data"}, data.groups()
    same(data.posterior, POSTERIOR, "posterior")
    assert data.posterior["on"].dtype == bool and data.posterior["k"].dtype == numpy.int64
    same(data.sample_stats, STATISTICS, "sample_stats")
    same(data.posterior_predictive, {"y": real(7.0, 2)}, "posterior_predictive")
    same(data.log_likelihood, {"y": real(8.0, 2)}, "log_likelihood")
    assert data.observed_data["y"].values.tolist() == [28.0, 8.0] and data.observed_data["y"].dims == ("y_dim_0",)
    assert data.observed_data["n"].values == 3
    assert data.posterior.attrs["seed"] == "7" and data.posterior.attrs["inference_library"] == "starling"
    assert data.posterior["chain"].values.tolist() == [0, 1, 2] and data.posterior["theta_dim_0"].values.tolist() == [0, 1, 2, 3]
    return data


def check_csv(paths):
    data = arviz.from_cmdstan(posterior=[str(path) for path in paths])
    # Stan CSV has predictions and the log likelihood among the columns of the draws.
    expected = {**POSTERIOR, "y_rep": real(7.0, 2), "log_lik_y": real(8.0, 2)}
    same(data.posterior, {name: values.astype(float) for name, values in expected.items()}, "csv posterior")
    same(data.sample_stats, STATISTICS, "csv sample_stats")


def check_summary(data, summary):
    ours = {row["name"]: row for row in summary["variables"]}
    numeric = data.posterior.drop_vars("on")
    for name, method in (("r_hat", arviz.rhat), ("ess_bulk", lambda d: arviz.ess(d, method="bulk")), ("ess_tail", lambda d: arviz.ess(d, method="tail")),
                         ("mcse_mean", lambda d: arviz.mcse(d, method="mean")), ("mcse_sd", lambda d: arviz.mcse(d, method="sd"))):
        theirs = method(numeric)
        for variable in numeric.data_vars:
            for index, value in numpy.ndenumerate(theirs[variable].values):
                key = variable.replace("inner_x", "inner/x") + (f"[{','.join(str(i) for i in index)}]" if index else "")
                assert abs(ours[key][name] - value) <= 1e-10 * max(1, abs(value)), f"{key} {name}: {ours[key][name]} {value}"


folder = pathlib.Path(sys.argv[1])
fit = check_netcdf(folder / "fit.nc")
check_csv(sorted(folder.glob("fit_*.csv")))
check_summary(fit, json.loads((folder / "fit.json").read_text()))
print("ArviZ agrees")
