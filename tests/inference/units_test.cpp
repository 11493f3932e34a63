// The same posterior in other units: what is found does not depend on whether latents are measured in nanometres or in light years.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include <starling/diagnostics/moments.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

using pack = sl::native_pack<double>;

// normal(3 u, u), and 0.5 u with a correlation.
closed_form::gaussian in_units(double u) { return {{3 * u, -u}, {u, 0.5 * u}, 0.6}; }
// Elements of very different sizes, some far from 0.
const closed_form::gaussian mixed{{2e-6, 1, -3e9, 0, 5e3}, {1e-6, 0.5, 1e9, 2, 1e-2}, 0.3};

// A straight line through points whose y is measured in units of u.
constexpr auto line = sl::gen([](auto& trace, const std::vector<double>& x, double u) {
  const auto a = trace("a", sl::normal(0.0, 10 * u));
  const auto b = trace("b", sl::normal(0.0, 10 * u));
  const auto sigma = trace("sigma", sl::exponential(1 / u));
  trace("y", sl::normal(a + b * sl::view(x), sigma));
});
const std::vector<double> xs{-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5};
std::vector<double> ys(double u) {
  std::vector<double> y;
  for (std::size_t i = 0; i < xs.size(); ++i) y.push_back(u * (1 + 2 * xs[i] + 0.7 * std::sin(5.0 * static_cast<double>(i))));
  return y;
}

// a/u and b/v are normal(3, 1) and normal(0, 1), and y their sum with noise: given y = 1 their means are 7/3 and −2/3, their variances 2/3.
constexpr auto sum_of_two = sl::gen([](auto& trace, double u, double v) {
  const auto a = trace("a", sl::normal(3 * u, u));
  const auto b = trace("b", sl::normal(0.0, v));
  trace("y", sl::normal(a / u + b / v, 1.0));
});
// n elements of sizes u: x_i / u_i are normal(3, 1), and y their sum with noise; given y = 3 n their means stay 3, their variances are n / (n + 1).
constexpr auto sum_of_many = sl::gen([](auto& trace, const std::vector<double>& mean, const std::vector<double>& u) {
  const auto x = trace("x", sl::normal(mean, u));
  auto sum = x[0] / u[0];
  for (std::size_t i = 1; i < u.size(); ++i) sum = sum + x[i] / u[i];
  trace("y", sl::normal(sum, 1.0));
});
constexpr auto one_of_many = sl::gen(sl::dynamic, [](auto& trace, double u) {
  const auto x = trace("x", sl::normal(0.0, u));
  trace("y", sl::normal(x / u, 1.0));
});

void is_right(const sl::summary_row& row, double mean, double sd, double unit, const char* what) {
  EXPECT_FALSE(row.r_hat > 1.1) << what << " " << unit << " " << row.r_hat;  // NaN of a single chain
  EXPECT_NEAR(row.mean / unit, mean, 5 * row.mcse_mean / unit) << what << " " << unit;
  EXPECT_LT(row.mcse_mean, 0.1 * sd * unit) << what << " " << unit;
  EXPECT_NEAR(row.sd / unit, sd, 0.15 * sd) << what << " " << unit;
}

}  // namespace

TEST(units, drift_finds_its_scales) {
  for (const auto& [u, v] : {std::pair{1.0, 1.0}, {1e-9, 1e-9}, {1e-6, 1e-6}, {1e-12, 1.0}, {1e-6, 1e6}, {1e9, 1e9}, {1e12, 1e-12}})
    for (const std::size_t chains : {1u, 4u}) {
      const sl::posterior post(sum_of_two, sl::args(u, v), sl::observe("y", 1.0));
      const sl::run_options o{.chains = chains, .draws = 16'000 / chains};
      const auto rows = sl::summarise(sl::run(kernels::drift(), post, o, sl::key(4)));
      is_right(rows[0], 7.0 / 3, std::sqrt(2.0 / 3), u, "covariance, a");
      is_right(rows[1], -2.0 / 3, std::sqrt(2.0 / 3), v, "covariance, b");
      if (u != v) continue;
      const auto scaled = sl::summarise(sl::run(kernels::drift({.adaptation = kernels::adapt::scale}), post, o, sl::key(4)));
      is_right(scaled[0], 7.0 / 3, std::sqrt(2.0 / 3), u, "scale, a");
      is_right(scaled[1], -2.0 / 3, std::sqrt(2.0 / 3), v, "scale, b");
    }
  for (const double u : {1e-9, 1e9}) {
    const sl::posterior post(one_of_many, sl::args(u), sl::observe("y", 1.0));
    is_right(sl::summarise(sl::run(kernels::drift(), post, {.chains = 4, .draws = 4000}, sl::key(4)))[0], 0.5, std::sqrt(0.5), u, "a dynamic model");
  }
}

// The acceptance is decided by the elements that are right.
TEST(units, drift_finds_elements_that_are_far_too_small_for_it_beside_others) {
  for (const auto& u : std::vector<std::vector<double>>{{1, 1e6}, {1e12, 1}, {1, 1, 1, 1e6}, {1e-9, 1, 1e12}, {1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9, 1e12}})
    for (const std::uint64_t seed : {1, 2, 3}) {
      std::vector<double> mean;
      for (const double e : u) mean.push_back(3 * e);
      const double n = static_cast<double>(u.size());
      const sl::posterior post(sum_of_many, sl::args(mean, u), sl::observe("y", 3 * n));
      const auto rows = sl::summarise(sl::run(kernels::drift(), post, {.chains = 4, .draws = 10'000}, sl::key(seed)));
      for (std::size_t i = 0; i < u.size(); ++i) is_right(rows[i], 3, std::sqrt(n / (n + 1)), u[i], "element");
    }
}

TEST(units, kernels_with_gradients_find_their_steps) {
  const auto check = [](const kernels::gradient_kernel& kernel, double u) {
    const closed_form::gaussian f{{3 * u, -u, 0}, {u, 0.5 * u, u}, 0.6};
    const auto rows = sl::summarise(sl::run_gradient(kernel, sl::target::of<pack>(f), closed_form::identity_view(3), {.draws = 2000}, sl::key(1)));
    for (std::size_t i = 0; i < 3; ++i) is_right(rows[i], f.mean[i] / u, f.scale[i] / u, u, kernel.settings().name);
  };
  for (const double u : {1e-12, 1e-9, 1e-6, 1.0, 1e6, 1e9, 1e12}) {
    check(kernels::nuts(), u);
    check(kernels::hmc(), u);
    check(kernels::mala(), u);
    check(kernels::barker(), u);
  }
}

TEST(units, maximize_reaches_the_mode) {
  for (const double u : {1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12}) {
    const auto f = in_units(u);
    for (const auto& m : sl::maximize(sl::target::of<pack>(f), {}, sl::key(1))) {
      EXPECT_TRUE(m.converged) << u << " " << m.reason;
      for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(m.point[i], f.mean[i], 1e-4 * f.scale[i]) << u;
      EXPECT_NEAR(m.log_density, 0, 1e-8) << u;
    }
  }
  for (const auto& m : sl::maximize(sl::target::of<pack>(mixed), {}, sl::key(1))) {
    EXPECT_TRUE(m.converged) << m.reason;
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(m.point[i], mixed.mean[i], 1e-4 * mixed.scale[i]) << i;
  }
}

TEST(units, maximize_tells_what_it_did_not_reach) {
  const auto f = in_units(1e9);
  const auto few = sl::maximize(sl::target::of<pack>(f), {.max_iterations = 1}, sl::key(1))[0];
  EXPECT_FALSE(few.converged);
  EXPECT_NE(few.reason.find("iterations"), std::string::npos) << few.reason;
  // Adam's steps are of size 0.1.
  EXPECT_FALSE(sl::maximize(sl::target::of<pack>(f), {.method = sl::optimizer::adam}, sl::key(1))[0].converged);
  const auto near = in_units(1);
  EXPECT_TRUE(sl::maximize(sl::target::of<pack>(near), {.method = sl::optimizer::adam, .max_iterations = 5000}, sl::key(1))[0].converged);
}

// log x^-3 (one of n data that a scale x fits exactly): rises without an end as x goes to 0. A body gets the least number there is from some u on.
struct endless {
  std::size_t dimension() const { return 1; }
  template <class V> V log_density_and_gradient(const V* q, V* g) const {
    g[0] = V(-3);
    return -3 * sl::max(q[0], V(-708));
  }
};
// A top with an edge, as under laplace priors.
struct edged {
  double scale;
  std::size_t dimension() const { return 1; }
  template <class V> V log_density_and_gradient(const V* q, V* g) const {
    g[0] = where(q[0] > V(0), V(-1 / scale), V(1 / scale));
    return -sl::abs(q[0]) / scale;
  }
};

// One without curvature at its top.
struct flat_topped {
  double scale;
  std::size_t dimension() const { return 1; }
  template <class V> V log_density_and_gradient(const V* q, V* g) const {
    const V x = q[0] / scale;
    g[0] = -2 * x * x * x / scale;
    return -0.5 * x * x * x * x;
  }
};

TEST(units, maximize_tells_where_there_is_no_mode) {
  const auto end = sl::maximize(sl::target::of<pack>(endless{}), {}, sl::key(1))[0];
  EXPECT_FALSE(end.converged) << end.log_density << " " << end.reason;
  const auto far = in_units(1e-150);  // a start 10^150 standard deviations away, where no step is short enough
  EXPECT_FALSE(sl::maximize(sl::target::of<pack>(far), {}, sl::key(1))[0].converged);
  for (const double u : {1e-6, 1.0, 1e6}) {
    const auto m = sl::maximize(sl::target::of<pack>(edged{u}), {}, sl::key(1))[0];
    EXPECT_TRUE(m.converged) << u << " " << m.log_density << " " << m.reason;
  }
  for (const double u : {1e-6, 1.0, 1e9}) EXPECT_TRUE(sl::maximize(sl::target::of<pack>(flat_topped{u}), {}, sl::key(1))[0].converged) << u;
}

TEST(units, laplace_is_exact_for_a_gaussian) {
  for (const double u : {1e-12, 1e-6, 1e6, 1e12}) {
    const auto f = in_units(u);
    const auto t = sl::target::of<pack>(f);
    const auto r = sl::laplace(t, sl::maximize(t, {}, sl::key(1))[0], closed_form::identity_view(2), {}, sl::key(2));
    EXPECT_NEAR(*r.log_evidence, std::log(2 * M_PI * u * 0.5 * u) + 0.5 * std::log(1 - 0.36), 1e-5) << u;
    EXPECT_TRUE(r.warnings.empty()) << u << " " << r.warnings[0];
  }
}

TEST(units, pathfinder_finds_gaussians) {
  for (const double u : {1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12})
    for (const std::size_t paths : {1u, 4u}) {
      const auto f = in_units(u);
      const auto r = sl::pathfinder(sl::target::of<pack>(f), closed_form::identity_view(2), {.paths = paths, .draws = 2000, .draws_per_path = 2000}, sl::key(3));
      EXPECT_TRUE(r.warnings.empty()) << u << " " << r.warnings[0];
      for (std::size_t i = 0; i < 2; ++i) {
        const auto x = r.posterior["x"].element(i);
        EXPECT_NEAR(sl::mean(x) / f.scale[i], f.mean[i] / f.scale[i], 0.15) << u << " " << paths;
        EXPECT_NEAR(std::sqrt(sl::variance(x)) / f.scale[i], 1, 0.15) << u << " " << paths;
      }
    }
}

TEST(units, one_draw_of_pathfinder_tells_nothing_of_its_weight) {
  const auto f = in_units(1);
  const auto r = sl::pathfinder(sl::target::of<pack>(f), closed_form::identity_view(2), {.paths = 1, .draws = 1, .draws_per_path = 1}, sl::key(3));
  ASSERT_FALSE(r.warnings.empty());
  EXPECT_NE(r.warnings[0].find("Pareto's k of the approximation cannot be computed"), std::string::npos) << r.warnings[0];
}

TEST(units, pathfinder_and_maximize_of_a_regression) {
  const auto highest = [](double u) {
    const auto data = ys(u);
    const sl::posterior post(line, sl::args(xs, u), sl::observe("y", data));
    const auto mode = sl::maximize(post, {}, sl::key(1));
    EXPECT_TRUE(mode.warnings.empty()) << u << " " << mode.warnings[0];
    const auto r = sl::pathfinder(post, {}, sl::key(2));
    EXPECT_TRUE(r.warnings.empty()) << u << " " << r.warnings[0];
    std::vector<double> found;
    for (const char* name : {"a", "b", "sigma"}) {
      const auto& x = r.posterior[name].values;
      found.insert(found.end(), {mode.posterior[name].values[0] / u, sl::mean(x) / u, std::sqrt(sl::variance(x)) / u});
    }
    return found;
  };
  const auto expected = highest(1);
  for (const double u : {1e-9, 1e-6, 1e6, 1e9}) {
    const auto found = highest(u);
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], i % 3 == 0 ? 1e-4 : i % 3 == 1 ? 0.25 * expected[i + 1]
                                                                        : 0.25 * expected[i])
          << u << " " << i;
  }
}
