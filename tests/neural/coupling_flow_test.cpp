// Coupling flows: there and back, the log determinant against differences, the density against both, and as a guide where a normal one falls short.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/variational/fit.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/coupling_flow.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

constexpr auto small = nn::realnvp(3, {.layers = 3, .hidden = 8, .context = 2}).with_doubles();
constexpr auto splined = nn::neural_spline(3, {.layers = 3, .hidden = 8, .context = 2, .bins = 5, .bound = 3}).with_doubles();
constexpr double context[2] = {0.7, -0.4};
sl::parameter_store some_store(const nn::coupling_flow& flow) {
  sl::parameter_store s;
  nn::initialise(s, "flow", flow, sl::key(1));
  for (const auto& name : s.names()) {  // far from the identity
    auto v = s[name];
    for (double& x : v) x *= name.find("/4/") != std::string::npos ? 150 : 1.5;
    s.set(name, v, s.shape_of(name));
  }
  return s;
}
// u ↦ (x, sum of s); and x ↦ (u, sum of s).
template <const nn::coupling_flow& Flow, bool Back> constexpr auto mapped = sl::gen([](auto& trace, const auto& x) {
  using R = sl::real_of<decltype(trace)>;
  const auto d = Flow.with("flow", trace, sl::vector<const double>(context, 2));
  sl::vector<R> y(3), all(4);
  for (std::size_t i = 0; i < 3; ++i) y[i] = R(x[i]);
  all[3] = Back ? d.backward(y) : d.forward(y);
  for (std::size_t i = 0; i < 3; ++i) all[i] = y[i];
  return all;
});
template <const nn::coupling_flow& Flow, bool Back> std::vector<double> map(const sl::parameter_store& s, const std::vector<double>& x) {
  const auto y = sl::assess(sl::with_parameters(mapped<Flow, Back>, s), sl::args(x), {}).value;
  return {y[0], y[1], y[2], y[3]};
}
template <const nn::coupling_flow& Flow> constexpr auto drawn = sl::gen([](auto& trace) { trace("z", Flow.with("flow", trace, sl::vector<const double>(context, 2))); });

template <const nn::coupling_flow& Flow> void check_determinants() {
  const auto store = some_store(Flow);
  double largest = 0;
  for (const auto& u : {std::vector<double>{0.3, -1.1, 0.5}, std::vector<double>{-2.0, 0.1, 1.4}}) {  // of splines, in different bins
    const auto x = map<Flow, false>(store, u);
    double moved = 0;
    for (std::size_t i = 0; i < 3; ++i) moved += std::abs(x[i] - u[i]);
    EXPECT_GT(moved, 0.3);
    const auto back = map<Flow, true>(store, {x[0], x[1], x[2]});
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(back[i], u[i], 1e-12);
    EXPECT_NEAR(back[3], x[3], 1e-12);
    double j[3][3];
    for (std::size_t c = 0; c < 3; ++c) {
      auto up = u, down = u;
      up[c] += 1e-6, down[c] -= 1e-6;
      const auto a = map<Flow, false>(store, up), b = map<Flow, false>(store, down);
      for (std::size_t r = 0; r < 3; ++r) j[r][c] = (a[r] - b[r]) / 2e-6;
    }
    const double det = j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1]) - j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0]) + j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0]);
    EXPECT_NEAR(std::log(std::abs(det)), x[3], 1e-7);
    largest = std::max(largest, std::abs(x[3]));
    double expected = -x[3] - 1.5 * std::log(2 * M_PI);
    for (const double v : u) expected -= 0.5 * v * v;
    EXPECT_NEAR(sl::assess(sl::with_parameters(drawn<Flow>, store), sl::args(), {{"z", {x[0], x[1], x[2]}}}).score, expected, 1e-12);
  }
  EXPECT_GT(largest, 0.1);
}

template <const nn::coupling_flow& Flow> void check_draws() {
  const auto store = some_store(Flow);
  const auto model = sl::with_parameters(drawn<Flow>, store);
  const auto batch = sl::simulate(model, sl::args(), sl::key(2), sl::lanes(20'000));
  const auto z = batch.get("z"), scores = batch.scores();
  for (std::size_t l = 0; l < 3; ++l) EXPECT_NEAR(sl::assess(model, sl::args(), {{"z", {z[3 * l], z[3 * l + 1], z[3 * l + 2]}}}).score, scores[l], 1e-12);
  // A normal density where the draws are has the mean 1 over what it is drawn by.
  double at[3] = {}, sd[3] = {};
  for (std::size_t i = 0; i < z.size(); ++i) at[i % 3] += z[i] / 20'000, sd[i % 3] += z[i] * z[i] / 20'000;
  for (std::size_t i = 0; i < 3; ++i) sd[i] = 0.5 * std::sqrt(sd[i] - at[i] * at[i]);
  double sum = 0, squares = 0;
  for (std::size_t l = 0; l < scores.size(); ++l) {
    double lp = -1.5 * std::log(2 * M_PI);
    for (std::size_t i = 0; i < 3; ++i) lp -= 0.5 * (z[3 * l + i] - at[i]) * (z[3 * l + i] - at[i]) / (sd[i] * sd[i]) + std::log(sd[i]);
    const double w = std::exp(lp - scores[l]);
    sum += w, squares += w * w;
  }
  const double n = static_cast<double>(scores.size()), mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
  EXPECT_NEAR(mean, 1, 4.9 * error);
  EXPECT_LT(error, 0.05);
}

TEST(coupling_flow, determinants_are_those_of_differences) { check_determinants<small>(); }
TEST(coupling_flow, draws_have_its_density) { check_draws<small>(); }
TEST(coupling_flow, determinants_of_splines_are_those_of_differences) { check_determinants<splined>(); }
TEST(coupling_flow, draws_of_splines_have_their_density) { check_draws<splined>(); }

TEST(coupling_flow, splines_begin_near_the_identity_and_leave_what_is_outside) {
  sl::parameter_store fresh;
  nn::initialise(fresh, "flow", splined, sl::key(4));
  const std::vector<double> u = {0.3, -1.1, 2.5};
  const auto x = map<splined, false>(fresh, u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(x[i], u[i], 0.05);
  EXPECT_NE(x, (std::vector<double>{u[0], u[1], u[2], 0}));
  EXPECT_EQ((map<splined, false>(some_store(splined), {-3.5, 4.0, 3.25})), (std::vector<double>{-3.5, 4.0, 3.25, 0}));
  EXPECT_THROW(nn::neural_spline(3, {.bins = 1}), std::invalid_argument);
  EXPECT_THROW(nn::neural_spline(3, {.bound = 0}), std::invalid_argument);
}

// A bent posterior: z1 is near z0².
constexpr auto banana = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 2));
  trace("y", sl::normal(z[1] - z[0] * z[0], 0.3));
});
constexpr auto bent = nn::realnvp(2, {.layers = 6, .hidden = 16});
constexpr auto bent_guide = sl::gen([](auto& trace) { trace("z", bent.with("flow", trace)); });
constexpr auto straight_guide = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  const auto m = trace.param("m", std::vector<double>(2, 0.0)), l = trace.param("l", std::vector<double>(2, 0.0));
  sl::vector<R> s(2);
  for (std::size_t i = 0; i < 2; ++i) s[i] = sl::exp(l[i]);
  trace("z", sl::normal(m, s));
});

TEST(coupling_flow, bends_where_a_normal_guide_cannot) {
  const auto post = sl::posterior(banana, sl::args(), sl::observe("y", 0.0));
  // log p(y): over z0, y + z0² has variance 1 + 0.3² around 0.
  double evidence = 0;
  for (int i = 0; i <= 4000; ++i) {
    const double u = -5 + 0.0025 * i;
    evidence += (i == 0 || i == 4000 ? 1 : i % 2 ? 4
                                                 : 2) *
                0.0025 / 3 * std::exp(-0.5 * u * u - 0.5 * u * u * u * u / 1.09) / (2 * M_PI * std::sqrt(1.09));
  }
  sl::parameter_store start;
  nn::initialise(start, "flow", bent, sl::key(1));
  const auto with_flow = sl::fit(sl::objectives::elbo(), post, bent_guide, sl::adam{.rate = sl::cosine(0.01, 2000)}, {.steps = 2000, .samples = 32, .start = &start}, sl::key(2));
  const auto without = sl::fit(sl::objectives::elbo(), post, straight_guide, sl::adam{.rate = sl::cosine(0.05, 1000)}, {.steps = 1000, .samples = 32}, sl::key(2));
  EXPECT_NEAR(with_flow.value, std::log(evidence), 0.03);
  EXPECT_LT(without.value, std::log(evidence) - 0.15);
}

}  // namespace
