// Functions of whole sequences: evenly spaced data, running sums, extremes, sorting, interpolation. Elements are numbers of any value type; in lanes each lane is a
// sequence of its own.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/differentiable.hpp>
#include <starling/values/vector.hpp>

namespace starling {

/// n numbers from `from` to `to`, both among them, at equal distances; one number is `from`.
inline std::vector<double> linspace(double from, double to, std::size_t n) {
  std::vector<double> x(n, from);
  const double last = n > 1 ? static_cast<double>(n - 1) : 1.0;
  for (std::size_t i = 1; i < n; ++i) x[i] = from + (to - from) * (static_cast<double>(i) / last);
  if (n > 1) x.back() = to;
  return x;
}

/// (x₀, x₀ + x₁, …, x₀ + … + xₙ₋₁).
template <class A> auto cumulative_sum(const vector<A>& x) {
  vector<std::remove_const_t<A>> sums(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i == 0) sums[i] = x[i];
    else sums[i] = sums[i - 1] + x[i];
  }
  return sums;
}

/// The largest and the smallest of the numbers. Throw std::invalid_argument where there is none.
template <class A> auto max(const vector<A>& x) {
  if (x.empty()) throw std::invalid_argument("max: there are no numbers");
  std::remove_const_t<A> r = x[0];
  for (std::size_t i = 1; i < x.size(); ++i) r = max(r, x[i]);
  return r;
}
template <class A> auto min(const vector<A>& x) {
  if (x.empty()) throw std::invalid_argument("min: there are no numbers");
  std::remove_const_t<A> r = x[0];
  for (std::size_t i = 1; i < x.size(); ++i) r = min(r, x[i]);
  return r;
}

/// The same numbers in ascending order. In lanes each lane has an order of its own: n (log₂ n)² / 4 exchanges by Batcher's network (Knuth 5.2.2, M). Where
/// numbers are NaN the order is undefined, and all of them are still there.
template <class A> auto sorted(const vector<A>& x) {
  using R = std::remove_const_t<A>;
  vector<R> y(x.size());
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i];
  std::size_t top = 1;
  while (2 * top < n) top *= 2;
  for (std::size_t p = top; p > 0 && n > 1; p /= 2) {
    std::size_t q = top, r = 0, d = p;
    while (true) {
      for (std::size_t i = 0; i + d < n; ++i) {
        if ((i & p) != r) continue;
        const R a = y[i], b = y[i + d];
        const auto wrong = b < a;
        y[i] = where(wrong, b, a);
        y[i + d] = where(wrong, a, b);
      }
      if (q == p) break;
      d = q - p;
      q /= 2;
      r = p;
    }
  }
  return y;
}

/// The piecewise linear function through the points (x[k], y[k]): data x in strictly ascending order, y data or values. Before the first point and after the
/// last it is constant. Made once, outside of the body where y is data; a call costs a pass over the points, of a double a search.
///
///   const sl::interpolation rate(ages, rates);
///   … rate(age) …
///
/// Throws std::invalid_argument where there is no point, sizes differ or x does not ascend.
template <class Y> class interpolation {
 public:
  template <class Ys> interpolation(std::vector<double> x, const Ys& y) : x_(std::move(x)) {
    if (x_.empty() || x_.size() != std::size(y))
      throw std::invalid_argument("interpolation: " + std::to_string(x_.size()) + " places and " + std::to_string(std::size(y)) + " values; as many of both are needed, at least one");
    for (std::size_t k = 0; k < x_.size(); ++k) {
      y_.push_back(y[k]);
      if (k == 0) continue;
      if (!(x_[k] > x_[k - 1]))
        throw std::invalid_argument("interpolation: place " + std::to_string(k) + ", " + std::to_string(x_[k]) + ", does not lie above the one before, " + std::to_string(x_[k - 1]));
      slopes_.push_back((y[k] - y[k - 1]) / (x_[k] - x_[k - 1]));
    }
    if (slopes_.empty()) slopes_.push_back(y[0] * 0.0);
  }

  template <class X> auto operator()(const X& x) const {
    const X inside = min(max(x, X(x_.front())), X(x_.back()));
    if constexpr (std::is_same_v<X, double>) {
      const auto after = std::lower_bound(x_.begin() + 1, x_.end(), inside);
      const auto k = std::min(static_cast<std::size_t>(after - x_.begin()) - 1, slopes_.size() - 1);
      return y_[k] + slopes_[k] * (inside - x_[k]);
    } else {
      auto from = where(x >= x_[0], x_[0], x_[0]);
      auto value = where(x >= x_[0], y_[0], y_[0]);
      auto slope = where(x >= x_[0], slopes_[0], slopes_[0]);
      for (std::size_t k = 1; k < slopes_.size(); ++k) {
        const auto reached = x >= x_[k];
        from = where(reached, x_[k], from);
        value = where(reached, y_[k], value);
        slope = where(reached, slopes_[k], slope);
      }
      return value + slope * (inside - from);
    }
  }

 private:
  std::vector<double> x_;
  std::vector<Y> y_, slopes_;
};
template <class Ys> interpolation(std::vector<double>, const Ys&) -> interpolation<std::remove_cvref_t<decltype(std::declval<const Ys&>()[0])>>;

}  // namespace starling
