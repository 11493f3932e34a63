// lkj_cholesky(n, eta): the lower Cholesky factor L of an n × n correlation matrix Ω = L Lᵀ that has the density ∝ |Ω|^(η−1); one
// matrix-valued choice. With respect to the elements of L below the diagonal
//   Π_{k=2..n} L_kk^(n−k+2η−2) / Π_{k=1..n−1} π^(k/2) Γ(η + (n−1−k)/2) / Γ(η + (n−1)/2)
// η = 1: all correlation matrices are alike; larger: nearer to the identity. (Ω_ij + 1) / 2 has a beta(η − 1 + n/2, η − 1 + n/2).
// D. Lewandowski, D. Kurowicka, H. Joe: Generating random correlation matrices based on vines and extended onion method (2009).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <starling/distributions/fused.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/structured_supports.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/gamma_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class Eta> struct lkj_cholesky : distribution {
  static_assert(!sequence<Eta>, "sl::lkj_cholesky(n, eta): eta is one number");
  static constexpr std::string_view name = "lkj_cholesky";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = matrix<V>;

  std::size_t n;
  Eta eta;

  // Throws std::invalid_argument where n is not at least 1.
  template <std::integral Size> lkj_cholesky(Size rows, Eta e) : n(static_cast<std::size_t>(rows)), eta(std::move(e)) {
    require_count("lkj_cholesky", "the number of rows", static_cast<std::size_t>(rows), 1, largest_rows);
  }

  std::size_t rows() const { return n; }
  std::size_t cols() const { return n; }

  // The onion: row k is a vector of k − 1 normal numbers z and the square root of twice a gamma(η + (n−k)/2), over its length.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V e(eta);
    const auto good = is_positive_finite(e);
    const matrix<V> x(n, n);
    for (std::size_t i = 0; i < n; ++i) {
      V diagonal(1), scale(1);
      if (i > 0) {
        rng.element(static_cast<std::uint32_t>(i - 1));
        V squares(0);
        for (std::size_t j = 0; j < i; ++j) {
          x(i, j) = rng.normal();
          squares = squares + x(i, j) * x(i, j);
        }
        const auto rest = draw_gamma(rng, V(e + 0.5 * static_cast<double>(n - 1 - i)));
        // |z| and the root are as `ratio` to 1. For a small η the root may underflow, and its inverse overflow.
        const V inverse_root = exp(-0.5 * (rest.log_value() + 0.69314718055994530942));
        const V length = sqrt(squares), ratio = length * inverse_root;
        const auto far = ratio > V(1e8);
        diagonal = where(far, V(1.0 / ratio), V(1.0 / sqrt(1.0 + ratio * ratio)));
        scale = where(far, V(1.0 / length), V(inverse_root * diagonal));
        diagonal = where(far, into_positive(diagonal), diagonal);
      }
      for (std::size_t j = 0; j < n; ++j)
        x(i, j) = where(good, j < i ? V(x(i, j) * scale) : j == i ? diagonal
                                                                  : V(0),
                        V(not_a_number));
    }
    return x;
  }

  // Throws std::invalid_argument where x is not n × n.
  template <class X> auto log_density(const X& x) const {
    if (x.rows() != n || x.cols() != n) [[unlikely]]
      throw_wrong_matrix(name, n, x.rows(), x.cols());
    using element = decltype(as_real(x(0, 0)));
    const arena_scope scratch;
    const vector<element> diagonal(n - 1);
    for (std::size_t k = 0; k + 1 < n; ++k) diagonal[k] = as_real(x(k + 1, k + 1));
    const auto lp = log_density_of(diagonal, [](const auto& l) { return log(l); });
    return never_nan(where(support().contains(x), lp, decltype(lp)(negative_infinity)));
  }
  // At a point inside, given with the logarithms of its diagonal (inner_correlation).
  template <class Point> auto log_density_inside(const Point& point) const {
    const arena_scope scratch;
    return never_nan(log_density_of(point.log_diagonal, [](const auto& log_l) { return log_l; }));
  }

  auto support() const { return correlation_cholesky{n}; }

  template <class Visit> void parameters(Visit&& visit) const { visit("eta", eta, is_positive_finite(eta), "must be positive and finite"); }

 private:
  template <class Diagonal, class LogOf> auto log_density_of(const Diagonal& diagonal, LogOf log_of) const {
    using real = promote<element_of<Diagonal>, Eta>;
    const vector<double> below(n - 1);  // rows below
    for (std::size_t k = 0; k + 1 < n; ++k) below[k] = static_cast<double>(n - 2 - k);
    const auto term = [&](const auto& l, const auto& e, const auto& m) { return (2.0 * (e - 1.0) + m) * log_of(l); };
    real lp(0);
    if constexpr (any_adjoint<element_of<Diagonal>, Eta>) {
      lp = fused_sum(n - 1, term, diagonal, eta, below);
      if constexpr (is_adjoint<Eta>) lp = lp - real(fused([&](const auto& e) { return log_normaliser(e); }, eta));
      else lp = lp - log_normaliser(eta);
    } else {
      lp = sum_elements<real>(name, n - 1, diagonal, [&](const auto& l, auto at) { return term(l, eta, at(below)); }) - log_normaliser(eta);
    }
    return real(where(is_positive_finite(eta), lp, real(negative_infinity)));
  }

  // log of the product over k, with b = η + (n−1−k)/2 and t = η + (n−1)/2. For large η by Stirling's formula, in which log Γ(b) and
  // log Γ(t) do not cancel: with h = k/2, log Γ(b) − log Γ(t) = h − (b − ½) log(1 + h/b) − h log t + the remainders of b less that of t.
  template <class E> E log_normaliser(const E& e) const {
    constexpr double log_pi = 1.1447298858494001741;
    const auto last = static_cast<double>(n - 1);
    const E t = e + 0.5 * last;
    const auto sum_over_rows = [&](const auto& of_row) {
      E total(0);
      for (std::size_t k = 1; k < n; ++k) {
        const double h = 0.5 * static_cast<double>(k);
        total = total + (h * log_pi + of_row(h, E(e + 0.5 * static_cast<double>(n - 1 - k))));
      }
      return total;
    };
    const auto direct = [&] { return E(sum_over_rows([](double, const E& b) { return lgamma(b); }) - last * lgamma(t)); };
    const auto stirling = [&] {
      const E log_t = log(t);
      return E(sum_over_rows([&](double h, const E& b) { return (h - (b - 0.5) * log1p(h / b)) - h * log_t + stirling_remainder(b); }) -
               last * stirling_remainder(t));
    };
    const auto large = e > E(16);
    if (!any(large)) return direct();
    if (all(large)) return stirling();
    return where(large, stirling(), direct());
  }
};
template <std::integral Size, class Eta> lkj_cholesky(Size, Eta&&) -> lkj_cholesky<held<Eta>>;

}  // namespace starling
