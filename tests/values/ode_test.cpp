// Solutions and their derivatives against closed forms and SciPy.
#include <starling/values/adjoint.hpp>
#include <starling/values/ode.hpp>
#include <starling/values/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace sl = starling;

namespace {

template <class R>
auto lotka_volterra(const std::array<R, 4>& p) {
  return [p](double, const std::array<R, 2>& y) { return std::array<R, 2>{p[0] * y[0] - p[1] * y[0] * y[1], -p[2] * y[1] + p[3] * y[0] * y[1]}; };
}
const std::array<double, 4> foxes{0.55, 0.028, 0.84, 0.026};

// SciPy 1.x, solve_ivp with DOP853, rtol = atol = 1e-12.
const std::vector<double> times{1, 5, 10, 20};
const double hares[4][2] = {{46.30529401707135, 4.591917650495578}, {16.02981330789816, 46.25181451779252}, {26.453470637118954, 4.125439003017773}, {23.36029429424683, 4.361875303899956}};

}  // namespace

TEST(ode_rk45, agrees_with_scipy_on_lotka_volterra) {
  const auto path = sl::ode_rk45(lotka_volterra(foxes), std::array<double, 2>{30, 4}, 0, times, {.relative_tolerance = 1e-10, .absolute_tolerance = 1e-10});
  ASSERT_EQ(path.states.size(), 4u);
  EXPECT_EQ(path.trouble, "");
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(path.states[i][k], hares[i][k], 1e-7);
  const auto rough = sl::ode_rk45(lotka_volterra(foxes), std::array<double, 2>{30, 4}, 0, times);
  EXPECT_LT(rough.steps, 100u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(rough.states[i][0], hares[i][0], 2e-3);
}

TEST(ode_rk45, agrees_with_scipy_on_seir) {
  const auto f = [](double, const std::array<double, 4>& y) { return std::array<double, 4>{-0.5 * y[0] * y[2], 0.5 * y[0] * y[2] - 0.2 * y[1], 0.2 * y[1] - 0.1 * y[2], 0.1 * y[2]}; };
  const auto path = sl::ode_rk45(f, std::array<double, 4>{0.99, 0, 0.01, 0}, 0, {10, 50, 100}, {.relative_tolerance = 1e-10, .absolute_tolerance = 1e-12});
  EXPECT_NEAR(path.states[0][2], 0.030206636478235988, 1e-9);
  EXPECT_NEAR(path.states[1][3], 0.8058671897909551, 1e-8);
  EXPECT_NEAR(path.states[2][0], 0.006973838147335539, 1e-9);
}

TEST(ode_rk45, has_the_order_of_its_method) {
  const auto f = [](double t, const std::array<double, 1>& y) { return std::array<double, 1>{y[0] * std::cos(t)}; };
  double before = 0;
  for (const double tolerance : {1e-5, 1e-7, 1e-9}) {
    const auto path = sl::ode_rk45(f, std::array<double, 1>{1}, 0, {7}, {.relative_tolerance = tolerance, .absolute_tolerance = tolerance});
    const double error = std::abs(path.states[0][0] - std::exp(std::sin(7.0)));
    EXPECT_LT(error, 50 * tolerance);
    if (before > 0) {
      EXPECT_LT(static_cast<double>(path.steps), 3.5 * before);
    }   // 100^(1/5) = 2.5 times as many steps
    before = static_cast<double>(path.steps);
  }
}

TEST(ode_rk45, derivatives_are_those_of_the_closed_form) {
  // One compartment: y′ = −k y + r, y(t) = r/k + (y₀ − r/k) e^(−kt).
  using A = sl::adjoint<double>;
  const double k = 0.7, r = 2, y0 = 5, t = 3;
  sl::tape_scope<double> tape;
  const A rate = tape.variable(k), inflow = tape.variable(r), start = tape.variable(y0);
  const auto f = [&](double, const std::array<A, 1>& y) { return std::array<A, 1>{inflow - rate * y[0]}; };
  const auto path = sl::ode_rk45(f, std::array<A, 1>{start}, 0.0, {t}, {.relative_tolerance = 1e-10, .absolute_tolerance = 1e-10});
  const A y = path.states[0][0];
  y.add_derivative(1.0);
  tape.sweep();
  const double e = std::exp(-k * t);
  EXPECT_NEAR(y.value(), r / k + (y0 - r / k) * e, 1e-8);
  EXPECT_NEAR(rate.derivative(), -r / (k * k) * (1 - e) - (y0 - r / k) * t * e, 1e-7);
  EXPECT_NEAR(inflow.derivative(), (1 - e) / k, 1e-7);
  EXPECT_NEAR(start.derivative(), e, 1e-7);
}

TEST(ode_rk45, lanes_have_each_their_solution_and_lose_alone) {
  using P = sl::pack<double, 4, sl::isa::portable>;
  const double starts[4] = {1, 2, -3, 0.5};
  // y′ = y²: y = y₀ / (1 − y₀ t) is infinite at 1/y₀; lane 1 before the end.
  const auto f = [](double, const std::array<P, 1>& y) { return std::array<P, 1>{y[0] * y[0]}; };
  const auto path = sl::ode_rk45(f, std::array<P, 1>{P::load(starts)}, 0, {0.25, 0.75}, {.relative_tolerance = 1e-9, .absolute_tolerance = 1e-9});
  for (const int l : {0, 2, 3}) EXPECT_NEAR(path.states[1][0][l], starts[l] / (1 - 0.75 * starts[l]), 1e-6);
  EXPECT_NEAR(path.states[0][0][1], 4, 1e-6);
  EXPECT_TRUE(std::isnan(path.states[1][0][1]));
  EXPECT_NE(path.trouble.find("gave up at t = 0.5"), std::string::npos) << path.trouble;
}

TEST(ode_rk45, refuses_times_that_decrease_and_gives_up_on_too_many_steps) {
  const auto f = [](double, const std::array<double, 1>& y) { return std::array<double, 1>{-1e6 * y[0]}; };
  EXPECT_THROW(sl::ode_rk45(f, std::array<double, 1>{1}, 0, {2, 1}), std::invalid_argument);
  const auto path = sl::ode_rk45(f, std::array<double, 1>{1}, 0, {1}, {.max_steps = 100});
  EXPECT_TRUE(std::isnan(path.states[0][0]));
  EXPECT_NE(path.trouble.find("too many steps"), std::string::npos);
}
