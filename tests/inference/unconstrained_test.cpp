// Posteriors as densities of free numbers: dimension, values, gradients, there and back, −∞, memory.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/unconstrained.hpp>
#include <starling/models/assess.hpp>

#include "support/allocations_made.hpp"

namespace sl = starling;
using doubles = sl::native_pack<double>;

namespace {

// Every kind of support; bounds that depend on other latents; vectors with cells in a row; a nested call; a factor; integers among the data.
constexpr auto inner = sl::gen([](auto& trace, const auto& m) { return trace("z", sl::log_normal(m, 0.5)); });
constexpr auto everything = sl::gen([](auto& trace, const std::vector<double>& xs) {
  const auto a = trace("a", sl::normal(0.0, 2.0));
  const auto s = trace("s", sl::half_normal(1.0));
  const auto u = trace("u", sl::uniform(a, a + 2.0));
  const auto p = trace("p", sl::dirichlet(std::array{1.5, 2.0, 3.0}));
  const auto theta = trace("theta", sl::iid(sl::gamma(2.0, s), 3));
  const auto z = trace("call", inner, a);
  const auto cuts = trace("cuts", sl::flat(sl::ordered{2}));
  trace("b", sl::beta(2.0, z));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(a * xs[i] + u * p[i % 3], s));
  trace("v", sl::normal(theta, 0.5));
  trace("n", sl::poisson(sl::exp(a)));
  trace("hits", sl::bernoulli_logit(theta + cuts[1]));
  trace.factor(-0.5 * (cuts[0] * cuts[0] + cuts[1] * cuts[1]));
});

auto posterior() {
  const std::vector<double> xs{1, 2, 3, 4}, ys{1, 2.1, 2.9, 4};
  return sl::posterior(everything, sl::args(xs),
                       sl::observe("y", ys) & sl::observe("v", {0.4, 1.0, 2.0}) & sl::observe("n", 3) & sl::observe("hits", std::vector<int>{1, 0, 1}));
}

const std::vector<double> point{0.7, -0.3, 0.2, 0.1, -0.6, 0.4, 1.1, -0.2, 0.3, -0.4, 0.25, 0.9};

}  // namespace

TEST(unconstrained, the_density_is_the_score_of_the_choices_plus_the_log_jacobian) {
  const auto post = posterior();
  sl::unconstrained_posterior<double, decltype(post)> target(post);
  ASSERT_EQ(target.dimension(), point.size());
  std::vector<double> values(target.structure().elements());
  const double density = target.choices(point.data(), values.data());
  const double score = target.choices(point.data(), values.data(), {.with_jacobian = false});
  // The same choices, given to assess.
  sl::choice_map choices = post.observations();
  const auto& s = target.structure();
  for (const auto k : target.layout().latents) {
    const double* at = values.data() + s.slots()[k].offset;
    const auto& type = s.sites()[k].type;
    choices.set(s.path_of(k), sl::choice_value(type, std::vector<double>(at, at + type.size())));
  }
  EXPECT_NEAR(sl::assess(post.model(), post.args(), choices).score, score, 1e-11 * std::abs(score));
  // a: none; s: −0.3; u in (a, a + 2); the simplex; theta; z; the second cut; b.
  const auto slope = [](double u) { return u - 2 * std::log1p(std::exp(u)); };
  double jacobian = -0.3 + slope(0.2) + std::log(2.0) + 0.4 + 1.1 - 0.2 + 0.3 + 0.25 + slope(0.9);
  for (const auto k : target.layout().latents)
    if (s.path_of(k).str() == "p")
      for (int i = 0; i < 3; ++i) jacobian += std::log(values[s.slots()[k].offset + static_cast<std::uint32_t>(i)]);
  EXPECT_NEAR(density - score, jacobian + 0.5 * std::log(3.0), 1e-11);
}

template <class V>
void check_gradient() {
  const auto post = posterior();
  sl::unconstrained_posterior<V, decltype(post)> target(post);
  const auto lane = [](const V& x) {
    if constexpr (std::is_arithmetic_v<V>) return x;
    else return x[V::lanes - 1];
  };
  std::vector<V> q(point.begin(), point.end()), g(q.size());
  if constexpr (!std::is_arithmetic_v<V>)
    for (auto& x : q) x.set(0, 0.1);
  std::vector<V> values(target.structure().elements());
  const double density = lane(target.log_density_and_gradient(q.data(), g.data()));
  EXPECT_NEAR(density, lane(target.choices(q.data(), values.data())), 1e-12 * std::abs(density));
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto at = [&](double by) {
      auto moved = q;
      moved[i] = moved[i] + V(by);
      return lane(target.choices(moved.data(), values.data()));
    };
    const double h = 1e-3;
    const double d = (45 * (at(h) - at(-h)) - 9 * (at(2 * h) - at(-2 * h)) + (at(3 * h) - at(-3 * h))) / (60 * h);
    EXPECT_NEAR(lane(g[i]), d, 1e-9 * (1 + std::abs(d))) << i;
  }
  std::vector<V> back(q.size());
  target.choices(q.data(), values.data());
  target.free_numbers(values.data(), back.data());
  for (std::size_t i = 0; i < q.size(); ++i) EXPECT_NEAR(lane(back[i]), lane(q[i]), 1e-12) << i;
}
TEST(unconstrained, the_gradient_equals_finite_differences_in_one_lane) { check_gradient<double>(); }
TEST(unconstrained, the_gradient_equals_finite_differences_in_many_lanes) { check_gradient<doubles>(); }

TEST(unconstrained, a_lane_is_bit_for_bit_the_same_among_others) {
  const auto post = posterior();
  sl::unconstrained_posterior<doubles, decltype(post)> target(post);
  std::vector<doubles> q(point.begin(), point.end()), g(q.size()), h(q.size());
  const double alone = target.log_density_and_gradient(q.data(), g.data())[0];
  for (auto& x : q)
    for (int l = 1; l < doubles::lanes; ++l) x.set(l, x[l] * 0.3 * l);
  q[0].set(1, NAN);
  q[1].set(2, 2000);
  const doubles among = target.log_density_and_gradient(q.data(), h.data());
  EXPECT_EQ(among[0], alone);
  for (std::size_t i = 0; i < q.size(); ++i) EXPECT_EQ(h[i][0], g[i][0]);
  EXPECT_EQ(among[1], -INFINITY);
  EXPECT_EQ(h[3][1], 0);
  if constexpr (doubles::lanes > 2) {
    EXPECT_EQ(among[2], -INFINITY);
  }
}

TEST(unconstrained, the_steady_state_allocates_nothing) {
  const auto post = posterior();
  sl::unconstrained_posterior<doubles, decltype(post)> target(post);
  std::vector<doubles> q(point.begin(), point.end()), g(q.size());
  target.log_density_and_gradient(q.data(), g.data());
  const std::size_t before = allocations_made;
  for (int i = 0; i < 10; ++i) target.log_density_and_gradient(q.data(), g.data());
  EXPECT_EQ(allocations_made, before);
}

// Lanes that take different branches: each has the density and the gradient of its own branch. The oracle is written by hand.
TEST(unconstrained, lanes_may_take_different_branches) {
  constexpr auto left = sl::gen([](auto& trace, const auto& x) { trace("y", sl::normal(x * x, 1.0)); });
  constexpr auto right = sl::gen([](auto& trace, const auto& x) {
    trace("y", sl::normal(sl::sqrt(x), 0.5));
    trace.factor(-x);
  });
  const auto model = sl::gen([=](auto& trace) {
    const auto x = trace("x", sl::normal(0.0, 1.0));
    const auto scale = trace("scale", sl::exponential(1.0));
    trace("call", sl::cond(left, right), x < 0.0, x * scale);
  });
  const auto by_hand = [](double x, double u) {
    const auto normal = [](double at, double m, double s) { return -0.5 * (at - m) * (at - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * M_PI); };
    const double scale = std::exp(u), z = x * scale;
    return normal(x, 0, 1) - scale + u + (x < 0 ? normal(0.3, z * z, 1) : normal(0.3, std::sqrt(z), 0.5) - z);
  };
  const auto post = sl::posterior(model, sl::args(), sl::observe(sl::address("call") / "y", 0.3));
  sl::unconstrained_posterior<doubles, decltype(post)> target(post);
  std::vector<doubles> q(2), g(2);
  for (int l = 0; l < doubles::lanes; ++l) {
    q[0].set(l, l % 2 == 0 ? -0.5 - 0.1 * l : 0.4 + 0.1 * l);
    q[1].set(l, 0.2 * l - 0.3);
  }
  const doubles density = target.log_density_and_gradient(q.data(), g.data());
  for (int l = 0; l < doubles::lanes; ++l) {
    const double x = q[0][l], u = q[1][l], h = 1e-5;
    EXPECT_NEAR(density[l], by_hand(x, u), 1e-13 * (1 + std::abs(density[l]))) << l;
    EXPECT_NEAR(g[0][l], (by_hand(x + h, u) - by_hand(x - h, u)) / (2 * h), 1e-7) << l;
    EXPECT_NEAR(g[1][l], (by_hand(x, u + h) - by_hand(x, u - h)) / (2 * h), 1e-7) << l;
  }
  // One lane would follow the structure of the branch it saw first.
  EXPECT_THROW((sl::unconstrained_posterior<double, decltype(post)>(post)), std::invalid_argument);
}

TEST(unconstrained, refuses_discrete_latents_by_name) {
  constexpr auto mixture = sl::gen([](auto& trace) {
    const auto k = trace("k", sl::bernoulli(0.5));
    trace("y", sl::normal(sl::where(k, sl::real_of<decltype(trace)>(1.0), sl::real_of<decltype(trace)>(2.0)), 1.0));
  });
  const auto post = sl::posterior(mixture, sl::args(), sl::observe("y", 1.0));
  try {
    sl::unconstrained_posterior<double, decltype(post)> target(post);
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("at k (bernoulli)"), std::string::npos) << e.what();
  }
}

TEST(unconstrained, wants_as_many_numbers_as_there_are) {
  const auto post = posterior();
  sl::unconstrained_posterior<double, decltype(post)> target(post);
  std::vector<double> q(3), g(3);
  EXPECT_THROW(target.log_density_and_gradient(std::span<const double>(q), std::span<double>(g)), std::invalid_argument);
}
