// Expectations through nested generative functions and combinators, in one lane and in many.
#include "inference/expectations.hpp"

namespace {

using namespace expectations;

// Three sites: a perturbed one, a measure-valued one that depends on it, a follower; cost θ z + w z + y with y ~ normal(z + w, 1).
constexpr auto inner = sl::gen([](auto& trace, const auto& t) {
  const auto z = sl::as_real(trace("z", sl::perturbed(sl::bernoulli(t))));
  const auto w = sl::as_real(trace("w", sl::measure_valued(sl::poisson(t + z))));
  const auto y = trace("y", sl::normal(z + w, 1.0));
  return t * z + w * z + y;
});
// E of it: θ² + E[w z] + E z + E w, with E w = 2θ, E[w z] = θ (θ + 1), E z = θ.
double inner_mean(double t) { return t * t + t * (t + 1) + t + 2 * t; }

// One site by scores.
constexpr auto scored = sl::gen([](auto& trace, const auto& t) { return t * sl::as_real(trace("s", sl::reinforce(sl::bernoulli(t)))); });
double scored_mean(double t) { return t * t; }
constexpr auto summed = sl::gen([](auto& trace, const auto& t) { return (1.0 + t) * sl::as_real(trace("e", sl::enumerated(sl::bernoulli(t)))); });
double summed_mean(double t) { return (1 + t) * t; }

}  // namespace

TEST(expectation_nesting, through_calls) {
  const auto e = sl::expectation([](auto& trace, const auto& t) { return trace("a", inner, t) * 2.0 + trace("b", scored, t) + trace("c", summed, t); }, sl::args(0.4));
  expect_exact("calls", e, exactly([](double t) { return 2 * inner_mean(t) + scored_mean(t) + summed_mean(t); }, 0.4), 60'000);
}

TEST(expectation_nesting, through_map_and_repeat) {
  const std::vector<double> xs{0.5, 1.0, 1.5};
  const auto e = sl::expectation(
      [xs](auto& trace, const auto& t) {
        const auto of_x = sl::gen([](auto& each, const auto& x, const auto& theta) { return x * each("in", inner, theta) + each("s", scored, theta) + x * each("e", summed, theta); });
        const auto all = trace("map", sl::map(of_x), sl::each(xs), t);
        const auto more = trace("repeat", sl::repeat(scored, 2), t);
        return all[0] + all[1] + all[2] + more[0] * more[1];
      },
      sl::args(0.4));
  expect_exact("map", e, exactly([](double t) { return 3 * inner_mean(t) + 3 * scored_mean(t) + 3 * summed_mean(t) + scored_mean(t) * scored_mean(t); }, 0.4), 100'000);
}

TEST(expectation_nesting, through_unfold_and_scan) {
  // z_{t+1} ~ poisson(θ + z_t / 2) from 1, by perturbation, by scores and following: E z_3 = θ (1 + ½ + ¼) + ⅛.
  const auto e = sl::expectation(
      [](auto& trace, const auto& t) {
        const auto step = sl::gen([](auto& s, std::size_t, const auto& state, const auto& theta) { return sl::as_real(s("z", sl::perturbed(sl::poisson(theta + 0.5 * state)))); });
        const auto states = trace("unfold", sl::unfold(step), 3, 1.0, t);
        const auto with_input = sl::gen([](auto& s, const auto& carry, const auto& x, const auto& theta) {
          const auto z = sl::as_real(s("z", sl::reinforce(sl::poisson(theta + 0.5 * carry))));
          return std::pair(z, x * z);
        });
        const auto [last, outputs] = trace("scan", sl::scan(with_input), 1.0, std::vector<double>{1.0, 0.0, 2.0}, t);
        return states[2] * states[2] + outputs[2] + t * last;
      },
      sl::args(0.4));
  // E z² by the recursion E z' = m = θ + z/2, Var z' = m + Var z / 4.
  const auto truth = [](double t) {
    double mean = 1, variance = 0;
    for (int i = 0; i < 3; ++i) mean = t + 0.5 * mean, variance = mean + 0.25 * variance;
    return variance + mean * mean + 2 * mean + t * mean;
  };
  expect_exact("unfold and scan", e, exactly(truth, 0.4), 200'000);
}

TEST(expectation_nesting, through_switch_and_mask) {
  const auto e = sl::expectation(
      [](auto& trace, const auto& t) {
        const auto which = trace("which", sl::reinforce(sl::bernoulli(t)));
        const auto chosen = trace("switch", sl::switch_(inner, summed), which, t);
        const auto on = trace("on", sl::perturbed(sl::bernoulli(0.5 + 0.5 * t)));
        const auto masked = trace("mask", sl::mask(summed), on, t);
        const auto scores = trace("scores", sl::mask(scored), on, t);
        using R = sl::real_of<decltype(trace)>;
        return chosen + sl::value_or(masked, R(3.0 * t)) + sl::value_or(scores, R(0.0));
      },
      sl::args(0.4));
  const auto truth = [](double t) {
    const double on = 0.5 + 0.5 * t;
    return (1 - t) * inner_mean(t) + t * summed_mean(t) + on * summed_mean(t) + (1 - on) * 3 * t + on * scored_mean(t);
  };
  expect_exact("switch and mask", e, exactly(truth, 0.4), 100'000);
}

TEST(expectation_nesting, through_recursion) {
  // A list that goes on with probability θ: of geometric length, each place adding a normal around θ: E = θ / (1 − θ).
  const auto list = sl::recurse<double>([](auto& trace, const auto& self, const auto& t) -> sl::real_of<decltype(trace)> {
    const auto x = trace("x", sl::normal(t, 1.0));
    if (!trace("more", sl::reinforce(sl::bernoulli(t)))) return x;
    return x + trace("rest", self, t);
  });
  const auto e = sl::expectation(list, sl::args(0.4));
  expect_exact("a list", e, exactly([](double t) { return t / (1 - t); }, 0.4), 60'000);
}

TEST(expectation_nesting, with_parameters_and_vectors) {
  sl::parameter_store store;
  store.set("w", std::vector<double>{0.5, -0.2});
  const auto body = sl::gen([](auto& trace, const auto& xs) {
    const auto w = trace.param("w", std::vector<double>{0.0, 0.0});
    const auto z = trace("z", sl::normal(w[0] * xs[0] + w[1] * xs[1], 1.0));
    const auto k = trace("k", sl::poisson(sl::exp(w[0])));
    return z * z + sl::as_real(k);
  });
  const auto g = sl::expectation(sl::with_parameters(body, store), sl::args(std::vector<double>{1.5, 2.0})).gradient(sl::key(4), sl::lanes(100'000));
  const double m = 0.5 * 1.5 - 0.2 * 2.0;
  const auto near = [](double found, double exact, double error) { EXPECT_LT(std::abs(found - exact), allowed_errors * error) << found << " +- " << error << ", exactly " << exact; };
  near(g.value, m * m + 1 + std::exp(0.5), g.standard_error);
  near(g.parameters["w"][0], 2 * m * 1.5 + std::exp(0.5), g.parameter_errors["w"][0]);
  near(g.parameters["w"][1], 2 * m * 2.0, g.parameter_errors["w"][1]);
  near(std::get<0>(g.arguments)[0], 2 * m * 0.5, std::get<0>(g.argument_errors)[0]);
  near(std::get<0>(g.arguments)[1], 2 * m * -0.2, std::get<0>(g.argument_errors)[1]);
}

// Lane l of many is lane l alone.
TEST(expectation_nesting, lanes_are_as_one_lane) {
  const auto e = sl::expectation(inner, sl::args(0.4));
  const auto many = e.gradient(sl::key(9), sl::lanes(5));
  double value = 0, derivative = 0;
  for (std::size_t l = 0; l < 5; ++l) {
    const auto one = e.gradient(sl::key(9), sl::lanes(1, l));
    value += one.value / 5, derivative += std::get<0>(one.arguments) / 5;
  }
  EXPECT_NEAR(many.value, value, 1e-13);
  EXPECT_NEAR(std::get<0>(many.arguments), derivative, 1e-12);
}
