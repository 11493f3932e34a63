#include <starling/inference/variational/fitted.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <starling/values/counts.hpp>

#include "diagnostics/number_text.hpp"

namespace starling {

namespace {
double error_of(const double* x, std::size_t n, double mean) {
  if (n < 2) return 0;
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
}
double mean_of(const double* x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i];
  return sum / static_cast<double>(n);
}
}  // namespace

void check_fit_options(const fit_options& o) {
  require_count("fit", ".steps", o.steps, 1, 1'000'000'000);
  require_count("fit", ".samples", o.samples, 1, 1'000'000);
  require_count("fit", ".accumulate", o.accumulate, 1, 1'000'000);
  if (!(o.average_last >= 0 && o.average_last <= 1)) throw std::invalid_argument("fit: .average_last must be between 0 and 1, got " + number_text(o.average_last));
}

std::string trouble_in(double value, const parameter_gradients& gradients) {
  if (!std::isfinite(value)) return "the objective is not finite";
  for (const auto& e : gradients.entries)
    for (const double d : e.derivatives)
      if (!std::isfinite(d)) return "the derivative with respect to the parameter \"" + e.name + "\" is not finite";
  return "";
}

void tell_latents(fit_result& r, std::vector<latent_use> latents) {
  std::string idle;
  std::size_t active = 0;
  for (const auto& l : latents) {
    active += l.is_active();
    if (!l.is_active()) idle += (idle.empty() ? "" : ", ") + l.name;
  }
  if (!idle.empty())
    r.warnings.push_back("Posterior collapse: " + std::to_string(active) + " of " + std::to_string(latents.size()) + " latent numbers are used; for " + idle +
                         " the guide's mean varies over items by a variance below 0.01: they say nothing of the data. A prior_warm_up, a stronger encoder or fewer latents may help.");
  r.latents = std::move(latents);
}

void fit_history::add(std::size_t step, double value, const std::string& trouble, const parameter_store& now) {
  ++steps_;
  if (!trouble.empty()) {
    if (skipped_++ == 0) first_trouble_ = trouble, first_trouble_at_ = step;
    ++in_a_row_;
    return;
  }
  in_a_row_ = 0;
  values_.push_back(value);
  recent_.push_back(value);
  if (recent_.size() == 100) {
    const double mean = mean_of(recent_.data(), 100);
    records_.push_back({step + 1, mean, error_of(recent_.data(), 100, mean)});
    recent_.clear();
  }
  const double part = static_cast<double>(options_.steps) * (1 - options_.average_last);
  if (options_.average_last == 0 || static_cast<double>(step) < part) return;
  ++averaged_;
  for (const auto& name : now.names()) {
    auto known = std::find_if(averages_.begin(), averages_.end(), [&](const mean& m) { return m.name == name; });
    if (known == averages_.end()) known = averages_.insert(averages_.end(), {name, std::vector<double>(now[name].size())});
    for (std::size_t i = 0; i < known->sum.size(); ++i) known->sum[i] += now[name][i];
  }
}

void fit_history::finish(fit_result& r) const {
  r.parameters = r.last;
  for (const auto& m : averages_) {
    auto values = m.sum;
    for (double& v : values) v /= static_cast<double>(averaged_);
    r.parameters.set(m.name, std::move(values));
  }
  const std::size_t n = std::min(values_.size(), std::max<std::size_t>(values_.size() / 10, 1));
  if (n > 0) {
    const double* const last = values_.data() + (values_.size() - n);
    r.value = mean_of(last, n);
    r.standard_error = error_of(last, n, r.value);
  }
  r.history = records_;
  r.steps = steps_;
  r.skipped = skipped_;
  r.stopped = is_hopeless();
  if (skipped_ > 0)
    r.warnings.push_back(std::to_string(skipped_) + " of " + std::to_string(steps_) + " steps were skipped since something was not finite; the first was step " +
                         std::to_string(first_trouble_at_) + ": " + first_trouble_ + ".");
  if (r.stopped) r.warnings.push_back("The fit stopped after 100 such steps in a row: what it gives is where it was before them.");
}

}  // namespace starling
