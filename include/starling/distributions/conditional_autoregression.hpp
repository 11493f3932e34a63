// conditional_autoregression(mean, association, precision, places): normal vectors with precision matrix precision · (D − association · W), W having 1 where two places
// are neighbours (neighbourhood.hpp), D the numbers of neighbours on its diagonal: given the others, x_i is normal about mean_i + association · the average of its neighbours'
// x − mean, with variance 1 / (precision · D_ii). The association is between 1 over the least and 1 over the greatest eigenvalue, which is 1. The density passes over the
// pairs of neighbours only. `places` must outlive the distribution.
#pragma once

#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/neighbourhood.hpp>

namespace starling {

template <class Mean, class Association, class Precision> class conditional_autoregression : public distribution {
 public:
  static constexpr std::string_view name = "conditional_autoregression";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  // Throws std::invalid_argument where the mean, if it is a vector, has not an element for each place.
  conditional_autoregression(Mean mean, Association association, Precision precision, const neighbourhood& places)
      : mean_(std::move(mean)), association_(std::move(association)), precision_(std::move(precision)), places_(&places) {
    if constexpr (sequence<Mean>)
      if (mean_.size() != size()) [[unlikely]]
        throw_wrong_size("conditional_autoregression: the mean", size(), mean_.size());
  }

  std::size_t size() const { return places_->size(); }
  auto support() const { return vector_of{real_line{}, size()}; }

  // By the Cholesky factor of the precision matrix: n³ / 3 multiplications a draw.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, size());
    const auto good = is_good();
    matrix<V> q(size(), size());
    for (V& e : q) e = V(0);
    for (std::size_t i = 0; i < size(); ++i) q(i, i) = V(precision_) * places_->degrees()[i];
    for (const auto& [i, j] : places_->pairs()) q(i, j) = q(j, i) = -(V(precision_) * V(association_));
    const auto x = solve_lower_transposed(cholesky(q), z);
    for (std::size_t i = 0; i < size(); ++i) x[i] = where(good, into_finite(V(x[i] + element_at{i}(mean_))), V(not_a_number));
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using rest = promote<element_of<X>, element_of<Mean>>;
    using real = promote<rest, Association, Precision>;
    const auto& pairs = places_->pairs();
    const vector<rest> r(size()), scaled(size()), first(pairs.size()), second(pairs.size());
    for (std::size_t i = 0; i < size(); ++i) {
      r[i] = element_at{i}(x)-element_at{i}(mean_);
      scaled[i] = r[i] * sqrt(places_->degrees()[i]);
    }
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      first[k] = r[pairs[k].first];
      second[k] = r[pairs[k].second];
    }
    const auto n = static_cast<double>(size());
    promote<Association> log_determinant(0);
    for (const double e : places_->eigenvalues()) log_determinant = log_determinant + log1p(-association_ * e);
    for (const double d : places_->degrees()) log_determinant = log_determinant + log(d);
    const real lp = 0.5 * (log_determinant + n * log(precision_) - precision_ * (squares_of(scaled) - 2.0 * association_ * dot(first, second))) - n * half_log_two_pi;
    return never_nan(real(where(is_good(), lp, real(negative_infinity))));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    if constexpr (sequence<Mean>) visit_elements(visit, "mean", mean_, finite_element, "must be finite");
    else visit("mean", mean_, is_finite(mean_), "must be finite");
    visit("association", association_, is_association(), "must be between the inverses of the least and the greatest eigenvalue of the neighbourhood");
    visit("precision", precision_, is_positive_finite(precision_), "must be positive and finite");
  }

 private:
  auto is_association() const { return both(association_ < 1.0, association_ * places_->eigenvalues().front() < 1.0); }
  auto is_good() const {
    mask_of<promote<element_of<Mean>, Association, Precision>> good(true);
    parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
    return good;
  }

  Mean mean_;
  Association association_;
  Precision precision_;
  const neighbourhood* places_;
};
template <class M, class A, class P> conditional_autoregression(M&&, A&&, P&&, const neighbourhood&) -> conditional_autoregression<held<M>, held<A>, held<P>>;

}  // namespace starling
