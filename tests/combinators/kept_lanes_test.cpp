// Batches keep instances: random sequences of updates and regenerates, with copies that go on later, lane by lane against what the
// operations mean; an extended batch is the whole one, and costs the step alone.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>

#include <starling/combinators/each.hpp>
#include <starling/combinators/map.hpp>
#include <starling/combinators/mask.hpp>
#include <starling/combinators/scan.hpp>
#include <starling/combinators/unfold.hpp>
#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/project.hpp>
#include <starling/models/regenerate.hpp>

namespace {

namespace sl = starling;

constexpr std::size_t lanes = 11;
std::atomic<std::size_t> runs = 0;  // of a kernel, in any block

constexpr auto kernel = sl::gen([](auto& trace, std::size_t, const auto& x, const auto& scale) {
  ++runs;
  const auto next = trace("x", sl::normal(0.9 * x, 1.0));
  trace("y", sl::normal(next, scale));
  return next;
});
constexpr auto walk = sl::unfold(kernel);
constexpr auto chain = sl::gen([](auto& trace, std::size_t n, double scale) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto states = trace("steps", walk, n, m, scale);
  trace("end", sl::normal(n == 0 ? m : states.back(), 1.0));
  return states;
});
constexpr auto nested = sl::gen([](auto& trace, std::size_t n, double scale) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto pair = trace("inner", sl::gen([](auto& inner, std::size_t k, const auto& x, double s) {
                            return std::pair(inner("first", walk, k, x, s), inner("second", walk, k / 2, 0.5, 1.0));
                          }),
                          n, m, scale);
  for (std::size_t i = 0; i < pair.second.size(); ++i) trace({"z", i}, sl::normal(pair.second[i], 1.0));
  return pair;
});
constexpr auto plates = sl::gen([](auto& trace, std::size_t n, double scale) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  std::vector<double> xs;
  for (std::size_t i = 0; i < n; ++i) xs.push_back(0.1 * static_cast<double>(i));
  return trace("plates", sl::map(sl::gen([](auto& plate, double x, const auto& mean, double s) {
                 const auto a = plate("a", sl::normal(mean + x, s));
                 plate.factor(-0.1 * a * a);
                 return plate("steps", walk, static_cast<std::size_t>(2 + 10 * x), a, s).back();
               })),
               sl::each(xs), m, scale);
});
constexpr auto inputs = sl::gen([](auto& trace, std::size_t n, double scale) {
  std::vector<double> xs(n, 0.25);
  return trace("steps", sl::scan(sl::gen([](auto& step, const auto& carry, double x, double s) {
                 const auto on = step("on", sl::bernoulli(0.6));
                 const auto extra = step("extra", sl::mask(sl::gen([](auto& t, const auto& mean) { return t("e", sl::normal(mean, 1.0)); })), on, carry);
                 const auto next = step("x", sl::normal(0.5 * carry + x + sl::where(on, extra.value, 0.0), s));
                 return std::pair(next, next * 2.0);
               })),
               0.0, xs, scale)
      .second;
});

using points = std::vector<std::pair<sl::path, double>>;
template <class Trace>
points densities(const Trace& t) {
  points all;
  for (const auto& e : t.choices().entries()) all.emplace_back(e.where, t.log_density(e.where));
  return all;
}
bool near(double a, double b) { return std::abs(a - b) < 1e-9 * (1 + std::abs(a) + std::abs(b)); }

template <class Before, class After, class Fixed, class Discard>
void expect_change(const Before& before, const After& after, Fixed&& is_set, bool update, double weight, const Discard& discard, const std::string& what) {
  double expected = update ? after.score() - before.score() : 0;
  for (const auto& [where, lp] : densities(after)) {
    const bool old = before.contains(where);
    if (update) {
      if (!old && !is_set(where)) expected -= lp;
    } else if (old && !is_set(where)) {
      expected += lp - before.log_density(where);
    }
    if (old && !is_set(where)) {
      EXPECT_EQ(after[where], before[where]) << what << where.str();
    }
  }
  if (update) {
    EXPECT_TRUE(near(weight, expected)) << what << weight << " " << expected;
  }
  sl::choice_map lost;
  for (const auto& e : before.choices().entries())
    if (!after.contains(e.where) || is_set(e.where)) lost.set(e.where, e.value);
  EXPECT_EQ(discard, lost) << what;
}

template <class Model>
void check(const char* name, const Model& model, const std::vector<sl::path>& some, bool has_factor, std::uint64_t seed, int operations) {
  std::mt19937_64 random(seed);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto normal = [&] { return std::normal_distribution<double>()(random); };
  // Some sites have one value for all lanes, not the same ones in each instance.
  sl::choice_map observed;
  for (const auto& p : some)
    if (pick(2) && sl::simulate(model, sl::args(std::size_t{3}, 1.0), sl::key(1)).contains(p)) observed.set(p, 0.25);
  auto b = sl::generate(model, sl::args(std::size_t{3}, 1.0), observed, sl::key(seed), sl::lanes(lanes)).traces;
  std::vector<decltype(b)> copies = {b};
  std::size_t n = 3;
  double scale = 1.0;
  for (int i = 0; i < operations && !testing::Test::HasFailure(); ++i) {
    std::string what = name;  // piece by piece: g++ 12 warns falsely of sums of strings at -O1
    what += ", operation ";
    what += std::to_string(i);
    what += ": ";
    const auto k = sl::key(1000 * seed + static_cast<std::uint64_t>(i));
    const auto before = b;
    if (pick(6) == 0) copies.push_back(b);
    if (pick(8) == 0) {
      b = copies[pick(copies.size())];
      std::tie(n, scale) = std::pair(std::get<0>(b.args().values), std::get<1>(b.args().values));
      continue;
    }
    const bool moves_in = pick(2);
    const auto check_lanes = [&](const auto& u, auto&& is_set, bool update) {
      const auto scores = u.traces.scores();
      for (const std::size_t l : {std::size_t{0}, std::size_t{5}, std::size_t{10}}) {
        const auto was = before.lane(l), is = u.traces.lane(l);
        EXPECT_TRUE(near(scores[l], sl::assess(model, sl::args(n, scale), is.choices()).score)) << what;
        EXPECT_TRUE(sl::persist(u.traces.value(l)) == sl::persist(sl::assess(model, sl::args(n, scale), is.choices()).value)) << what;
        expect_change(
            was, is, [&](const sl::path& p) { return is_set(p, l); }, update, u.weights[l], u.discard.lane(l), what);
      }
    };
    if (pick(4) == 0) {
      const sl::selection s = pick(3) == 0 ? sl::selection(sl::all) : sl::select(some[pick(some.size())]);
      auto u = moves_in ? sl::regenerate(decltype(b)(b), s, k) : sl::regenerate(b, s, k);
      check_lanes(
          u, [&](const sl::path& p, std::size_t) { return s.contains(p); }, false);
      if (!has_factor) {
        for (const std::size_t l : {std::size_t{1}, std::size_t{9}}) {
          double w = 0;
          const auto was = before.lane(l), is = u.traces.lane(l);
          for (const auto& [where, lp] : densities(is))
            if (was.contains(where) && !s.contains(where)) w += lp - was.log_density(where);
          EXPECT_TRUE(near(w, u.weights[l])) << what;
        }
      }
      b = std::move(u.traces);
      continue;
    }
    sl::choice_map c;
    for (std::size_t j = pick(3); j > 0; --j) {
      const sl::path at = some[pick(some.size())];
      if (!before.lane(0).contains(at)) continue;
      if (pick(2)) c.set(at, normal());
      else {
        std::vector<double> xs(lanes);
        for (double& x : xs) x = normal();
        if (pick(2)) xs[0] = before.lane(0)[at];
        c.set(at, sl::per_lane(xs));
      }
    }
    const std::size_t old_n = n;
    if (pick(2)) n = pick(7);
    if (pick(8) == 0) scale = scale == 1.0 ? 1.5 : 1.0;
    for (const auto& p : some)
      if (n < old_n && c.contains(p)) c.erase(p);
    auto u = moves_in ? sl::update(decltype(b)(b), sl::args(n, scale), c, k) : sl::update(b, sl::args(n, scale), c, k);
    check_lanes(
        u, [&](const sl::path& p, std::size_t) { return c.contains(p); }, true);
    const auto sums = sl::project(u.traces, sl::all);
    for (std::size_t l = 0; l < lanes; ++l) EXPECT_TRUE(near(sums[l], u.traces.scores()[l])) << what;
    b = std::move(u.traces);
  }
}

const sl::path m{"m"};
sl::path in(sl::path head, std::size_t i, const char* name) { return std::move(head.append(sl::path_component{{}, static_cast<std::int64_t>(i)})) / sl::address(sl::name(name)); }

TEST(kept_lanes, random_sequences) {
  const int n = 300;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    check("chain", chain, {m, in("steps", 0, "x"), in("steps", 1, "y"), in("steps", 2, "x"), in("steps", 4, "x"), "end"}, false, seed, n);
    check("nested", nested, {m, in("inner" / sl::address("first"), 1, "x"), in("inner" / sl::address("second"), 0, "x")}, false, seed, n);
    check("plates", plates, {m, in("plates", 0, "a"), in("plates", 2, "a"), in(sl::path("plates", 1) / sl::address("steps"), 1, "x")}, true, seed, n);
    check("inputs", inputs, {in("steps", 0, "x"), in("steps", 2, "x"), in("steps", 4, "x")}, false, seed, n);
  }
}

TEST(kept_lanes, extended_is_whole_and_runs_the_step_alone) {
  constexpr std::size_t width = sl::lanes_of<sl::native_pack<double>>;
  auto b = sl::simulate(chain, sl::args(std::size_t{1}, 1.0), sl::key(1), sl::lanes(lanes));
  for (std::size_t t = 2; t <= 300; ++t) {
    const auto copy = b;
    const std::size_t before = runs;
    auto u = sl::update(std::move(b), sl::args(t, 1.0), {}, sl::key(1));
    EXPECT_EQ(runs - before, (lanes + width - 1) / width);  // once a block
    EXPECT_TRUE(u.discard.empty());
    EXPECT_EQ(copy.scores().size(), lanes);
    b = std::move(u.traces);
  }
  const auto whole = sl::simulate(chain, sl::args(std::size_t{300}, 1.0), sl::key(1), sl::lanes(lanes));
  EXPECT_EQ(b[in("steps", 299, "x")], whole[in("steps", 299, "x")]);
  EXPECT_EQ(b.value(5), whole.value(5));
  const auto g = sl::generate(chain, sl::args(std::size_t{300}, 1.0), b.choices(), sl::key(2), sl::lanes(lanes));
  EXPECT_EQ(g.traces.scores(), b.scores());
  for (std::size_t l = 0; l < lanes; ++l) EXPECT_TRUE(near(g.weights[l], b.scores()[l]));
}

TEST(kept_lanes, lanes_alone_are_lanes_of_many) {
  const auto model = nested;
  auto b = sl::simulate(model, sl::args(std::size_t{5}, 1.0), sl::key(3), sl::lanes(lanes));
  b = std::move(sl::update(std::move(b), sl::args(std::size_t{8}, 1.0), {{"m", 0.25}}, sl::key(4)).traces);
  for (const std::size_t l : {std::size_t{0}, std::size_t{7}, std::size_t{10}}) {
    auto alone = sl::simulate(model, sl::args(std::size_t{5}, 1.0), sl::key(3), sl::lanes(1, l));
    alone = std::move(sl::update(std::move(alone), sl::args(std::size_t{8}, 1.0), {{"m", 0.25}}, sl::key(4)).traces);
    EXPECT_EQ(alone.lane(0).choices(), b.lane(l).choices());
    EXPECT_EQ(alone.scores()[0], b.scores()[l]);
  }
}

TEST(kept_lanes, a_batch_that_was_moved_in_is_as_before_where_it_throws) {
  auto b = sl::simulate(chain, sl::args(std::size_t{4}, 1.0), sl::key(1), sl::lanes(lanes));
  const auto copy = b;
  EXPECT_THROW(sl::update(std::move(b), sl::args(std::size_t{6}, -1.0), {{"m", 1.0}}, sl::key(2)), sl::parameter_error);
  EXPECT_THROW(sl::update(std::move(b), sl::args(std::size_t{4}, 1.0), {{in("steps", 9, "x"), 1.0}}, sl::key(2)), std::invalid_argument);
  EXPECT_EQ(b.choices(), copy.choices());
  EXPECT_EQ(b.scores(), copy.scores());
  EXPECT_EQ(b.value(2), copy.value(2));
}

}  // namespace
