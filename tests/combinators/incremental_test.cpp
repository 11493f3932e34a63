// What updates run again: counted in the bodies. What they leave is what a run from scratch would give; rollback and errors restore all.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/edit.hpp>

namespace sl = starling;

namespace {

int runs = 0;  // of kernels
bool fail_at_five = false;

constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t t, const auto& x, const auto& drift) {
  ++runs;
  if (fail_at_five && t == 5) throw std::runtime_error("five");
  const auto next = trace("x", sl::normal(0.9 * x + drift, 1.0));
  trace("y", sl::normal(next, 0.5));
  return next;
}));
constexpr auto chain = sl::gen([](auto& trace, std::size_t n, double drift) { return trace("steps", walk, n, 0.0, drift).back(); });

constexpr auto plate = sl::map(sl::gen([](auto& trace, const auto& x, const auto& slope) {
  ++runs;
  return trace("y", sl::normal(slope * x, 1.0));
}));
constexpr auto line = sl::gen([](auto& trace, const auto& xs, double slope) {
  const auto ys = trace("plate", plate, sl::each(xs), slope);
  return ys.size();
});

sl::path step(std::size_t t, const char* name) { return sl::path("steps", t) / sl::address(sl::name(name)); }
sl::path place(std::size_t i) { return sl::path("plate", i) / sl::address("y"); }

// The trace is what a run from scratch would be.
template <class T>
void expect_from_scratch(const T& t) {
  const auto [score, value] = sl::assess(t.model(), t.args(), t.choices());
  EXPECT_NEAR(t.score(), score, 1e-11 * (1 + std::abs(score)));
  EXPECT_TRUE(value == t.value());
  EXPECT_NEAR(sl::project(t, sl::all), score, 1e-11 * (1 + std::abs(score)));
}
template <class F>
int counted(F&& f) {
  runs = 0;
  f();
  return runs;
}

}  // namespace

TEST(incremental, an_unfold_runs_from_the_changed_step_on) {
  auto t = sl::simulate(chain, sl::args(std::size_t{50}, 0.1), sl::key(1));
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), {}, sl::key(2)).trace); }), 0);
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), {{step(49, "y"), 0.3}}, sl::key(2)).trace); }), 1);
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), {{step(20, "y"), 0.3}}, sl::key(2)).trace); }), 1) << "its state is the same";
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), {{step(20, "x"), 0.3}}, sl::key(2)).trace); }), 2) << "the next keeps its choice, so its state";
  EXPECT_EQ(counted([&] { t = std::move(sl::regenerate(std::move(t), sl::select(step(30, "x")), sl::key(2)).trace); }), 2);
  expect_from_scratch(t);
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), sl::args(std::size_t{50}, 0.2), {}, sl::key(2)).trace); }), 50) << "a parameter of all";
  expect_from_scratch(t);
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), sl::args(std::size_t{50}, 0.2), {}, sl::key(2)).trace); }), 0) << "arguments that are equal";
}

TEST(incremental, extending_step_by_step_runs_each_step_once_and_is_building_at_once) {
  auto t = sl::simulate(chain, sl::args(std::size_t{1}, 0.1), sl::key(1));
  sl::choice_map all;
  const int total = counted([&] {
    for (std::size_t n = 2; n <= 200; ++n) {
      const auto [next, w, discard] = sl::update(std::move(t), sl::args(n, 0.1), {{step(n - 1, "y"), 0.01 * static_cast<double>(n)}}, sl::key(n));
      EXPECT_TRUE(discard.empty());
      EXPECT_NEAR(w, next.log_density(step(n - 1, "y")), 1e-10) << "what is fresh and free cancels";
      t = next;
    }
  });
  EXPECT_EQ(total, 199);
  expect_from_scratch(t);
  EXPECT_EQ(t.choices().size(), 400u);
  const auto [at_once, w] = sl::generate(chain, sl::args(std::size_t{200}, 0.1), t.choices(), sl::key(9));
  EXPECT_EQ(at_once.choices(), t.choices());
  EXPECT_NEAR(at_once.score(), t.score(), 1e-10 * std::abs(w));
}

TEST(incremental, a_map_runs_the_instances_that_changed) {
  std::vector<double> xs(100);
  for (std::size_t i = 0; i < xs.size(); ++i) xs[i] = 0.1 * static_cast<double>(i);
  auto t = sl::simulate(line, sl::args(xs, 0.5), sl::key(1));
  EXPECT_EQ(counted([&] { t = std::move(sl::update(std::move(t), {{place(3), 0.3}, {place(70), 1.0}}, sl::key(2)).trace); }), 2);
  EXPECT_EQ(counted([&] { t = std::move(sl::regenerate(std::move(t), sl::select(place(5), place(99)), sl::key(2)).trace); }), 2);
  expect_from_scratch(t);
  xs[7] = -1.0;
  xs[8] = -2.0;
  const auto before = t;
  const auto compared = sl::update(t, sl::args(xs, 0.5), {}, sl::key(3));
  EXPECT_EQ(counted([&] { sl::update(before, sl::args(xs, 0.5), {}, sl::key(3)); }), 2) << "found by comparing";
  expect_from_scratch(compared.trace);
  const auto hints = sl::changes(sl::changed_elements({7, 8}), sl::unchanged());
  const auto hinted = sl::update(before, sl::args(xs, 0.5), hints, {}, sl::key(3));
  EXPECT_EQ(hinted.weight, compared.weight);
  EXPECT_EQ(hinted.trace.choices(), compared.trace.choices());
  EXPECT_EQ(hinted.trace.score(), compared.trace.score());
  xs.resize(60);
  const auto shorter = sl::update(before, sl::args(xs, 0.5), {}, sl::key(3));
  expect_from_scratch(shorter.trace);
  EXPECT_EQ(shorter.discard.size(), 40u);
  EXPECT_NEAR(shorter.weight, shorter.trace.score() - before.score(), 1e-10);
}

TEST(incremental, rollback_restores_every_kind_of_change) {
  const auto original = sl::simulate(chain, sl::args(std::size_t{20}, 0.1), sl::key(1));
  const auto choices = original.choices();
  const auto same = [&](const auto& t) {
    EXPECT_EQ(t.choices(), choices);
    EXPECT_EQ(t.score(), original.score());
    EXPECT_EQ(t.value(), original.value());
  };
  auto t = original;
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t n : {20u, 25u, 4u}) {
      auto u = sl::update(std::move(t), sl::args(n, 0.3), {{step(2, "x"), 0.7}}, sl::key(5)).trace;
      EXPECT_NE(u.choices(), choices);
      u.rollback();
      same(u);
      t = std::move(u);
    }
    auto v = sl::regenerate(std::move(t), sl::all, sl::key(6)).trace;
    v.rollback();
    same(v);
    t = std::move(v);
  }
  same(original);
}

TEST(incremental, an_exception_leaves_the_trace_as_it_was) {
  auto t = sl::simulate(chain, sl::args(std::size_t{10}, 0.1), sl::key(1));
  const auto choices = t.choices();
  const double score = t.score();
  fail_at_five = true;
  EXPECT_THROW(sl::update_into(t, std::make_shared<const std::decay_t<decltype(t.args())>>(sl::args(std::size_t{12}, 0.4)), {{step(2, "x"), 0.1}}, sl::key(2)),
               std::runtime_error);
  fail_at_five = false;
  EXPECT_EQ(t.choices(), choices);
  EXPECT_EQ(t.score(), score);
  t = std::move(sl::update(std::move(t), {{step(2, "x"), 0.1}}, sl::key(2)).trace);
  expect_from_scratch(t);
}

TEST(incremental, discards_outlive_later_updates) {
  auto t = sl::simulate(chain, sl::args(std::size_t{10}, 0.1), sl::key(1));
  const double before = t[step(4, "x")];
  auto first = sl::update(std::move(t), {{step(4, "x"), 2.0}}, sl::key(2));
  auto second = sl::update(std::move(first.trace), {{step(4, "x"), 3.0}}, sl::key(3));
  EXPECT_EQ(first.discard.size(), 1u);
  EXPECT_EQ(first.discard[step(4, "x")], before);
  EXPECT_EQ(second.discard[step(4, "x")], 2.0);
}

TEST(incremental, copies_are_independent) {
  auto t = sl::simulate(walk, sl::args(std::size_t{6}, 0.0, 0.1), sl::key(1));
  const auto copy = t;
  const double last = copy.value()[5];
  t = std::move(sl::update(std::move(t), {{sl::address(5) / sl::address("x"), 9.0}}, sl::key(2)).trace);
  EXPECT_EQ(t.value()[5], 9.0);
  EXPECT_EQ(copy.value()[5], last);
  EXPECT_EQ(copy[sl::address(5) / sl::address("x")], last);
}
