// Amortised inference whose optimum is known: probabilistic principal components, regression, a posterior of two modes; digits against torch.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/distributions/mixture.hpp>
#include <starling/inference/proposed_importance.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>

#include "digits.hpp"

namespace sl = starling;
namespace nn = starling::neural;

namespace {

// The first n numbers of a net's row; and the exponentials of those from `first` on.
template <class H> auto part(const H& h, std::size_t first, std::size_t n) {
  std::remove_cvref_t<H> p(n);
  for (std::size_t i = 0; i < n; ++i) p[i] = h[first + i];
  return p;
}
template <class H> auto deviations(const H& h, std::size_t first, std::size_t n) {
  auto p = part(h, first, n);
  for (std::size_t i = 0; i < n; ++i) p[i] = sl::exp(0.5 * p[i]);
  return p;
}

// Linear VAE: x ~ normal(W z + b, s), z ~ normal(0, 1) in 2 of 4 dimensions. Its best bound is the likelihood of probabilistic principal components
// (Tipping and Bishop 1999; Lucas et al. 2019).
constexpr auto to_x = nn::linear(2, 4).with_doubles(), to_z = nn::linear(4, 2).with_doubles();
constexpr auto components = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 2));
  trace("x", sl::normal(trace("decoder", to_x, z), sl::exp(trace.param("log_s", 0.0))));
});
constexpr auto components_guide = sl::gen([](auto& trace, const auto& data) {
  trace("z", sl::normal(trace("encoder", to_z, data.get("x")), deviations(trace.param("log_v", std::vector<double>(2, 0.0)), 0, 2)));
});
// Jacobi's rotations.
std::array<double, 4> eigenvalues(std::array<std::array<double, 4>, 4> a) {
  for (int sweep = 0; sweep < 30; ++sweep)
    for (std::size_t p = 0; p < 4; ++p)
      for (std::size_t q = p + 1; q < 4; ++q) {
        const double angle = 0.5 * std::atan2(2 * a[p][q], a[q][q] - a[p][p]), c = std::cos(angle), s = std::sin(angle);
        for (auto& row : a) {
          const double x = row[p], y = row[q];
          row[p] = c * x - s * y, row[q] = s * x + c * y;
        }
        for (std::size_t k = 0; k < 4; ++k) {
          const double x = a[p][k], y = a[q][k];
          a[p][k] = c * x - s * y, a[q][k] = s * x + c * y;
        }
      }
  std::array<double, 4> found{a[0][0], a[1][1], a[2][2], a[3][3]};
  std::sort(found.rbegin(), found.rend());
  return found;
}

TEST(amortised, a_linear_vae_finds_principal_components) {
  const std::size_t n = 200;
  sl::parameter_store truth;
  truth.set("decoder/weight", {1.5, 0.0, 0.5, 1.0, -1.0, 0.4, 0.2, -0.8}, {4, 2});
  truth.set("decoder/bias", std::vector<double>{1.0, -2.0, 0.5, 0.0});
  truth.set("log_s", std::log(0.5));
  const auto drawn = sl::simulate(sl::with_parameters(components, truth), sl::args(), sl::key(5), sl::lanes(n)).get("x");
  std::array<double, 4> mean{};
  std::array<std::array<double, 4>, 4> covariance{};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < 4; ++j) mean[j] += drawn[4 * i + j] / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k) covariance[j][k] += (drawn[4 * i + j] - mean[j]) * (drawn[4 * i + k] - mean[k]) / static_cast<double>(n);
  const auto lambda = eigenvalues(covariance);
  const double rest = 0.5 * (lambda[2] + lambda[3]);
  const double best = -0.5 * (4 * std::log(2 * M_PI) + std::log(lambda[0]) + std::log(lambda[1]) + 2 * std::log(rest) + 4);

  sl::parameter_store start;
  nn::initialise(start, "decoder", to_x, sl::key(1));
  nn::initialise(start, "encoder", to_z, sl::key(2));
  const auto items = sl::items(components, sl::args(), {{"x", sl::per_lane(drawn, 4)}}, {.batch = n});
  const auto fit = sl::fit(sl::objectives::elbo(), items, sl::amortised(components_guide), sl::adam{.rate = sl::cosine(0.03, 2500)}, {.steps = 2500, .samples = 1, .start = &start}, sl::key(3));
  EXPECT_NEAR(fit.value, best, 0.005);
  const double at_end = sl::objective_value(sl::objectives::elbo(), items, sl::amortised(components_guide), fit.parameters, 8, sl::key(4));
  EXPECT_NEAR(at_end, best, 0.002);
  EXPECT_NEAR(std::exp(2 * fit.parameters["log_s"][0]), rest, 0.02 * rest);
  ASSERT_EQ(fit.latents.size(), 2u);
  for (const auto& l : fit.latents) EXPECT_TRUE(l.is_active()) << l.name;
  EXPECT_TRUE(fit.warnings.empty());
}

// w ~ normal(0, 1) of dimension 2, y ~ normal(X w, 0.5): the posterior is normal with mean A y and a covariance that is the same for all y.
constexpr double X[5][2] = {{1, 0.2}, {0.5, -0.7}, {-0.3, 1.0}, {1.2, 0.8}, {-0.6, 0.1}};
constexpr auto regression = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  const R a = trace("a", sl::normal(0.0, 1.0)), b = trace("b", sl::normal(0.0, 1.0));
  sl::vector<R> mean(5);
  for (std::size_t i = 0; i < 5; ++i) mean[i] = X[i][0] * a + X[i][1] * b;
  trace("y", sl::normal(mean, 0.5));
});
constexpr auto of_y = nn::linear(5, 1), of_y_and_a = nn::linear(6, 1);
constexpr auto regression_guide = sl::gen([](auto& trace, const auto& data) {
  using R = sl::real_of<decltype(trace)>;
  const auto y = data.get("y");
  const R a = trace("a", sl::normal(trace("first", of_y, y)[0], sl::exp(trace.param("log_a", 0.0))));
  sl::vector<R> both(6);
  for (std::size_t i = 0; i < 5; ++i) both[i] = R(y[i]);
  both[5] = a;
  trace("b", sl::normal(trace("second", of_y_and_a, both)[0], sl::exp(trace.param("log_b", 0.0))));
});

TEST(amortised, regression_reaches_the_posterior) {
  const std::size_t n = 256;
  const auto ys = sl::simulate(regression, sl::args(), sl::key(8), sl::lanes(n)).get("y");
  sl::parameter_store start;
  nn::initialise(start, "first", of_y, sl::key(1));
  nn::initialise(start, "second", of_y_and_a, sl::key(2));
  const auto items = sl::items(regression, sl::args(), {{"y", sl::per_lane(ys, 5)}}, {.batch = n});
  const auto fit = sl::fit(sl::objectives::elbo(), items, sl::amortised(regression_guide), sl::adam{.rate = sl::cosine(0.03, 2000)}, {.steps = 2000, .samples = 1, .start = &start}, sl::key(3));
  // Precision 1 + X'X / s2 and what it makes of y.
  double p[3] = {1, 0, 1};
  for (const auto& x : X) p[0] += x[0] * x[0] / 0.25, p[1] += x[0] * x[1] / 0.25, p[2] += x[1] * x[1] / 0.25;
  const double det = p[0] * p[2] - p[1] * p[1], v00 = p[2] / det, v01 = -p[1] / det;
  double squares = 0, evidence = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double* const y = ys.data() + 5 * i;
    double c[2] = {0, 0}, sum = 0, found = fit.parameters["first/bias"][0];
    for (std::size_t j = 0; j < 5; ++j) c[0] += X[j][0] * y[j] / 0.25, c[1] += X[j][1] * y[j] / 0.25, sum += y[j] * y[j] / 0.25, found += fit.parameters["first/weight"][j] * y[j];
    const double mean = v00 * c[0] + v01 * c[1], other = v01 * c[0] + p[0] / det * c[1];
    squares += (found - mean) * (found - mean) / static_cast<double>(n);
    evidence += (-0.5 * (5 * std::log(2 * M_PI * 0.25) + std::log(det) + sum - mean * c[0] - other * c[1])) / static_cast<double>(n);
  }
  EXPECT_LT(std::sqrt(squares), 0.01);
  EXPECT_NEAR(std::exp(fit.parameters["log_a"][0]), std::sqrt(v00), 0.01);
  EXPECT_NEAR(std::exp(fit.parameters["log_b"][0]), 1 / std::sqrt(p[2]), 0.01);
  EXPECT_NEAR(fit.value, evidence, 0.005);
}

// Two modes, learned from the model's own draws by a mixture density net; as a proposal it leaves little to weigh.
constexpr auto two_sided = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("y", sl::normal(x * x, 0.3));
});
constexpr auto density_net = nn::mlp({1, 24, 9}, nn::tanh);
constexpr auto mixture_guide = sl::gen([](auto& trace, const auto& data) {
  const auto h = trace("net", density_net, data["y"]);
  trace("x", sl::mixture(sl::logits(part(h, 0, 3)), sl::normal(part(h, 3, 3), deviations(h, 6, 3))));
});

TEST(amortised, a_mixture_density_learns_two_modes) {
  const auto post = sl::posterior(two_sided, sl::args(), sl::observe("y", 1.5));
  sl::parameter_store start;
  nn::initialise(start, "net", density_net, sl::key(1));
  const auto fit = sl::fit(sl::objectives::lecture(), post, sl::amortised(mixture_guide), sl::adam{.rate = sl::cosine(0.01, 3000)}, {.steps = 3000, .samples = 64, .start = &start}, sl::key(2));
  const auto r = sl::importance(post, sl::amortised(sl::with_parameters(mixture_guide, fit.parameters)), 20'000, sl::key(3));
  EXPECT_GT(*r.ess, 0.6 * 20'000);
  double total = 0, squares = 0, right = 0;
  const auto& x = r.posterior["x"].values;
  double top = -1e300;
  for (const double w : r.log_weights) top = std::max(top, w);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = std::exp(r.log_weights[i] - top);
    total += w, squares += w * x[i] * x[i], right += x[i] > 0 ? w : 0;
  }
  // By Simpson's rule.
  double mass = 0, second = 0;
  for (int i = 0; i <= 4000; ++i) {
    const double u = -4 + 0.002 * i, p = (i == 0 || i == 4000 ? 1 : i % 2 ? 4
                                                                          : 2) *
                                         std::exp(-0.5 * u * u - 0.5 * (1.5 - u * u) * (1.5 - u * u) / 0.09);
    mass += p, second += p * u * u;
  }
  EXPECT_NEAR(squares / total, second / mass, 0.02);
  EXPECT_NEAR(right / total, 0.5, 0.02);
  EXPECT_NEAR(*r.log_evidence, std::log(mass * 0.002 / 3 / (2 * M_PI * 0.3)), 0.03);
}

// tests/neural/make_torch_vae.py over five seeds: elbo -19.11 to -18.87, mean -19.01; iwelbo with 64 weights -18.24 to -18.10, mean -18.17.
constexpr auto encoder = nn::mlp({64, 64, 16}, nn::relu), decoder = nn::mlp({8, 64, 64}, nn::relu);
constexpr auto picture = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 8));
  trace("x", sl::bernoulli_logit(trace("decoder", decoder, z)));
});
constexpr auto picture_guide = sl::gen([](auto& trace, const auto& data) {
  const auto h = trace("encoder", encoder, data.get("x"));
  trace("z", sl::normal(part(h, 0, 8), deviations(h, 8, 8)));
});
auto black_and_white(const digits& d) {
  std::vector<double> x = d.pictures;
  for (double& v : x) v = v >= 0.5;
  const std::size_t n = d.size();
  return sl::items(picture, sl::args(), {{"x", sl::choice_value({sl::value_kind::boolean, 1, 64, 1}, std::move(x), n)}});
}

TEST(amortised, digits_are_as_torch_finds_them) {
  const auto [train, test] = read_digits();
  sl::parameter_store start;
  nn::initialise(start, "encoder", encoder, sl::key(1));
  nn::initialise(start, "decoder", decoder, sl::key(2));
  const auto guide = sl::amortised(picture_guide);
  const std::size_t steps = 60 * 23;
  const auto fit = sl::fit(sl::objectives::elbo(false), black_and_white(train), guide, sl::adam{.rate = 3e-3}, {.steps = steps, .samples = 1, .start = &start}, sl::key(3));
  const auto held_out = black_and_white(test);
  EXPECT_NEAR(sl::objective_value(sl::objectives::elbo(), held_out, guide, fit.parameters, 64, sl::key(4)), -19.01, 0.5);
  EXPECT_NEAR(sl::objective_value(sl::objectives::iwelbo(64), held_out, guide, fit.parameters, 1, sl::key(4)), -18.17, 0.5);
  EXPECT_EQ(fit.latents.size(), 8u);
  EXPECT_EQ(fit.skipped, 0u);
}

}  // namespace
