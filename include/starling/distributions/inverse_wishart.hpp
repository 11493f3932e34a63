// inverse_wishart(degrees, scale): |S|^(ν/2) |W|^(−(ν+n+1)/2) exp(−tr(S W⁻¹)/2) / (2^(νn/2) Γ_n(ν/2)) for symmetric positive definite n × n matrices W, ν the
// degrees, more than n − 1, S the scale matrix; with respect to the lower triangle of W: that of the inverse of a wishart(ν, S⁻¹) draw. Its mean is S / (ν − n − 1).
#pragma once

#include <starling/distributions/wishart_factors.hpp>

namespace starling {

template <class Degrees, class Element> class inverse_wishart : public distribution {
 public:
  static constexpr std::string_view name = "inverse_wishart";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = matrix<V>;

  // Throws std::invalid_argument where the scale is not square.
  template <class Matrix> inverse_wishart(Degrees degrees, const Matrix& scale) : degrees_(std::move(degrees)), scale_(name, "scale", scale, scale.rows()) {}

  std::size_t rows() const { return scale_.factor.rows(); }
  std::size_t cols() const { return rows(); }
  auto support() const { return covariance{rows()}; }

  template <class Rng> auto sample(Rng& rng) const {
    return where_good(is_good(), square_of_lower(product_of_lower(scale_.factor, inverse_of_lower(draw_bartlett(rng, rows(), degrees_, true)))));
  }

  template <class X> auto log_density(const X& x) const {
    using real = promote<matrix_element<X>, Degrees, Element>;
    const auto factor = cholesky(square_value(name, x, rows()));
    const real lp = wishart_log_density<true>(degrees_, scale_, factor);
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
template <class Degrees, class Matrix> inverse_wishart(Degrees&&, const Matrix&) -> inverse_wishart<held<Degrees>, matrix_element<Matrix>>;

}  // namespace starling
