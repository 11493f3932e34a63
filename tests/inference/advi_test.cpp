// Automatic variational inference against optima in closed form; guides against dense formulas.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "inference/variational/elbo_objective.hpp"
#include <starling/diagnostics/moments.hpp>
#include <starling/inference/advi.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
using sl::guide_family;

namespace {

using pack = sl::native_pack<double>;
const closed_form::gaussian scaled{{1, -2, 30, 0, 0.5}, {0.1, 1, 10, 20, 1}, 0.6};
const double log_two_pi = std::log(2 * M_PI);

// normal(mean, diag(s)² + u uᵀ), unnormalised: precision by Sherman and Morrison.
struct spiked {
  std::vector<double> mean, s, u;
  std::size_t dimension() const { return mean.size(); }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const std::size_t d = mean.size();
    double inner = 1;
    V along(0);
    for (std::size_t i = 0; i < d; ++i) {
      inner += u[i] * u[i] / (s[i] * s[i]);
      along = along + V(u[i] / (s[i] * s[i])) * (q[i] - V(mean[i]));
    }
    V density = V(0.5 / inner) * along * along;
    for (std::size_t i = 0; i < d; ++i) {
      const V z = (q[i] - V(mean[i])) * V(1 / (s[i] * s[i]));
      density = density - V(0.5) * z * (q[i] - V(mean[i]));
      g[i] = V(u[i] / (s[i] * s[i]) / inner) * along - z;
    }
    return density;
  }
};
const spiked spike{{1, 2, 3, -4, 0, 0}, {1, 0.5, 2, 1, 3, 0.1}, {2, 1, -3, 0, 1, 0.2}};

// Neal's funnel, centred: v ~ normal(0, 3), x_i ~ normal(0, exp(v/2)).
struct centred_funnel {
  std::size_t dimension() const { return 6; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    V density = V(-0.5 / 9) * q[0] * q[0];
    g[0] = V(-1.0 / 9) * q[0];
    const V precision = sl::exp(-q[0]);
    for (std::size_t i = 1; i < 6; ++i) {
      const V square = q[i] * q[i] * precision;
      density = density - V(0.5) * square - V(0.5) * q[0];
      g[0] = g[0] + V(0.5) * square - V(0.5);
      g[i] = -q[i] * precision;
    }
    return density;
  }
};

// ½ normal(−5, 1) + ½ normal(5, 1), in each of two elements.
struct two_modes {
  std::size_t dimension() const { return 2; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    V density(0);
    for (int i = 0; i < 2; ++i) {
      const V a = q[i] + V(5), b = q[i] - V(5), low = V(-0.5) * a * a, high = V(-0.5) * b * b, share = sl::inverse_logit(high - low);
      g[i] = -a * (V(1) - share) - b * share;
      density = density + sl::log_sum_exp(low, high);
    }
    return density;
  }
};

template <class F>
sl::advi_result fit_of(const F& f, const sl::advi_options& o, std::uint64_t seed = 1) {
  return sl::advi(sl::target::of<pack>(f), closed_form::identity_view(f.dimension()), o, sl::key(seed));
}
bool warns(const sl::result& r, const std::string& of) {
  for (const auto& w : r.warnings)
    if (w.find(of) != std::string::npos) return true;
  return false;
}
double log_normaliser(const closed_form::gaussian& f) {
  const auto d = static_cast<double>(f.mean.size());
  double sum = 0.5 * d * log_two_pi + 0.5 * (d - 1) * std::log(1 - f.rho * f.rho);
  for (const double s : f.scale) sum += std::log(s);
  return sum;
}

}  // namespace

TEST(gaussian_guide, scores_and_draws_are_those_of_its_covariance) {
  const std::vector<double> mean{1, -2, 0.5}, scale{0.5, 2, 1};
  const sl::gaussian_guide guides[] = {{guide_family::mean_field, mean, scale, {}},
                                       {guide_family::low_rank, mean, scale, {1, 0, 2, -1, 0.5, 3}},
                                       {guide_family::full_rank, mean, {}, {2, 9, 9, 1, 0.5, 9, -1, 0.3, 1}}};
  for (const auto& g : guides) {
    // The density by the dense inverse and determinant of three rows.
    const auto c = g.covariance();
    const auto m = [&](int i, int j) { return c[static_cast<std::size_t>((i % 3) * 3 + j % 3)]; };
    double determinant = 0, square = 0;
    const double x[] = {0.3, -0.7, 2.0};
    for (int i = 0; i < 3; ++i) determinant += m(0, i) * (m(1, i + 1) * m(2, i + 2) - m(1, i + 2) * m(2, i + 1));
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        square += (x[i] - mean[static_cast<std::size_t>(i)]) * (x[j] - mean[static_cast<std::size_t>(j)]) *
                  (m(j + 1, i + 1) * m(j + 2, i + 2) - m(j + 1, i + 2) * m(j + 2, i + 1)) / determinant;
    EXPECT_NEAR(g.log_density(x), -0.5 * (square + std::log(determinant) + 3 * log_two_pi), 1e-12);
    EXPECT_NEAR(g.entropy(), 0.5 * (3 + 3 * log_two_pi + std::log(determinant)), 1e-12);
    constexpr std::size_t n = 40'000;
    const auto z = g.draw(n, sl::key(2));
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(g.sd()[i] * g.sd()[i], c[i * 3 + i], 1e-12);
      for (std::size_t j = 0; j < 3; ++j) {
        double sum = 0;
        for (std::size_t s = 0; s < n; ++s) sum += (z[s * 3 + i] - mean[i]) * (z[s * 3 + j] - mean[j]) / n;
        EXPECT_NEAR(sum, c[i * 3 + j], 5 * std::sqrt((c[i * 3 + i] * c[j * 3 + j] + c[i * 3 + j] * c[i * 3 + j]) / n));
      }
    }
  }
  EXPECT_THROW(sl::gaussian_guide(guide_family::mean_field, {0, 0}, {1}, {}), std::invalid_argument);
  EXPECT_THROW(sl::gaussian_guide(guide_family::mean_field, {0}, {-1}, {}), std::invalid_argument);
  EXPECT_THROW(sl::gaussian_guide(guide_family::full_rank, {0, 0}, {}, {1, 0, 1}), std::invalid_argument);
}

TEST(elbo, its_gradient_is_that_of_differences) {
  const closed_form::log_gamma f{4, 1.5};
  for (const auto family : {guide_family::mean_field, guide_family::low_rank, guide_family::full_rank}) {
    const sl::variational::guide_coordinates c(family, 2, {0.1, -0.2, 0.3, 0.5}, {0.5, 1, 2, 0.7});
    sl::variational::elbo_objective elbo(sl::target::of<pack>(f), c, 32, 1, nullptr);
    elbo.draw_noise(sl::key(1));
    const std::size_t n = c.parameters();
    std::vector<double> phi(n), gradient(n), unread(n);
    for (std::size_t i = 0; i < n; ++i) phi[i] = 0.3 * std::sin(1.7 * static_cast<double>(i) + 0.4);
    elbo.evaluate(phi.data(), gradient.data());
    for (std::size_t i = 0; i < n; ++i) {
      const double h = 1e-3, at = phi[i];
      const auto value = [&](double x) {
        phi[i] = x;
        return elbo.evaluate(phi.data(), unread.data());
      };
      const double slope = (8 * (value(at + h) - value(at - h)) - (value(at + 2 * h) - value(at - 2 * h))) / (12 * h);
      phi[i] = at;
      EXPECT_NEAR(gradient[i], slope, 1e-8 * (1 + std::abs(slope))) << static_cast<int>(family) << " " << i;
    }
    // The guide of these numbers has the entropy that they say.
    const auto g = c.guide(phi.data());
    elbo.evaluate(phi.data(), unread.data());
    EXPECT_NEAR(g.entropy(), 0.5 * 4 * (1 + log_two_pi) + elbo.coordinates().log_scale(phi.data(), nullptr), 1e-12);
  }
}

// At an exact guide the gradient through the draws is 0 for each draw, the one with the entropy's derivative in closed form is noise.
TEST(elbo, gradients_that_stick_the_landing_have_no_variance_at_the_optimum) {
  const auto noise_at = [](const auto& f, const sl::gaussian_guide& exact, bool sticking) {
    // In units of 1, from 0: φ is the mean, the logarithms of scales, and the factor.
    const std::size_t d = exact.dimension();
    const bool full = exact.family() == guide_family::full_rank;
    const sl::variational::guide_coordinates c(exact.family(), exact.factor().size() / d, std::vector<double>(d, 0.0), std::vector<double>(d, 1.0));
    std::vector<double> phi = exact.mean();
    for (std::size_t i = 0; i < d; ++i) phi.push_back(std::log(full ? exact.factor()[i * d + i] : exact.scale()[i] - (exact.family() == guide_family::low_rank ? 1e-3 : 0)));
    for (std::size_t i = 0; i < exact.factor().size(); ++i)
      if (!full || i % d < i / d) phi.push_back(exact.factor()[i]);
    sl::variational::elbo_objective elbo(sl::target::of<pack>(f), c, 16, 1, nullptr);
    elbo.draw_noise(sl::key(4));
    std::vector<double> gradient(c.parameters());
    elbo.evaluate(phi.data(), gradient.data(), sticking);
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    return largest;
  };
  const closed_form::gaussian independent{{1, 2, 3}, {0.5, 1, 4}, 0};
  const sl::gaussian_guide flat(guide_family::mean_field, independent.mean, independent.scale, {});
  const sl::gaussian_guide spiky(guide_family::low_rank, spike.mean, spike.s, spike.u);
  const auto exact = fit_of(scaled, {.guide = guide_family::full_rank}).guide;
  EXPECT_LT(noise_at(independent, flat, true), 1e-12);
  EXPECT_LT(noise_at(spike, spiky, true), 1e-12);
  EXPECT_LT(noise_at(scaled, exact, true), 1e-3);
  EXPECT_GT(noise_at(independent, flat, false), 0.05);
  EXPECT_GT(noise_at(spike, spiky, false), 0.05);
  EXPECT_GT(noise_at(scaled, exact, false), 0.05);
}

TEST(advi, full_rank_is_exact_for_a_gaussian) {
  const auto r = fit_of(scaled, {.guide = guide_family::full_rank});
  EXPECT_TRUE(r.converged);
  EXPECT_TRUE(r.warnings.empty()) << r.warnings.front();
  EXPECT_TRUE(r.checked) << "a report would ask for more chains";
  EXPECT_LT(r.pareto_k, 0.5);
  const auto c = r.guide.covariance();
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(r.guide.mean()[i], scaled.mean[i], 1e-4 * scaled.scale[i]);
    for (std::size_t j = 0; j < 5; ++j) EXPECT_NEAR(c[i * 5 + j], scaled.covariance(i, j), 1e-4 * scaled.scale[i] * scaled.scale[j]);
  }
  EXPECT_NEAR(r.elbo, log_normaliser(scaled), 1e-6);
  EXPECT_NEAR(*r.log_evidence, log_normaliser(scaled), 1e-6);
  const auto x = r.posterior["x"].element(2);
  EXPECT_NEAR(sl::mean(x), 30, 5 * 10 / std::sqrt(1000.0));
}

TEST(advi, mean_field_has_the_diagonal_of_the_precision) {
  const auto r = fit_of(scaled, {});
  for (std::size_t i = 0; i < 5; ++i) {
    const double inner = 1 / (1 - 0.36), precision = (i == 0 || i == 4 ? inner : inner * 1.36) / (scaled.scale[i] * scaled.scale[i]);
    EXPECT_NEAR(r.guide.mean()[i], scaled.mean[i], 1e-4 * scaled.scale[i]);
    EXPECT_NEAR(r.guide.scale()[i] * std::sqrt(precision), 1, 1e-4);
  }
  EXPECT_GT(log_normaliser(scaled) - r.elbo, 0.5) << "independent elements cannot be exact";
}

TEST(advi, low_rank_is_exact_for_a_spiked_covariance) {
  const auto r = fit_of(spike, {.guide = guide_family::low_rank, .rank = 1});
  EXPECT_TRUE(r.converged);
  const auto c = r.guide.covariance();
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j) {
      const double scale = r.guide.sd()[i] * r.guide.sd()[j];
      EXPECT_NEAR(c[i * 6 + j], spike.u[i] * spike.u[j] + (i == j ? spike.s[i] * spike.s[i] : 0), 1e-3 * scale);
    }
}

// E_q [a z − e^z] of a normal is a μ − exp(μ + σ²/2): highest at σ² = 1/a, μ = log a − 1/(2a).
TEST(advi, finds_the_optimum_of_a_skewed_density) {
  const closed_form::log_gamma f{3, 2.0};
  for (const auto engine : {sl::advi_engine::fixed_draws, sl::advi_engine::stochastic}) {
    const auto r = fit_of(f, {.engine = engine, .tolerance = 1e-3});
    EXPECT_TRUE(r.converged);
    double reached = r.guide.entropy();
    for (std::size_t i = 0; i < 3; ++i) {
      const double m = r.guide.mean()[i], s = r.guide.scale()[i];
      reached += 2 * m - std::exp(m + 0.5 * s * s);
    }
    const double best = 3 * (2 * (std::log(2.0) - 0.25) - 2 + 0.5 * (1 + log_two_pi) + 0.5 * std::log(0.5));
    EXPECT_LE(reached, best);
    EXPECT_GT(reached, best - 0.01);
    EXPECT_NEAR(r.elbo, reached, 5 * r.elbo_error);
    EXPECT_GE(r.history.size(), 1U);
  }
}

TEST(advi, the_stochastic_engine_finds_gaussians_by_every_guide) {
  for (const auto family : {guide_family::mean_field, guide_family::low_rank, guide_family::full_rank}) {
    const auto r = fit_of(spike, {.guide = family, .rank = 1, .engine = sl::advi_engine::stochastic});
    EXPECT_TRUE(r.converged) << static_cast<int>(family);
    EXPECT_EQ(*r.attribute("engine"), "stochastic");
    const auto c = r.guide.covariance();
    double inner = 1;
    for (std::size_t i = 0; i < 6; ++i) inner += spike.u[i] * spike.u[i] / (spike.s[i] * spike.s[i]);
    for (std::size_t i = 0; i < 6; ++i) {
      const double s2 = spike.s[i] * spike.s[i], marginal = s2 + spike.u[i] * spike.u[i];
      const double precision = 1 / s2 - spike.u[i] * spike.u[i] / (s2 * s2) / inner;
      EXPECT_NEAR(r.guide.mean()[i], spike.mean[i], 0.1 * r.guide.sd()[i]) << static_cast<int>(family);
      EXPECT_NEAR(c[i * 6 + i] / (family == guide_family::mean_field ? 1 / precision : marginal), 1, 0.05) << static_cast<int>(family) << " " << i;
    }
  }
}

TEST(advi, says_what_is_not_to_be_trusted) {
  const auto modes = fit_of(two_modes{}, {});
  EXPECT_TRUE(warns(modes, "several modes"));
  const auto funnel = fit_of(centred_funnel{}, {});
  EXPECT_TRUE(warns(funnel, "too narrow"));
  const auto short_one = fit_of(scaled, {.engine = sl::advi_engine::stochastic, .max_steps = 50});
  EXPECT_FALSE(short_one.converged);
  EXPECT_TRUE(warns(short_one, "did not converge"));
  EXPECT_EQ(short_one.posterior.draws, 1000U) << "what was reached is kept";
}

TEST(advi, weights_correct_a_skewed_density) {
  const closed_form::log_gamma f{1, 3.0};  // mean digamma(3)
  const auto r = fit_of(f, {.draws = 20'000, .weighted = true});
  double sum = 0;
  const auto x = r.posterior["x"].element(0);
  for (std::size_t s = 0; s < x.size(); ++s) sum += std::exp(r.log_weights[s]) * x[s];
  EXPECT_NEAR(sum, 0.9227843350984671, 5 * std::sqrt(0.39 / *r.ess));
  EXPECT_NEAR(*r.log_evidence, std::lgamma(3.0), 0.02);
}

TEST(advi, is_the_same_for_any_number_of_threads_and_lanes) {
  for (const auto engine : {sl::advi_engine::fixed_draws, sl::advi_engine::stochastic}) {
    const sl::advi_options one{.engine = engine, .max_steps = 300, .threads = 1};
    sl::advi_options three = one;
    three.threads = 3;
    const auto a = fit_of(spike, one), b = fit_of(spike, three);
    const auto c = sl::advi(sl::target::of<double>(spike), closed_form::identity_view(6), one, sl::key(1));
    EXPECT_EQ(a.posterior["x"].values, b.posterior["x"].values);
    EXPECT_EQ(a.posterior["x"].values, c.posterior["x"].values);
    EXPECT_NE(a.posterior["x"].values, fit_of(spike, one, 2).posterior["x"].values);
  }
}

TEST(advi, mistakes_are_told) {
  EXPECT_THROW(fit_of(spike, {.starts = 0}), std::invalid_argument);
  EXPECT_THROW(fit_of(spike, {.guide = guide_family::low_rank, .rank = 7}), std::invalid_argument);
  EXPECT_THROW(fit_of(spike, {.draws_per_step = 15}), std::invalid_argument);
  EXPECT_THROW(fit_of(spike, {.rate = 0}), std::invalid_argument);
  struct nowhere {
    std::size_t dimension() const { return 1; }
    double log_density_and_gradient(const double*, double*) const { return NAN; }
  } f;
  EXPECT_THROW(sl::advi(sl::target::of<double>(f), closed_form::identity_view(1), {}, sl::key(1)), std::runtime_error);
}
