// exponentially_modified_normal(location, scale, rate): the sum of a normal(location, scale) and an exponential(rate) draw:
// rate exp(rate (location − x + rate scale²/2)) Φ((x − location)/scale − rate scale).
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct exponentially_modified_normal_formulas : real_valued {
  static constexpr std::string_view name = "exponentially_modified_normal";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S, class R> static auto sample(Rng& rng, const L& location, const S& scale, const R& rate) {
    const auto z = rng.normal();
    return location + scale * z + rng.exponential() / rate;
  }

  template <class X, class L, class S, class R> static auto log_density(const X& x, const L& location, const S& scale, const R& rate) {
    const auto z = scaled_difference(x, location, scale), step = rate * scale;
    const auto a = step - z;
    const auto beyond = a > 0.0;  // the square in the normal tail is taken off there, for it would cancel
    const auto alone = step > 1e100 * (1.0 + abs(z));  // the exponential draw is nothing beside the scale, and the step may be beyond the range
    const auto tail = -0.5 * z * z + log_scaled_normal_tail(where(both(beyond, !alone), a, 0.0));
    const auto body = step * (0.5 * step - z) + log_normal_cdf(where(beyond, 0.0, -a));
    const auto lp = where(alone, -0.5 * z * z - log(scale) - 0.91893853320467274178, log(rate) + where(beyond, tail, body));
    return where(both(scale > S(0), is_positive_finite(rate)), lp, negative_infinity);
  }

  template <class L, class S, class R> static auto mean(const L& location, const S&, const R& rate) { return location + 1.0 / rate; }

  template <class L, class S, class R> static auto variance(const L&, const S& scale, const R& rate) { return scale * scale + 1.0 / (rate * rate); }

  template <class L, class S, class R> static auto support(const L&, const S&, const R&) { return real_line{}; }

  template <class Visit, class L, class S, class R> static void parameters(Visit&& visit, const L& location, const S& scale, const R& rate) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("rate", rate, is_positive_finite(rate), "must be positive and finite");
  }
};

template <class Location, class Scale, class Rate> struct exponentially_modified_normal : elementwise<exponentially_modified_normal_formulas, Location, Scale, Rate> {
  using elementwise<exponentially_modified_normal_formulas, Location, Scale, Rate>::elementwise;
};
template <class L, class S, class R> exponentially_modified_normal(L&&, S&&, R&&) -> exponentially_modified_normal<held<L>, held<S>, held<R>>;

}  // namespace starling
