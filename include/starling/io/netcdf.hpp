#pragma once

#include <starling/inference/result.hpp>

#include <string>

namespace starling {

/// Writes a fit as InferenceData in NetCDF 4, which ArviZ opens with `az.from_netcdf`: groups posterior, sample_stats,
/// observed_data and, where they are not empty, constant_data, prior_predictive, posterior_predictive, log_likelihood, warmup_posterior and warmup_sample_stats;
/// dimensions chain, draw and those of fit.dims with fit.coords, or `<variable>_dim_0`, …, with coordinates from 0; attributes created_at, inference_library, inference_library_version and the
/// fit's own. Log weights are `log_weight` in sample_stats; log_evidence and ess are attributes of posterior.
/// Characters that NetCDF names cannot have become `_`. The file appears complete or not at all.
/// Throws input_error if it cannot be written.
/// `group` is the name of the first group; draws from the prior go to "prior".
void write_netcdf(const result& fit, const std::string& path, const std::string& group = "posterior");

/// Reads the posterior (or, without one, the prior), the sample statistics and the attributes of such a file back, also of one that ArviZ wrote.
/// Throws input_error for a file that is not one.
result read_netcdf(const std::string& path);

}  // namespace starling
