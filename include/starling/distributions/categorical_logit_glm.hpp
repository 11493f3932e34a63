// categorical_logit_glm(X, intercepts, coefficients): categories y_i of 0, …, n − 1 from categorical_logit(intercepts + row i of X times the coefficients), X a matrix_view of
// data with a row for each y_i and a column for each row of the coefficients, which have n columns; one vector of whole numbers. On adjoints one tape entry.
#pragma once

#include <starling/distributions/categorical_logit.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

template <class Intercepts, class Coefficients> class categorical_logit_glm : public distribution {
 public:
  static constexpr std::string_view name = "categorical_logit_glm";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<whole_of<V>>;

  // Throws std::invalid_argument where the sizes do not fit.
  categorical_logit_glm(matrix_view<double> x, Intercepts intercepts, Coefficients coefficients)
      : x_(x), intercepts_(std::move(intercepts)), coefficients_(std::move(coefficients)) {
    require_shape(name, "coefficients", coefficients_, x_.cols(), intercepts_.size());
  }

  std::size_t size() const { return x_.rows(); }
  std::size_t categories() const { return intercepts_.size(); }
  auto support() const { return vector_of{whole_range{0L, static_cast<long>(categories()) - 1}, size()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    vector<whole_of<V>> y(size());
    const auto good = is_good();
    vector<V> logits(categories());
    for (std::size_t i = 0; i < size(); ++i) {
      rng.element(static_cast<std::uint32_t>(i));
      for (std::size_t k = 0; k < categories(); ++k) {
        logits[k] = V(element_at{k}(intercepts_));
        for (std::size_t j = 0; j < x_.cols(); ++j) logits[k] = logits[k] + x_(i, j) * V(as_real(coefficients_(j, k)));
      }
      y[i] = where(good, whole_of<V>(categorical_logit<vector<V>>(logits).sample(rng)), no_value<whole_of<V>>());
    }
    return y;
  }

  // With p the probabilities: the derivatives by the logits of row i are 1 at y_i less p.
  template <class Y> auto log_density(const Y& y) const {
    if (y.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), y.size());
    using real = promote<element_of<Y>, element_of<Intercepts>, matrix_element<Coefficients>>;
    using V = primal_of<real>;
    const std::size_t n = categories(), m = x_.cols();
    vector<V> a(n), b(m * n), logits(n);
    for (std::size_t k = 0; k < n; ++k) {
      a[k] = V(primal(element_at{k}(intercepts_)));
      for (std::size_t j = 0; j < m; ++j) b[j * n + k] = V(primal(as_real(coefficients_(j, k))));
    }
    V *by_a = nullptr, *by_b = nullptr;
    if constexpr (is_adjoint<real>) {
      require_tape<V>();
      by_a = tape<V>::current->cells(n);
      by_b = tape<V>::current->cells(m * n);
    }
    V total(0);
    for (std::size_t i = 0; i < size(); ++i) {
      for (std::size_t k = 0; k < n; ++k) logits[k] = a[k];
      for (std::size_t j = 0; j < m; ++j) add_multiple(logits.data(), V(x_(i, j)), static_cast<const V*>(b.data()) + j * n, n);
      const V at = primal(element_at{i}(y));
      const V norm = log_sum_exp(logits);
      total = total + (element_or_nan(logits, at) - norm);
      if constexpr (is_adjoint<real>) {
        for (std::size_t k = 0; k < n; ++k) {
          logits[k] = where(at == V(static_cast<double>(k)), V(1), V(0)) - exp(logits[k] - norm);
          by_a[k] = by_a[k] + logits[k];
        }
        for (std::size_t j = 0; j < m; ++j) add_multiple(by_b + j * n, V(x_(i, j)), static_cast<const V*>(logits.data()), n);
      }
    }
    if constexpr (is_adjoint<real>) {
      const vector<element_of<Intercepts>> intercepts(n);
      const vector<matrix_element<Coefficients>> coefficients(m * n);
      for (std::size_t k = 0; k < n; ++k) {
        intercepts[k] = element_at{k}(intercepts_);
        for (std::size_t j = 0; j < m; ++j) coefficients[j * n + k] = as_real(coefficients_(j, k));
      }
      const auto of_a = capture<V>(static_cast<const element_of<Intercepts>*>(intercepts.data()), n);
      const auto of_b = capture<V>(static_cast<const matrix_element<Coefficients>*>(coefficients.data()), m * n);
      return never_nan(real(where(is_good(), reduced<V>(total, reduction_part<V>{of_a.cells, by_a}, reduction_part<V>{of_b.cells, by_b}), negative_infinity)));
    } else {
      return never_nan(real(where(is_good(), total, negative_infinity)));
    }
  }

  // The log density of element i of y by itself: rows are independent.
  template <class Y> auto element_log_density(const Y& y, std::size_t i) const {
    using real = promote<element_of<Y>, element_of<Intercepts>, matrix_element<Coefficients>>;
    vector<real> logits(categories());
    for (std::size_t k = 0; k < categories(); ++k) {
      logits[k] = real(element_at{k}(intercepts_));
      for (std::size_t j = 0; j < x_.cols(); ++j) logits[k] = logits[k] + x_(i, j) * real(as_real(coefficients_(j, k)));
    }
    return never_nan(real(where(is_good(), real(categorical_logit<vector<real>>(logits).log_density(element_at{i}(y))), real(negative_infinity))));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "intercepts", intercepts_, finite_element, "must be finite");
    visit_matrix_elements(visit, "coefficients", coefficients_, finite_element, "must be finite");
  }

 private:
  auto is_good() const { return both(all_elements(intercepts_, finite_element), all_matrix_elements(coefficients_, finite_element)); }

  matrix_view<double> x_;
  Intercepts intercepts_;
  Coefficients coefficients_;
};
template <class I, class C> categorical_logit_glm(matrix_view<double>, I&&, C&&) -> categorical_logit_glm<held<I>, std::remove_cvref_t<C>>;

}  // namespace starling
