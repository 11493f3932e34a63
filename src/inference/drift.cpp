#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/values/counts.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace starling::kernels {

drift::drift(drift_options options) : options_(std::move(options)), adaptation_(options_.adaptation) {
  const bool given = options_.scale != 0 || !options_.scales.empty() || !options_.covariance.empty();
  if (adaptation_ == adapt::automatic) adaptation_ = given ? adapt::none : adapt::covariance;
  require_number_or_0("drift", "scale", options_.scale, "to have it found");
  for (const auto& [where, scale] : options_.scales) require_number("drift", "the scale at " + where.str(), scale);
}

std::string drift::mark() const {
  std::string of = options_.at.str() + " " + std::to_string(static_cast<int>(adaptation_)) + exactly(options_.scale);
  for (const auto& [where, scale] : options_.scales) of += " " + where.str() + exactly(scale);
  for (const double x : options_.covariance) of += exactly(x);
  return of;
}

void drift::refuse_kind(const path& where, const choice_type& type) {
  throw std::invalid_argument("drift: moves real values, but " + where.str() + " is " + type.str() +
                              "; select others with .at, and combine with another kernel, such as regenerate");
}

double drift::adaptation_pace(std::size_t n) { return std::pow(static_cast<double>(n) + 1, -2.0 / 3.0); }

double drift::adapted_factor(std::size_t n, double acceptance_rate) {
  return std::exp(std::min(1.0, 2 * adaptation_pace(n)) * (acceptance_rate - 0.234));
}

void drift::refuse_covariance() {
  throw std::invalid_argument("drift: the latents of a dynamic model come and go, so no covariance can be given; use .scale or .scales");
}

std::vector<double> drift::initial_factor(const std::vector<path>& paths, const std::vector<std::uint32_t>& sizes, std::size_t d) const {
  std::vector<double> factor;
  if (!options_.covariance.empty()) {
    const auto& c = options_.covariance;
    if (c.size() != d * d)
      throw std::invalid_argument("drift: the covariance needs " + std::to_string(d) + " x " + std::to_string(d) + " numbers, got " +
                                  std::to_string(c.size()));
    // Cholesky, lower triangle by rows.
    factor.assign(d * (d + 1) / 2, 0.0);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = c[i * d + j];
        for (std::size_t m = 0; m < j; ++m) sum -= factor[i * (i + 1) / 2 + m] * factor[j * (j + 1) / 2 + m];
        if (i == j && !(sum > 0)) throw std::invalid_argument("drift: the covariance is not positive definite");
        factor[i * (i + 1) / 2 + j] = i == j ? std::sqrt(sum) : sum / factor[j * (j + 1) / 2 + j];
      }
    return factor;
  }
  std::vector<double> scales(d, options_.scale > 0 ? options_.scale : 2.4 / std::sqrt(static_cast<double>(d)));
  std::vector<bool> used(options_.scales.size());
  std::size_t at = 0;
  for (std::size_t k = 0; k < paths.size(); ++k)
    for (std::uint32_t e = 0; e < sizes[k]; ++e, ++at)
      for (std::size_t o = 0; o < options_.scales.size(); ++o)
        if (paths[k].starts_with(options_.scales[o].first)) {
          scales[at] = options_.scales[o].second;
          used[o] = true;
        }
  for (std::size_t o = 0; o < used.size(); ++o)
    if (!used[o]) throw std::invalid_argument("drift: a scale is given for " + options_.scales[o].first.str() + ", which is no latent that moves");
  if (!is_triangular()) return scales;
  factor.assign(d * (d + 1) / 2, 0.0);
  for (std::size_t i = 0; i < d; ++i) factor[i * (i + 1) / 2 + i] = scales[i];
  return factor;
}

}  // namespace starling::kernels
