// Instances of a map that one chain scores in packs: the same score as written out by hand, for bodies that can run so and for others.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/lane_chains.hpp>

namespace sl = starling;

namespace {

double normal(double x, double m, double s) { return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * std::numbers::pi); }

constexpr std::size_t n = 101;
std::vector<double> inputs() {
  std::vector<double> xs;
  for (std::size_t i = 0; i < n; ++i) xs.push_back(std::sin(0.7 * static_cast<double>(i)));
  return xs;
}
std::vector<double> observed() {
  std::vector<double> ys;
  for (std::size_t i = 0; i < n; ++i) ys.push_back(std::cos(1.3 * static_cast<double>(i)));
  return ys;
}

// The score of one chain's candidate with slope 0.4 and everything else as drawn.
template <class Posterior>
double score_of_candidate(const Posterior& post, sl::choice_map& choices) {
  const auto layout = sl::find_layout<double>(post);
  sl::lane_chains<double, Posterior> chains(post, layout, {0, 1});
  chains.start(sl::key(3));
  for (const auto k : layout.latents) {
    const auto& s = layout.structure->sites()[k];
    for (std::size_t e = 0; e < s.type.size(); ++e) chains.candidate(k)[e] = chains.current(k)[e];
    if (layout.structure->path_of(k) == sl::path("slope")) *chains.candidate(k) = 0.4;
    choices.set(layout.structure->path_of(k), sl::choice_value(s.type, {chains.candidate(k), chains.candidate(k) + s.type.size()}));
  }
  return chains.candidate_score();
}

constexpr auto plate = sl::map(sl::gen([](auto& trace, const auto& x, const auto& slope) { return trace({}, sl::normal(slope * x, 0.8)); }));
constexpr auto plate_model = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 1.0));
  const auto ys = trace("y", plate, sl::each(xs), slope);
  trace("last", sl::normal(ys[n - 1], 1.0));
});

// Latents per instance beside observations, a call inside, a whole number as argument.
constexpr auto inner = sl::gen([](auto& trace, const auto& m) { return trace("deep", sl::normal(m, 2.0)); });
constexpr auto group = sl::gen([](auto& trace, const auto& x, const auto& i, const auto& slope) {
  const auto theta = trace("theta", sl::normal(slope * x, 1.5));
  const auto deep = trace("call", inner, theta * 0.5);
  trace.factor(-0.01 * theta * theta);
  trace("y", sl::normal(deep + 0.1 * i, 1.0));
});
constexpr auto group_model = sl::gen([](auto& trace, const auto& xs, const auto& is) {
  const auto slope = trace("slope", sl::normal(0.0, 1.0));
  trace("groups", sl::map(group), sl::each(xs), sl::each(is), slope);
});

// A parameter, in packs; and results that are vectors, which stay one by one.
constexpr auto with_parameter = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 1.0));
  trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& m) { return t({}, sl::normal(m * x + t.param("shift", 0.1), 0.8)); })), sl::each(xs), slope);
  const auto vs = trace("v", sl::map(sl::gen([](auto& t, const auto& x, const auto& m) { return t({}, sl::iid(sl::normal(m * x, 1.0), 2)); })), sl::each(xs), slope);
  trace("last", sl::normal(vs[n - 1][1], 1.0));
});

}  // namespace

TEST(wide_instances, parameters_and_results_that_are_vectors) {
  const auto xs = inputs(), ys = observed();
  sl::parameter_store store;
  store.set("shift", 0.3);
  const sl::posterior post(sl::with_parameters(with_parameter, store), sl::args(xs), sl::observe("y", ys) & sl::observe("last", 0.3));
  sl::choice_map latents;
  const double score = score_of_candidate(post, latents);
  double by_hand = normal(0.4, 0, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const auto v = latents.get<std::vector<double>>({"v", static_cast<std::int64_t>(i)});
    by_hand += normal(ys[i], 0.4 * xs[i] + 0.3, 0.8) + normal(v[0], 0.4 * xs[i], 1) + normal(v[1], 0.4 * xs[i], 1);
    if (i + 1 == n) by_hand += normal(0.3, v[1], 1);
  }
  EXPECT_NEAR(score, by_hand, 1e-9);
}

TEST(wide_instances, a_plate_of_observations) {
  const auto xs = inputs(), ys = observed();
  const sl::posterior post(plate_model, sl::args(xs), sl::observe("y", ys) & sl::observe("last", 0.3));
  sl::choice_map latents;
  const double score = score_of_candidate(post, latents);
  double expected = normal(0.4, 0, 1) + normal(0.3, ys[n - 1], 1);
  for (std::size_t i = 0; i < n; ++i) expected += normal(ys[i], 0.4 * xs[i], 0.8);
  EXPECT_NEAR(score, expected, 1e-10);
  EXPECT_EQ(sl::find_layout<double>(post).structure->alike(2), n) << "the first instance, after the root and the call itself";
}

TEST(wide_instances, latents_and_calls_inside) {
  const auto xs = inputs(), ys = observed();
  std::vector<int> is(n);
  for (std::size_t i = 0; i < n; ++i) is[i] = static_cast<int>(i % 5);
  sl::choice_map observations;
  for (std::size_t i = 0; i < n; ++i) observations.set(sl::path("groups", i) / sl::address("y"), ys[i]);
  const sl::posterior post(group_model, sl::args(xs, is), observations);
  sl::choice_map c;
  const double score = score_of_candidate(post, c);
  double expected = normal(0.4, 0, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double theta = c[sl::path("groups", i) / sl::address("theta")], deep = c[sl::path("groups", i) / sl::address("call") / sl::address("deep")];
    expected += normal(theta, 0.4 * xs[i], 1.5) + normal(deep, 0.5 * theta, 2) - 0.01 * theta * theta + normal(ys[i], deep + 0.1 * is[i], 1);
  }
  EXPECT_NEAR(score, expected, 1e-9);
}

TEST(wide_instances, a_density_that_is_not_finite_is_found) {
  auto ys = observed();
  ys[17] = INFINITY;
  const sl::posterior post(plate_model, sl::args(inputs()), sl::observe("y", ys) & sl::observe("last", 0.3));
  sl::choice_map c;
  EXPECT_THROW(score_of_candidate(post, c), std::runtime_error);
}
