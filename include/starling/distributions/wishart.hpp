// wishart(degrees, scale): |W|^((ν−n−1)/2) exp(−tr(S⁻¹ W)/2) / (2^(νn/2) |S|^(ν/2) Γ_n(ν/2)) for symmetric positive definite n × n matrices W, ν the degrees,
// more than n − 1, S the scale matrix; with respect to the lower triangle of W. Its mean is ν S.
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class wishart : public distribution {
 public:
  static constexpr std::string_view name = "wishart";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = matrix<V>;

  // Throws std::invalid_argument where the scale is not square.
  template <class Matrix> wishart(Degrees degrees, const Matrix& scale) : degrees_(std::move(degrees)), scale_(name, "scale", scale, scale.rows()) {}

  std::size_t rows() const { return scale_.factor.rows(); }
  std::size_t cols() const { return rows(); }
  auto support() const { return covariance{rows()}; }

  template <class Rng> auto sample(Rng& rng) const {
    return where_good(is_good(), square_of_lower(product_of_lower(scale_.factor, draw_bartlett(rng, rows(), degrees_, false))));
  }

  template <class X> auto log_density(const X& x) const {
    using real = promote<matrix_element<X>, Degrees, Element>;
    const auto factor = cholesky(square_value(name, x, rows()));
    const real lp = wishart_log_density<false>(degrees_, scale_, factor);
    return never_nan(real(where(both(is_good(), support().contains(x)), lp, real(negative_infinity))));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("degrees", degrees_, are_degrees_enough(degrees_, rows()), "must be finite and more than the number of rows less 1");
    scale_.visit(visit, "scale");
  }

 private:
  auto is_good() const { return both(are_degrees_enough(degrees_, rows()), scale_.good); }

  Degrees degrees_;
  positive_definite_parameter<Element> scale_;
};
template <class Degrees, class Matrix> wishart(Degrees&&, const Matrix&) -> wishart<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
