// Bounds of the evidence from K log weights, and what they would be without one of these.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <starling/values/arena.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/pack.hpp>
#include <starling/values/scale.hpp>

namespace starling::objectives {

inline std::size_t largest_of(std::span<const double> x) {
  std::size_t k = 0;
  for (std::size_t i = 1; i < x.size(); ++i)
    if (x[k] < x[i]) k = i;
  return k;
}

// exp(x_k − shift) to `to`; their sum.
template <class P> double sum_of_exps(std::span<const double> x, double shift, double* to) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  std::size_t i = 0;
  for (; i + width <= x.size(); i += width) exp(P::load(x.data() + i) - P(shift)).store(to + i);
  for (; i < x.size(); ++i) to[i] = exp(x[i] - shift);
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += to[k];
  return sum;
}

// log (1/K) Σ w_k; the normalised weights go to `normalised`: 0, where all are 0.
template <class P = native_pack<double>> double bound_of(std::span<const double> log_weights, std::span<double> normalised) {
  const auto k = static_cast<double>(log_weights.size());
  const double top = log_weights[largest_of(log_weights)];
  if (!(top > -infinity<double>)) {
    std::fill(normalised.begin(), normalised.end(), 0.0);
    return top;
  }
  const double total = sum_of_exps<P>(log_weights, top, normalised.data());
  for (double& w : normalised) w /= total;
  return top + log(total / k);
}

enum class baseline_mean { geometric,
                           arithmetic };

// What the bound of K log weights would be without lane k: log w_k is replaced by the mean of the others' (geometric), or left out (arithmetic); where all others
// are −∞ the bound itself, so that they say nothing. K ≥ 2. Nothing is subtracted from a sum: it is of those before and after each, and all are measured by
// the largest weight, whose own others by the largest of these.
template <class P = native_pack<double>> void find_bounds_without(std::span<const double> x, baseline_mean mean, std::span<double> without) {
  constexpr std::size_t width = static_cast<std::size_t>(P::lanes);
  const arena_scope memory;
  const std::size_t k = x.size(), room = (k + width - 1) / width * width, largest = largest_of(x);
  const double top = x[largest], n = static_cast<double>(k);
  double* const terms = arena::current().take<double>(room);
  double* const others = arena::current().take<double>(room);
  if (!(top > -infinity<double>)) {
    std::fill(without.begin(), without.end(), top);
    return;
  }
  sum_of_exps<P>(x, top, terms);
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) others[i] = sum, sum += terms[i];
  sum = 0;
  for (std::size_t i = k; i-- > 0;) others[i] += sum, sum += terms[i];
  std::size_t impossible = 0;
  double total = 0, next = -infinity<double>;
  for (std::size_t i = 0; i < k; ++i) {
    x[i] > -infinity<double> ? total += x[i] : ++impossible;
    if (i != largest) next = std::max(next, x[i]);
  }
  const auto middle = [&](std::size_t i) {
    const bool possible = x[i] > -infinity<double>;
    return impossible == (possible ? 0u : 1u) ? (total - (possible ? x[i] : 0)) / (n - 1) : -infinity<double>;
  };
  // For each but the largest: log(Σ others + exp(middle)), by packs.
  const bool geometric = mean == baseline_mean::geometric;
  if (geometric) {
    for (std::size_t i = 0; i < room; ++i) terms[i] = i < k ? middle(i) : 0;
    for (std::size_t i = k; i < room; ++i) others[i] = 1;
    for (std::size_t i = 0; i < room; i += width) (P::load(others + i) + exp(P::load(terms + i) - P(top))).store(others + i);
  }
  for (std::size_t i = k; i < room; ++i) others[i] = 1;
  const P shift(top - log(geometric ? n : n - 1));
  for (std::size_t i = 0; i < room; i += width) (log(P::load(others + i)) + shift).store(others + i);
  std::copy(others, others + k, without.begin());
  if (!(next > -infinity<double>)) {
    without[largest] = top - log(n);  // the bound itself
    return;
  }
  double of_rest = 0;
  for (std::size_t i = 0; i < k; ++i)
    if (i != largest) of_rest += exp(x[i] - next);
  without[largest] = next + log(geometric ? of_rest + exp(middle(largest) - next) : of_rest) - log(geometric ? n : n - 1);
}

// The same. Throws std::invalid_argument where K < 2.
std::vector<double> bounds_without(std::span<const double> log_weights, baseline_mean mean = baseline_mean::geometric);

}  // namespace starling::objectives
