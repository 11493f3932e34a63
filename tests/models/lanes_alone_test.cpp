// Lane k of N is the same lane alone, bit for bit, in every operation; whatever else runs at the same time; and no number is drawn twice.
#include <gtest/gtest.h>

#include <algorithm>

#include <starling/execution/executor.hpp>

#include "law_models.hpp"

using namespace laws;

namespace {
constexpr std::size_t n = 1003;

// What an operation on lanes gives, lane by lane: choices, scores and weights.
struct outcome {
  std::vector<sl::choice_map> choices;
  std::vector<double> scores, weights;
  friend bool operator==(const outcome&, const outcome&) = default;
};
template <class Batch>
outcome outcome_of(const Batch& b, std::vector<double> weights, const std::vector<std::size_t>& lanes) {
  outcome o;
  const auto scores = b.scores();
  for (const auto l : lanes) {
    o.choices.push_back(b.lane(l).choices());
    o.scores.push_back(scores[l]);
    o.weights.push_back(weights[l]);
  }
  return o;
}

// Every operation that draws, over the lanes asked for; T is the precision.
template <class T, class Row>
std::vector<outcome> all_operations(const Row& r, std::size_t count, std::size_t first, const std::vector<std::size_t>& lanes) {
  const auto asked = sl::lanes<T>(count, first);
  std::vector<outcome> all;
  const auto b = sl::simulate(r.model, r.as, sl::key(1), asked);
  all.push_back(outcome_of(b, b.scores(), lanes));
  const auto g = sl::generate(r.model, r.as, r.change, sl::key(2), asked);
  all.push_back(outcome_of(g.traces, g.weights, lanes));
  const auto u = sl::update(b, r.change, sl::key(3));
  all.push_back(outcome_of(u.traces, u.weights, lanes));
  const auto v = sl::regenerate(b, r.selected, sl::key(4));
  all.push_back(outcome_of(v.traces, v.weights, lanes));
  const auto w = sl::regenerate(v.traces, sl::all, sl::fold_in(sl::key(4), 7));
  all.push_back(outcome_of(w.traces, w.weights, lanes));
  const auto e = sl::edit(b, sl::edits::composite(sl::edits::selection{r.selected}, sl::edits::constraint{r.change}), sl::key(5));
  all.push_back(outcome_of(e.target, e.weight, lanes));
  return all;
}

template <class T>
void check_lanes_alone() {
  const std::vector<std::size_t> some = {0, 1, 3, 6, 15, 500, 1002};
  for_each_model([&](const auto& r) {
    const auto together = all_operations<T>(r, n, 0, some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto alone = all_operations<T>(r, 1, some[i], {0});
      for (std::size_t op = 0; op < together.size(); ++op) {
        EXPECT_EQ(together[op].choices[i], alone[op].choices[0]) << r.name << " operation " << op << " lane " << some[i];
        EXPECT_EQ(together[op].scores[i], alone[op].scores[0]) << r.name << " operation " << op << " lane " << some[i];
        EXPECT_EQ(together[op].weights[i], alone[op].weights[0]) << r.name << " operation " << op << " lane " << some[i];
      }
    }
  });
}
}  // namespace

TEST(lanes_alone, in_double) { check_lanes_alone<double>(); }
TEST(lanes_alone, in_float) { check_lanes_alone<float>(); }

TEST(lanes_alone, whatever_runs_at_the_same_time) {
  const auto r = std::get<1>(table());
  std::vector<std::size_t> every(n);
  for (std::size_t l = 0; l < n; ++l) every[l] = l;
  const auto expected = all_operations<double>(r, n, 0, every);
  std::vector<std::vector<outcome>> got(4);
  sl::parallel_for(4, [&](std::size_t i) { got[i] = all_operations<double>(r, n, 0, every); });
  for (const auto& g : got) EXPECT_EQ(g, expected);
}

TEST(lanes_alone, different_sites_scopes_lanes_steps_and_keys_get_different_numbers) {
  // All choices are standard normal: the same number of the generator would be the same value.
  constexpr auto many = sl::gen([](auto& trace) {
    constexpr auto inner = sl::gen([](auto& t) {
      for (int i = 0; i < 5; ++i) t({"x", i}, sl::normal(0.0, 1.0));
    });
    for (int i = 0; i < 5; ++i) trace({"x", i}, sl::normal(0.0, 1.0));
    trace("a", inner), trace("b", inner), trace({"c", 0}, inner), trace({"c", 1}, inner);
    trace("v", sl::iid(sl::normal(0.0, 1.0), 5));
  });
  std::vector<double> z;
  const auto gather = [&](const sl::choice_map& c) {
    for (const auto& e : c.entries()) z.insert(z.end(), e.value.data.begin(), e.value.data.end());
  };
  gather(sl::simulate(many, sl::args(), sl::key(1), sl::lanes(67)).choices());
  gather(sl::simulate(many, sl::args(), sl::key(2), sl::lanes(67)).choices());
  for (std::uint64_t step = 0; step < 3; ++step) gather(sl::simulate(many, sl::args(), sl::fold_in(sl::key(1), step), sl::lanes(67)).choices());
  gather(sl::simulate(many, sl::args(), sl::key(3)).choices());
  ASSERT_EQ(z.size(), 30u * (5 * 67 + 1));
  std::sort(z.begin(), z.end());
  EXPECT_EQ(std::adjacent_find(z.begin(), z.end()), z.end());
  // What regenerate draws is not what simulate drew with the same key for other sites, nor what stood there.
  const auto t = sl::simulate(many, sl::args(), sl::key(1));
  const auto u = sl::regenerate(t, sl::all, sl::key(9)).trace;
  for (int i = 0; i < 5; ++i) EXPECT_NE((t[{"x", i}]), (u[{"x", i}]));
}
