// exponential(rate): rate · exp(−rate · x) for x ≥ 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct exponential_formulas : real_valued {
  static constexpr std::string_view name = "exponential";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class R> static auto sample(Rng& rng, const R& rate) {
    return rng.exponential() / rate;
  }

  template <class X, class R> [[gnu::always_inline]] static auto log_density_inside(const X& x, const R& rate) { return log_of_parameter(rate) - rate * x.value(); }
  template <class X, class R> [[gnu::always_inline]] static auto log_density(const X& x, const R& rate) {
    return where(x >= X(0), log_density_inside(plain_positive<X>{x}, rate), negative_infinity);
  }

  template <class R> static auto support(const R&) { return nonnegative{}; }

  template <class R> static auto mean(const R& rate) { return 1.0 / rate; }
  template <class R> static auto variance(const R& rate) { return 1.0 / (rate * rate); }

  template <class X, class R> static auto tails(const X& x, const R& rate) { return tails_from_above(-rate * max(x, X(0))); }
  template <class X, class R> static auto log_hazard_above(const X&, const R& rate) { return log(rate); }
  template <class T, class R> static auto quantile(const T& tails, const R& rate) { return -tails.above / rate; }

  template <class Visit, class R> static void parameters(Visit&& visit, const R& rate) {
    visit("rate", rate, is_positive_finite(rate), "must be positive and finite");
  }
};

template <class Rate> struct exponential : elementwise<exponential_formulas, Rate> {
  using elementwise<exponential_formulas, Rate>::elementwise;
};
template <class R> exponential(R&&) -> exponential<held<R>>;

}  // namespace starling
