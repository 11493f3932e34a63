// gaussian_random_walk(scale, n): x_0 and all steps x_t − x_(t−1) are normal(0, scale), independent; t = 1, …, n − 1; one vector-valued choice.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <class Scale> struct gaussian_random_walk : distribution {
  static_assert(!sequence<Scale>, "sl::gaussian_random_walk(scale, n): the scale is one number");
  static constexpr std::string_view name = "gaussian_random_walk";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  Scale scale;
  std::size_t n;

  // Throws std::invalid_argument where n is not at least 1.
  template <std::integral Size> gaussian_random_walk(Scale s, Size size) : scale(std::move(s)), n(static_cast<std::size_t>(size)) {
    require_count(name, "the size", n, 1, largest_size);
  }

  std::size_t size() const { return n; }
  auto support() const { return vector_of{real_line{}, n}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto x = draw_standard_normals(rng, n);
    const auto good = is_positive_finite(scale);
    V reached(0);
    for (std::size_t t = 0; t < n; ++t) {
      reached = reached + x[t] * V(scale);
      x[t] = where(good, into_finite(reached), V(not_a_number));
    }
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != n) [[unlikely]]
      throw_wrong_size(name, n, x.size());
    vector<promote<element_of<X>>> steps(n);
    for (std::size_t t = 0; t < n; ++t) {
      if (t == 0) steps[0] = element_at{0}(x);
      else steps[t] = element_at{t}(x)-element_at{t - 1}(x);
    }
    using real = promote<element_of<X>, Scale>;
    const real lp = -0.5 * squares_of(steps) / (scale * scale) - static_cast<double>(n) * (log(scale) + half_log_two_pi);
    return never_nan(real(where(is_positive_finite(scale), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<Scale>>(is_positive_finite(scale), n, [](std::size_t) { return 0.0; });
  }
  auto variance() const {
    return vector_where<promote<Scale>>(is_positive_finite(scale), n, [&](std::size_t t) { return (static_cast<double>(t) + 1.0) * scale * scale; });
  }

  template <class Visit> void parameters(Visit&& visit) const { visit("scale", scale, is_positive_finite(scale), "must be positive and finite"); }
};
template <class Scale, std::integral Size> gaussian_random_walk(Scale&&, Size) -> gaussian_random_walk<held<Scale>>;

}  // namespace starling
