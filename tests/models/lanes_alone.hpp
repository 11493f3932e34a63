// Runs every operation over lanes together and alone, and compares bit for bit. Included by one test a precision: each compiles long.
#pragma once

#include <gtest/gtest.h>

#include <starling/models/edit.hpp>

#include "models/law_rows.hpp"

namespace laws {

inline constexpr std::size_t many_lanes = 1003;

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
  for (const auto& change : r.changes) {
    const auto g = sl::generate(r.model, r.as, change, sl::key(2), asked);
    all.push_back(outcome_of(g.traces, g.weights, lanes));
    const auto u = sl::update(b, change, sl::key(3));
    all.push_back(outcome_of(u.traces, u.weights, lanes));
    const auto e = sl::edit(b, sl::edits::composite(sl::edits::selection{r.selections[0]}, sl::edits::constraint{change}), sl::key(5));
    all.push_back(outcome_of(e.target, e.weight, lanes));
  }
  for (const auto& selected : r.selections) {
    const auto v = sl::regenerate(b, selected, sl::key(4));
    all.push_back(outcome_of(v.traces, v.weights, lanes));
    const auto w = sl::regenerate(v.traces, sl::all, sl::fold_in(sl::key(4), 7));
    all.push_back(outcome_of(w.traces, w.weights, lanes));
  }
  for (const auto& next : r.next) {
    const auto u = sl::update(b, next, r.changes[0], sl::key(6));
    all.push_back(outcome_of(u.traces, u.weights, lanes));
  }
  return all;
}

template <class T, class Row>
void check_lanes_alone(const Row& r) {
  const std::vector<std::size_t> some = {0, 1, 3, 6, 15, 500, 1002};
  const auto together = all_operations<T>(r, many_lanes, 0, some);
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto alone = all_operations<T>(r, 1, some[i], {0});
    for (std::size_t op = 0; op < together.size(); ++op) {
      EXPECT_EQ(together[op].choices[i], alone[op].choices[0]) << r.name << " operation " << op << " lane " << some[i];
      EXPECT_EQ(together[op].scores[i], alone[op].scores[0]) << r.name << " operation " << op << " lane " << some[i];
      EXPECT_EQ(together[op].weights[i], alone[op].weights[0]) << r.name << " operation " << op << " lane " << some[i];
    }
  }
}

}  // namespace laws
