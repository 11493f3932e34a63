// Factors: regenerate with nothing selected is the identity, of weight exactly 0, in every kind of model; and its formula where they come and go.
#include <gtest/gtest.h>

#include <starling/models/static_model.hpp>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

// Numbers whose sums depend on their order.
constexpr auto scored = sl::gen([](auto& trace, const auto& m) {
  const auto x = trace("x", sl::normal(m, 1.3));
  trace.factor(-0.1 * x * x);
  trace.factor(0.7 * x);
  const auto z = trace("z", sl::normal(x, 0.7));
  trace.factor(-1e3 * sl::exp(-z * z));
  return z;
});
constexpr auto whole = [](auto& trace, const auto& xs) {
  using R = sl::real_of<decltype(trace)>;
  const auto first = trace("first", scored, R(0.3));
  trace.factor(-3.3 * first);
  const auto all = trace("all", sl::map(scored), sl::each(xs));
  const auto on = trace("on", sl::bernoulli(0.5));
  trace("maybe", sl::mask(scored), on, first);
  trace.factor(0.1 * all[0] - 1e-3 * first);
  trace("y", sl::normal(first, 1.0));
};
constexpr auto plain = sl::gen(whole);
constexpr auto dynamic = sl::gen(sl::dynamic, whole);
constexpr auto still = sl::gen(sl::fixed, [](auto& trace, const auto& xs) {
  using R = sl::real_of<decltype(trace)>;
  const auto first = trace("first", scored, R(0.3));
  trace.factor(-3.3 * first);
  trace("all", sl::map(scored), sl::each(xs));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"s", i}, scored, xs[i] * first);
});
const std::vector<double> xs{0.1, -0.7, 2.3, 0.9, 1.1}, fewer{0.1, -0.7};

TEST(factors, selecting_nothing_gives_exactly_0) {
  const auto check = [](const auto& model) {
    for (std::uint64_t s = 0; s < 20; ++s) {
      auto t = sl::simulate(model, sl::args(xs), sl::key(s));
      EXPECT_EQ(sl::regenerate(t, sl::none, sl::key(s + 50)).weight, 0.0) << s;
      EXPECT_EQ(sl::regenerate(t, sl::args(xs), sl::none, sl::key(s + 50)).weight, 0.0) << s << ": arguments that are equal";
      t = sl::regenerate(std::move(t), sl::select("first"), sl::key(s)).trace;
      EXPECT_EQ(sl::regenerate(t, sl::none, sl::key(s + 50)).weight, 0.0) << s;
    }
    const auto b = sl::simulate(model, sl::args(xs), sl::key(3), sl::lanes(37));
    EXPECT_EQ(sl::regenerate(b, sl::none, sl::key(4)).weights, std::vector<double>(37, 0.0));
  };
  check(plain);
  check(dynamic);
  check(still);
}

// The weight from the scores: Σ over retained choices and all factors = what the score gains, less what fresh and removed choices do.
TEST(factors, the_weight_where_factors_come_and_go) {
  const sl::selection on = sl::select("on");
  int changed = 0;
  const auto expected = [](const auto& before, const auto& after) {
    double w = after.score() - before.score();
    for (const auto& [t, sign] : {std::pair(&after, -1.0), std::pair(&before, 1.0)}) {
      const auto& other = t == &after ? before : after;
      const sl::choice_map all = t->choices();
      for (const auto& e : all.entries())
        if (e.where == sl::path("on") || !other.contains(e.where)) w += sign * t->log_density(e.where);
    }
    return w;
  };
  for (std::uint64_t s = 0; s < 20; ++s) {
    const auto t = sl::simulate(plain, sl::args(xs), sl::key(s));
    const auto [u, w, discard] = sl::regenerate(t, on, sl::key(s + 50));
    EXPECT_NEAR(w, expected(t, u), 1e-9 * (1 + std::abs(u.score())));
    changed += t["on"] != u["on"];
    const auto [v, x, old] = sl::regenerate(t, sl::args(fewer), sl::none, sl::key(s + 50));
    EXPECT_NEAR(x, expected(t, v), 1e-9 * (1 + std::abs(t.score()))) << "instances that are no more take their factors with them";
  }
  EXPECT_GT(changed, 4);
  const auto b = sl::simulate(plain, sl::args(xs), sl::key(1), sl::lanes(37));
  const auto r = sl::regenerate(b, on, sl::key(2)), f = sl::regenerate(b, sl::args(fewer), sl::none, sl::key(2));
  for (std::size_t l = 0; l < 37; ++l) {
    EXPECT_NEAR(r.weights[l], expected(b.lane(l), r.traces.lane(l)), 1e-9 * (1 + std::abs(b.scores()[l]))) << l;
    EXPECT_NEAR(f.weights[l], expected(b.lane(l), f.traces.lane(l)), 1e-9 * (1 + std::abs(b.scores()[l]))) << l;
  }
}

// Index ranges: the last index is not among them, as in Python.
TEST(ranges, select_the_choices_of_their_indices_everywhere) {
  const sl::selection some = sl::select({"all", sl::range(1, 3)});
  const auto selected = [](const sl::path& p) { return p.starts_with({"all", 1}) || p.starts_with({"all", 2}); };
  const auto check = [&](const auto& model) {
    const auto t = sl::simulate(model, sl::args(xs), sl::key(1));
    const auto u = sl::regenerate(t, some, sl::key(2)).trace;
    const sl::choice_map before = t.choices();
    for (const auto& e : before.entries()) EXPECT_EQ(u[e.where] != e.value.data[0], selected(e.where)) << e.where.str();
    EXPECT_NEAR(sl::project(t, some) + sl::project(t, !some), t.score(), 1e-9 * (1 + std::abs(t.score())));
    const sl::selection both = sl::select({"all", 1}, {"all", 2});
    EXPECT_EQ(sl::project(t, some), sl::project(t, both));
    const auto b = sl::simulate(model, sl::args(xs), sl::key(1), sl::lanes(5));
    EXPECT_EQ(sl::project(b, some), sl::project(b, both));
    EXPECT_EQ(sl::regenerate(b, some, sl::key(2)).weights, sl::regenerate(b, both, sl::key(2)).weights);
    EXPECT_EQ(sl::regenerate(t, sl::select({"all", sl::range(3, 3)}), sl::key(2)).weight, 0.0);
    EXPECT_EQ(sl::regenerate(t, sl::select({"all", sl::range(4, 1'000'000'000'000)}), sl::key(2)).trace.choices(),
              sl::regenerate(t, sl::select({"all", 4}), sl::key(2)).trace.choices());
  };
  check(plain);
  check(dynamic);
  check(still);
}

}  // namespace
