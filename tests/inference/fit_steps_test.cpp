// Steps of sl::fit as work: the same for any number of threads, and nothing allocated once they run.
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <starling/distributions/categorical_logit.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pick.hpp>
#include <starling/values/vector_math.hpp>

#include "support/allocations_made.hpp"

namespace sl = starling;

namespace {

const std::vector<double> three(3, 0.0), middles{-2, 0, 2};

// Each datum is of one of three kinds.
const auto mixture = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::categorical_logit(trace.param("weights", three)));
  trace("x", sl::normal(sl::pick(trace.param("at", middles), z), 1.0));
});
const auto which = sl::gen([](auto& trace, const auto& seen) { trace("z", sl::categorical_logit(trace.param("slopes", three) * seen["x"] + trace.param("shifts", three))); });

// Each datum has a number of its own.
const auto hidden = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::normal(trace.param("m", 0.3), 1.0));
  trace("x", sl::normal(z * trace.param("by", 1.5), 0.7));
});
const auto near = sl::gen([](auto& trace, const auto& seen) { trace("z", sl::normal(trace.param("a", 0.1) * seen["x"] + trace.param("b", 0.0), sl::exp(trace.param("l", -0.5)))); });

auto data(const auto& model, std::size_t batch) {
  std::vector<double> x;
  for (int i = 0; i < 400; ++i) x.push_back(2.5 * std::sin(1.7 * i));
  return sl::items(model, sl::args(), {{"x", sl::per_lane(x)}}, {.batch = batch});
}

// All numbers that a fit gives.
std::vector<double> numbers_of(const sl::fit_result& r) {
  std::vector<double> all{r.value, r.standard_error};
  for (const auto& name : r.parameters.names())
    for (const double x : r.parameters[name]) all.push_back(x);
  return all;
}
template <class Objective, class Model, class Guide> void expect_same_for_any_threads(const char* name, const Objective& o, const Model& model, const Guide& guide, std::size_t batch) {
  SCOPED_TRACE(name);
  const auto fitted = [&](std::size_t threads) {
    return numbers_of(sl::fit(o, data(model, batch), sl::amortised(guide), sl::adam{.rate = 0.05}, {.steps = 25, .samples = 1, .threads = threads}, sl::key(3)));
  };
  const auto one = fitted(1);
  EXPECT_TRUE(std::isfinite(one[0]));
  for (const std::size_t threads : {2u, 3u, 0u}) EXPECT_EQ(fitted(threads), one) << threads << " threads";
}

// The allocations of ten steps, three having gone before.
template <class Objective, class Model, class Guide> std::size_t allocations_of(const Objective& o, const Model& model, const Guide& guide) {
  const auto items = data(model, 100);
  const auto amortised = sl::amortised(guide);
  std::vector<std::size_t> rows(100);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = 3 * i;
  sl::fit_step<sl::item_lanes, std::remove_cvref_t<decltype(items.first)>, std::remove_cvref_t<decltype(amortised)>, Objective> step(o, amortised, 1);
  sl::parameter_store store;
  sl::parameter_gradients up;
  std::string trouble;
  const sl::selection none;
  return counted([&](std::uint64_t i) {
    step.begin();
    step.add(items.first, 1, none, 1, store, fold_in(sl::key(1), i), trouble, {&items.data, rows});
    step.write_derivatives(1, up);
    store.ascend(up, sl::adam{.rate = 0.01});
  });
}

}  // namespace

TEST(fit_steps, are_the_same_for_any_number_of_threads) {
  using namespace sl::objectives;
  expect_same_for_any_threads("vimco", vimco(5), mixture, which, 150);
  expect_same_for_any_threads("wake-sleep", wake_sleep(4, 0.5), mixture, which, 200);
  expect_same_for_any_threads("iwelbo", iwelbo(16), hidden, near, 100);
  expect_same_for_any_threads("elbo", elbo(), hidden, near, 390);
}

TEST(fit_steps, allocate_nothing) {
  using namespace sl::objectives;
  EXPECT_EQ(allocations_of(vimco(5), mixture, which), 0u);
  EXPECT_EQ(allocations_of(wake_sleep(4), mixture, which), 0u);
  EXPECT_EQ(allocations_of(iwelbo(8), hidden, near), 0u);
  EXPECT_EQ(allocations_of(elbo(), hidden, near), 0u);
}
