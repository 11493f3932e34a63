#include <starling/inference/variational/objectives.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <starling/values/counts.hpp>

#include "diagnostics/number_text.hpp"

namespace starling::objectives {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double log_sum(std::span<const double> x) {
  const double top = *std::max_element(x.begin(), x.end());
  if (!(top > -infinity)) return top;
  double sum = 0;
  for (const double y : x) sum += std::exp(y - top);
  return top + std::log(sum);
}

// log (1/K) Σ w_k; the normalised weights go to `normalised`.
double bound_of(std::span<const double> log_weights, std::vector<double>& normalised) {
  const double total = log_sum(log_weights);
  for (std::size_t k = 0; k < log_weights.size(); ++k) normalised[k] = total > -infinity ? std::exp(log_weights[k] - total) : 0;
  return total - std::log(static_cast<double>(log_weights.size()));
}

void require_samples(const char* what, std::size_t samples, std::size_t least) { require_count(what, "the number of samples", samples, least, 1'000'000); }

// The derivatives of a bound whose weights w̃ stand in g.model, through everything that follows; choices that do not take its signals.
void pass_in_total(group_weights& g) {
  for (std::size_t k = 0; k < g.model.size(); ++k) g.path[k] = g.model[k], g.score[k] = -g.model[k];
}

}  // namespace

void elbo::weigh(std::span<const double> log_weights, bool, group_weights& g) const {
  g.value = log_weights[0];
  g.model[0] = g.path[0] = 1;
  g.score[0] = sticking_ ? 0 : -1;
  g.discrete[0] = g.value;  // less the mean of the other groups: fit.hpp
}

iwelbo::iwelbo(std::size_t samples, path_gradient by) : samples_(samples), by_(by) {
  require_samples("iwelbo", samples, 1);
  if (by == path_gradient::sticking_the_landing && samples > 1)
    throw std::invalid_argument("iwelbo: sticking the landing is biased for more than one sample; use doubly reparameterised gradients, which vanish at the optimum too");
}
void iwelbo::weigh(std::span<const double> log_weights, bool all_follow, group_weights& g) const {
  g.value = bound_of(log_weights, g.model);
  if (by_ == path_gradient::total || !all_follow) {
    pass_in_total(g);
  } else {
    for (std::size_t k = 0; k < log_weights.size(); ++k) {
      g.path[k] = by_ == path_gradient::sticking_the_landing ? g.model[k] : g.model[k] * g.model[k];
      g.score[k] = 0;
    }
  }
  if (all_follow) return;
  if (log_weights.size() == 1) {
    g.discrete[0] = g.value;
    return;
  }
  const auto without = bounds_without(log_weights);
  for (std::size_t k = 0; k < log_weights.size(); ++k) g.discrete[k] = g.value - without[k];
}

renyi::renyi(double alpha, std::size_t samples) : alpha_(alpha), samples_(samples) {
  require_samples("renyi", samples, 1);
  if (!std::isfinite(alpha) || alpha == 1) throw std::invalid_argument("renyi: alpha must be finite and not 1, got " + number_text(alpha) + "; for 1 it is the elbo");
}
void renyi::weigh(std::span<const double> log_weights, bool all_follow, group_weights& g) const {
  std::vector<double> tempered(log_weights.begin(), log_weights.end());
  for (double& w : tempered) w *= 1 - alpha_;
  g.value = bound_of(tempered, g.model) / (1 - alpha_);
  pass_in_total(g);
  if (all_follow) return;
  if (tempered.size() == 1) {
    g.discrete[0] = g.value;
    return;
  }
  const auto without = bounds_without(tempered);
  for (std::size_t k = 0; k < tempered.size(); ++k) g.discrete[k] = g.value - without[k] / (1 - alpha_);
}

std::vector<double> bounds_without(std::span<const double> x, baseline_mean mean) {
  const std::size_t k = x.size();
  if (k < 2) throw std::invalid_argument("vimco: baselines need at least 2 samples");
  // log Σ of those before and after each: nothing is subtracted from a sum.
  std::vector<double> before(k, -infinity), after(k, -infinity);
  const auto add = [](double a, double b) {
    const double top = std::max(a, b);
    return top > -infinity ? top + std::log1p(std::exp(std::min(a, b) - top)) : top;
  };
  for (std::size_t i = 1; i < k; ++i) before[i] = add(before[i - 1], x[i - 1]);
  for (std::size_t i = k - 1; i-- > 0;) after[i] = add(after[i + 1], x[i + 1]);
  const double n = static_cast<double>(k), bound = add(add(before[k - 1], x[k - 1]), -infinity) - std::log(n);
  double total = 0;
  std::size_t impossible = 0;
  for (const double w : x) w > -infinity ? total += w : ++impossible;
  std::vector<double> without(k);
  for (std::size_t i = 0; i < k; ++i) {
    const double others = add(before[i], after[i]);
    if (!(others > -infinity)) {
      without[i] = bound;
    } else if (mean == baseline_mean::arithmetic) {
      without[i] = others - std::log(n - 1);
    } else {
      const bool possible = x[i] > -infinity;
      const bool all_others = impossible == (possible ? 0u : 1u);
      const double middle = all_others ? (total - (possible ? x[i] : 0)) / (n - 1) : -infinity;
      without[i] = add(others, middle) - std::log(n);
    }
  }
  return without;
}

vimco::vimco(std::size_t samples, baseline_mean baseline) : samples_(samples), baseline_(baseline) { require_samples("vimco", samples, 2); }
void vimco::weigh(std::span<const double> log_weights, bool, group_weights& g) const {
  g.value = bound_of(log_weights, g.model);
  const auto without = bounds_without(log_weights, baseline_);
  for (std::size_t k = 0; k < log_weights.size(); ++k) g.score[k] = g.value - without[k] - g.model[k];
}

wake_sleep::wake_sleep(std::size_t samples, double insomnia, bool model) : samples_(samples), insomnia_(insomnia), model_(model) {
  require_samples("wake_sleep", samples, 1);
  if (!(insomnia >= 0 && insomnia <= 1)) throw std::invalid_argument("wake_sleep: insomnia must be between 0 and 1, got " + number_text(insomnia));
}
void wake_sleep::weigh(std::span<const double> log_weights, bool, group_weights& g) const {
  g.value = bound_of(log_weights, g.model);
  for (std::size_t k = 0; k < log_weights.size(); ++k) {
    g.score[k] = insomnia_ * g.model[k];
    if (!model_) g.model[k] = 0;
  }
}

}  // namespace starling::objectives
