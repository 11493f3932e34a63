// frechet(shape, scale): (shape/scale) (x/scale)^(−shape−1) exp(−(x/scale)^−shape) for x > 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/gamma_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct frechet_formulas : real_valued {
  static constexpr std::string_view name = "frechet";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class S, class Sc> static auto sample(Rng& rng, const S& shape, const Sc& scale) {
    using V = typename Rng::real;
    return into_positive(V(scale * exp(-log(rng.exponential()) / shape)));
  }

  template <class X, class S, class Sc> static auto log_density_inside(const X& x, const S& shape, const Sc& scale) {
    const auto log_x = x.log_value();
    const auto t = shape * (log(scale) - log_x);
    return log(shape) - log_x + t - exp(t);
  }
  template <class X, class S, class Sc> static auto log_density(const X& x, const S& shape, const Sc& scale) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, shape, scale), negative_infinity);
  }

  template <class X, class S, class Sc> static auto tails(const X& x, const S& shape, const Sc& scale) {
    return tails_from_log_below(shape * (log(scale) - log(max(x, X(0)))));
  }

  // Far out P(X > x) is a power of x.
  template <class X, class S, class Sc> static auto log_hazard_above(const X& x, const S& shape, const Sc&) { return log(shape) - log(x); }
  template <class X, class S, class Sc> static auto log_hazard_below(const X& x, const S& shape, const Sc& scale) {
    const auto log_x = log(x);
    return log(shape) - log_x + shape * (log(scale) - log_x);
  }

  template <class T, class S, class Sc> static auto quantile(const T& tails, const S& shape, const Sc& scale) {
    return scale * exp(-log_of_below(tails) / shape);
  }

  template <class S, class Sc> static auto mean(const S& shape, const Sc& scale) {
    return where(shape > S(1), scale * exp(lgamma(1.0 - 1.0 / shape)), positive_infinity);
  }

  template <class S, class Sc> static auto variance(const S& shape, const Sc& scale) {
    const auto first = lgamma(1.0 - 1.0 / shape);
    return where(shape > S(2), scale * scale * exp(2.0 * first) * expm1(lgamma(1.0 - 2.0 / shape) - 2.0 * first), positive_infinity);
  }

  template <class S, class Sc> static auto support(const S&, const Sc&) { return positive{}; }

  template <class Visit, class S, class Sc> static void parameters(Visit&& visit, const S& shape, const Sc& scale) {
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
  }
};

template <class Shape, class Scale> struct frechet : elementwise<frechet_formulas, Shape, Scale> {
  using elementwise<frechet_formulas, Shape, Scale>::elementwise;
};
template <class S, class Sc> frechet(S&&, Sc&&) -> frechet<held<S>, held<Sc>>;

}  // namespace starling
