// autoregressive(coefficients, scale, n): x_t is normal(Σ_k coefficients_k x_(t−1−k), scale), t = 0, …, n − 1, k = 0, …, the number of coefficients less 1;
// what stands before x_0 counts as 0; one vector-valued choice. The coefficients need not be those of a stationary series.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <class Coefficients, class Scale> struct autoregressive : distribution {
  static_assert(sequence<Coefficients> && !sequence<Scale>, "sl::autoregressive(coefficients, scale, n): the coefficients are a vector, the scale is one number");
  static constexpr std::string_view name = "autoregressive";
  static constexpr auto draws_follow = draw_derivative::pathwise;
  template <class V> using value = vector<V>;

  Coefficients coefficients;
  Scale scale;
  std::size_t n;

  // Throws std::invalid_argument where n is not at least 1.
  template <std::integral Size>
  autoregressive(Coefficients c, Scale s, Size size) : coefficients(std::move(c)), scale(std::move(s)), n(static_cast<std::size_t>(size)) {
    require_count(name, "the size", n, 1, largest_size);
  }

  std::size_t size() const { return n; }
  auto support() const { return vector_of{real_line{}, n}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto x = draw_standard_normals(rng, n);
    const auto good = is_good();
    for (std::size_t t = 0; t < n; ++t) {
      V next = x[t] * V(scale);
      for (std::size_t k = 0; k < coefficients.size() && k < t; ++k) next = into_finite(V(next + into_finite(V(V(element_at{k}(coefficients)) * x[t - 1 - k]))));
      x[t] = where(good, into_finite(next), V(not_a_number));
    }
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != n) [[unlikely]]
      throw_wrong_size(name, n, x.size());
    using rest = promote<element_of<X>, element_of<Coefficients>>;
    using real = promote<rest, Scale>;
    vector<rest> rests(n);
    const vector<promote<element_of<Coefficients>>> c(coefficients.size());
    const vector<promote<element_of<X>>> before(coefficients.size());
    for (std::size_t k = 0; k < c.size(); ++k) c[k] = element_at{k}(coefficients);
    for (std::size_t t = 0; t < n; ++t) {
      const std::size_t lags = t < c.size() ? t : c.size();
      rests[t] = rest(element_at{t}(x));
      if (lags == 0) continue;
      for (std::size_t k = 0; k < lags; ++k) before[k] = element_at{t - 1 - k}(x);
      rests[t] = rests[t] - dot(vector(before.data(), lags), vector(c.data(), lags));
    }
    const real lp = -0.5 * squares_of(rests) / (scale * scale) - static_cast<double>(n) * (log(scale) + half_log_two_pi);
    return never_nan(real(where(is_good(), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<element_of<Coefficients>, Scale>>(is_good(), n, [](std::size_t) { return 0.0; });
  }
  // x_t is the sum of the impulses before it, each with the weight ψ of its age: ψ_0 = 1, ψ_j = Σ_k coefficients_k ψ_(j−1−k).
  auto variance() const {
    using real = promote<element_of<Coefficients>, Scale>;
    const vector<real> weights(n);
    real total(0);
    return vector_where<promote<element_of<Coefficients>, Scale>>(is_good(), n, [&](std::size_t t) {
      weights[t] = real(t == 0 ? 1.0 : 0.0);
      for (std::size_t k = 0; k < coefficients.size() && k < t; ++k) weights[t] = weights[t] + element_at{k}(coefficients)*weights[t - 1 - k];
      total = total + weights[t] * weights[t];
      return total * scale * scale;
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "coefficients", coefficients, finite_element, "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }

 private:
  auto is_good() const { return both(is_positive_finite(scale), all_elements(coefficients, finite_element)); }
};
template <class C, class Scale, std::integral Size> autoregressive(C&&, Scale&&, Size) -> autoregressive<held<C>, held<Scale>>;

}  // namespace starling
