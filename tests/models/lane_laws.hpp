// The laws for N lanes, as checks of one row: every operation on a batch is, lane by lane, what the laws say of a trace.
#pragma once

#include <cmath>

#include "models/law_rows.hpp"
#include "models/thrown.hpp"

#include <starling/models/edit.hpp>
#include <starling/models/merge.hpp>

namespace laws {

inline constexpr std::size_t many = 1003;
inline const std::vector<std::size_t> looked_at = {0, 1, 2, 3, 4, 5, 6, 8, 27, 500, 501, 1000, 1001, 1002};

template <class Row>
std::string lane_label(const Row& r, std::size_t lane, std::size_t which = 0) {
  return std::string(r.name) + ", lane " + std::to_string(lane) + ", number " + std::to_string(which);
}
template <class Row, class Batch, class Arguments>
std::vector<point> points_of(const Row& r, const Batch& b, const Arguments& as) {
  std::vector<point> all;
  for (const auto l : looked_at) all.push_back(point_of(r, b.lane(l), as));
  return all;
}
inline sl::choice_map of_lane(const sl::choice_map& c, std::size_t lane) { return c.lanes() == 0 ? c : c.lane(lane); }

template <class Row, class Batch, class Arguments>
void expect_scores_and_values(const Row& r, const Batch& b, const std::vector<point>& points, const Arguments& as, const char* what) {
  const auto scores = b.scores();
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    const auto l = looked_at[i];
    EXPECT_NEAR(scores[l], points[i].lp.total(), tolerance(scores[l])) << lane_label(r, l) << " " << what;
    const auto alone = sl::assess(r.model, as, points[i].choices);
    EXPECT_NEAR(alone.score, scores[l], tolerance(scores[l])) << lane_label(r, l) << " " << what;
    expect_value(sl::persist(b.value(l)), sl::persist(alone.value), lane_label(r, l) + " value after " + what);
    EXPECT_EQ(b.lane(l).score(), scores[l]) << lane_label(r, l);
  }
}

template <class Row>
void check_lanes_simulate(const Row& r) {
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(many));
  ASSERT_EQ(b.size(), many);
  expect_scores_and_values(r, b, points_of(r, b, r.as), r.as, "simulate");
  // double ~ pack: one lane draws what lane 0 draws.
  const auto t = sl::simulate(r.model, r.as, sl::key(1));
  const sl::choice_map one = t.choices(), lane = b.lane(0).choices();
  EXPECT_EQ(one.size(), lane.size()) << r.name;
  for (const auto& e : one.entries()) {
    const auto other = lane.find(e.where);
    ASSERT_TRUE(other) << r.name << ": lane 0 has no choice at " << e.where.str();
    for (std::size_t i = 0; i < e.value.data.size(); ++i)
      EXPECT_NEAR(e.value.data[i], other.at(i, 0), 1e-12 * (1 + std::abs(e.value.data[i]))) << r.name << " " << e.where.str();
  }
  if constexpr (!decltype(r.model)::is_dynamic) {
    const auto again = sl::assess(r.model, r.as, b.choices(), sl::lanes(many));
    EXPECT_EQ(again.scores, b.scores()) << r.name;
    for (const auto l : looked_at) EXPECT_TRUE(sl::persist(again.traces.value(l)) == sl::persist(b.value(l))) << lane_label(r, l);
    const auto p = sl::propose(r.model, r.as, sl::key(1), sl::lanes(many));
    EXPECT_EQ(p.scores, b.scores()) << r.name;
  }
}

template <class Row>
void check_lanes_generate(const Row& r) {
  const auto [free, none] = sl::generate(r.model, r.as, {}, sl::key(2), sl::lanes(many));
  const auto same = sl::simulate(r.model, r.as, sl::key(2), sl::lanes(many));
  EXPECT_EQ(free.scores(), same.scores()) << r.name << ": the same key, the same draws";
  if (!r.has_factor) {
    EXPECT_EQ(none, std::vector<double>(many, 0.0)) << r.name;
  }
  for (std::size_t c = 0; c < r.changes.size(); ++c) {
    const auto [g, w] = sl::generate(r.model, r.as, r.changes[c], sl::key(2), sl::lanes(many));
    const auto points = points_of(r, g, r.as);
    expect_scores_and_values(r, g, points, r.as, "generate");
    for (std::size_t i = 0; i < looked_at.size(); ++i) {
      const auto l = looked_at[i];
      expect_weight(w[l], generate_weight(points[i], r.changes[c]), points[i].lp.total(), lane_label(r, l, c) + " generate");
      expect_constrained(r.changes[c], points[i].choices, lane_label(r, l, c));
    }
  }
}

template <class Row, class Batch, class Arguments, class Constraints>
void check_one_lane_update(const Row& r, const Batch& b, const Arguments& as, const Constraints& constraints, const std::string& what) {
  const auto before = points_of(r, b, b.args());
  const auto u = sl::update(b, as, constraints, sl::key(3));
  const auto after = points_of(r, u.traces, as);
  expect_scores_and_values(r, u.traces, after, as, "update");
  const auto constraints_of = [&](std::size_t l) {
    if constexpr (std::is_same_v<Constraints, sl::choice_map>) return of_lane(constraints, l);
    else return constraints[l];
  };
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    const auto l = looked_at[i];
    expect_update(before[i], after[i], constraints_of(l), u.weights[l], u.discard.lane(l), lane_label(r, l) + what);
  }
  const auto back = sl::update(u.traces, b.args(), u.discard, sl::key(4));
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    const auto l = looked_at[i];
    if (!std::isfinite(u.weights[l])) continue;
    EXPECT_EQ(back.traces.lane(l).choices(), before[i].choices) << lane_label(r, l) << what << ": update and back";
    if (!r.may_lie_flat) {
      EXPECT_EQ(back.traces.scores()[l], b.scores()[l]) << lane_label(r, l) << what;
    } else {
      EXPECT_NEAR(back.traces.scores()[l], b.scores()[l], tolerance(b.scores()[l])) << lane_label(r, l) << what;
    }
    EXPECT_TRUE(sl::persist(back.traces.value(l)) == sl::persist(b.value(l))) << lane_label(r, l) << what;
    const double size = std::abs(b.scores()[l]) + std::abs(u.traces.scores()[l]);
    EXPECT_NEAR(u.weights[l] + back.weights[l], -fresh_density(before[i], after[i], constraints_of(l)), tolerance(size)) << lane_label(r, l) << what;
  }
}

template <class Row>
void check_lanes_update(const Row& r) {
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(many));
  const auto same = sl::update(b, sl::choice_map(), sl::key(3));
  EXPECT_EQ(same.weights, std::vector<double>(many, 0.0)) << r.name;
  EXPECT_EQ(same.traces.scores(), b.scores()) << r.name;
  for (const auto l : looked_at) EXPECT_EQ(same.traces.lane(l).choices(), b.lane(l).choices()) << lane_label(r, l);
  for (const auto l : looked_at) EXPECT_TRUE(same.discard.lane(l).empty()) << lane_label(r, l);
  for (std::size_t c = 0; c < r.changes.size(); ++c) {
    check_one_lane_update(r, b, r.as, r.changes[c], ", constraints " + std::to_string(c));
    for (const auto& next : r.next) check_one_lane_update(r, b, next, r.changes[c], ", new arguments and constraints " + std::to_string(c));
  }
  for (const auto& next : r.next) check_one_lane_update(r, b, next, sl::choice_map(), ", new arguments alone");
  // Each lane to the choices of another.
  const auto other = sl::simulate(r.model, r.as, sl::key(99), sl::lanes(many)).choices();
  check_one_lane_update(r, b, r.as, other, ", to another trace");
}

template <class Row>
void check_lanes_regenerate(const Row& r) {
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(many));
  const auto before = points_of(r, b, r.as);
  const auto same = sl::regenerate(b, sl::none, sl::key(5));
  EXPECT_EQ(same.weights, std::vector<double>(many, 0.0)) << r.name;
  EXPECT_EQ(same.traces.scores(), b.scores()) << r.name;
  const auto all = sl::regenerate(b, sl::all, sl::key(5));
  if (!r.has_factor) {
    EXPECT_EQ(all.weights, std::vector<double>(many, 0.0)) << r.name << ": everything selected";
  }
  const auto check = [&](const auto& v, const auto& as, const sl::selection& s, std::size_t c) {
    const auto after = points_of(r, v.traces, as);
    expect_scores_and_values(r, v.traces, after, as, "regenerate");
    for (std::size_t i = 0; i < looked_at.size(); ++i)
      expect_regenerate(before[i], after[i], s, v.weights[looked_at[i]], v.discard.lane(looked_at[i]), lane_label(r, looked_at[i], c));
  };
  check(all, r.as, sl::all, 100);
  for (std::size_t c = 0; c < r.selections.size(); ++c) {
    check(sl::regenerate(b, r.selections[c], sl::key(5)), r.as, r.selections[c], c);
    for (const auto& next : r.next) check(sl::regenerate(b, next, r.selections[c], sl::key(5)), next, r.selections[c], c);
  }
}

template <class Row>
void check_lanes_project_and_edit(const Row& r) {
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(many));
  const auto points = points_of(r, b, r.as);
  for (const auto& s : r.selections) {
    const auto part = sl::project(b, s), rest = sl::project(b, !s);
    for (std::size_t i = 0; i < looked_at.size(); ++i) {
      const auto l = looked_at[i];
      if (!r.has_factor) {
        EXPECT_NEAR(part[l], projection(points[i], s), tolerance(b.scores()[l])) << lane_label(r, l);
      }
      EXPECT_NEAR(part[l] + rest[l], b.scores()[l], tolerance(b.scores()[l])) << lane_label(r, l);
    }
  }
  for (std::size_t c = 0; c < r.changes.size(); ++c) {
    const auto& selected = r.selections[c % r.selections.size()];
    const auto e = sl::edit(b, sl::edits::constraint{r.changes[c]}, sl::key(7));
    EXPECT_EQ(e.weight, sl::update(b, r.changes[c], sl::key(7)).weights) << r.name;
    const auto& next = r.next.empty() ? r.as : r.next[0];
    const auto a = sl::edit(b, sl::edits::arguments{next, r.changes[c]}, sl::key(7));
    EXPECT_EQ(a.weight, sl::update(b, next, r.changes[c], sl::key(7)).weights) << r.name;
    const auto home = sl::edit(a.target, a.backward, sl::key(8));
    const auto both = sl::edit(b, sl::edits::composite(sl::edits::selection{selected}, sl::edits::constraint{r.changes[c]}), sl::key(7));
    const auto first = sl::regenerate(b, selected, sl::key(7).scope(0));
    const auto second = sl::update(first.traces, r.changes[c], sl::key(7).scope(1));
    for (std::size_t i = 0; i < looked_at.size(); ++i) {
      const auto l = looked_at[i];
      if (std::isfinite(a.weight[l])) {
        EXPECT_EQ(home.target.lane(l).choices(), points[i].choices) << lane_label(r, l, c);
      }
      EXPECT_EQ(both.target.lane(l).choices(), second.traces.lane(l).choices()) << lane_label(r, l, c);
      expect_weight(both.weight[l], first.weights[l] + second.weights[l], b.scores()[l], lane_label(r, l, c));
    }
  }
}

template <class Row>
void check_lanes_merge(const Row& r) {
  const auto a = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(20)), b = sl::simulate(r.model, r.as, sl::key(2), sl::lanes(20));
  std::vector<bool> mask(20);
  mask[3] = mask[4] = mask[19] = true;
  const auto m = sl::merge(mask, a, b);
  for (std::size_t l = 0; l < 20; ++l) {
    EXPECT_EQ(m.lane(l).choices(), (mask[l] ? a : b).lane(l).choices()) << lane_label(r, l);
    EXPECT_EQ(m.scores()[l], (mask[l] ? a : b).scores()[l]) << lane_label(r, l);
    EXPECT_TRUE(sl::persist(m.value(l)) == sl::persist((mask[l] ? a : b).value(l))) << lane_label(r, l);
  }
}

template <class Row>
void check_lanes_typos(const Row& r) {
  const sl::choice_map wrong{{"typo", 1.0}};
  const auto b = sl::simulate(r.model, r.as, sl::key(1), sl::lanes(9));
  if constexpr (decltype(r.model)::is_dynamic) {  // what it may visit cannot be known
    const std::vector<double> never(9, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(sl::generate(r.model, r.as, wrong, sl::key(1), sl::lanes(9)).weights, never) << r.name;
    EXPECT_EQ(sl::update(b, wrong, sl::key(1)).weights, never) << r.name;
  } else {
    for (const auto& said : {thrown([&] { sl::generate(r.model, r.as, wrong, sl::key(1), sl::lanes(9)); }), thrown([&] { sl::update(b, wrong, sl::key(1)); })})
      EXPECT_NE(said.find("typo"), std::string::npos) << r.name << " said: " << said;
  }
}

template <class Row>
void check_lanes(const Row& r) {
  check_lanes_simulate(r);
  check_lanes_generate(r);
  check_lanes_update(r);
  check_lanes_regenerate(r);
  check_lanes_project_and_edit(r);
  check_lanes_merge(r);
  check_lanes_typos(r);
}

}  // namespace laws
