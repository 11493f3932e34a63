// Fitting guides: every objective's derivatives against exact ones, the optimum where it is known, what is refused, skipped and resumed.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/variational/fit.hpp>
#include <starling/values/math.hpp>

namespace {

namespace sl = starling;
using pack = sl::native_pack<double>;

struct moments {
  double mean, error, deviation;
};

// The mean derivative with respect to a parameter, from many steps of `groups` groups.
template <class Objective, class Posterior, class Guide>
moments derivative(const Objective& objective, const Posterior& post, const Guide& guide, const sl::parameter_store& store, const std::string& name, std::size_t element = 0,
                   int steps = 400, std::size_t groups = 64) {
  sl::fit_step<pack, Posterior, Guide, Objective> step(objective, guide, groups);
  double sum = 0, squares = 0;
  for (int i = 0; i < steps; ++i) {
    const auto r = step.run(post, 1, sl::selection(), 1, store, fold_in(sl::key(7), static_cast<std::uint64_t>(i)));
    EXPECT_EQ(r.trouble, "");
    const double d = r.gradients[name][element];
    sum += d, squares += d * d;
  }
  const double mean = sum / steps, variance = std::max(squares / steps - mean * mean, 0.0);
  return {mean, std::sqrt(variance / steps), std::sqrt(variance * static_cast<double>(groups))};
}
void expect_mean(const std::string& what, const moments& found, double exact) {
  EXPECT_LT(std::abs(found.mean - exact), 4 * found.error + 1e-9) << what << ": " << found.mean << " +- " << found.error << ", exactly " << exact;
  EXPECT_LT(found.error, 0.05 * (0.2 + std::abs(exact))) << what << ": the test tells little";
}
// By a central difference.
template <class F> double slope(F f, double at) {
  const double h = 1e-4;
  return (f(at + h) - f(at - h)) / (2 * h);
}

// z ~ normal(θ, 1), y ~ normal(z, 1) with y = 2; q = normal(m, e^l).
constexpr auto conjugate = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::normal(trace.param("theta", 0.0), 1.0));
  trace("y", sl::normal(z, 1.0));
});
constexpr auto normal_guide = sl::gen([](auto& trace) { trace("z", sl::normal(trace.param("m", 0.0), sl::exp(trace.param("l", 0.0)))); });
double log_normal(double x, double m, double s) { return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * M_PI); }
// What two draws of q are worth, f of their log weights, by a product of Simpson's rules.
template <class F> double worth_of_two(F f, double theta, double m, double l) {
  const int n = 240;
  const double h = 16.0 / n;
  std::vector<double> w(n + 1), p(n + 1);
  for (int i = 0; i <= n; ++i) {
    const double e = -8 + i * h, z = m + std::exp(l) * e;
    p[static_cast<std::size_t>(i)] = (i == 0 || i == n ? 1 : i % 2 ? 4
                                                                   : 2) *
                                     h / 3 * std::exp(log_normal(e, 0, 1));
    w[static_cast<std::size_t>(i)] = log_normal(z, theta, 1) + log_normal(2, z, 1) - log_normal(z, m, std::exp(l));
  }
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i)
    for (std::size_t j = 0; j < w.size(); ++j) sum += p[i] * p[j] * f(w[i], w[j]);
  return sum;
}
double bound_of_two(double a, double b) { return std::max(a, b) + std::log((1 + std::exp(-std::abs(a - b))) / 2); }

const auto data = sl::posterior(conjugate, sl::args(), sl::observe("y", 2.0));
sl::parameter_store at(double theta, double m, double l) {
  sl::parameter_store s;
  s.set("theta", theta), s.set("m", m), s.set("l", l);
  return s;
}

template <class Objective, class F> void expect_derivatives(const std::string& name, const Objective& o, F worth) {
  const auto s = at(0.3, 0.8, -0.2);
  expect_mean(name + ", theta", derivative(o, data, normal_guide, s, "theta"), slope([&](double x) { return worth_of_two(worth, x, 0.8, -0.2); }, 0.3));
  expect_mean(name + ", m", derivative(o, data, normal_guide, s, "m"), slope([&](double x) { return worth_of_two(worth, 0.3, x, -0.2); }, 0.8));
  expect_mean(name + ", l", derivative(o, data, normal_guide, s, "l"), slope([&](double x) { return worth_of_two(worth, 0.3, 0.8, x); }, -0.2));
}

}  // namespace

TEST(fit, derivatives_of_bounds_of_normal_guides_are_exact_in_the_mean) {
  using namespace sl::objectives;
  const auto mean = [](double a, double) { return a; };
  expect_derivatives("elbo", elbo(), mean);
  expect_derivatives("elbo in total", elbo(false), mean);
  expect_derivatives("iwelbo", iwelbo(2), bound_of_two);
  expect_derivatives("iwelbo in total", iwelbo(2, path_gradient::total), bound_of_two);
  expect_derivatives("vimco", vimco(2), bound_of_two);
  expect_derivatives("vimco, arithmetic", vimco(2, baseline_mean::arithmetic), bound_of_two);
  expect_derivatives("renyi", renyi(0.5, 2), [](double a, double b) { return 2 * bound_of_two(0.5 * a, 0.5 * b); });
  expect_derivatives("your own", of_log_weights(2, [](const auto& w) { return sl::log_sum_exp(w[0], w[1]) - 0.69314718055994530942; }), bound_of_two);
  // With a choice that could follow but shall not.
  const auto scored = sl::gen([](auto& trace) { trace("z", sl::reinforce(sl::normal(trace.param("m", 0.0), sl::exp(trace.param("l", 0.0))))); });
  const double exact = slope([&](double x) { return worth_of_two(mean, 0.3, x, -0.2); }, 0.8);
  expect_mean("elbo by scores", derivative(elbo(), data, scored, at(0.3, 0.8, -0.2), "m"), exact);
}

TEST(fit, derivatives_have_the_noise_that_is_known) {
  using namespace sl::objectives;
  // The posterior is normal((θ + y)/2, 1/√2): there every single derivative of the guide vanishes under the elbo, and under iwelbo, doubly reparameterised.
  const auto optimum = at(0.3, 1.15, -0.5 * std::log(2.0));
  EXPECT_LT(derivative(elbo(), data, normal_guide, optimum, "m").deviation, 1e-12);
  EXPECT_LT(derivative(elbo(), data, normal_guide, optimum, "l").deviation, 1e-12);
  EXPECT_GT(derivative(elbo(false), data, normal_guide, optimum, "m").deviation, 0.1);
  EXPECT_LT(derivative(iwelbo(8), data, normal_guide, optimum, "m").deviation, 1e-12);
  // Elsewhere: much less noise than in total.
  const auto s = at(0.3, 1.0, -0.3);
  const auto doubly = derivative(iwelbo(16), data, normal_guide, s, "m"), total = derivative(iwelbo(16, path_gradient::total), data, normal_guide, s, "m");
  EXPECT_LT(std::abs(doubly.mean - total.mean), 4 * (doubly.error + total.error));
  EXPECT_GT(total.deviation, 10 * doubly.deviation);
  // Sticking the landing with several samples would be biased: refused.
  EXPECT_THROW(iwelbo(8, path_gradient::sticking_the_landing), std::invalid_argument);
}

namespace {

// k ∈ {0, 1, 2} with probabilities softmax(a), y ~ normal(k, 1); the guide has logits b.
constexpr auto three = sl::gen([](auto& trace) {
  const auto k = trace("k", sl::categorical_logit(trace.param("a", std::vector<double>{0.0, 0.0, 0.0})));
  trace("y", sl::normal(sl::as_real(k), 1.0));
});
constexpr auto discrete_guide = sl::gen([](auto& trace) { trace("k", sl::categorical_logit(trace.param("b", std::vector<double>{0.0, 0.0, 0.0}))); });
using numbers = std::array<double, 3>;
numbers softmax(const numbers& a) {
  const double sum = std::exp(a[0]) + std::exp(a[1]) + std::exp(a[2]);
  return {std::exp(a[0]) / sum, std::exp(a[1]) / sum, std::exp(a[2]) / sum};
}
constexpr numbers of_model{0.4, -0.3, 0.1}, of_guide{-0.2, 0.5, 0.3};
constexpr double seen = 1.4;
double log_weight(std::size_t k, const numbers& a, const numbers& b) { return std::log(softmax(a)[k]) + log_normal(seen, static_cast<double>(k), 1) - std::log(softmax(b)[k]); }
template <class F> double worth_of_pairs(F f, const numbers& a, const numbers& b) {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) sum += softmax(b)[i] * softmax(b)[j] * f(log_weight(i, a, b), log_weight(j, a, b));
  return sum;
}
template <class F> double along(F f, const numbers& from, std::size_t element) {
  return slope([&](double x) { numbers n = from; n[element] = x; return f(n); }, from[element]);
}
sl::parameter_store discrete_store() {
  sl::parameter_store s;
  s.set("a", {of_model.begin(), of_model.end()}), s.set("b", {of_guide.begin(), of_guide.end()});
  return s;
}
const auto discrete_data = sl::posterior(three, sl::args(), sl::observe("y", seen));

}  // namespace

TEST(fit, derivatives_of_discrete_guides_are_exact_in_the_mean) {
  using namespace sl::objectives;
  const auto expect = [](const std::string& name, const auto& objective, auto worth) {
    const auto s = discrete_store();
    for (std::size_t e : {0u, 2u}) {
      expect_mean(name + ", guide", derivative(objective, discrete_data, discrete_guide, s, "b", e, 2000), along([&](const numbers& b) { return worth_of_pairs(worth, of_model, b); }, of_guide, e));
      expect_mean(name + ", model", derivative(objective, discrete_data, discrete_guide, s, "a", e, 2000), along([&](const numbers& a) { return worth_of_pairs(worth, a, of_guide); }, of_model, e));
    }
  };
  expect("elbo", elbo(), [](double a, double) { return a; });
  expect("vimco", vimco(2), bound_of_two);
  expect("vimco, arithmetic", vimco(2, baseline_mean::arithmetic), bound_of_two);
  expect("iwelbo", iwelbo(2), bound_of_two);
  expect("renyi", renyi(0.5, 2), [](double a, double b) { return 2 * bound_of_two(0.5 * a, 0.5 * b); });
  expect("your own", of_log_weights(2, [](const auto& w) { return sl::log_sum_exp(w[0], w[1]) - 0.69314718055994530942; }), bound_of_two);
}

TEST(fit, wake_and_sleep_are_exact_in_the_mean) {
  using namespace sl::objectives;
  const auto q = softmax(of_guide), p = softmax(of_model);
  const auto score = [](const numbers& probabilities, std::size_t k, std::size_t e) { return (k == e ? 1.0 : 0.0) - probabilities[e]; };
  const auto s = discrete_store();
  const auto guide = sl::amortised(sl::gen([](auto& trace, const auto& seen_data) {
    const auto b = trace.param("b", std::vector<double>{0.0, 0.0, 0.0});
    const auto shift = trace.param("shift", 0.0) * seen_data["y"];
    trace("k", sl::categorical_logit(std::array{b[0] + shift, b[1] + 0.0, b[2] + 0.0}));
  }));
  for (std::size_t e : {0u, 2u}) {
    double wake_guide = 0, wake_model = 0;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) {
        const double a = std::exp(log_weight(i, of_model, of_guide)), b = std::exp(log_weight(j, of_model, of_guide)), both = q[i] * q[j];
        wake_guide += both * (a * score(q, i, e) + b * score(q, j, e)) / (a + b);
        wake_model += both * (a * score(p, i, e) + b * score(p, j, e)) / (a + b);
      }
    expect_mean("wake, guide", derivative(wake_sleep(2), discrete_data, guide, s, "b", e, 2000), wake_guide);
    expect_mean("wake, model", derivative(wake_sleep(2), discrete_data, guide, s, "a", e, 2000), wake_model);
    double asleep = 0;  // E_p ∂ log q(k | y), the data not entering at shift 0
    for (std::size_t k = 0; k < 3; ++k) asleep += p[k] * score(q, k, e);
    expect_mean("sleep", derivative(lecture(), discrete_data, guide, s, "b", e, 2000), asleep);
    expect_mean("insomnia", derivative(wake_sleep(2, 0.25), discrete_data, guide, s, "b", e, 2000), 0.25 * wake_guide + 0.75 * asleep);
  }
  // Data that were drawn do enter: ∂/∂shift = E y (1[k = 0] − q_0).
  double by_shift = 0;
  for (std::size_t k = 0; k < 3; ++k) by_shift += p[k] * static_cast<double>(k) * score(q, k, 0);
  expect_mean("sleep, shift", derivative(lecture(), discrete_data, guide, s, "shift", 0, 2000), by_shift);
}

TEST(fit, baselines_lose_nothing) {
  using sl::objectives::baseline_mean;
  using sl::objectives::bounds_without;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // One weight dominates: the arithmetic baseline is exact, where a difference of logarithms would be −∞ or NaN.
  const auto dominated = bounds_without(std::vector<double>{1000, -1000, -1001}, baseline_mean::arithmetic);
  EXPECT_NEAR(dominated[0], -1000 + std::log((1 + std::exp(-1.0)) / 2), 1e-9);
  // All others impossible: they say nothing, and the signal is 0.
  const auto alone = bounds_without(std::vector<double>{0.5, -infinity, -infinity});
  EXPECT_NEAR(alone[0], 0.5 - std::log(3.0), 1e-15);
  const auto two = bounds_without(std::vector<double>{0.2, -0.4, 0.9});
  EXPECT_NEAR(two[1], std::log((std::exp(0.2) + std::exp(0.9) + std::exp(0.55)) / 3), 1e-15);
  EXPECT_THROW(bounds_without(std::vector<double>{0.2}), std::invalid_argument);
}

TEST(fit, finds_the_optimum) {
  const auto f = sl::fit(sl::objectives::elbo(), data, normal_guide, sl::adam{.rate = sl::cosine(0.05, 3000)}, {.steps = 3000, .samples = 16, .average_last = 0.5}, sl::key(1));
  EXPECT_NEAR(f.parameters["theta"][0], 2, 2e-2);
  EXPECT_NEAR(f.parameters["m"][0], 2, 2e-2);
  EXPECT_NEAR(f.parameters["l"][0], -0.5 * std::log(2.0), 1e-2);
  EXPECT_NEAR(f.value, log_normal(2, 2, std::sqrt(2.0)), 1e-3);
  EXPECT_EQ(f.skipped, 0u);
  EXPECT_EQ(f.history.size(), 30u);
  // Wake–sleep and vimco on the discrete guide: the posterior.
  double total = 0;
  numbers exact{};
  for (std::size_t k = 0; k < 3; ++k) total += exact[k] = softmax(of_model)[k] * std::exp(log_normal(seen, static_cast<double>(k), 1));
  auto store = discrete_store();
  const auto fixed = sl::with_parameters(three, store);
  const auto post = sl::posterior(fixed, sl::args(), sl::observe("y", seen));
  const auto check = [&](const auto& objective) {
    const auto g = sl::fit(objective, post, discrete_guide, sl::adam{.rate = sl::cosine(0.1, 2000)}, {.steps = 2000, .samples = 16, .average_last = 0.25}, sl::key(2));
    const auto& b = g.parameters["b"];
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(softmax({b[0], b[1], b[2]})[k], exact[k] / total, 0.02);
  };
  check(sl::objectives::elbo());
  check(sl::objectives::wake_sleep(32, 1, false));
}

TEST(fit, goes_on_where_it_stopped) {
  const sl::adam by{.rate = sl::cosine(0.05, 200)};
  const auto whole = sl::fit(sl::objectives::elbo(), data, normal_guide, by, {.steps = 60, .samples = 4}, sl::key(3));
  const auto half = sl::fit(sl::objectives::elbo(), data, normal_guide, by, {.steps = 30, .samples = 4}, sl::key(3));
  const auto rest = sl::fit(sl::objectives::elbo(), data, normal_guide, by, {.steps = 30, .samples = 4, .start = &half.last, .first_step = 30}, sl::key(3));
  for (const auto& name : whole.last.names()) EXPECT_EQ(whole.last[name], rest.last[name]) << name;
}

TEST(fit, skips_what_is_not_finite_and_says_where) {
  // The scale itself as a parameter: a long step makes it negative.
  const auto careless = sl::gen([](auto& trace) { trace("z", sl::normal(trace.param("m", 0.0), trace.param("s", 1.0))); });
  const auto f = sl::fit(sl::objectives::elbo(), data, careless, sl::sgd{.rate = 10}, {.steps = 500, .samples = 4}, sl::key(1));
  EXPECT_TRUE(f.stopped);
  EXPECT_EQ(f.skipped, 100u);
  ASSERT_FALSE(f.warnings.empty());
  EXPECT_NE(f.warnings[0].find("at z"), std::string::npos) << f.warnings[0];
}

TEST(fit, refuses_with_a_sentence) {
  const auto says = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const std::exception& e) {
      return e.what();
    }
    return "";
  };
  const auto with = [&](const auto& guide) { return says([&] { sl::fit(sl::objectives::elbo(), data, guide, sl::sgd{}, {.steps = 1}, sl::key(1)); }); };
  EXPECT_NE(with(sl::gen([](auto& trace) { trace("w", sl::normal(0.0, 1.0)); })).find("the guide makes no choice at z"), std::string::npos);
  EXPECT_NE(with(sl::gen([](auto& trace) { trace("z", sl::normal(0.0, 1.0)), trace("w", sl::normal(0.0, 1.0)); })).find("the guide's choice at w is no latent"), std::string::npos);
  EXPECT_THROW(sl::objectives::vimco(1), std::invalid_argument);
  EXPECT_THROW(sl::objectives::renyi(1, 4), std::invalid_argument);
  EXPECT_THROW(sl::objectives::wake_sleep(4, 2), std::invalid_argument);
}
