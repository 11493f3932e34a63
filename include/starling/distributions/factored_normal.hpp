// What both forms of the multivariate normal share: (2π)^(−n/2) |L|⁻¹ exp(−|z|²/2), L z = x − mean, L the lower triangular
// factor of the covariance. A matrix is anything with rows(), cols() and elements m(i, j).
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/distributions/inside.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/linear_algebra.hpp>
#include <starling/values/log.hpp>

namespace starling {

// The type of a matrix's elements, built-in ones as double.
template <class Matrix>
using matrix_element = decltype(as_real(std::declval<const Matrix&>()(std::size_t{0}, std::size_t{0})));

// A lower triangular matrix, row by row in the run's arena.
template <class R> class lower_triangle {
 public:
  explicit lower_triangle(std::size_t n) : n_(n), at_(n * (n + 1) / 2) {}
  std::size_t size() const { return n_; }
  R& operator()(std::size_t i, std::size_t j) const { return at_[i * (i + 1) / 2 + j]; }
  const vector<R>& elements() const { return at_; }

 private:
  std::size_t n_;
  vector<R> at_;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_shape(std::string_view name, std::size_t n,
                                                                     std::size_t rows, std::size_t columns) {
  throw std::invalid_argument(std::string(name) + ": the mean has " + std::to_string(n) + " elements but the matrix is " +
                              std::to_string(rows) + " x " + std::to_string(columns));
}

template <class Matrix> lower_triangle<matrix_element<Matrix>> lower_part(std::string_view name, std::size_t n, const Matrix& m) {
  if (m.rows() != n || m.cols() != n) throw_wrong_shape(name, n, m.rows(), m.cols());
  lower_triangle<matrix_element<Matrix>> lower(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) lower(i, j) = as_real(m(i, j));
  return lower;
}

// Overwrites the lower triangle of a symmetric matrix by its Cholesky factor; NaN where it is not positive definite.
template <class V> void factor_in_place(const lower_triangle<adjoint<V>>& m) {
  require_tape<V>();
  const auto a = capture<V>(static_cast<const adjoint<V>*>(m.elements().data()), m.elements().size());
  const auto factor = factor_on_tape<V>({const_cast<V*>(a.values), a.cells}, m.size());
  for (std::size_t i = 0; i < factor.size(); ++i) m.elements()[i] = factor[i];
}
template <class R> void factor_in_place(const lower_triangle<R>& m) {
  for (std::size_t j = 0; j < m.size(); ++j) {
    R pivot = m(j, j);
    for (std::size_t k = 0; k < j; ++k) pivot = pivot - m(j, k) * m(j, k);
    const R root = sqrt(where(pivot > R(0), pivot, R(not_a_number)));
    const R inverse = R(1) / root;
    m(j, j) = root;
    for (std::size_t i = j + 1; i < m.size(); ++i) {
      R x = m(i, j);
      for (std::size_t k = 0; k < j; ++k) x = x - m(i, k) * m(j, k);
      m(i, j) = x * inverse;
    }
  }
}

// Whether a factor has finite elements and a positive diagonal.
template <class R> auto is_good_factor(const lower_triangle<R>& factor) {
  auto good = is_positive_finite(factor(0, 0));
  for (std::size_t i = 1; i < factor.size(); ++i) {
    good = both(good, is_positive_finite(factor(i, i)));
    for (std::size_t j = 0; j < i; ++j) good = both(good, is_finite(factor(i, j)));
  }
  return good;
}

// What both have in common: a mean and the factor of the covariance.
template <class Mean, class R> class factored_normal : public distribution {
 public:
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  std::size_t size() const { return factor_.size(); }
  auto support() const { return vector_of{real_line{}, size()}; }
  // Element i of the mean.
  auto mean_at(std::size_t i) const { return element_at{i}(mean_); }

  auto mean() const {
    return vector_where<promote<element_of<Mean>, R>>(is_good(), size(), [&](std::size_t i) { return element_at{i}(mean_); });
  }
  auto variance() const {
    return vector_where<promote<element_of<Mean>, R>>(is_good(), size(), [&](std::size_t i) { return square_of_lower_at(factor_, i, i); });
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_elements<V>(rng, size(), [](auto& r, auto) { return r.normal(); });
    const auto good = is_good();
    for (std::size_t i = size(); i-- > 0;) {  // from the last, so that z becomes x in place
      V x(element_at{i}(mean_));
      for (std::size_t j = 0; j <= i; ++j) x = x + factor_(i, j) * z[j];
      z[i] = where(good, into_finite(x), V(not_a_number));
    }
    return z;
  }

 protected:
  factored_normal(Mean mean, lower_triangle<R> factor) : mean_(std::move(mean)), factor_(factor) {}

  template <class X> auto log_density_named(std::string_view name, const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using real = promote<element_of<X>, element_of<Mean>, R>;
    if constexpr (is_adjoint<real>) return never_nan(real(where(is_good_factor(factor_), log_density_on_tape<primal_of<real>>(x), negative_infinity)));
    else return log_density_of_plain(x);
  }

  template <class X> auto log_density_of_plain(const X& x) const {
    using real = promote<element_of<X>, element_of<Mean>, R>;
    const arena_scope scratch;
    vector<real> z(size());
    real squares(0);
    R diagonal(1);
    R log_determinant(0);
    for (std::size_t i = 0; i < size(); ++i) {
      real rest(element_at{i}(x)-element_at{i}(mean_));
      for (std::size_t j = 0; j < i; ++j) rest = rest - factor_(i, j) * z[j];
      z[i] = rest / factor_(i, i);
      squares = squares + z[i] * z[i];
      diagonal = diagonal * factor_(i, i);
      if (i % 4 == 3 || i + 1 == size()) {  // few logarithms, and no overflow
        log_determinant = log_determinant + log(diagonal);
        diagonal = R(1);
      }
    }
    const auto lp = -0.5 * squares - log_determinant - static_cast<double>(size()) * half_log_two_pi;
    return never_nan(real(where(is_good_factor(factor_), lp, negative_infinity)));
  }

  // With z = L⁻¹ (x − mean) and w = L⁻ᵀ z: the derivatives are −w for x, w for the mean, w zᵀ − diag(1/L_ii) for L.
  template <class V, class X> adjoint<V> log_density_on_tape(const X& x) const {
    require_tape<V>();
    tape<V>& t = *tape<V>::current;
    const std::size_t n = size();
    const auto xs = captured_elements<V>(x), means = captured_elements<V>(mean_);
    V *const z = t.template take<V>(n), *const w = t.template take<V>(n), *const minus_w = t.template take<V>(n);
    for (std::size_t i = 0; i < n; ++i) z[i] = xs.values[i] - means.values[i];
    const auto density = [&](const auto* factor) {
      V log_determinant(0);
      for (std::size_t i = 0; i < n; ++i) log_determinant = log_determinant + log(packed_row(factor, i)[i]);
      solve_packed(factor, n, z);
      for (std::size_t i = 0; i < n; ++i) w[i] = z[i];
      solve_packed_transposed(factor, n, w);
      for (std::size_t i = 0; i < n; ++i) minus_w[i] = -w[i];
      return V(-0.5 * dot_of(static_cast<const V*>(z), static_cast<const V*>(z), n) - log_determinant - static_cast<double>(n) * half_log_two_pi);
    };
    const reduction_part<V> by_x{xs.cells, minus_w}, by_mean{means.cells, w};
    if constexpr (!is_adjoint<R>) {
      return reduced<V>(density(static_cast<const R*>(factor_.elements().data())), by_x, by_mean);
    } else {
      const auto factor = capture<V>(static_cast<const R*>(factor_.elements().data()), factor_.elements().size());
      const V lp = density(factor.values);
      V* const by = t.template take<V>(packed_size(n));
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) packed_row(by, i)[j] = w[i] * z[j];
        packed_row(by, i)[i] = packed_row(by, i)[i] - V(1) / packed_row(factor.values, i)[i];
      }
      return reduced<V>(lp, by_x, by_mean, reduction_part<V>{factor.cells, by});
    }
  }
  template <class V, class Sequence> static captured_values<V> captured_elements(const Sequence& s) {
    using element = element_of<Sequence>;
    vector<element> copy(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) copy[i] = s[i];
    return capture<V>(static_cast<const element*>(copy.data()), s.size());
  }

  auto is_good() const {
    auto good = is_good_factor(factor_);
    auto mean_good = is_finite(element_at{0}(mean_));
    for (std::size_t i = 1; i < size(); ++i) mean_good = both(mean_good, is_finite(element_at{i}(mean_)));
    return both(good, mean_good);
  }

  template <class Visit> void visit_mean(Visit&& visit) const {
    for (std::size_t i = 0; i < size(); ++i) {
      const auto m = element_at{i}(mean_);
      visit("mean", m, is_finite(m), "must be finite");
    }
  }

  Mean mean_;
  lower_triangle<R> factor_;
};

}  // namespace starling
