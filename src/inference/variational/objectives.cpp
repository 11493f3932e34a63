#include <starling/inference/variational/objectives.hpp>

#include <cmath>
#include <stdexcept>
#include <string>

#include <starling/values/counts.hpp>

#include "diagnostics/number_text.hpp"

namespace starling::objectives {

namespace {

void require_samples(const char* what, std::size_t samples, std::size_t least) { require_count(what, "the number of samples", samples, least, 1'000'000); }

}  // namespace

iwelbo::iwelbo(std::size_t samples, path_gradient by) : samples_(samples), by_(by) {
  require_samples("iwelbo", samples, 1);
  if (by == path_gradient::sticking_the_landing && samples > 1)
    throw std::invalid_argument("iwelbo: sticking the landing is biased for more than one sample; use doubly reparameterised gradients, which vanish at the optimum too");
}

renyi::renyi(double alpha, std::size_t samples) : alpha_(alpha), samples_(samples) {
  require_samples("renyi", samples, 1);
  if (!std::isfinite(alpha) || alpha == 1) throw std::invalid_argument("renyi: alpha must be finite and not 1, got " + number_text(alpha) + "; for 1 it is the elbo");
}

std::vector<double> bounds_without(std::span<const double> x, baseline_mean mean) {
  if (x.size() < 2) throw std::invalid_argument("vimco: baselines need at least 2 samples");
  std::vector<double> without(x.size());
  find_bounds_without(x, mean, without);
  return without;
}

vimco::vimco(std::size_t samples, baseline_mean baseline) : samples_(samples), baseline_(baseline) { require_samples("vimco", samples, 2); }

wake_sleep::wake_sleep(std::size_t samples, double insomnia, bool model) : samples_(samples), insomnia_(insomnia), model_(model) {
  require_samples("wake_sleep", samples, 1);
  if (!(insomnia >= 0 && insomnia <= 1)) throw std::invalid_argument("wake_sleep: insomnia must be between 0 and 1, got " + number_text(insomnia));
}

}  // namespace starling::objectives
