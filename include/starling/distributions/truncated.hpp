// truncated(d, lo, hi): d given that its draw x is in lo ≤ x ≤ hi; either end may be infinite. Exact however far out the ends are, for d that knows
// its tails and quantiles (probabilities.hpp): the probability between the ends is that of the tail in which both lie, in logarithms; where these are
// too large to be taken from each other, by the hazard (far_tails.hpp).
#pragma once

#include <concepts>

#include <starling/distributions/between_ends.hpp>
#include <starling/distributions/far_tails.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/support_ends.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/log_sum_exp.hpp>

namespace starling {

// log P(lo < X ≤ hi), given the tails at both.
template <class Low, class High> auto log_between(const Low& lo, const High& hi) {
  const auto upper = lo.above < lo.below;  // both ends in the upper tail
  const auto more = where(upper, lo.above, hi.below), less = where(upper, hi.above, lo.below);
  return more + log1m_exp(less - more);
}

// Whether the formulas of D know the probability of an interval better than by the tails at its ends.
template <class D> inline constexpr bool knows_intervals = requires { requires D::formulas::knows_intervals; };

// A tail of a distribution beyond `near`, cut off at `end`, whose probability is less than e^far_tail.
template <bool upper, class Tail, class A, class B> struct cut_tail {
  static constexpr bool is_upper = upper;
  Tail tail;
  A near;
  B end;
  // log P(beyond near) − log P(beyond x).
  template <class X> auto ratio(const X& x) const { return log_tail_ratio(tail, near, x); }
  auto whole_ratio() const { return ratio(end); }
  template <class X> auto log_density(const X& x) const { return tail.log_hazard(x) - ratio(x) - log1m_exp(-whole_ratio()); }
  // Of a whole number.
  template <class X> auto log_mass(const X& x) const { return log1m_exp(-log_tail_ratio(tail, x - 1.0, x)) - ratio(x - 1.0) - log1m_exp(-whole_ratio()); }
  // log P(X ≤ x) and log P(X > x) of what is left.
  template <class X> auto tails(const X& x) const {
    const auto all = log1m_exp(-whole_ratio()), passed = ratio(x);
    const auto inner = log1m_exp(-passed) - all, outer = log1m_exp(-log_tail_ratio(tail, x, end)) - passed - all;
    using R = promote<std::remove_cvref_t<decltype(inner)>, std::remove_cvref_t<decltype(outer)>>;
    return upper ? log_tails<R>{R(inner), R(outer)} : log_tails<R>{R(outer), R(inner)};
  }
  // The x with P(X ≤ x) = u, by Newton's steps.
  template <class V> V quantile(const V& u, const V& start) const {
    const V all(primal(whole_ratio())), first(primal(near)), last(primal(end));
    const V wanted = -log1p((upper ? u : V(1.0 - u)) * expm1(-all));
    V x = where(start == start, start, first);
    for (int step = 0; step < 4; ++step) {
      const V move = (wanted - V(primal(ratio(x)))) * exp(-V(primal(tail.log_hazard(x))));
      x = upper ? min(max(V(x + move), first), last) : max(min(V(x - move), first), last);
    }
    return x;
  }
};

template <class D, class Lo, class Hi> struct truncated : distribution {
  static constexpr bool can_be = has_log_tails<D> && has_quantile<D>;
  static_assert(can_be, "sl::truncated(d, lo, hi) needs a scalar distribution that knows its tails and quantiles (distributions/probabilities.hpp)");
  static constexpr std::string_view name = "truncated";
  static constexpr bool is_whole_valued = !std::same_as<drawn_type<D, double>, double>;
  static constexpr auto draws_follow = is_whole_valued ? draw_derivative::none : draw_derivative::pathwise;
  template <class V> using value = drawn_type<D, V>;

  D of;
  Lo lo;
  Hi hi;

  truncated(D d, Lo from, Hi to) : of(std::move(d)), lo(from), hi(to) {}

  template <class Rng> auto sample(Rng& rng) const {
    using R = typename Rng::real;
    using V = primal_of<R>;
    const V u = primal(rng.uniform());
    const log_tails<V> at_lo{V(primal(log_cdf(of, edge()))), V(primal(log_survival(of, edge())))}, at_hi{V(primal(log_cdf(of, hi))), V(primal(log_survival(of, hi)))};
    const auto all = log_probability();
    const V between(primal(all));
    const log_tails<V> drawn{log_sum_exp(at_lo.below, log(u) + between), log_sum_exp(at_hi.above, log1p(-u) + between)};
    V x(primal(quantile(of, drawn)));
    where_far(all, [&](const auto& far, const auto& tail) {
      const V there = tail.quantile(u, V(max(min(x, V(primal(hi))), V(primal(lo)))));
      x = where(far, is_whole_valued ? V(ceil(there)) : there, x);
    });
    const V kept = where(is_good(all), max(min(x, V(primal(hi))), V(primal(lo))), V(not_a_number));
    if constexpr (is_whole_valued) return drawn_whole(kept);
    else if constexpr (differentiable<R>) return following_tails(kept, tails_inside(kept), V(primal(log_density(kept))));
    else return kept;
  }

  template <class X> auto log_density(const X& x) const {
    return log_density_of(of.log_density(x), x, both(as_real(x) >= lo, as_real(x) <= hi));
  }
  // At a number inside the support.
  template <class R> auto log_density_inside(const between_ends<R>& b) const
    requires(!is_whole_valued)
  {
    const auto ends = support();
    return log_density_of(density_inside(of, as_inner_number(of.support(), b, ends.lo, ends.hi)), b.x, mask_of<primal_of<R>>(true));
  }

  auto support() const {
    const auto low = max(lo, least_in(of.support())), high = min(hi, greatest_in(of.support()));
    if constexpr (is_whole_valued) return whole_range{to_whole(ceil(max(low, -9007199254740992.0))), to_whole(floor(min(high, 9007199254740992.0)))};
    else return bounded{low, high};
  }

  // log P(lo ≤ X ≤ hi) under d.
  auto log_probability() const {
    if constexpr (knows_intervals<D>) {
      return std::apply([&](const auto&... p) { return D::formulas::log_between(lo, hi, p...); }, of.values());
    } else {
      return probability_by_tails();
    }
  }

  template <class Visit> void parameters(Visit&& visit) const {
    const auto good = is_good(log_probability());
    of.parameters(visit);
    visit("lo", lo, good, "must be less than hi, with some probability between them");
    visit("hi", hi, good, "must be greater than lo, with some probability between them");
  }

 private:
  // Given the log density of d at x, and whether x is between the ends.
  template <class LogDensity, class X, class Inside> auto log_density_of(const LogDensity& of_d, const X& x, const Inside& inside) const {
    const auto all = log_probability();
    auto lp = of_d - all;
    where_far(all, [&](const auto& far, const auto& tail) {
      using R = std::remove_cvref_t<decltype(lp)>;
      const R at = where(inside, R(as_real(x)), R(tail.near));
      if constexpr (is_whole_valued) lp = where(far, R(tail.log_mass(at)), lp);
      else lp = where(far, R(tail.log_density(at)), lp);
    });
    return never_nan(where(both(inside, is_good(all)), lp, negative_infinity));
  }
  auto probability_by_tails() const {
    const log_tails at_lo{log_cdf(of, edge()), log_survival(of, edge())}, at_hi{log_cdf(of, hi), log_survival(of, hi)};
    return log_between(at_lo, at_hi);
  }
  // f(where, tail) for each tail of d in which all that is left lies far out, given log P(lo ≤ X ≤ hi).
  template <class P, class F> void where_far(const P& all, F f) const {
    constexpr double least = far_tail<primal_of<P>>;
    if (!any(!(primal(all) > primal_of<P>(least)))) return;
    const auto below = edge();
    if constexpr (knows_hazards<D>::above) {
      const auto far = primal(log_survival(of, below)) < least;
      if (any(far)) f(far, cut_tail<true, tail_above<D>, decltype(below), Hi>{{of}, below, hi});
    }
    if constexpr (knows_hazards<D>::below && !is_whole_valued) {
      const auto far = primal(log_cdf(of, hi)) < least;
      if (any(far)) f(far, cut_tail<false, tail_below<D>, Hi, decltype(below)>{{of}, hi, below});
    }
  }
  // log P(X ≤ x) and log P(X > x) for x between the ends.
  template <class X> auto tails_inside(const X& x) const {
    const log_tails at_lo{log_cdf(of, edge()), log_survival(of, edge())}, at_hi{log_cdf(of, hi), log_survival(of, hi)}, at_x{log_cdf(of, x), log_survival(of, x)};
    const auto all = log_between(at_lo, at_hi);
    const auto below = log_between(at_lo, at_x) - all, above = log_between(at_x, at_hi) - all;
    using both_of = promote<std::remove_cvref_t<decltype(below)>, std::remove_cvref_t<decltype(above)>>;
    log_tails<both_of> tails{both_of(below), both_of(above)};
    where_far(all, [&](const auto& far, const auto& tail) {
      const auto t = tail.tails(x);
      tails = {where(far, both_of(t.below), tails.below), where(far, both_of(t.above), tails.above)};
    });
    return tails;
  }
  // Where what is cut off below ends.
  auto edge() const {
    if constexpr (is_whole_valued) return ceil(lo) - 1.0;
    else return lo;
  }
  template <class P> auto is_good(const P& all) const {
    const auto ordered = is_whole_valued ? lo <= hi : lo < hi;
    auto good = both(ordered, all > negative_infinity);
    where_far(all, [&](const auto& far, const auto& tail) {
      const auto some = both(primal(tail.whole_ratio()) > 0.0, is_finite(primal(tail.tail.log_hazard(tail.near))));
      good = either(good, both(far, both(ordered, some)));
    });
    return good;
  }
};
template <class D, class L, class H> truncated(D, L&&, H&&) -> truncated<D, held<L>, held<H>>;

}  // namespace starling
