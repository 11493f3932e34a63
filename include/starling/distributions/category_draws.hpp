// What distributions over categories 0, …, n − 1 share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/small_factorials.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/differentiable.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// Element k of a sequence; NaN where k is none of 0, …, n − 1.
template <class S, class K> auto element_or_nan(const S& values, const K& k) {
  using real = promote<element_of<S>, K>;
  if constexpr (std::is_arithmetic_v<K>) {
    const bool inside = k >= K(0) && k < static_cast<K>(values.size()) && k == floor(k);
    return inside ? real(element_at{static_cast<std::size_t>(k)}(values)) : real(not_a_number);
  } else {
    real result(not_a_number);
    if constexpr (std::is_same_v<element_of<S>, double> && std::is_same_v<real, K> && std::is_same_v<scalar_of<K>, double> && requires { result.set(0, 0.0); }) {
      // Numbers that all lanes share: one look each.
      const auto inside = (k >= K(0)) & (k < K(static_cast<double>(values.size()))) & (k == floor(k));
      return real(where(inside, look_up(values, K(where(inside, k, K(0)))), real(not_a_number)));
    } else {
      for (std::size_t j = 0; j < values.size(); ++j)
        result = where(k == K(static_cast<double>(j)), element_at{j}(values), result);
    }
    return result;
  }
}

// Draws k with probability proportional to weight(k) ≥ 0; `no_value` where the weights' sum is not positive and finite.
template <class Rng, class Weight> auto draw_category(Rng& rng, std::size_t n, Weight weight) {
  using V = primal_of<typename Rng::real>;  // a category has no derivatives
  constexpr std::size_t few = 8;
  V kept[few];
  V total(0);
  for (std::size_t k = 0; k < n; ++k) {
    const V w = primal(weight(k));
    if (k < few) kept[k] = w;
    total = total + w;
  }
  const V target = total * primal(rng.uniform());
  V reached(0);
  V category(0);
  for (std::size_t k = 0; k + 1 < n; ++k) {
    reached = reached + (k < few ? kept[k] : V(primal(weight(k))));
    category = where(reached < target, V(static_cast<double>(k + 1)), category);
  }
  return drawn_whole(V(where(is_positive_finite(total), category, V(not_a_number))));
}

// Many plain probabilities that all lanes share, for draws without a scan: their sums, and where in these a draw need begin to look. Draws are, bit for bit, those
// of draw_category.
struct category_table {
  static constexpr std::size_t worth_it = 64;  // categories

  vector<double> sums;  // empty: there is no table
  vector<std::uint32_t> first;
  bool all_nonnegative = true;

  category_table() = default;
  template <class S> explicit category_table(const S& probabilities) : sums(probabilities.size()), first(probabilities.size()) {
    const std::size_t n = sums.size();
    double total = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const auto p = static_cast<double>(probabilities[k]);
      total += p;
      sums[k] = total;
      all_nonnegative = all_nonnegative && p >= 0;
    }
    // A uniform number whose n-fold has the whole part j is not less than (j − 1) / n, whatever rounding does.
    std::size_t k = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double reached = j == 0 ? 0 : total * (static_cast<double>(j - 1) / static_cast<double>(n));
      while (k + 1 < n && sums[k] < reached) ++k;
      first[j] = static_cast<std::uint32_t>(k);
    }
  }
  bool empty() const { return sums.size() == 0; }
  double total() const { return sums[sums.size() - 1]; }

  // The category of a uniform number, lane by lane.
  template <class V> V operator()(const V& u) const {
    if constexpr (std::is_arithmetic_v<V>) {
      const std::size_t n = sums.size();
      const double target = total() * u;
      const auto part = static_cast<std::size_t>(u * static_cast<double>(n));
      std::size_t k = first[part < n ? part : n - 1];
      while (k + 1 < n && sums[k] < target) ++k;
      return static_cast<double>(k);
    } else {
      V k(0);
      for (int lane = 0; lane < lanes_of<V>; ++lane) k.set(lane, (*this)(static_cast<double>(u[lane])));
      return k;
    }
  }
};
// Whether draws and densities in V may use one.
template <class V> inline constexpr bool takes_category_table = !differentiable<V> && std::is_same_v<scalar_of<V>, double>;

}  // namespace starling
