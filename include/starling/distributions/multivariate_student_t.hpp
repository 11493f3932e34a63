// multivariate_student_t(degrees, location, scale): Γ((ν+n)/2) / (Γ(ν/2) (νπ)^(n/2) |S|^(1/2)) (1 + rᵀ S⁻¹ r / ν)^(−(ν+n)/2), ν the degrees of freedom,
// r = x − location, S the scale matrix, symmetric and positive definite: a normal vector of covariance S over √(chi_square(ν) / ν).
#pragma once

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

template <class Degrees, class Location, class Element> class multivariate_student_t : public distribution {
 public:
  static constexpr std::string_view name = "multivariate_student_t";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = vector<V>;

  // Throws std::invalid_argument where the sizes do not fit.
  template <class Matrix>
  multivariate_student_t(Degrees degrees, Location location, const Matrix& scale)
      : degrees_(std::move(degrees)), location_(std::move(location)), scale_(name, "scale", scale, location_.size()) {}

  std::size_t size() const { return location_.size(); }
  auto support() const { return vector_of{real_line{}, size()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, size());
    rng.element(static_cast<std::uint32_t>(size()));
    const V half = V(0.5) * V(degrees_);
    const V factor = exp(0.5 * (log(half) - draw_gamma(rng, half).log_value()));
    const auto good = is_good();
    for (std::size_t i = size(); i-- > 0;) {  // from the last, so that z becomes x in place
      V x(0);
      for (std::size_t j = 0; j <= i; ++j) x = x + scale_.factor(i, j) * z[j];
      z[i] = where(good, into_finite(V(x * factor + element_at{i}(location_))), V(not_a_number));
    }
    return z;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using real = promote<element_of<X>, Degrees, element_of<Location>, Element>;
    const auto n = static_cast<double>(size());
    const auto squares = squares_of(solve_lower(scale_.factor, rest_of(x, location_, size())));
    const auto lp = lgamma(0.5 * (degrees_ + n)) - lgamma(0.5 * degrees_) - 0.5 * n * (log(degrees_) + 1.1447298858494001741) - scale_.log_diagonal() -
                    0.5 * (degrees_ + n) * log1p(squares / degrees_);
    return never_nan(real(where(is_good(), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<Degrees, element_of<Location>, Element>>(both(is_good(), degrees_ > 1.0), size(), [&](std::size_t i) { return element_at{i}(location_); });
  }
  // Infinite for 1 < degrees ≤ 2.
  auto variance() const {
    const auto factor = where(degrees_ > 2.0, degrees_ / where(degrees_ > 2.0, degrees_ - 2.0, 1.0), positive_infinity);
    return vector_where<promote<Degrees, element_of<Location>, Element>>(both(is_good(), degrees_ > 1.0), size(), [&](std::size_t i) { return factor * square_of_lower_at(scale_.factor, i, i); });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("degrees", degrees_, is_positive_finite(degrees_), "must be positive and finite");
    visit_elements(visit, "location", location_, finite_element, "must be finite");
    scale_.visit(visit, "scale");
  }

 private:
  auto is_good() const { return both(both(is_positive_finite(degrees_), scale_.good), all_elements(location_, finite_element)); }

  Degrees degrees_;
  Location location_;
  positive_definite_parameter<Element> scale_;
};
template <class Degrees, class Location, class Matrix>
multivariate_student_t(Degrees&&, Location&&, const Matrix&) -> multivariate_student_t<held<Degrees>, held<Location>, matrix_element<Matrix>>;

}  // namespace starling
