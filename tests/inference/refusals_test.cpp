// What drivers refuse, and what they say: sizes that nothing can hold, NaN, observations that no run visits.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/particle_filter.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/run_tempered.hpp>
#include <starling/models/posterior.hpp>

#include "models/thrown.hpp"

namespace sl = starling;
namespace kernels = starling::kernels;

namespace {

constexpr std::size_t most = std::numeric_limits<std::size_t>::max(), huge = std::size_t{1} << 62;
constexpr double not_given = std::numeric_limits<double>::quiet_NaN();

testing::AssertionResult says(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* w : words)
    if (message.find(w) == std::string::npos) return testing::AssertionFailure() << "\"" << message << "\" does not say \"" << w << "\"";
  return testing::AssertionSuccess();
}

constexpr auto point = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("y", sl::normal(x, 1.0));
  return x;
});
constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x) {
  const auto next = trace("x", sl::normal(x, 1.0));
  trace("y", sl::normal(next, 1.0));
  return next;
}));
const auto post = sl::posterior(point, sl::args(), sl::observe("y", 0.5));
std::string said_by_run(const sl::run_options& o) {
  return thrown([&] { sl::run(kernels::drift(), post, o, sl::key(1)); });
}

}  // namespace

TEST(refusals, sizes_that_nothing_can_hold) {
  EXPECT_TRUE(says(thrown([] { sl::lanes(most); }), {"lanes: the number of lanes must be from 1 to 4294967295, got 18446744073709551615"}));
  EXPECT_TRUE(says(thrown([] { sl::lanes(0); }), {"must be from 1", "got 0"}));
  EXPECT_TRUE(says(thrown([] { sl::lanes(10, most); }), {"the first lane"}));
  EXPECT_TRUE(says(thrown([] { sl::iid(sl::normal(0.0, 1.0), huge); }), {"iid: the size must be", "4611686018427387904"}));
  EXPECT_TRUE(says(thrown([] { sl::iid(sl::normal(0.0, 1.0), -1); }), {"iid: the size must be"}));
  EXPECT_TRUE(says(thrown([] { sl::flat(sl::ordered{huge}); }), {"flat: the size"}));
  EXPECT_TRUE(says(thrown([] { sl::flat(sl::covariance{100'000}); }), {"flat: the number of rows"}));
  EXPECT_TRUE(says(thrown([] { sl::draw(sl::normal(0.0, 1.0), sl::key(1), most); }), {"draw: the number of draws"}));
  EXPECT_TRUE(says(thrown([] { sl::repeat(point, huge); }), {"repeat: the number of instances"}));
  EXPECT_TRUE(says(thrown([] { sl::simulate(walk, sl::args(huge, 0.0), sl::key(1)); }), {"the number of steps must be from 0 to 2147483647"}));
  EXPECT_TRUE(says(thrown([] { sl::recurse<double>([](auto&, const auto&) { return 0.0; }, {.max_nodes = most}); }), {"recurse: max_nodes"}));
}

TEST(refusals, counts_of_runs) {
  for (const auto& [o, word] : {std::pair(sl::run_options{.chains = most}, "run: chains must be"), {{.draws = 0}, "run: draws must be from 1"}, {{.draws = most}, "run: draws"}, {{.warmup = most}, "run: warmup must be from 0"}, {{.thin = huge * 2}, "run: thin"}, {{.draws = 1ul << 40, .thin = 1ul << 40}, "draws x thin"}, {{.chains = 1ul << 30, .draws = 1ul << 30, .thin = 1ul << 20}, "chains x steps"}})
    EXPECT_TRUE(says(said_by_run(o), {word}));
  EXPECT_TRUE(says(thrown([] { sl::importance(post, most, sl::key(1)); }), {"importance: the number of particles must be", "18446744073709551615"}));
  EXPECT_TRUE(says(thrown([] { sl::importance(post, 0, sl::key(1)); }), {"from 1"}));
  EXPECT_TRUE(says(thrown([] { sl::prior_predictive(post, most, sl::key(1)); }), {"prior_predictive: the number of draws"}));
  EXPECT_TRUE(says(thrown([] { sl::particle_filter(walk, sl::args(0.0), {.particles = most}, sl::key(1)); }), {"particle_filter: particles must be"}));
  EXPECT_TRUE(says(thrown([] { sl::first_ladder({.temperatures = most}); }), {"run_tempered: temperatures must be from 2"}));
  EXPECT_TRUE(says(thrown([] { kernels::hmc({.steps = most}); }), {"hmc: steps must be from 1"}));
  EXPECT_TRUE(says(thrown([] { kernels::repeat(kernels::drift(), most); }), {"repeat: the number of steps"}));
}

TEST(refusals, a_nan_or_infinite_observation_of_a_filter_is_named) {
  auto filter = sl::particle_filter(walk, sl::args(0.0), {.particles = 100}, sl::key(1));
  filter.step({{"y", 0.5}});
  EXPECT_TRUE(says(thrown([&] { filter.step({{"y", not_given}}); }), {"particle_filter: at step 1", "observation at y is NaN"}));
  const std::string infinite = thrown([&] { filter.step({{"y", -INFINITY}}); });
  EXPECT_TRUE(says(infinite, {"particle_filter: at step 1", "the observation at y is infinite"})) << infinite;
  EXPECT_EQ(infinite.find("more particles"), std::string::npos) << infinite;
  EXPECT_EQ(filter.steps(), 1u);
  EXPECT_NO_THROW(filter.step({{"y", 0.4}}));
}

TEST(refusals, a_nan_factor_is_told_from_a_zero_density) {
  constexpr auto body = sl::gen([](auto& trace) {
    const auto x = trace("x", sl::normal(0.0, 1.0));
    trace.factor(-x * x);
    trace("inner", sl::gen([](auto& t, const auto& v) { t.factor(v), t.factor(sl::sqrt(-1.0 - v * v)); }), x);
  });
  const auto nothing = sl::posterior(body, sl::args(), sl::choice_map());
  const std::initializer_list<const char*> words = {"a factor is NaN", "the call at inner", "number 1 of 2"};
  EXPECT_TRUE(says(thrown([&] { sl::run(kernels::drift(), nothing, {}, sl::key(1)); }), words));
  EXPECT_TRUE(says(thrown([&] { sl::run(kernels::drift(), nothing, {.chains = 1}, sl::key(1)); }), words));
  EXPECT_TRUE(says(thrown([&] { sl::importance(nothing, 100, sl::key(1)); }), words));
  EXPECT_EQ(sl::simulate(body, sl::args(), sl::key(1)).score(), -std::numeric_limits<double>::infinity());
}

TEST(refusals, observations_that_no_run_of_a_dynamic_model_visits_are_named) {
  constexpr auto body = sl::gen(sl::dynamic, [](auto& trace) {
    if (trace("b", sl::bernoulli(0.5))) trace("x", sl::normal(0.0, 1.0));
    trace("slope", sl::normal(0.0, 1.0));
  });
  const auto typo = sl::posterior(body, sl::args(), sl::observe("slop", 0.5));
  EXPECT_TRUE(says(thrown([&] { sl::importance(typo, 2000, sl::key(1)); }), {"no run visited slop", "did you mean slope?"}));
  EXPECT_TRUE(says(thrown([&] { sl::run(kernels::drift(), typo, {}, sl::key(1)); }), {"no run visited slop", "did you mean slope?"}));
  EXPECT_NO_THROW(sl::importance(sl::posterior(body, sl::args(), sl::observe("x", 0.5)), 2000, sl::key(1)));
}
