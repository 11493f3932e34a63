"""Opens what the program of normal_program.hpp wrote, with ArviZ: names of axes, predictions, log likelihood, the prior, the warm-up.

    VENV/bin/python check_program_with_arviz.py FOLDER
"""
import pathlib
import sys
import warnings

import numpy

warnings.simplefilter("ignore")
import arviz  # noqa: E402
import matplotlib  # noqa: E402

matplotlib.use("Agg")

folder = pathlib.Path(sys.argv[1])
fit = arviz.from_netcdf(folder / "fit.nc")
groups = {"posterior", "sample_stats", "posterior_predictive", "log_likelihood", "observed_data", "constant_data", "warmup_posterior", "warmup_sample_stats"}
assert set(fit.groups()) == groups, fit.groups()
assert fit.posterior["theta"].dims == ("chain", "draw", "school"), fit.posterior["theta"].dims
assert fit.posterior["twice"].dims == ("chain", "draw", "twice_dim_0")
for group in (fit.posterior, fit.posterior_predictive, fit.log_likelihood, fit.observed_data, fit.constant_data):
    assert group["school"].values.tolist() == ["Ann", "Bob", "Cleo"], group
assert fit.constant_data["sigma"].values.tolist() == [1, 2, 3] and fit.constant_data["J"].values == 3
assert fit.observed_data["y"].sel(school="Cleo") == 5
assert fit.warmup_posterior.sizes["draw"] == 300 and fit.posterior.sizes["draw"] == 1000

theta, sigma, y = fit.posterior["theta"].values, numpy.array([1.0, 2.0, 3.0]), numpy.array([1.0, -1.0, 5.0])
expected = -0.5 * ((y - theta) / sigma) ** 2 - numpy.log(sigma) - 0.5 * numpy.log(2 * numpy.pi)
assert numpy.allclose(fit.log_likelihood["y"].values, expected, rtol=0, atol=1e-12)
# y_rep ~ normal(theta | y, sigma): the mean of theta is that of the conjugate posterior, the variance that of both.
mean, variance = y * 4 / (4 + sigma**2), 4 * sigma**2 / (4 + sigma**2)
predicted = fit.posterior_predictive["y"].values.reshape(-1, 3)
assert numpy.all(numpy.abs(predicted.mean(0) - mean) < 6 * numpy.sqrt((variance + sigma**2) / 1000)), predicted.mean(0)
assert numpy.allclose(predicted.var(0), variance + sigma**2, rtol=0.2), predicted.var(0)

loo = arviz.loo(fit)
assert loo.n_data_points == 3 and numpy.isfinite(loo.elpd_loo)
arviz.plot_ppc(fit, num_pp_samples=20)
assert "theta[Cleo]" in arviz.summary(fit).index

prior = arviz.from_netcdf(folder / "prior.nc")
assert set(prior.groups()) == {"prior", "prior_predictive", "observed_data", "constant_data"}, prior.groups()
assert prior.prior_predictive["y"].dims == ("chain", "draw", "school")
fit.extend(prior)
arviz.plot_ppc(fit, group="prior", num_pp_samples=20)

csv = arviz.from_cmdstan(posterior=[str(p) for p in sorted(folder.glob("fit_*.csv"))], posterior_predictive="y_rep", log_likelihood={"y": "log_lik_y"},
                         save_warmup=True)
assert csv.posterior.sizes["draw"] == 1000 and csv.warmup_posterior.sizes["draw"] == 300
assert csv.log_likelihood["y"].shape == (2, 1000, 3)
print("ArviZ agrees")
