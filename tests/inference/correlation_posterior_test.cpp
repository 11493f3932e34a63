// Latents that are matrices: correlation factors and covariances under every operation and under kernels that follow a gradient.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/run.hpp>
#include <starling/models/static_model.hpp>

#include "models/lane_laws.hpp"
#include "models/laws.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

using doubles = sl::native_pack<double>;

sl::choice_value matrix_value(std::uint32_t n, std::vector<double> elements) { return {sl::choice_type{sl::value_kind::real, 2, n, n}, std::move(elements)}; }

constexpr auto correlated_body = [](auto& trace) {
  const auto eta = trace("eta", sl::exponential(0.5));
  const auto factor = trace("factor", sl::lkj_cholesky(3, eta + 0.5));
  return trace("y", sl::normal(factor(2, 1), 0.5));
};

// From the formula of the whole density: product of |Ω|^(η−1), the Jacobian of L and the constant of theorem 5, n = 3.
double lkj_by_hand(const std::vector<double>& l, double eta) {
  const double log_pi = std::log(M_PI);
  const double constant = 2 * std::lgamma(eta + 1) - 0.5 * log_pi - std::lgamma(eta + 0.5) - log_pi - std::lgamma(eta);
  return constant + (eta - 1) * 2 * (std::log(l[4]) + std::log(l[8])) + std::log(l[4]);
}
template <class Model> auto correlated_row(const char* name, const Model& model) {
  return laws::row{name, model, sl::args(), [](const sl::choice_map& c, const auto&, laws::densities& lp) {
                     const auto l = c.get<std::vector<double>>("factor");
                     lp("eta", laws::exponential(c["eta"], 0.5));
                     lp("factor", lkj_by_hand(l, c["eta"] + 0.5));
                     lp("y", laws::normal(c["y"], l[7], 0.5));
                   },
                   {{{"y", 0.3}}, {{"factor", matrix_value(3, {1, 0, 0, 0.6, 0.8, 0, 0, -0.6, 0.8})}}, {{"eta", 2.0}, {"factor", matrix_value(3, {1, 0, 0, -0.8, 0.6, 0, 0.48, 0.36, 0.8})}}},
                   {sl::select("factor"), sl::select("eta"), sl::select("factor", "y")}};
}

// Pairs with standard deviations 1 and 2, whose correlation is to be found.
const std::vector<std::vector<double>> pairs{{0.3, 1.1}, {-1.2, -1.4}, {0.8, 0.2}, {1.9, 2.9}, {-0.4, 0.6}, {-0.9, -3.1}, {0.1, -0.7}, {-1.5, -0.8}};
constexpr auto scaled_pairs = [](auto& trace, const auto& factor) {
  using R = sl::real_of<decltype(trace)>;
  sl::matrix<R> scaled(2, 2);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) scaled(i, j) = factor(i, j) * (i == 0 ? 1.0 : 2.0);
  for (std::size_t i = 0; i < 8; ++i) trace({"y", i}, sl::multivariate_normal_cholesky(std::array{0.0, 0.0}, scaled));
  trace.note("rho", factor(1, 0) * 1.0);
};
constexpr auto with_lkj = sl::gen([](auto& trace, double eta) { scaled_pairs(trace, trace("factor", sl::lkj_cholesky(2, eta))); });
constexpr auto with_flat = sl::gen([](auto& trace) { scaled_pairs(trace, trace("factor", sl::flat(sl::correlation_cholesky{2}))); });

sl::choice_map observed_pairs() {
  sl::choice_map c;
  for (std::size_t i = 0; i < pairs.size(); ++i) c.set({"y", i}, pairs[i]);
  return c;
}

struct moments {
  double mean, sd, log_mass;
};
// Of ρ, by the trapezoidal rule in u, ρ = tanh u: the prior (1 − ρ²)^(η−1) / (2^(2η−1) B(η, η)) times the likelihood.
moments by_quadrature(double eta) {
  double a = 0, b = 0, ab = 0;
  for (const auto& y : pairs) a += y[0] * y[0], b += y[1] * y[1] / 4, ab += y[0] * y[1] / 2;
  const double n = static_cast<double>(pairs.size()), h = 0.01;
  const double constant = -(2 * eta - 1) * std::log(2.0) - 2 * std::lgamma(eta) + std::lgamma(2 * eta) - n * (std::log(2 * M_PI) + std::log(2.0));
  double mass = 0, first = 0, second = 0;
  for (double u = -12; u <= 12; u += h) {
    const double rho = std::tanh(u), rest = 1 / (std::cosh(u) * std::cosh(u));
    const double weight = h * rest * std::exp(constant + (eta - 1 - n / 2) * std::log(rest) - (a - 2 * rho * ab + b) / (2 * rest));
    mass += weight, first += weight * rho, second += weight * rho * rho;
  }
  return {first / mass, std::sqrt(second / mass - first * first / mass / mass), std::log(mass)};
}

const sl::summary_row& row_named(const std::vector<sl::summary_row>& rows, const std::string& name) {
  for (const auto& r : rows)
    if (r.name == name) return r;
  throw std::out_of_range("no row " + name);
}
// Within 5 standard errors (a false alarm of 6e-7 a comparison), and sharp enough.
void expect_moments(const sl::summary_row& r, double mean, double sd, const std::string& what) {
  EXPECT_NEAR(r.mean, mean, 5 * r.mcse_mean) << what << " " << r.name;
  EXPECT_NEAR(r.sd, sd, 5 * r.mcse_sd) << what << " " << r.name;
  EXPECT_LT(r.mcse_mean, 0.05 * sd) << what << " " << r.name;
}
void expect_rho(const sl::result& fit, double eta, const std::string& what) {
  const auto exact = by_quadrature(eta);
  const auto rows = sl::summarise(fit);
  expect_moments(row_named(rows, "rho"), exact.mean, exact.sd, what);
  EXPECT_EQ(fit.posterior["factor"].shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(row_named(rows, "factor[1,0]").mean, row_named(rows, "rho").mean);
  EXPECT_EQ(row_named(rows, "factor[0,0]").mean, 1);
  EXPECT_EQ(row_named(rows, "factor[0,1]").mean, 0);
}

// The gradient at some free numbers by finite differences, and the way back from the choices.
template <class V, class Posterior> void check_gradient(const Posterior& post, const std::vector<double>& point) {
  const sl::unconstrained_posterior<V, Posterior> target(post);
  ASSERT_EQ(target.dimension(), point.size());
  const auto lane = [](const V& x) { return sl::number_in(x, sl::lanes_of<V> - 1); };
  std::vector<V> q(point.begin(), point.end()), g(q.size()), back(q.size()), values(target.structure().elements());
  if constexpr (sl::lanes_of<V> > 1)
    for (auto& x : q) x.set(0, -0.1);
  const double density = lane(target.log_density_and_gradient(q.data(), g.data()));
  EXPECT_TRUE(std::isfinite(density));
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto at = [&](double by) {
      auto moved = q;
      moved[i] = moved[i] + V(by);
      return lane(target.choices(moved.data(), values.data()));
    };
    const double h = 1e-3, d = (45 * (at(h) - at(-h)) - 9 * (at(2 * h) - at(-2 * h)) + (at(3 * h) - at(-3 * h))) / (60 * h);
    EXPECT_NEAR(lane(g[i]), d, 1e-9 * (1 + std::abs(d))) << i;
  }
  EXPECT_NEAR(lane(target.choices(q.data(), values.data())), density, 1e-12 * std::abs(density));
  target.free_numbers(values.data(), back.data());
  for (std::size_t i = 0; i < q.size(); ++i) EXPECT_NEAR(lane(back[i]), point[i], 1e-12) << i;
  // The same choices, given to assess.
  sl::choice_map choices = post.observations();
  for (const auto k : target.layout().latents) {
    const auto& type = target.structure().sites()[k].type;
    std::vector<double> numbers;
    for (std::size_t e = 0; e < type.size(); ++e) numbers.push_back(lane(values[target.structure().slots()[k].offset + e]));
    choices.set(target.structure().path_of(k), sl::choice_value(type, numbers));
  }
  const double score = lane(target.choices(q.data(), values.data(), {.with_jacobian = false}));
  EXPECT_NEAR(sl::assess(post.model(), post.args(), choices).score, score, 1e-11 * std::abs(score));
}

constexpr auto every_matrix = sl::gen([](auto& trace) {
  const auto eta = trace("eta", sl::exponential(1.0));
  const auto factor = trace("factor", sl::lkj_cholesky(3, eta));
  const auto flat = trace("flat", sl::flat(sl::correlation_cholesky{2}));
  const auto covariance = trace("covariance", sl::flat(sl::covariance{2}, {.start = 2.0}));
  trace("a", sl::multivariate_normal_cholesky(std::array{0.1, 0.2, 0.3}, factor));
  trace("b", sl::multivariate_normal_cholesky(std::array{0.0, 0.0}, flat));
  for (std::size_t i = 0; i < 8; ++i) trace({"y", i}, sl::multivariate_normal(std::array{0.0, 0.0}, covariance));
});
auto every_matrix_posterior() {
  return sl::posterior(every_matrix, sl::args(), observed_pairs() & sl::observe("a", {1, -0.5, 0.3}) & sl::observe("b", {0.3, 0.4}));
}

}  // namespace

TEST(correlation_posterior, the_laws_hold_in_one_lane_and_in_many) {
  const auto plain = correlated_row("correlated", sl::gen(correlated_body));
  laws::check_one_lane(plain);
  laws::check_lanes(plain);
  const auto fixed = correlated_row("correlated, static", sl::gen(sl::fixed, correlated_body));
  laws::check_one_lane(fixed);
  laws::check_lanes(fixed);
}

TEST(correlation_posterior, bad_eta_is_named) {
  constexpr auto model = sl::gen([](auto& trace, double eta) { trace("factor", sl::lkj_cholesky(3, eta)); });
  try {
    sl::simulate(model, sl::args(-1.0), sl::key(1));
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_NE(std::string(e.what()).find("lkj_cholesky: eta must be positive and finite"), std::string::npos) << e.what();
  }
}

TEST(correlation_posterior, gradients_equal_finite_differences) {
  const auto post = every_matrix_posterior();
  const std::vector<double> point{0.3, 0.2, -0.5, 0.7, -0.2, 0.4, -0.3, 0.5};
  check_gradient<double>(post, point);
  check_gradient<doubles>(post, point);
}

TEST(correlation_posterior, flat_matrices_start_at_the_identity_and_refuse_to_be_drawn) {
  const auto post = every_matrix_posterior();
  const sl::unconstrained_posterior<doubles, decltype(post)> target(post);
  int compared = 0;
  for (const auto k : target.layout().latents) {
    const std::string where = target.structure().path_of(k).str();
    if (where != "flat" && where != "covariance") continue;
    for (std::size_t e = 0; e < 4; ++e, ++compared)
      EXPECT_NEAR(sl::number_in(target.starting_values()[target.structure().slots()[k].offset + e], 1), e % 3 != 0 ? 0 : where == "flat" ? 1
                                                                                                                                         : 2,
                  1e-14)
          << where;
  }
  EXPECT_EQ(compared, 8);
  EXPECT_THROW(sl::simulate(with_flat, sl::args(), sl::key(1)), std::logic_error);
}

TEST(correlation_posterior, of_two_numbers_is_found_by_gradients_in_lanes_and_in_one_lane) {
  for (const double eta : {1.0, 3.0}) {
    const auto post = sl::posterior(with_lkj, sl::args(eta), observed_pairs());
    const std::string what = "eta " + std::to_string(eta);
    const auto in_lanes = sl::run(kernels::nuts({.target_acceptance = 0.95}), post, {}, sl::key(1));
    expect_rho(in_lanes, eta, what + ", lanes");
    for (const auto& w : in_lanes.warnings) ADD_FAILURE() << what << ": " << w;
    expect_rho(sl::run(kernels::nuts(), post, {.chains = 1, .draws = 4000}, sl::key(2)), eta, what + ", one lane");
    expect_rho(sl::run(kernels::hmc({.steps = 4, .jitter = 0.5}), post, {.draws = 2000}, sl::key(3)), eta, what + ", hmc");
    expect_rho(sl::run(kernels::cycle(kernels::at("factor", kernels::nuts())), post, {.chains = 8, .draws = 1000}, sl::key(4)), eta, what + ", at");
  }
  // The negative control: another prior.
  const auto fit = sl::run(kernels::nuts(), sl::posterior(with_lkj, sl::args(1.0), observed_pairs()), {}, sl::key(1));
  const auto rows = sl::summarise(fit);
  const auto& rho = row_named(rows, "rho");
  EXPECT_GT(std::abs(rho.mean - by_quadrature(3.0).mean), 5 * rho.mcse_mean);
}

TEST(correlation_posterior, is_found_by_sampling_and_its_draws_predict) {
  const auto exact = by_quadrature(3.0);
  const auto post = sl::posterior(with_lkj, sl::args(3.0), observed_pairs());
  const auto weighted = sl::importance(post, 100'000, sl::key(5));
  EXPECT_NEAR(*weighted.log_evidence, exact.log_mass, 5 / std::sqrt(*weighted.ess));
  const auto rows = sl::summarise(weighted);
  EXPECT_NEAR(row_named(rows, "rho").mean, exact.mean, 5 * exact.sd / std::sqrt(*weighted.ess));
  EXPECT_NEAR(row_named(rows, "rho").sd, exact.sd, 5 * exact.sd / std::sqrt(*weighted.ess));
  auto fit = sl::run(kernels::regenerate(), post, {.chains = 50, .draws = 1000}, sl::key(6));
  expect_rho(fit, 3.0, "regenerate");
  // The covariance of a new pair is 2 E ρ.
  const auto& drawn = sl::posterior_predictive(post, fit, sl::key(7));
  const auto first = drawn["y"].element(0), second = drawn["y"].element(1);
  double product = 0;
  for (std::size_t i = 0; i < first.size(); ++i) product += first[i] * second[i] / static_cast<double>(first.size());
  EXPECT_NEAR(product, 2 * exact.mean, 5 * std::sqrt(8.0 / static_cast<double>(first.size())));
}

TEST(correlation_posterior, flat_factors_of_two_rows_are_uniform_correlations) {
  expect_rho(sl::run(kernels::nuts(), sl::posterior(with_flat, sl::args(), observed_pairs()), {}, sl::key(8)), 1.0, "flat");
}

// Without data: the moments of the prior through bijector, density and kernel. Row 3 of L is (x, √(1 − |x|²)), |x|² a beta(1, η).
TEST(correlation_posterior, of_nothing_is_the_prior) {
  constexpr auto prior = sl::gen([](auto& trace) {
    const auto l = trace("factor", sl::lkj_cholesky(3, 2.0));
    trace.note("r", l(1, 0) * l(2, 0) + l(1, 1) * l(2, 1));
    trace.note("squares", l(2, 0) * l(2, 0) + l(2, 1) * l(2, 1));
  });
  const auto rows = sl::summarise(sl::run(kernels::nuts(), sl::posterior(prior, sl::args(), sl::choice_map()), {.chains = 8}, sl::key(9)));
  expect_moments(row_named(rows, "r"), 0, std::sqrt(1 / 6.0), "prior");
  expect_moments(row_named(rows, "factor[1,0]"), 0, std::sqrt(1 / 6.0), "prior");
  expect_moments(row_named(rows, "factor[2,1]"), 0, std::sqrt(1 / 6.0), "prior");
  expect_moments(row_named(rows, "squares"), 1 / 3.0, std::sqrt(1 / 18.0), "prior");
}

// Under a flat prior a covariance has an inverse Wishart posterior with n − 3 degrees of freedom: E Σ_ij = S_ij / (n − 6).
TEST(correlation_posterior, a_flat_covariance_is_inverse_wishart) {
  constexpr std::size_t n = 24;
  constexpr auto model = sl::gen([](auto& trace) {
    const auto covariance = trace("covariance", sl::flat(sl::covariance{2}));
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::multivariate_normal(std::array{0.0, 0.0}, covariance));
  });
  sl::choice_map observations;
  double s[3] = {};
  for (std::size_t i = 0; i < n; ++i) {
    const double f = 1 + 0.1 * static_cast<double>(i / 8), a = f * pairs[i % 8][0], b = f * pairs[i % 8][1];
    observations.set({"y", i}, std::vector<double>{a, b});
    s[0] += a * a, s[1] += a * b, s[2] += b * b;
  }
  const double p = 2, nu = n - p - 1, below = nu - p - 1;
  const auto sd = [&](double ij, double ii, double jj) {
    return std::sqrt(((nu - p + 1) * ij * ij + below * ii * jj) / ((nu - p) * below * below * (nu - p - 3)));
  };
  for (const std::size_t chains : {1u, 8u}) {
    const auto fit = sl::run(kernels::nuts(), sl::posterior(model, sl::args(), observations), {.chains = chains, .draws = chains == 1 ? 6000u : 1000u}, sl::key(10));
    const auto rows = sl::summarise(fit);
    expect_moments(row_named(rows, "covariance[0,0]"), s[0] / below, sd(s[0], s[0], s[0]), "flat");
    expect_moments(row_named(rows, "covariance[1,0]"), s[1] / below, sd(s[1], s[0], s[2]), "flat");
    expect_moments(row_named(rows, "covariance[1,1]"), s[2] / below, sd(s[2], s[2], s[2]), "flat");
    EXPECT_EQ(row_named(rows, "covariance[0,1]").mean, row_named(rows, "covariance[1,0]").mean);
  }
}
