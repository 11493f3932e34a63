// censored(d, lo, hi): a draw of d of which only that much is seen: lo where it is less, hi where it is more, itself between; either end may be infinite. The ends have
// probabilities, P(X ≤ lo) and P(X ≥ hi), what is between the density of d. Of which interval a draw falls into: interval_censored.
#pragma once

#include <concepts>

#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/support_ends.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class D, class Lo, class Hi> struct censored : distribution {
  static constexpr bool can_be = has_log_tails<D>;
  static_assert(can_be, "sl::censored(d, lo, hi) needs a scalar distribution that knows its tails (distributions/probabilities.hpp)");
  static constexpr std::string_view name = "censored";
  static constexpr bool is_whole_valued = !std::same_as<drawn_type<D, double>, double>;
  static constexpr auto draws_follow = is_whole_valued ? draw_derivative::none : draw_derivative::pathwise;
  template <class V> using value = drawn_type<D, V>;

  D of;
  Lo lo;
  Hi hi;

  censored(D d, Lo from, Hi to) : of(std::move(d)), lo(std::move(from)), hi(std::move(to)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V drawn = V(as_real(of.sample(rng)));
    const V x = where(both(both(is_end(lo), is_end(hi)), has_good_parameters<V>(of)), max(min(drawn, V(hi)), V(lo)), V(not_a_number));
    if constexpr (is_whole_valued) return drawn_whole(x);
    else return x;
  }

  template <class X> auto log_density(const X& x) const {
    const auto r = as_real(x);
    using real = promote<std::remove_cvref_t<decltype(of.log_density(x))>, Lo, Hi>;
    const real at_lo(log_cdf(of, lo)), at_hi(log_survival(of, edge())), between(of.log_density(x));
    const auto inside = both(r >= lo, r <= hi);
    const real lp = where(r == lo, at_lo, where(r == hi, at_hi, between));
    return never_nan(real(where(both(inside, both(is_end(lo), is_end(hi))), lp, real(negative_infinity))));
  }

  auto support() const {
    const auto low = max(lo, least_in(of.support())), high = min(hi, greatest_in(of.support()));
    if constexpr (is_whole_valued) return whole_range{to_whole(max(low, -9007199254740992.0)), to_whole(min(high, 9007199254740992.0))};
    else return bounded{low, high};
  }

  template <class Visit> void parameters(Visit&& visit) const {
    of.parameters(visit);
    visit("lo", lo, is_end(lo), "must be less than hi, and a whole number or infinite where d has whole numbers");
    visit("hi", hi, is_end(hi), "must be greater than lo, and a whole number or infinite where d has whole numbers");
  }

 private:
  template <class End> auto is_end(const End& end) const {
    if constexpr (is_whole_valued) return both(lo < hi, either(!(is_finite(end)), is_whole(end)));
    else return lo < hi;
  }
  auto edge() const {
    if constexpr (is_whole_valued) return hi - 1.0;
    else return hi;
  }
};
template <class D, class L, class H> censored(D, L&&, H&&) -> censored<D, held<L>, held<H>>;

}  // namespace starling
