// log_logistic(scale, shape): (shape/scale) (x/scale)^(shape−1) / (1 + (x/scale)^shape)² for x > 0: the exponential of a
// logistic(log scale, 1/shape) draw.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/logistic.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct log_logistic_formulas : real_valued {
  static constexpr std::string_view name = "log_logistic";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class S, class Sh> static auto sample(Rng& rng, const S& scale, const Sh& shape) {
    using V = typename Rng::real;
    return into_positive(V(scale * exp(logit(rng.uniform()) / shape)));
  }

  template <class X, class S, class Sh> static auto log_density_inside(const X& x, const S& scale, const Sh& shape) {
    const auto log_x = x.log_value();
    const auto t = abs(shape * (log_x - log(scale)));
    return log(shape) - log_x - t - 2.0 * log1p(exp(-t));
  }
  template <class X, class S, class Sh> static auto log_density(const X& x, const S& scale, const Sh& shape) {
    return where(x > X(0), log_density_inside(plain_positive<X>{x}, scale, shape), negative_infinity);
  }

  template <class X, class S, class Sh> static auto tails(const X& x, const S& scale, const Sh& shape) {
    const auto t = shape * (log(max(x, X(0))) - log(scale));
    return log_tails{-log1p_exp(-t), -log1p_exp(t)};
  }

  // Far out the tails are powers of x.
  template <class X, class S, class Sh> static auto log_hazard_above(const X& x, const S&, const Sh& shape) { return log(shape) - log(x); }
  template <class X, class S, class Sh> static auto log_hazard_below(const X& x, const S&, const Sh& shape) { return log(shape) - log(x); }

  template <class T, class S, class Sh> static auto quantile(const T& tails, const S& scale, const Sh& shape) {
    return scale * exp((tails.below - tails.above) / shape);
  }

  template <class S, class Sh> static auto mean(const S& scale, const Sh& shape) {
    const auto b = 3.14159265358979323846 / shape;
    return where(shape > Sh(1), scale * b / sin(b), positive_infinity);
  }

  template <class S, class Sh> static auto variance(const S& scale, const Sh& shape) {
    const auto b = 3.14159265358979323846 / shape;
    const auto first = b / sin(b);
    return where(shape > Sh(2), scale * scale * (2.0 * b / sin(2.0 * b) - first * first), positive_infinity);
  }

  template <class S, class Sh> static auto support(const S&, const Sh&) { return positive{}; }

  template <class Visit, class S, class Sh> static void parameters(Visit&& visit, const S& scale, const Sh& shape) {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Scale, class Shape> struct log_logistic : elementwise<log_logistic_formulas, Scale, Shape> {
  using elementwise<log_logistic_formulas, Scale, Shape>::elementwise;
};
template <class S, class Sh> log_logistic(S&&, Sh&&) -> log_logistic<held<S>, held<Sh>>;

}  // namespace starling
