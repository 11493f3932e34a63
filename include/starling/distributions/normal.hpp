// normal(location, scale): exp(−z²/2) / (scale √(2π)), z = (x − location) / scale.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/normal_tails.hpp>
#include <starling/distributions/ordinary.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/standardized.hpp>

namespace starling {

// Of the last scales that many rows shared: their reciprocals, √½ times these, the products of both, and the constant parts of the log density.
template <class P> struct remembered_normal_scales {
  struct alignas(arena::alignment) numbers {
    typename P::value_type of[P::lanes];
  };
  static constexpr std::size_t places = 8;
  numbers scale[places], inverse[places], ratio[places], slope[places], constant[places];
};
template <class P> inline constinit thread_local remembered_normal_scales<P> normal_scales_of_thread = {};

struct normal_formulas : real_valued {
  static constexpr std::string_view name = "normal";
  static constexpr auto draws_follow = draw_derivative::location_scale;

  template <class Rng, class L, class S> [[gnu::always_inline]] static auto sample(Rng& rng, const L& location, const S& scale) {
    return location + scale * rng.normal();
  }

  // With a constant scale: subtract, multiply, fused multiply-add. Bad parameters make NaN or −∞ by themselves.
  template <class X, class L, class S> [[gnu::always_inline]] static auto log_density(const X& x, const L& location, const S& scale) {
    const auto z = standardized(x, location, scale, 0.70710678118654752440);
    return multiply_add(-z, z, -log_of_parameter(scale) - half_log_two_pi);
  }

  // ordinary.hpp. Scales at the ends of the range have none (standardized.hpp).
  template <class P> struct ordinary {
    static constexpr int prepared = 1;
    P inverse, ratio, slope, constant;

    [[gnu::always_inline]] explicit ordinary(const P& scale) {
      const auto& known = normal_scales_of_thread<P>;
      const std::size_t k = place_to_remember(scale);
      if (!all(P::load(known.scale[k].of) == scale)) [[unlikely]]
        remember(k, scale);
      inverse = P::load(known.inverse[k].of);
      ratio = P::load(known.ratio[k].of);
      slope = P::load(known.slope[k].of);
      constant = P::load(known.constant[k].of);
    }
    [[gnu::always_inline]] ordinary_terms<P, 3> operator()(const P& x, const P& location) const {
      const P a = x - location, z = a * ratio, pull = ratio * z, spread = (a * slope) * z, value = constant - z * z;
      return {value, {-pull - pull, pull + pull, (spread + spread) - inverse}, value - spread > P(-std::numeric_limits<typename P::value_type>::infinity())};  // spread ≥ 0
    }

   private:
    // What has none gets a constant of NaN.
    [[gnu::noinline]] static void remember(std::size_t k, P scale) noexcept {
      auto& known = normal_scales_of_thread<P>;
      using limits = std::numeric_limits<typename P::value_type>;
      const P inverse = P(1) / scale, ratio = P(static_cast<typename P::value_type>(usual_factor)) / scale, slope = ratio * inverse;
      const auto usual = (scale > P(0)) & (slope <= P(limits::max())) & (scale <= P(sizeof(typename P::value_type) == 4 ? 1e30f : 1e290));
      scale.store(known.scale[k].of);
      inverse.store(known.inverse[k].of);
      ratio.store(known.ratio[k].of);
      slope.store(known.slope[k].of);
      where(usual, -log_lanes(scale) - half_log_two_pi, P(limits::quiet_NaN())).store(known.constant[k].of);
    }
  };

  template <class L, class S> static auto support(const L&, const S&) { return real_line{}; }

  template <class L, class S> static auto mean(const L& location, const S&) { return location; }
  template <class L, class S> static auto variance(const L&, const S& scale) { return scale * scale; }
  template <class L, class S> static auto entropy(const L&, const S& scale) { return log_of_parameter(scale) + (half_log_two_pi + 0.5); }

  template <class X, class L, class S> static auto tails(const X& x, const L& location, const S& scale) { return normal_tails(scaled_difference(x, location, scale)); }
  static constexpr bool knows_intervals = true;
  template <class A, class B, class L, class S> static auto log_between(const A& lo, const B& hi, const L& location, const S& scale) {
    return log_normal_interval(scaled_difference(lo, location, scale), scaled_difference(hi, location, scale));
  }
  template <class X, class L, class S> static auto log_hazard_above(const X& x, const L& location, const S& scale) {
    return log_normal_hazard(scaled_difference(x, location, scale)) - log(scale);
  }
  template <class X, class L, class S> static auto log_hazard_below(const X& x, const L& location, const S& scale) {
    return log_normal_hazard(scaled_difference(location, x, scale)) - log(scale);
  }
  template <class T, class L, class S> static auto quantile(const T& tails, const L& location, const S& scale) {
    return location + scale * normal_quantile_of(tails);
  }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale) {
    visit("location", location, is_finite(location), "must be finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Location, class Scale> struct normal : elementwise<normal_formulas, Location, Scale> {
  using elementwise<normal_formulas, Location, Scale>::elementwise;
  // Element i of the mean.
  auto mean_at(std::size_t i) const { return element_at{i}(std::get<0>(this->values())); }
};
template <class L, class S> normal(L&&, S&&) -> normal<held<L>, held<S>>;

}  // namespace starling
