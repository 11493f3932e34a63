// lkj_correlation(n, eta): n × n correlation matrices Ω with density ∝ |Ω|^(η−1), with respect to the elements below the diagonal: that of L Lᵀ for L from
// lkj_cholesky(n, eta), which is faster and more exact where a factor will do.
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/lkj_cholesky.hpp>
#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Eta> struct lkj_correlation : distribution {
  static constexpr std::string_view name = "lkj_correlation";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = matrix<V>;

  lkj_cholesky<Eta> factor;

  // Throws std::invalid_argument where n is not at least 1.
  template <std::integral Size> lkj_correlation(Size n, Eta eta) : factor(n, std::move(eta)) {}

  std::size_t rows() const { return factor.n; }
  std::size_t cols() const { return factor.n; }
  auto support() const { return correlation{factor.n}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto x = square_of_lower(factor.sample(rng));
    for (std::size_t i = 0; i < factor.n; ++i) x(i, i) = where(x(i, i) == x(i, i), V(1), x(i, i));
    return x;
  }

  // |∂Ω/∂L| = Π L_kk^(n−k), k from 1.
  template <class X> auto log_density(const X& x) const {
    const auto l = cholesky(square_value(name, x, factor.n));
    auto lp = factor.log_density(l);
    for (std::size_t k = 1; k + 1 < factor.n; ++k) lp = lp - static_cast<double>(factor.n - 1 - k) * log(l(k, k));
    return never_nan(where(support().contains(x), lp, decltype(lp)(negative_infinity)));
  }

  // At a point that its free numbers gave, with the logarithms of the factor's diagonal (inner_correlation).
  template <class Point> auto log_density_inside(const Point& point) const {
    auto lp = factor.log_density_inside(point);
    for (std::size_t k = 1; k + 1 < factor.n; ++k) lp = lp - static_cast<double>(factor.n - 1 - k) * point.log_diagonal[k - 1];
    return lp;
  }

  auto mean() const {
    return matrix_where<promote<Eta>>(is_positive_finite(factor.eta), factor.n, factor.n, [](std::size_t i, std::size_t j) { return i == j ? 1.0 : 0.0; });
  }
  // (Ω_ij + 1) / 2 has a beta(η − 1 + n/2, η − 1 + n/2).
  auto variance() const {
    return matrix_where<promote<Eta>>(is_positive_finite(factor.eta), factor.n, factor.n, [&](std::size_t i, std::size_t j) { return (i == j ? 0.0 : 1.0) / (2.0 * factor.eta + static_cast<double>(factor.n) - 1.0); });
  }

  template <class Visit> void parameters(Visit&& visit) const { factor.parameters(visit); }
};
template <std::integral Size, class Eta> lkj_correlation(Size, Eta&&) -> lkj_correlation<held<Eta>>;

}  // namespace starling
