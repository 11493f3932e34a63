#pragma once

#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

struct stan_csv_options {
  int digits = 0;                ///< significant digits; 0: as many as it takes to read the same double back
  std::size_t first_chain = 1;   ///< the number of the first chain, in the names of files and in them
};

/// Writes the posterior, the sample statistics and prior predictive draws as CmdStan does, predictions as `y_rep` and the log likelihood as `log_lik_y`: one file a chain (`fit_1.csv`, `fit_2.csv`, … for `fit.csv`;
/// `fit.csv` itself for one chain), the attributes as comments, then columns `lp__`, `accept_stat__`, other statistics with `__`,
/// `mu`, `theta.1`, `X.1.1`, `X.2.1` (columns first). Log weights are the column `log_weight__`. A warm-up that was kept comes first, as with save_warmup = 1.
/// All files appear complete or not at all. Returns their names. Throws input_error if a file cannot be written.
std::vector<std::string> write_stan_csv(const result& fit, const std::string& path, const stan_csv_options& o = {});

/// Reads chains written by write_stan_csv or by CmdStan, one file each; saved warm-up draws are left out.
/// Throws input_error, with file and line, for what is not such a file or does not fit the first one.
result read_stan_csv(const std::vector<std::string>& paths);

}  // namespace starling
