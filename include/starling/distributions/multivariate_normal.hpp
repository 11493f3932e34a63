// multivariate_normal(mean, covariance): normal vectors, the covariance symmetric and positive definite; one vector-valued choice.
#pragma once

#include <starling/distributions/factored_normal.hpp>

namespace starling {

template <class Mean, class Matrix>
class multivariate_normal : public factored_normal<Mean, matrix_element<Matrix>> {
 public:
  using base = factored_normal<Mean, matrix_element<Matrix>>;
  static constexpr std::string_view name = "multivariate_normal";

  multivariate_normal(Mean mean, const Matrix& covariance)
      : base(mean, lower_part(name, mean.size(), covariance)), first_(this->factor_(0, 0)) {
    for (std::size_t i = 0; i < this->size(); ++i)  // an asymmetric matrix spoils its first pivot
      for (std::size_t j = 0; j < i; ++j) {
        const auto a = this->factor_(i, j);
        const auto b = as_real(covariance(j, i));
        const auto agrees = both(abs(a - b) <= 1e-8 * (abs(a) + abs(b)), is_finite(b));
        this->factor_(0, 0) = where(agrees, this->factor_(0, 0), element(not_a_number));
      }
    factor_in_place(this->factor_);
  }

  template <class X> auto log_density(const X& x) const { return this->log_density_named(name, x); }

  template <class Visit> void parameters(Visit&& visit) const {
    this->visit_mean(visit);
    visit("covariance", first_, is_good_factor(this->factor_), "must be symmetric and positive definite");
  }

 private:
  using element = matrix_element<Matrix>;
  element first_;
};
template <class Mean, class Matrix>
multivariate_normal(Mean&&, const Matrix&) -> multivariate_normal<held<Mean>, Matrix>;

}  // namespace starling
