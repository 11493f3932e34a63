// Maximisers, Laplace's approximation and Pathfinder, on targets whose modes and normalisers are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <algorithm>
#include <cmath>

#include "inference/optimizers/lbfgs.hpp"
#include <starling/diagnostics/moments.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/mala.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/run_gradient.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;

namespace {

using pack = sl::native_pack<double>;
const closed_form::gaussian scaled{{1, -2, 30, 0, 0.5}, {0.1, 1, 10, 20, 1}, 0.6};

// −(100 (b − a²)² + (1 − a)²), in pairs: Rosenbrock's valley, highest at all ones.
struct valley {
  std::size_t d;
  std::size_t dimension() const { return d; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    V density(0);
    for (std::size_t i = 0; i < d; i += 2) {
      const V up = q[i + 1] - q[i] * q[i], along = V(1) - q[i];
      density = density - V(100) * up * up - along * along;
      gradient[i] = V(400) * q[i] * up + V(2) * along;
      gradient[i + 1] = V(-200) * up;
    }
    return density;
  }
};

// Zero outside (0, ∞), as a density that forgot its bijector: gamma(3, 1), highest at 2.
struct half_line {
  std::size_t dimension() const { return 1; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    gradient[0] = V(2) / q[0] - V(1);
    return sl::where(q[0] > V(0), V(2) * sl::log(q[0]) - q[0], V(-HUGE_VAL));
  }
};

}  // namespace

TEST(maximize, lbfgs_reaches_the_top) {
  for (const auto& m : sl::maximize(sl::target::of<pack>(scaled), {.starts = 5}, sl::key(1))) {
    EXPECT_TRUE(m.converged) << m.reason;
    EXPECT_LT(m.evaluations, 150u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(m.point[i], scaled.mean[i], 1e-4 * scaled.scale[i]);
  }
  for (const std::size_t d : {2u, 20u}) {
    const valley f{d};
    const auto all = sl::maximize(sl::target::of<pack>(f), {.starts = 3}, sl::key(2));
    EXPECT_TRUE(all[0].converged) << all[0].reason;
    for (const double x : all[0].point) EXPECT_NEAR(x, 1, 1e-4);
  }
  const half_line f;
  EXPECT_NEAR(sl::maximize(sl::target::of<pack>(f), {}, sl::key(1))[0].point[0], 2, 1e-5);
}

TEST(maximize, lbfgs_never_goes_down) {
  const valley f{4};
  for (std::uint32_t trial = 0; trial < 50; ++trial) {
    std::vector<double> start(4);
    for (std::uint32_t i = 0; i < 4; ++i) start[i] = 3 * std::sin(7.0 * trial + 2.5 * i);
    sl::optimizers::lbfgs search(start.data(), 4, {});
    while (search.receive(f.log_density_and_gradient(search.point(), search.gradient()))) {
    }
    EXPECT_TRUE(search.converged()) << search.reason();
    for (std::size_t l = 1; l < search.path().size(); ++l) EXPECT_GE(search.path()[l].log_density, search.path()[l - 1].log_density);
  }
}

TEST(maximize, adam_comes_close) {
  const closed_form::gaussian f{{1, -2, 3}, {0.5, 1, 2}, 0.3};
  const auto best = sl::maximize(sl::target::of<pack>(f), {.method = sl::optimizer::adam, .max_iterations = 2000}, sl::key(1))[0];
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(best.point[i], f.mean[i], 1e-2 * f.scale[i]);
}

TEST(maximize, is_the_same_for_any_number_of_threads_and_lanes) {
  const valley f{6};
  const auto one = sl::maximize(sl::target::of<pack>(f), {.starts = 9, .threads = 1}, sl::key(2));
  const auto three = sl::maximize(sl::target::of<pack>(f), {.starts = 9, .threads = 3}, sl::key(2));
  const auto scalar = sl::maximize(sl::target::of<double>(f), {.starts = 9}, sl::key(2));
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(one[i].point, three[i].point);
    EXPECT_EQ(one[i].point, scalar[i].point);
  }
}

TEST(maximize, mistakes_are_told) {
  struct nowhere {
    std::size_t dimension() const { return 1; }
    double log_density_and_gradient(const double*, double*) const { return NAN; }
  } f;
  EXPECT_THROW(sl::maximize(sl::target::of<double>(f), {}, sl::key(1)), std::runtime_error);
  EXPECT_FALSE(sl::maximize(sl::target::of<double>(f), {}, sl::key(1), std::vector<double>{1.0})[0].converged);
  EXPECT_THROW(sl::maximize(sl::target::of<pack>(scaled), {}, sl::key(1), std::vector<double>{1.0}), std::invalid_argument);
}

TEST(laplace, curvature_is_the_inverse_covariance_of_a_gaussian) {
  const auto h = sl::curvature(sl::target::of<pack>(scaled), scaled.mean);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 5; ++k) product += h[i * 5 + k] * scaled.covariance(k, j);
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-7 * std::max(1.0, scaled.scale[j] / scaled.scale[i]));
    }
}

TEST(laplace, is_exact_for_a_gaussian) {
  const auto t = sl::target::of<pack>(scaled);
  const closed_form::identity_view view(5);
  const auto r = sl::laplace(t, sl::maximize(t, {}, sl::key(1))[0], view, {.draws = 20'000, .weighted = true}, sl::key(2));
  // log ∫ exp(−½ (x − m)ᵀ Σ⁻¹ (x − m)) = d/2 log 2π + ½ log |Σ|, |Σ| = Π s² (1 − ρ²)⁴.
  double expected = 2.5 * std::log(2 * M_PI) + 2 * std::log(1 - 0.36);
  for (const double s : scaled.scale) expected += std::log(s);
  EXPECT_NEAR(*r.log_evidence, expected, 1e-6);
  EXPECT_NEAR(*r.ess, 20'000, 20);
  EXPECT_TRUE(r.warnings.empty());
  for (std::size_t i = 0; i < 5; ++i) {
    const auto x = r.posterior["x"].element(i);
    EXPECT_NEAR(sl::mean(x), scaled.mean[i], 5 * scaled.scale[i] / std::sqrt(20'000.0));
    EXPECT_NEAR(sl::variance(x), scaled.scale[i] * scaled.scale[i], 5 * std::sqrt(2.0 / 20'000) * scaled.scale[i] * scaled.scale[i]);
  }
}

TEST(laplace, a_flat_direction_is_refused) {
  struct flat {
    std::size_t dimension() const { return 2; }
    double log_density_and_gradient(const double* q, double* g) const {
      g[0] = -q[0];
      g[1] = 0;
      return -0.5 * q[0] * q[0];
    }
  } f;
  const auto t = sl::target::of<double>(f);
  EXPECT_THROW(sl::laplace(t, sl::maximize(t, {}, sl::key(1))[0], closed_form::identity_view(2), {}, sl::key(2)), std::runtime_error);
}

// No quadratic term at the mode: the normal is far wider than the density.
TEST(laplace, weights_that_mean_nothing_are_told) {
  struct quartic {
    std::size_t dimension() const { return 2; }
    double log_density_and_gradient(const double* q, double* g) const {
      g[0] = -2 * q[0] * q[0] * q[0];
      g[1] = -2 * q[1];
      return -0.5 * q[0] * q[0] * q[0] * q[0] - q[1] * q[1];
    }
  } f;
  const auto t = sl::target::of<double>(f);
  for (const bool weighted : {false, true}) {
    const auto r = sl::laplace(t, sl::maximize(t, {}, sl::key(1))[0], closed_form::identity_view(2), {.weighted = weighted}, sl::key(2));
    ASSERT_FALSE(r.warnings.empty());
    EXPECT_TRUE(std::any_of(r.warnings.begin(), r.warnings.end(), [](const std::string& w) { return w.find("Pareto's k") != std::string::npos; }));
  }
  auto mode = sl::maximize(sl::target::of<pack>(scaled), {}, sl::key(1))[0];
  mode.converged = false;
  mode.reason = "it was tired";
  const auto r = sl::laplace(sl::target::of<pack>(scaled), mode, closed_form::identity_view(5), {}, sl::key(2));
  ASSERT_EQ(r.warnings.size(), 1u);
  EXPECT_NE(r.warnings[0].find("it was tired"), std::string::npos);
}

TEST(pathfinder, few_draws_and_weights_that_mean_nothing_are_told) {
  const closed_form::log_gamma f{2, 3.0};
  const closed_form::identity_view view(2);
  const auto said = [](const sl::result& r, const std::string& what) {
    return std::any_of(r.warnings.begin(), r.warnings.end(), [&](const auto& w) { return w.find(what) != std::string::npos; });
  };
  const auto two = sl::pathfinder(sl::target::of<pack>(f), view, {.paths = 2, .draws_per_path = 1}, sl::key(3));
  EXPECT_TRUE(said(two, "2 of the 1000 draws differ"));
  EXPECT_TRUE(said(two, "k of the approximation cannot be computed"));
  const closed_form::gaussian normal{{3, -1}, {1, 0.5}, 0.6};
  const auto many = sl::pathfinder(sl::target::of<pack>(normal), view, {}, sl::key(3));
  EXPECT_TRUE(many.warnings.empty()) << many.warnings[0];
}

// A density without curvature anywhere: no path has a normal, and none is made up.
TEST(pathfinder, needs_curvature) {
  struct slope {
    std::size_t dimension() const { return 2; }
    double log_density_and_gradient(const double* q, double* g) const {
      g[0] = 1;
      g[1] = 0;
      return q[0];
    }
  } f;
  const auto t = sl::target::of<double>(f);
  try {
    sl::find_pathfinder_points(t, {}, sl::key(1));
    FAIL() << "a normal was made up";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("no path gave a normal approximation"), std::string::npos) << e.what();
  }
  const closed_form::gaussian narrow{{0, 0}, {1e-6, 1e-6}, 0};
  const auto n = sl::target::of<pack>(narrow);
  const closed_form::identity_view view(2);
  const auto r = sl::run_gradient(sl::kernels::nuts({.start = sl::kernels::start_kind::pathfinder}), n, view, {.chains = 4, .draws = 500, .warmup = 200}, sl::key(1));
  for (const auto& row : sl::summarise(r)) EXPECT_NEAR(row.sd, 1e-6, 2e-7);
}

TEST(pathfinder, finds_gaussians_in_few_and_in_many_dimensions) {
  for (const std::size_t d : {3u, 40u}) {  // with the normal's factor dense, and of low rank
    closed_form::gaussian f{std::vector<double>(d), std::vector<double>(d), 0.4};
    for (std::size_t i = 0; i < d; ++i) {
      f.mean[i] = static_cast<double>(i % 5) - 2;
      f.scale[i] = 0.5 + static_cast<double>(i % 3);
    }
    const closed_form::identity_view view(d);
    const auto r = sl::pathfinder(sl::target::of<pack>(f), view, {.draws = 2000, .draws_per_path = 5000}, sl::key(3));
    ASSERT_EQ(r.posterior.draws, 2000u);
    for (std::size_t i = 0; i < d; ++i) {
      const auto x = r.posterior["x"].element(i);
      EXPECT_NEAR(sl::mean(x), f.mean[i], 0.25 * f.scale[i]) << d << " " << i;
      EXPECT_NEAR(std::sqrt(sl::variance(x)), f.scale[i], 0.3 * f.scale[i]) << d << " " << i;
    }
  }
}

TEST(pathfinder, weights_make_a_skewed_target_right) {
  const closed_form::log_gamma f{2, 3.0};  // mean digamma(3), variance trigamma(3)
  const closed_form::identity_view view(2);
  const auto r = sl::pathfinder(sl::target::of<pack>(f), view, {.draws = 20'000, .draws_per_path = 50'000}, sl::key(3));
  const auto plain = sl::pathfinder(sl::target::of<pack>(f), view, {.paths = 1, .draws = 20'000, .draws_per_path = 20'000, .resample = false}, sl::key(3));
  const double mean = 0.9227843350984671, variance = 0.3949340668482264;
  // Resampling twice: about twice the variance of plain draws, and a weight's spread on top.
  for (std::size_t i = 0; i < 2; ++i) {
    const auto x = r.posterior["x"].element(i);
    EXPECT_NEAR(sl::mean(x), mean, 5 * std::sqrt(3 * variance / 20'000));
    EXPECT_NEAR(sl::variance(x), variance, 10 * variance * std::sqrt(3 * 4.0 / 20'000));
    EXPECT_GT(std::abs(sl::mean(plain.posterior["x"].element(i)) - mean), 5 * std::sqrt(3 * variance / 20'000)) << "without weights it is seen to be off";
  }
}

TEST(pathfinder, its_points_start_chains) {
  const auto t = sl::target::of<pack>(scaled);
  const auto found = sl::find_pathfinder_points(t, {.draws = 4}, sl::key(3));
  const closed_form::identity_view view(5);
  const auto r = sl::run_gradient(sl::kernels::nuts({.inverse_metric = found.variances}), t, view, {.chains = 4, .draws = 500, .warmup = 200}, sl::key(1), {.starts = found.points});
  for (const auto& row : sl::summarise(r)) EXPECT_LT(row.r_hat, 1.03);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(std::sqrt(found.variances[i]), scaled.scale[i], 0.7 * scaled.scale[i]);
}

TEST(pathfinder, starts_chains_of_every_kernel_where_the_mass_is) {
  const auto t = sl::target::of<pack>(closed_form::unequal_modes{});
  const closed_form::identity_view view(1);
  const auto chains_at_10 = [&](const sl::kernels::gradient_kernel& kernel, std::size_t chains) {
    const auto r = sl::run_gradient(kernel, t, view, {.chains = chains, .draws = 100, .warmup = 100}, sl::key(2));
    std::size_t n = 0;
    for (std::size_t c = 0; c < chains; ++c) n += r.posterior["x"].values[c * 100] > 0;
    return n;
  };
  using sl::kernels::start_kind;
  EXPECT_GT(chains_at_10(sl::kernels::nuts(), 32), 5u) << "uniform starts leave chains in the mode without mass";
  EXPECT_EQ(chains_at_10(sl::kernels::nuts({.start = start_kind::pathfinder}), 32), 0u);
  EXPECT_EQ(chains_at_10(sl::kernels::hmc({.start = start_kind::pathfinder}), 32), 0u);
  EXPECT_EQ(chains_at_10(sl::kernels::mala({.start = start_kind::pathfinder}), 32), 0u);
  EXPECT_EQ(chains_at_10(sl::kernels::barker({.start = start_kind::pathfinder}), 32), 0u);
}

TEST(pathfinder, a_chain_starts_at_the_same_point_alone_and_among_others) {
  const auto t = sl::target::of<pack>(scaled);
  const closed_form::identity_view view(5);
  const sl::kernels::nuts kernel({.start = sl::kernels::start_kind::pathfinder});
  const auto alone = sl::run_gradient(kernel, t, view, {.chains = 1, .draws = 20, .warmup = 20}, sl::key(2));
  const auto among = sl::run_gradient(kernel, t, view, {.chains = 9, .draws = 20, .warmup = 20}, sl::key(2));
  for (std::size_t i = 0; i < 20 * 5; ++i) EXPECT_EQ(alone.posterior["x"].values[i], among.posterior["x"].values[i]);
}

TEST(pathfinder, a_run_that_goes_on_is_the_run_without_interruption) {
  const auto t = sl::target::of<pack>(scaled);
  const closed_form::identity_view view(5);
  const sl::kernels::nuts kernel({.start = sl::kernels::start_kind::pathfinder});
  const auto whole = sl::run_gradient(kernel, t, view, {.chains = 3, .draws = 40, .warmup = 20}, sl::key(2));
  sl::run_checkpoint saved;
  sl::run_gradient(kernel, t, view, {.chains = 3, .draws = 20, .warmup = 20}, sl::key(2), {.checkpoint = &saved});
  const auto gone_on = sl::run_gradient(kernel, t, view, {.chains = 3, .draws = 40, .warmup = 20}, sl::key(2), {.checkpoint = &saved});
  EXPECT_EQ(gone_on.posterior["x"].values, whole.posterior["x"].values);
}
