// Laws over random nestings: a model that reads its own shape from a list of numbers, which RapidCheck draws and shrinks.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdlib>

#include "bodies.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

// A tree of calls. `kind`: 0 a normal leaf, 1 a Poisson leaf, 2 calls, 3 a map over the children, 4 a chain through them, 5 the first child
// under a mask, 6 a switch between the first and the last.
struct shape {
  int kind = 0;
  std::vector<shape> children;
};
shape read_shape(const std::vector<int>& numbers, std::size_t& at, int depth) {
  const int n = at < numbers.size() ? std::abs(numbers[at++]) : 0;
  shape s{n % 7, {}};
  if (s.kind < 2 || depth == 3) return {n % 2, {}};
  for (int i = 0; i <= n / 7 % 3; ++i) s.children.push_back(read_shape(numbers, at, depth + 1));
  return s;
}

const auto model = sl::recurse<double>([](auto& trace, const auto& self, const shape* s, double x) -> double {
  const auto& below = s->children;
  switch (s->kind) {
    case 0:
      return trace("x", sl::normal(0.5 * x, 1.0));
    case 1:
      return 0.25 * static_cast<double>(trace("n", sl::poisson(1.0 + std::abs(std::tanh(x)))));
    case 2: {
      double sum = 0;
      for (std::size_t i = 0; i < below.size(); ++i) sum += trace({"call", i}, self, &below[i], 0.5 * sum);
      return sum + trace("x", sl::normal(sum, 2.0));
    }
    case 3: {
      std::vector<const shape*> each_child;
      for (const auto& b : below) each_child.push_back(&b);
      return trace("map", sl::map(self), sl::each(each_child), x)[0];
    }
    case 4: {
      const auto step = sl::gen(sl::dynamic, [&](auto& t, std::size_t i, double state) { return t("to", self, &below[i], state); });
      return trace("chain", sl::unfold(step), below.size(), x).back();
    }
    case 5:
      return sl::value_or(trace("mask", sl::mask(self), trace("on", sl::bernoulli(0.6)), &below[0], x), -1.0);
    default: {
      const bool last = trace("last", sl::bernoulli(0.4));
      const auto one = sl::gen(sl::dynamic, [&](auto& t) { return t({}, self, &below.front(), x); });
      const auto other = sl::gen(sl::dynamic, [&](auto& t) { return t({}, self, &below.back(), x + 1.0); });
      return trace("switch", sl::switch_(one, other), last);
    }
  }
});

double by_hand(choices c, const sl::path& here, const shape& s, double x, densities& lp) {
  const auto& below = s.children;
  const auto child = [&](const sl::path& at_child, const shape& b, double in) { return by_hand(c, at_child, b, in, lp); };
  const auto leaf = at(here, "x"), count = at(here, "n"), on = at(here, "on"), last = at(here, "last");
  switch (s.kind) {
    case 0:
      return lp(leaf, normal(c[leaf], 0.5 * x, 1)), c[leaf];
    case 1:
      return lp(count, poisson(c[count], 1 + std::abs(std::tanh(x)))), 0.25 * c[count];
    case 2: {
      double sum = 0;
      for (std::size_t i = 0; i < below.size(); ++i) sum += child(at(here, "call", i), below[i], 0.5 * sum);
      lp(leaf, normal(c[leaf], sum, 2));
      return sum + c[leaf];
    }
    case 3: {
      double first = 0;
      for (std::size_t i = 0; i < below.size(); ++i) {
        const double y = child(at(here, "map", i), below[i], x);
        if (i == 0) first = y;
      }
      return first;
    }
    case 4: {
      for (std::size_t i = 0; i < below.size(); ++i) x = child(at(here, "chain", i, "to"), below[i], x);
      return x;
    }
    case 5:
      lp(on, bernoulli(c[on] != 0, 0.6));
      return c[on] != 0 ? child(at(here, "mask"), below[0], x) : -1.0;
    default:
      lp(last, bernoulli(c[last] != 0, 0.4));
      return c[last] != 0 ? child(at(here, "switch"), below.back(), x + 1) : child(at(here, "switch"), below.front(), x);
  }
}

}  // namespace

TEST(random_nestings, obey_the_laws) {
  ::setenv("RC_PARAMS", "seed=20240607 max_success=300 max_size=40", 0);
  const bool good = rc::check("update, regenerate, generate and project of random nestings", [](const std::vector<int>& numbers, std::uint64_t seed) {
    const auto failures = [] { return ::testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); };
    const int failed_before = failures();
    std::size_t read = 0;
    const shape s = read_shape(numbers, read, 0);
    const row r{"random", model, sl::args(&s, 0.5), [](choices c, const auto& as, densities& lp) { by_hand(c, {}, *argument<0>(as), argument<1>(as), lp); }, {sl::choice_map()}, {sl::selection()}};
    const auto t = sl::simulate(r.model, r.as, sl::key(seed));
    const auto other = sl::simulate(r.model, r.as, sl::key(seed + 1)).choices();
    // Constraints: some of another trace's choices. A selection: some of this one's.
    sl::choice_map some;
    sl::selection selected;
    std::uint64_t coin = seed;
    for (const auto& e : other.entries())
      if ((coin = sl::hash_combine(coin, 1)) % 3 == 0) some.set(e.where, e.value);
    const point before = point_of(r, t, r.as);
    for (const auto& e : before.choices.entries())
      if ((coin = sl::hash_combine(coin, 2)) % 3 == 0) selected = selected | sl::selection(e.where);
    check_one_update(r, t, r.as, some, "random update");
    check_one_update(r, t, sl::args(&s, -0.5), some, "random update with new arguments");
    check_one_update(r, t, r.as, other, "to another trace");
    const auto [u, w, discard] = sl::regenerate(t, selected, sl::key(seed + 2));
    expect_regenerate(before, point_of(r, u, r.as), selected, w, discard, "random selection");
    const auto all = sl::regenerate(u, sl::all, sl::key(seed + 3));
    EXPECT_NEAR(all.weight, 0.0, 1e-10);
    const auto [g, v] = sl::generate(r.model, r.as, some, sl::key(seed + 4));
    const point made = point_of(r, g, r.as);
    expect_weight(v, generate_weight(made, some), made.lp.total(), "random generate");
    EXPECT_NEAR(sl::project(t, selected), projection(before, selected), 1e-10 * (1 + std::abs(t.score())));
    RC_ASSERT(failures() == failed_before);
  });
  EXPECT_TRUE(good);
}
