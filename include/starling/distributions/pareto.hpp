// pareto(lo, shape): shape · lo^shape / x^(shape+1) for x ≥ lo.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct pareto_formulas : real_valued {
  static constexpr std::string_view name = "pareto";
  static constexpr auto draws_follow = draw_derivative::pathwise;

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& lo, const S& shape) {
    using V = typename Rng::real;
    return into_finite(V(lo * exp(rng.exponential() / shape)));
  }

  template <class X, class L, class S> static auto log_density_inside(const X& x, const L& lo, const S& shape) {
    const auto lp = log(shape) - log(lo) - (shape + 1.0) * log_one_plus_share(x.above, lo);
    return where(lo > L(0), lp, negative_infinity);
  }
  template <class X, class L, class S> static auto log_density(const X& x, const L& lo, const S& shape) {
    const auto log_x = log(x);
    return where(both(x >= lo, lo > L(0)), log(shape) + shape * (log(lo) - log_x) - log_x, negative_infinity);
  }

  template <class X, class L, class S> static auto tails(const X& x, const L& lo, const S& shape) {
    return tails_from_above(shape * (log(lo) - log(max(x, lo))));
  }

  template <class X, class L, class S> static auto log_hazard_above(const X& x, const L&, const S& shape) { return log(shape) - log(x); }

  template <class T, class L, class S> static auto quantile(const T& tails, const L& lo, const S& shape) { return lo * exp(-tails.above / shape); }

  template <class L, class S> static auto mean(const L& lo, const S& shape) { return where(shape > S(1), lo * shape / (shape - 1.0), positive_infinity); }

  template <class L, class S> static auto variance(const L& lo, const S& shape) {
    const auto below = lo / (shape - 1.0);
    return where(shape > S(2), below * below * shape / (shape - 2.0), positive_infinity);
  }

  template <class L, class S> static auto support(const L& lo, const S&) { return at_least{lo}; }

  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& lo, const S& shape) {
    visit("lo", lo, is_positive_finite(lo), "must be positive and finite");
    visit("shape", shape, is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Lo, class Shape> struct pareto : elementwise<pareto_formulas, Lo, Shape> {
  using elementwise<pareto_formulas, Lo, Shape>::elementwise;
};
template <class L, class S> pareto(L&&, S&&) -> pareto<held<L>, held<S>>;

}  // namespace starling
