// ordered_logistic_glm(X, coefficients, cutpoints): categories y_i from ordered_logistic(row i of X times the coefficients, cutpoints), X a matrix_view of data with a row
// for each y_i; one vector of whole numbers.
#pragma once

#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/ordered_logistic.hpp>

namespace starling {

template <class Coefficients, class Cutpoints> class ordered_logistic_glm : public distribution {
 public:
  static constexpr std::string_view name = "ordered_logistic_glm";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<whole_of<V>>;

  // Throws std::invalid_argument where the sizes do not fit.
  ordered_logistic_glm(matrix_view<double> x, Coefficients coefficients, Cutpoints cutpoints) : x_(x), coefficients_(std::move(coefficients)), cutpoints_(std::move(cutpoints)) {
    if (coefficients_.size() != x_.cols()) [[unlikely]]
      throw_wrong_size("ordered_logistic_glm: the coefficients", x_.cols(), coefficients_.size());
  }

  std::size_t size() const { return x_.rows(); }
  auto support() const { return vector_of{whole_range{0L, static_cast<long>(cutpoints_.size())}, size()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    vector<whole_of<V>> y(size());
    for (std::size_t i = 0; i < size(); ++i) {
      rng.element(static_cast<std::uint32_t>(i));
      V eta(0);
      for (std::size_t j = 0; j < x_.cols(); ++j) eta = eta + x_(i, j) * V(element_at{j}(coefficients_));
      y[i] = ordered_logistic<V, Cutpoints>(eta, cutpoints_).sample(rng);
    }
    return y;
  }

  template <class Y> auto log_density(const Y& y) const {
    if (y.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), y.size());
    using coefficient = promote<element_of<Coefficients>>;
    using real = promote<element_of<Y>, coefficient, element_of<Cutpoints>>;
    const vector<coefficient> b(x_.cols());
    for (std::size_t j = 0; j < x_.cols(); ++j) b[j] = element_at{j}(coefficients_);
    const auto eta = matvec(x_, b);
    real total(0);
    for (std::size_t i = 0; i < size(); ++i) total = total + ordered_logistic<coefficient, Cutpoints>(coefficient(eta[i]), cutpoints_).log_density(element_at{i}(y));
    return never_nan(total);
  }

  // The log density of element i of y by itself: rows are independent.
  template <class Y> auto element_log_density(const Y& y, std::size_t i) const {
    using coefficient = promote<element_of<Coefficients>>;
    coefficient eta(0);
    for (std::size_t j = 0; j < x_.cols(); ++j) eta = eta + x_(i, j) * element_at{j}(coefficients_);
    return never_nan(ordered_logistic<coefficient, Cutpoints>(eta, cutpoints_).log_density(element_at{i}(y)));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "coefficients", coefficients_, finite_element, "must be finite");
    ordered_logistic<double, Cutpoints>(0.0, cutpoints_).parameters([&](std::string_view parameter, const auto& value, const auto& ok, std::string_view requirement) {
      if (parameter == "cutpoints") visit(parameter, value, ok, requirement);
    });
  }

 private:
  matrix_view<double> x_;
  Coefficients coefficients_;
  Cutpoints cutpoints_;
};
template <class B, class C> ordered_logistic_glm(matrix_view<double>, B&&, C&&) -> ordered_logistic_glm<held<B>, held<C>>;

}  // namespace starling
