// affine(d, shift, factor): shift + factor · u for a draw u of the scalar distribution d; the factor may be negative, not 0.
#pragma once

#include <concepts>

#include <starling/distributions/between_ends.hpp>
#include <starling/distributions/far_tails.hpp>
#include <starling/distributions/inside.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/support_ends.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class D, class Shift, class Factor> struct affine : distribution {
  static constexpr bool can_be = is_distribution<D> && std::same_as<drawn_type<D, double>, double>;
  static_assert(can_be, "sl::affine(d, shift, factor): d must be a scalar distribution of reals");
  static constexpr std::string_view name = "affine";
  static constexpr auto draws_follow = draw_derivative::pathwise;
  static constexpr bool knows_both_hazards = knows_hazards<D>::above && knows_hazards<D>::below;  // which is which depends on the factor's sign
  template <class V> using value = V;

  D of;
  Shift shift;
  Factor factor;

  affine(D d, Shift by, Factor f) : of(std::move(d)), shift(std::move(by)), factor(std::move(f)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    return V(where(is_good(), into_finite(V(V(shift) + V(factor) * of.sample(rng))), V(not_a_number)));
  }

  template <class X> auto log_density(const X& x) const {
    const auto lp = of.log_density((as_real(x) - shift) / factor) - log(abs(factor));
    return never_nan(where(both(is_good(), is_finite(as_real(x))), lp, std::remove_cvref_t<decltype(lp)>(negative_infinity)));
  }

  // At a number inside the support.
  template <class R> auto log_density_inside(const between_ends<R>& b) const {
    using T = promote<R, Shift, Factor>;
    const auto upwards = factor > 0.0;
    const auto size = abs(factor);
    const auto log_size = log(size);
    const auto s = of.support();
    const between_ends<T> same{T((b.x - shift) / factor), T(b.above / size), T(b.log_above - log_size), T(b.below / size), T(b.log_below - log_size)};
    const between_ends<T> u{same.x, where(upwards, same.above, same.below), where(upwards, same.log_above, same.log_below), where(upwards, same.below, same.above),
                            where(upwards, same.log_below, same.log_above)};
    const auto lp = density_inside(of, as_inner_number(s, u, least_in(s), greatest_in(s))) - log_size;
    return never_nan(where(is_good(), lp, std::remove_cvref_t<decltype(lp)>(negative_infinity)));
  }

  auto support() const {
    const auto a = shift + factor * least_in(of.support()), b = shift + factor * greatest_in(of.support());
    return bounded{min(a, b), max(a, b)};
  }
  auto mean() const
    requires has_mean<D>
  {
    return shift + factor * starling::mean(of);
  }
  auto variance() const
    requires has_variance<D>
  {
    return factor * factor * starling::variance(of);
  }
  template <class X> auto tails(const X& x) const
    requires has_log_tails<D>
  {
    const auto u = (x - shift) / factor;
    const auto below = log_cdf(of, u), above = log_survival(of, u);
    using real = std::remove_cvref_t<decltype(below)>;
    return log_tails<real>{where(factor > 0.0, below, above), where(factor > 0.0, above, below)};
  }
  template <class X> auto log_hazard_above(const X& x) const
    requires knows_both_hazards
  {
    return log_hazard(x, factor > 0.0);
  }
  template <class X> auto log_hazard_below(const X& x) const
    requires knows_both_hazards
  {
    return log_hazard(x, factor < 0.0);
  }
  template <class V> auto quantile_of(const log_tails<V>& t) const
    requires has_quantile<D>
  {
    const auto below = where(factor > 0.0, t.below, t.above), above = where(factor > 0.0, t.above, t.below);
    return shift + factor * starling::quantile(of, log_tails{below, above});
  }

  template <class Visit> void parameters(Visit&& visit) const {
    of.parameters(visit);
    visit("shift", shift, is_finite(shift), "must be finite");
    visit("factor", factor, is_factor(), "must be finite and not 0");
  }

 private:
  template <class X, class Mask> auto log_hazard(const X& x, const Mask& above) const {
    const auto u = (x - shift) / factor;
    return where(above, tail_above<D>{of}.log_hazard(u), tail_below<D>{of}.log_hazard(u)) - log(abs(factor));
  }
  auto is_factor() const { return both(is_finite(factor), !(factor == 0.0)); }
  auto is_good() const { return both(is_finite(shift), is_factor()); }
};
template <class D, class S, class F> affine(D, S&&, F&&) -> affine<D, held<S>, held<F>>;

}  // namespace starling
