// truncated(d, lo, hi): d given that its draw x is in lo ≤ x ≤ hi; either end may be infinite. Exact however far out the ends are, for d that knows
// its tails and quantiles (probabilities.hpp): the probability between the ends is that of the tail in which both lie, in logarithms.
#pragma once

#include <concepts>

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
    const V between(primal(log_probability()));
    const log_tails<V> drawn{log_sum_exp(at_lo.below, log(u) + between), log_sum_exp(at_hi.above, log1p(-u) + between)};
    const V x = max(min(V(primal(quantile(of, drawn))), V(primal(hi))), V(primal(lo)));
    const V kept = where(is_good(), x, V(not_a_number));
    if constexpr (is_whole_valued) return drawn_whole(kept);
    else if constexpr (differentiable<R>) return following_tails(kept, tails_inside(kept), V(primal(log_density(kept))));
    else return kept;
  }

  template <class X> auto log_density(const X& x) const {
    const auto inside = both(as_real(x) >= lo, as_real(x) <= hi);
    return never_nan(where(both(inside, is_good()), of.log_density(x) - log_probability(), negative_infinity));
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
    of.parameters(visit);
    visit("lo", lo, is_good(), "must be less than hi, with some probability between them");
    visit("hi", hi, is_good(), "must be greater than lo, with some probability between them");
  }

 private:
  auto probability_by_tails() const {
    const log_tails at_lo{log_cdf(of, edge()), log_survival(of, edge())}, at_hi{log_cdf(of, hi), log_survival(of, hi)};
    return log_between(at_lo, at_hi);
  }
  // log P(X ≤ x) and log P(X > x) for x between the ends.
  template <class X> auto tails_inside(const X& x) const {
    const log_tails at_lo{log_cdf(of, edge()), log_survival(of, edge())}, at_hi{log_cdf(of, hi), log_survival(of, hi)}, at_x{log_cdf(of, x), log_survival(of, x)};
    const auto all = log_between(at_lo, at_hi);
    const auto below = log_between(at_lo, at_x) - all, above = log_between(at_x, at_hi) - all;
    using both_of = promote<std::remove_cvref_t<decltype(below)>, std::remove_cvref_t<decltype(above)>>;
    return log_tails<both_of>{both_of(below), both_of(above)};
  }
  // Where what is cut off below ends.
  auto edge() const {
    if constexpr (is_whole_valued) return ceil(lo) - 1.0;
    else return lo;
  }
  auto is_good() const {
    const auto ordered = is_whole_valued ? lo <= hi : lo < hi;
    return both(ordered, log_probability() > negative_infinity);
  }
};
template <class D, class L, class H> truncated(D, L&&, H&&) -> truncated<D, held<L>, held<H>>;

}  // namespace starling
