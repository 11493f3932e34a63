// Differences over a scale, also at the ends of the range: where the scale is so small that the square of its reciprocal overflows, which
// stands in the derivative of a / scale though that is −(a / scale) / scale, and where it is so large that x − location may overflow.
#pragma once

#include <limits>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// difference · (factor / scale).
template <class D, class S> [[gnu::always_inline]] inline auto standardized(const D& difference, const S& scale, double factor) {
  if constexpr (!differentiable<S>) {
    return difference * (factor / scale);
  } else {
    using V = primal_of<S>;
    const auto [inverse, ratio, log] = parts_of_parameter(scale.value(), factor);
    const V a = plain<V>(difference), z = a * ratio, slope = ratio * inverse;
    V by_scale = a * slope;
    const auto lost = slope > V(std::numeric_limits<scalar_of<V>>::max());
    if (any(lost)) [[unlikely]]
      by_scale = where(lost, z * inverse, by_scale);
    return join_any(
        z, difference, [&](const V& d) { return V(d * ratio); }, scale, [&](const V& d) { return V(-passed_on(d, by_scale)); });
  }
}

// (x − location) · (factor / scale).
template <class X, class L, class S> [[gnu::always_inline]] inline auto standardized(const X& x, const L& location, const S& scale, double factor) {
  const auto z = standardized(x - location, scale, factor);
  using V = primal_of<S>;
  const auto wide = primal(scale) > V(std::is_same_v<scalar_of<V>, float> ? 1e30f : 1e290);
  if (!any(wide)) [[likely]]
    return z;
  return where(wide, standardized(0.5 * x - 0.5 * location, 0.5 * scale, factor), z);
}

// (x − location) / scale.
template <class X, class L, class S> auto scaled_difference(const X& x, const L& location, const S& scale) {
  const auto z = (x - location) / scale;
  using V = primal_of<S>;
  const auto wide = primal(scale) > V(std::is_same_v<scalar_of<V>, float> ? 1e30f : 1e290);
  if (!any(wide)) [[likely]]
    return z;
  return where(wide, (0.5 * x - 0.5 * location) / (0.5 * scale), z);
}

// log(x / scale) for x and scale above 0, also where the ratio is beyond the range; its derivatives are 1/x and −1/scale.
template <class X, class S> auto log_ratio(const X& x, const S& scale) {
  if constexpr (differentiable<X> || differentiable<S>) {
    using V = primal_of<decltype(x / scale)>;
    const V a = plain<V>(x), s = plain<V>(scale);
    return join_any(
        V(log_ratio(a, s)), x, [&](const V& d) { return passed_on(d, V(1.0 / a)); }, scale, [&](const V& d) { return passed_on(d, V(-1.0 / s)); });
  } else {
    const auto z = x / scale;
    using V = std::remove_cvref_t<decltype(z)>;
    constexpr double largest = std::is_same_v<scalar_of<V>, float> ? 1e30 : 1e290;
    const auto lost = either(z<V(1 / largest), z> V(largest));
    const V usual = log(z);
    if (!any(lost)) [[likely]]
      return usual;
    return V(where(lost, log(V(x)) - log(V(scale)), usual));
  }
}

// log(1 + z²), also where z² overflows.
template <class Z> auto log_one_plus_square(const Z& z) {
  const auto magnitude = abs(z);
  const auto huge = magnitude > Z(1e9);
  const auto ordinary = log1p(z * z);
  if (!any(huge)) return ordinary;
  return where(huge, 2.0 * log(magnitude), ordinary);
}
// The same for z = x / scale, also where that or its derivative by scale overflows. log_x(): log |x|.
template <class X, class S, class LogX> auto log_one_plus_square_of_ratio(const X& x, const S& scale, LogX log_x) {
  const auto z = x / scale;
  const auto ordinary = log_one_plus_square(z);
  using V = primal_of<decltype(z)>;
  constexpr bool is_float = std::is_same_v<scalar_of<V>, float>;
  const auto magnitude = abs(primal(z));
  const auto far = both(magnitude > V(1e9), either(!(magnitude < V(is_float ? 1e18f : 1e150)), primal(scale) < primal_of<S>(is_float ? 1e-18f : 1e-150)));
  if (!any(far)) [[likely]]
    return ordinary;
  return where(far, 2.0 * (log_x() - log(scale)), ordinary);
}
// The same for z = (x − location) / (scale · root).
template <class X, class L, class S, class R> auto log_one_plus_square_of_difference(const X& x, const L& location, const S& scale, const R& root) {
  const auto difference = x - location;
  const auto width = scale * root;
  const auto lp = log_one_plus_square_of_ratio(difference, width, [&] { return log(abs(difference)); });
  using V = primal_of<decltype(difference + width)>;
  constexpr auto largest = std::numeric_limits<scalar_of<V>>::max();
  const auto wide = either(abs(primal(difference)) > primal_of<decltype(difference)>(largest), primal(width) > primal_of<decltype(width)>(largest));
  if (!any(wide)) [[likely]]
    return lp;
  constexpr double unit = std::is_same_v<scalar_of<V>, float> ? 0x1p-70 : 0x1p-530;  // the root is below its reciprocal
  const auto small = unit * x - unit * location;
  return where(wide, log_one_plus_square_of_ratio(small, unit * scale * root, [&] { return log(abs(small)); }), lp);
}

}  // namespace starling
