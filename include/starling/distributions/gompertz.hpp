// gompertz(shape, rate): shape · rate · exp(rate x − shape (exp(rate x) − 1)) for x ≥ 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/special_functions.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct gompertz_formulas : real_valued {
  static constexpr std::string_view name = "gompertz";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class S, class R> static auto sample(Rng& rng, const S& shape, const R& rate) { return log1p(rng.exponential() / shape) / rate; }

  template <class X, class S, class R> static auto log_density_inside(const X& x, const S& shape, const R& rate) {
    const auto t = rate * x.value();
    return log(shape) + log(rate) + t - shape * expm1(t);
  }
  template <class X, class S, class R> static auto log_density(const X& x, const S& shape, const R& rate) {
    return where(x >= X(0), log_density_inside(plain_positive<X>{x}, shape, rate), negative_infinity);
  }

  template <class X, class S, class R> static auto tails(const X& x, const S& shape, const R& rate) {
    return tails_from_above(-shape * expm1(rate * max(x, X(0))));
  }

  template <class X, class S, class R> static auto log_hazard_above(const X& x, const S& shape, const R& rate) { return log(shape) + log(rate) + rate * x; }

  template <class T, class S, class R> static auto quantile(const T& tails, const S& shape, const R& rate) { return log1p(-tails.above / shape) / rate; }

  template <class S, class R> static auto mean(const S& shape, const R& rate) { return exp(log_scaled_exponential_integral(shape + 0.0, log(shape))) / rate; }

  template <class S, class R> static auto support(const S&, const R&) { return nonnegative{}; }

  template <class Visit, class S, class R> static void parameters(Visit&& visit, const S& shape, const R& rate) {
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
    visit("rate", rate, is_positive_finite(rate), "must be positive and finite");
  }
};

template <class Shape, class Rate> struct gompertz : elementwise<gompertz_formulas, Shape, Rate> {
  using elementwise<gompertz_formulas, Shape, Rate>::elementwise;
};
template <class S, class R> gompertz(S&&, R&&) -> gompertz<held<S>, held<R>>;

}  // namespace starling
