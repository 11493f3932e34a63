// A distribution of one's own: Pareto's, written like those of the library, drawn and scored in packs. And a special function, with a sampler, a score and
// derivatives of its own.
#include <cmath>
#include <cstdio>
#include <tuple>
#include <vector>

#include <starling/distributions/draw.hpp>
#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/models/gradient.hpp>
#include <starling/models/leaf.hpp>
#include <starling/values/math.hpp>

namespace sl = starling;

// Formulas over numbers of any type: double, packs of lanes, later gradients.
struct pareto_formulas : sl::real_valued {
  static constexpr std::string_view name = "pareto";

  template <class Rng, class L, class S> static auto sample(Rng& rng, const L& lo, const S& shape) {
    return lo * sl::exp(rng.exponential() / shape);
  }

  // −∞ outside the support; NaN becomes −∞ by itself.
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

// The distribution: parameters of any type, numbers or vectors.
template <class Lo, class Shape> struct pareto : sl::elementwise<pareto_formulas, Lo, Shape> {
  using sl::elementwise<pareto_formulas, Lo, Shape>::elementwise;
};
template <class L, class S> pareto(L&&, S&&) -> pareto<sl::held<L>, sl::held<S>>;

constexpr auto total = sl::leaf<"total">(  // of n waiting times at a rate
    [](auto& rng, int n, const auto& rate) {
      auto sum = rng.exponential();
      for (int i = 1; i < n; ++i) sum = sum + rng.exponential();
      return sum / rate;
    },
    sl::custom_gradient([](const auto& x, int n, const auto& rate) { return 1.0 * n * sl::log(rate) + (n - 1.0) * sl::log(x) - rate * x - std::lgamma(n); },
                        [](const auto& /*score*/, const auto& d, const auto& x, int n, const auto& rate) {
                          return std::tuple(d * ((n - 1.0) / x - rate), d * (1.0 * n / rate - x));  // with respect to x and to the rate
                        },
                        sl::with_respect_to<true, false, true>),
    sl::positive());
constexpr auto waiting = sl::gen([](auto& trace) {
  const auto rate = trace("rate", sl::gamma(2.0, 1.0));
  trace("t", total(3, rate));
});

int main() {
  const pareto incomes(1.0, 3.0);
  double sum = 0;
  const std::vector<double> draws = sl::draw(incomes, sl::key(1), 100'000);
  for (const double x : draws) sum += x;
  std::printf("mean %.2f, expected %.2f\n", sum / static_cast<double>(draws.size()), 1.5);
  std::printf("log density at 2: %.4f, at 0.5: %.4f\n", incomes.log_density(2.0), incomes.log_density(0.5));

  const std::vector<double> floors{1.0, 2.0, 4.0};
  std::printf("of three at once: %.4f\n", pareto(floors, 3.0).log_density(std::vector<double>{2.0, 3.0, 5.0}));

  std::printf("log density of a total of 1.5: %.4f\n", total(3, 2.0).log_density(1.5));
  std::printf("derivative with respect to the rate: %.4f\n", sl::gradients(waiting, sl::args(), {{"rate", 2.0}, {"t", 1.5}}).choices["rate"]);
}
