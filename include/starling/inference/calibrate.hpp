#pragma once
// Simulation-based calibration: does inference recover what a model puts in?
//
//   const auto post = sl::posterior(model, sl::args(xs), {{"y", ys}});     // which choices are observed; their values are replaced
//   const auto c = sl::calibrate(sl::kernels::nuts(), post, {}, sl::key(1));
//   std::cout << c;
//
// Latents and data are simulated from the model; where inference is right, the rank of each simulated latent among the draws of its own posterior
// is uniform (Talts, Betancourt, Simpson, Vehtari, Gelman 2018). It finds errors of kernels, and models whose posterior a kernel cannot reach.

#include <starling/inference/draw_layout.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/run.hpp>
#include <starling/models/simulate.hpp>
#include <starling/values/counts.hpp>

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace starling {

struct calibration_options {
  std::size_t data_sets = 200;   ///< simulated; each is a run of inference
  run_options run = {.chains = 4, .draws = 50, .warmup = 500, .thin = 5};   ///< of each; thinned, since ranks are uniform for independent draws alone
};

/// The ranks of one number over all data sets.
struct calibration_row {
  std::string name;
  std::vector<double> places;   ///< in (0, 1), one a data set: (draws below the truth + a share of ties) / (draws + 1); uniform where inference is right
  double p_value = 1;           ///< of Kolmogorov and Smirnov's test against uniform places
};

struct calibration {
  std::size_t data_sets = 0;
  std::vector<calibration_row> rows;
  std::vector<std::string> warnings;   ///< whole sentences: numbers that are not calibrated, and how; draws that depend on each other
  bool interrupted = false;            ///< stopped early; the rows are of the data sets up to there
};

/// A table: a histogram of ranks and the p-value of each number, then the warnings.
std::ostream& operator<<(std::ostream& to, const calibration& c);

/// Gathers ranks data set by data set.
class rank_tally {
 public:
  /// Ranks of `truth` among the draws of `fit`, matched by name. k: random numbers for ties.
  void add(const std::vector<variable>& truth, const result& fit, const key& k);
  calibration finish(bool interrupted) const;

 private:
  calibration so_far_;
  double independent_ = 0, drawn_ = 0;   // sums of effective sample sizes and of draws
};

/// infer(posterior, key) gives a result for each of the simulated data sets.
template <class Infer, class Posterior>
calibration calibrate_by(const Infer& infer, const Posterior& post, const calibration_options& o, const key& k, progress& report) {
  static_assert(!Posterior::model_type::is_dynamic, "calibrate: models with gen(dynamic, ...) have no fixed set of latents to rank");
  require_count("calibrate", "the number of data sets", o.data_sets, 10, 1'000'000);
  const auto layout = find_layout<double>(post);
  const auto is_observed = [&](const path& where) {
    const auto site = layout.structure->find(where.hash());
    return site >= 0 && layout.plan[static_cast<std::size_t>(site)];
  };
  rank_tally ranks;
  std::size_t i = 0;
  for (; i < o.data_sets && !report.stop_requested(); ++i) {
    report.update("calibration", i, o.data_sets);
    const key here = fold_in(k, i);
    const auto choices = simulate(post.model(), post.args(), here.scope(hash_text("data"))).choices();
    choice_map data, truth;
    for (const auto& e : choices.entries()) (is_observed(e.where) ? data : truth).set(e.where, e.value);
    if (data.empty()) throw std::invalid_argument("calibrate: the posterior has no observations");
    ranks.add(observed_variables(truth), infer(posterior(post.model(), post.args(), data, post.options()), here.scope(hash_text("fit"))), here.scope(hash_text("ties")));
  }
  report.update("calibration", i, o.data_sets);
  return ranks.finish(i < o.data_sets);
}

/// Runs `kernel` on data simulated from the model of `post`, `o.data_sets` times. Throws std::invalid_argument where the model is dynamic, nothing is
/// observed, a latent is improper, or a count is out of range.
template <class Kernel, class Posterior>
calibration calibrate(const Kernel& kernel, const Posterior& post, const calibration_options& o, const key& k, progress& report) {
  progress silent;
  return calibrate_by([&](const Posterior& simulated, const key& here) { return run(kernel, simulated, o.run, here, silent); }, post, o, k, report);
}

template <class Kernel, class Posterior>
calibration calibrate(const Kernel& kernel, const Posterior& post, const calibration_options& o, const key& k) {
  progress silent;
  return calibrate(kernel, post, o, k, silent);
}

}  // namespace starling
