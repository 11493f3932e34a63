// A distribution of a user's own, by the pattern of docs/distributions.md: pareto(lo, shape).
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace own {

namespace sl = starling;

struct pareto_formulas : sl::real_valued {
  static constexpr std::string_view name = "pareto";
  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& lo, const S& shape) {
    return lo * sl::exp(rng.exponential() / shape);
  }
  template <class X, class L, class S> static auto log_density(const X& x, const L& lo, const S& shape) {
    const auto lp = sl::log(shape) + shape * (sl::log(lo) - sl::log(x)) - sl::log(x);
    return sl::where(sl::both(x >= lo, sl::both(lo > L(0), shape > S(0))), lp, sl::negative_infinity);
  }
  template <class L, class S> static auto support(const L& lo, const S&) { return sl::at_least{lo}; }
  template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& lo, const S& shape) {
    visit("lo", lo, sl::is_positive_finite(lo), "must be positive and finite");
    visit("shape", shape, sl::is_positive_finite(shape), "must be positive and finite");
  }
};

template <class Lo, class Shape> struct pareto : sl::elementwise<pareto_formulas, Lo, Shape> {
  using sl::elementwise<pareto_formulas, Lo, Shape>::elementwise;
};
template <class L, class S> pareto(L&&, S&&) -> pareto<sl::held<L>, sl::held<S>>;

}  // namespace own
