// asymmetric_laplace(location, scale, share): the location is the quantile `share`, with exponential tails on both sides:
// 2 share (1 − share) / scale · exp(−2/scale · (x < location ? (1 − share) (location − x) : share (x − location))).
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/standardized.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

struct asymmetric_laplace_formulas : real_valued {
  static constexpr std::string_view name = "asymmetric_laplace";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S, class Sh> static auto sample(Rng& rng, const L& location, const S& scale, const Sh& share) {
    const auto u = rng.uniform();
    const auto lower = u < share;
    const auto t = log(where(lower, u / share, (1.0 - u) / (1.0 - share)));
    return location + 0.5 * scale * where(lower, t / (1.0 - share), -t / share);
  }

  template <class X, class L, class S, class Sh> static auto log_density(const X& x, const L& location, const S& scale, const Sh& share) {
    const auto z = 2.0 * scaled_difference(x, location, scale);
    const auto lp = 0.69314718055994530942 + log(share) + log1p(-share) - log(scale) + where(x < location, (1.0 - share) * z, -share * z);
    return where(both(share > Sh(0), share < Sh(1)), lp, negative_infinity);
  }

  template <class X, class L, class S, class Sh> static auto tails(const X& x, const L& location, const S& scale, const Sh& share) {
    const auto z = 2.0 * scaled_difference(x, location, scale);
    const auto lower = z < 0.0;
    const auto near = where(lower, log(share) + (1.0 - share) * z, log1p(-share) - share * z), far = log1m_exp(near);
    return log_tails{where(lower, near, far), where(lower, far, near)};
  }

  template <class X, class L, class S, class Sh> static auto log_hazard_above(const X&, const L&, const S& scale, const Sh& share) {
    return 0.69314718055994530942 + log(share) - log(scale);
  }
  template <class X, class L, class S, class Sh> static auto log_hazard_below(const X&, const L&, const S& scale, const Sh& share) {
    return 0.69314718055994530942 + log1p(-share) - log(scale);
  }

  template <class T, class L, class S, class Sh> static auto quantile(const T& tails, const L& location, const S& scale, const Sh& share) {
    return location + 0.5 * scale * where(tails.below < log(share), (tails.below - log(share)) / (1.0 - share), (log1p(-share) - tails.above) / share);
  }

  template <class L, class S, class Sh> static auto mean(const L& location, const S& scale, const Sh& share) {
    return location + 0.5 * scale * (1.0 / share - 1.0 / (1.0 - share));
  }

  template <class L, class S, class Sh> static auto variance(const L&, const S& scale, const Sh& share) {
    return 0.25 * scale * scale * (1.0 / (share * share) + 1.0 / ((1.0 - share) * (1.0 - share)));
  }

  template <class L, class S, class Sh> static auto support(const L&, const S&, const Sh&) { return real_line{}; }

  template <class Visit, class L, class S, class Sh> static void parameters(Visit&& visit, const L& location, const S& scale, const Sh& share) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("share", share, both(share > 0.0, share < 1.0), "must be above 0 and below 1");
  }
};

template <class Location, class Scale, class Share> struct asymmetric_laplace : elementwise<asymmetric_laplace_formulas, Location, Scale, Share> {
  using elementwise<asymmetric_laplace_formulas, Location, Scale, Share>::elementwise;
};
template <class L, class S, class Sh> asymmetric_laplace(L&&, S&&, Sh&&) -> asymmetric_laplace<held<L>, held<S>, held<Sh>>;

}  // namespace starling
