// sum_to_zero_normal(scale, n): n independent normal(0, scale) numbers less their mean: exp(−Σ x² / (2 scale²)) / (scale √(2π))^(n−1) for vectors of sum 0, with
// respect to area in that plane. An element's variance is scale² (1 − 1/n).
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <class Scale> struct sum_to_zero_normal : distribution {
  static_assert(!sequence<Scale>, "sl::sum_to_zero_normal(scale, n): the scale is one number");
  static constexpr std::string_view name = "sum_to_zero_normal";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  Scale scale;
  std::size_t n;

  // Throws std::invalid_argument where n is not at least 2.
  template <std::integral Size> sum_to_zero_normal(Scale s, Size size) : scale(std::move(s)), n(static_cast<std::size_t>(size)) {
    require_count(name, "the size", n, 2, largest_size);
  }

  std::size_t size() const { return n; }
  auto support() const { return sum_to_zero{n}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, n - 1);
    no_log_jacobian none;
    const auto x = bijector<sum_to_zero>::to_support(support(), z.data(), none);
    const auto good = is_positive_finite(scale);
    for (V& e : x) e = where(good, into_finite(V(e * V(scale))), V(not_a_number));
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != n) [[unlikely]]
      throw_wrong_size(name, n, x.size());
    const vector<promote<element_of<X>>> copy(n);
    for (std::size_t i = 0; i < n; ++i) copy[i] = element_at{i}(x);
    using real = promote<element_of<X>, Scale>;
    const real lp = -0.5 * squares_of(copy) / (scale * scale) - static_cast<double>(n - 1) * (log(scale) + half_log_two_pi);
    return never_nan(real(where(both(is_positive_finite(scale), support().contains(x)), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<Scale>>(is_positive_finite(scale), n, [](std::size_t) { return 0.0; });
  }
  auto variance() const {
    return vector_where<promote<Scale>>(is_positive_finite(scale), n, [&](std::size_t) { return scale * scale * (1.0 - 1.0 / static_cast<double>(n)); });
  }

  template <class Visit> void parameters(Visit&& visit) const { visit("scale", scale, is_positive_finite(scale), "must be positive and finite"); }
};
template <class Scale, std::integral Size> sum_to_zero_normal(Scale&&, Size) -> sum_to_zero_normal<held<Scale>>;

}  // namespace starling
