// power_scaled(d, power): the density of d to that power, 0 or more, not normalised: power-scaled priors and likelihoods, tempering. It has a density and, but for a power
// of 1, no draws: improper, as flat is.
#pragma once

#include <starling/distributions/flat.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class D, class Power> struct power_scaled : distribution {
  static_assert(is_distribution<D>, "sl::power_scaled(d, power): d must be a distribution");
  static constexpr std::string_view name = "power_scaled";
  static constexpr bool improper = true;
  template <class V> using value = drawn_type<D, V>;

  D of;
  Power power;

  power_scaled(D d, Power p) : of(std::move(d)), power(std::move(p)) {}

  std::size_t size() const
    requires requires(const D& d) { d.size(); }
  {
    return of.size();
  }
  std::size_t rows() const
    requires requires(const D& d) { d.rows(); }
  {
    return of.rows();
  }
  std::size_t cols() const
    requires requires(const D& d) { d.cols(); }
  {
    return of.cols();
  }
  // Where inference starts: as flat on the support of d.
  template <class... Place> auto start(Place... place) const { return flat(of.support()).start(place...); }

  template <class X> auto log_density(const X& x) const { return scaled(of.log_density(x)); }
  // At a number inside the support.
  template <class X> auto log_density_inside(const X& x) const
    requires requires { x.inside(); }
  {
    return scaled(density_inside(of, x));
  }

  auto support() const { return of.support(); }

  template <class Visit> void parameters(Visit&& visit) const {
    of.parameters(visit);
    visit("power", power, is_power(), "must be 0 or more, and finite");
  }

 private:
  template <class LogDensity> auto scaled(const LogDensity& lp) const {
    using real = promote<LogDensity, Power>;
    const auto inside = primal(lp) > negative_infinity;
    return never_nan(real(where(both(inside, is_power()), power * where(inside, lp, LogDensity(0)), real(negative_infinity))));
  }
  auto is_power() const { return both(power >= 0.0, power < positive_infinity); }
};
template <class D, class P> power_scaled(D, P&&) -> power_scaled<D, held<P>>;

}  // namespace starling
