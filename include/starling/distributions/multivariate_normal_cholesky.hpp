// multivariate_normal_cholesky(mean, factor): normal vectors with covariance L Lᵀ; of the factor L only the lower triangle is read.
#pragma once

#include <starling/distributions/factored_normal.hpp>

namespace starling {

template <class Mean, class Matrix>
class multivariate_normal_cholesky : public factored_normal<Mean, matrix_element<Matrix>> {
 public:
  using base = factored_normal<Mean, matrix_element<Matrix>>;
  static constexpr std::string_view name = "multivariate_normal_cholesky";

  multivariate_normal_cholesky(Mean mean, const Matrix& factor)
      : base(mean, lower_part(name, mean.size(), factor)) {}

  template <class X> auto log_density(const X& x) const { return this->log_density_named(name, x); }

  template <class Visit> void parameters(Visit&& visit) const {
    this->visit_mean(visit);
    visit("factor", this->factor_(0, 0), is_good_factor(this->factor_), "must be finite with a positive diagonal");
  }
};
template <class Mean, class Matrix>
multivariate_normal_cholesky(Mean&&, const Matrix&) -> multivariate_normal_cholesky<held<Mean>, Matrix>;

}  // namespace starling
