// Differences of the logarithms of tails far out, where a tail's own logarithm is too large for them: at a standard normal z of 1e10 log P(X > z) is
// −5e19, known to no better than 8192. They are integrals of the hazard, the density over what is left of the tail, which formulas have in closed form:
//
//   static auto log_hazard_above(x, parameters…)     log f(x) − log P(X > x), right wherever P(X > x) is less than e^far_tail
//   static auto log_hazard_below(x, parameters…)     log f(x) − log P(X ≤ x), likewise
//
// Of distributions of whole numbers: of the continuous tail through theirs. Distributions that are not elementwise have them as members of x alone.
#pragma once

#include <tuple>

#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class V> inline constexpr double far_tail = sizeof(scalar_of<V>) == 8 ? -1000 : -100;

template <class D> struct knows_hazards {
  static constexpr bool above = requires(const D& d) { d.log_hazard_above(0.0); }, below = requires(const D& d) { d.log_hazard_below(0.0); };
};
template <class D>
  requires requires(const D& d) { d.values(), typename D::formulas(); }
struct knows_hazards<D> {
  template <class> struct of;
  template <class... P> struct of<std::tuple<P...>> {
    static constexpr bool above = requires(const P&... p) { D::formulas::log_hazard_above(0.0, p...); };
    static constexpr bool below = requires(const P&... p) { D::formulas::log_hazard_below(0.0, p...); };
  };
  using parameters = of<std::remove_cvref_t<decltype(std::declval<const D&>().values())>>;
  static constexpr bool above = parameters::above, below = parameters::below;
};

// A tail of D that has a hazard.
template <class D> struct tail_above {
  static constexpr double outward = 1;
  const D& of;
  template <class X> auto log_probability(const X& x) const { return log_survival(of, x); }
  template <class X> auto log_hazard(const X& x) const {
    if constexpr (requires { of.log_hazard_above(x); }) return of.log_hazard_above(x);
    else return of_parameters(of, [&](auto formulas, const auto&... p) { return decltype(formulas)::log_hazard_above(x, p...); });
  }
};
template <class D> struct tail_below {
  static constexpr double outward = -1;
  const D& of;
  template <class X> auto log_probability(const X& x) const { return log_cdf(of, x); }
  template <class X> auto log_hazard(const X& x) const {
    if constexpr (requires { of.log_hazard_below(x); }) return of.log_hazard_below(x);
    else return of_parameters(of, [&](auto formulas, const auto&... p) { return decltype(formulas)::log_hazard_below(x, p...); });
  }
};

// log P(beyond near) − log P(beyond x) for x further out than `near`, of a tail whose probability beyond `near` is less than e^far_tail; x may be infinite.
// Where the hazard changes by more than a factor e between them, the difference is as large as what it is taken of.
template <class Tail, class A, class X> auto log_tail_ratio(const Tail& tail, const A& near, const X& x) {
  const auto at_near = tail.log_hazard(near), at_x = tail.log_hazard(x);
  const auto difference = tail.log_probability(near) - tail.log_probability(x);
  using R = promote<std::remove_cvref_t<decltype(at_near + at_x)>, std::remove_cvref_t<decltype(difference)>>;
  using V = primal_of<R>;
  const V from(primal(near)), to(primal(x));
  const auto like = [&](const auto& at) { return abs(V(primal(at)) - V(primal(at_near))) <= V(1); };
  const auto alike = both(both(like(at_x), like(tail.log_hazard(V(0.5 * from + 0.5 * to)))), is_finite(to));
  const R end = where(alike, R(x), R(near)), width = end - near;
  const R root = exp(0.5 * R(at_near));  // of the hazard, which may be beyond the range
  const R sum = gauss_legendre::integral<R>([&](double at) { return R(exp(tail.log_hazard(R(near + at * width)) - at_near)); });
  const auto lost = !(primal(difference) == primal(difference));  // both tails beyond the range
  return R(where(alike, R(Tail::outward * width * root * root * sum), where(lost, R(positive_infinity), R(difference))));
}

}  // namespace starling
