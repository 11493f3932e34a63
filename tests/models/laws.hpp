// The laws of the operations for one lane, as checks of one row.
#pragma once

#include <cmath>

#include "models/law_rows.hpp"
#include "models/thrown.hpp"

#include <starling/models/edit.hpp>

#include <starling/models/kept/results.hpp>

namespace laws {

// A return value without views of what a trace keeps.
template <class X>
auto plain(const X& x) {
  using sl::persist;
  return persist(x);
}

constexpr std::uint64_t seeds = 20;

template <class Row>
std::string label(const Row& r, std::uint64_t seed, std::size_t which = 0) {
  return std::string(r.name) + ", seed " + std::to_string(seed) + ", number " + std::to_string(which);
}

// score = the density by hand = assess; the value is a function of the choices; propose is simulate.
template <class Row>
void check_simulate(const Row& r) {
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const auto t = sl::simulate(r.model, r.as, sl::key(s));
    EXPECT_NEAR(t.score(), point_of(r, t, r.as).lp.total(), tolerance(t.score())) << label(r, s);
    const auto [score, value] = sl::assess(r.model, r.as, t.choices());
    EXPECT_NEAR(score, t.score(), tolerance(score)) << label(r, s);
    EXPECT_TRUE(plain(value) == plain(t.value())) << label(r, s);
    const auto p = sl::propose(r.model, r.as, sl::key(s));
    EXPECT_EQ(p.choices, t.choices()) << label(r, s);
    EXPECT_EQ(p.score, t.score()) << label(r, s);
  }
}

template <class Row>
void check_generate(const Row& r) {
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const auto [free, none] = sl::generate(r.model, r.as, {}, sl::key(s));
    if (!r.has_factor) {
      EXPECT_EQ(none, 0.0) << label(r, s);
    }
    EXPECT_EQ(free.choices(), sl::simulate(r.model, r.as, sl::key(s)).choices()) << label(r, s) << ": the same key, the same draws";
    const auto [fixed, all] = sl::generate(r.model, r.as, free.choices(), sl::key(s + 100));
    EXPECT_NEAR(all, free.score(), tolerance(all)) << label(r, s);
    EXPECT_EQ(fixed.choices(), free.choices()) << label(r, s);
    for (std::size_t c = 0; c < r.changes.size(); ++c) {
      const auto [part, w] = sl::generate(r.model, r.as, r.changes[c], sl::key(s));
      const point p = point_of(r, part, r.as);
      expect_weight(w, generate_weight(p, r.changes[c]), p.lp.total(), label(r, s, c) + " generate");
      expect_constrained(r.changes[c], p.choices, label(r, s, c));
    }
  }
}

// One update: the laws of its weight, values and discard; and back with the discard.
template <class Row, class Trace, class Arguments>
void check_one_update(const Row& r, const Trace& t, const Arguments& as, const sl::choice_map& constraints, const std::string& what) {
  const point before = point_of(r, t, t.args());
  const auto [u, w, discard] = sl::update(t, as, constraints, sl::key(51));
  const point after = point_of(r, u, as);
  EXPECT_NEAR(u.score(), after.lp.total(), tolerance(u.score())) << what;
  expect_update(before, after, constraints, w, discard, what);
  if (!std::isfinite(w)) return;
  const auto [back, v, ignored] = sl::update(u, t.args(), discard, sl::key(71));
  EXPECT_EQ(back.choices(), before.choices) << what << ": update and back";
  EXPECT_NEAR(back.score(), t.score(), tolerance(t.score())) << what;
  EXPECT_TRUE(plain(back.value()) == plain(t.value())) << what;
  const double size = std::abs(t.score()) + std::abs(u.score());
  EXPECT_NEAR(w + v, -fresh_density(before, after, constraints), tolerance(size)) << what << ": update and back";
}

template <class Row>
void check_update(const Row& r) {
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const auto t = sl::simulate(r.model, r.as, sl::key(s));
    const auto [same, zero, nothing] = sl::update(t, {}, sl::key(s + 50));
    EXPECT_EQ(zero, 0.0) << label(r, s);
    EXPECT_TRUE(nothing.empty()) << label(r, s);
    EXPECT_EQ(same.choices(), t.choices()) << label(r, s);
    EXPECT_EQ(same.score(), t.score()) << label(r, s);
    for (std::size_t c = 0; c < r.changes.size(); ++c) {
      check_one_update(r, t, r.as, r.changes[c], label(r, s, c));
      for (const auto& next : r.next) check_one_update(r, t, next, r.changes[c], label(r, s, c) + " with new arguments");
    }
    for (const auto& next : r.next) check_one_update(r, t, next, {}, label(r, s) + " with new arguments alone");
    // Every choice of another trace: its densities' ratio, whatever flips.
    const auto other = sl::simulate(r.model, r.as, sl::key(s + 1000)).choices();
    check_one_update(r, t, r.as, other, label(r, s) + " to another trace");
  }
}

template <class Row>
void check_rollback(const Row& r) {
  for (std::size_t c = 0; c < r.changes.size(); ++c) {
    const auto t = sl::simulate(r.model, r.as, sl::key(3));
    auto u = sl::update(t, r.next.empty() ? r.as : r.next[0], r.changes[c], sl::key(4)).trace;
    u.rollback();
    EXPECT_EQ(u.choices(), t.choices()) << label(r, 3, c);
    EXPECT_EQ(u.score(), t.score()) << label(r, 3, c);
    EXPECT_TRUE(plain(u.value()) == plain(t.value())) << label(r, 3, c);
  }
}

template <class Row>
void check_regenerate(const Row& r) {
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const auto t = sl::simulate(r.model, r.as, sl::key(s));
    const point before = point_of(r, t, r.as);
    const auto [same, zero, nothing] = sl::regenerate(t, sl::none, sl::key(s + 50));
    EXPECT_EQ(zero, 0.0) << label(r, s);
    EXPECT_EQ(same.choices(), before.choices) << label(r, s);
    const auto [all, w_all, everything] = sl::regenerate(t, sl::all, sl::key(s + 50));
    if (!r.has_factor) {
      EXPECT_EQ(w_all, 0.0) << label(r, s) << ": everything selected";
    }
    expect_regenerate(before, point_of(r, all, r.as), sl::all, w_all, everything, label(r, s) + " all");
    for (std::size_t c = 0; c < r.selections.size(); ++c) {
      const auto [u, w, discard] = sl::regenerate(t, r.selections[c], sl::key(s + 50));
      expect_regenerate(before, point_of(r, u, r.as), r.selections[c], w, discard, label(r, s, c));
      for (const auto& next : r.next) {
        const auto [v, x, old] = sl::regenerate(t, next, r.selections[c], sl::key(s + 50));
        expect_regenerate(before, point_of(r, v, next), r.selections[c], x, old, label(r, s, c) + " with new arguments");
      }
    }
  }
}

template <class Row>
void check_project(const Row& r) {
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const auto t = sl::simulate(r.model, r.as, sl::key(s));
    const point p = point_of(r, t, r.as);
    EXPECT_NEAR(sl::project(t, sl::all), t.score(), tolerance(t.score())) << label(r, s);
    EXPECT_EQ(sl::project(t, sl::none), 0.0) << label(r, s);
    for (const auto& e : r.selections) {
      if (!r.has_factor) {
        EXPECT_NEAR(sl::project(t, e), projection(p, e), tolerance(t.score())) << label(r, s);
      }
      EXPECT_NEAR(sl::project(t, e) + sl::project(t, !e), t.score(), tolerance(t.score())) << label(r, s);
    }
  }
}

// Edits are what they name, and are undone by their backward requests.
template <class Row>
void check_edit(const Row& r) {
  const auto t = sl::simulate(r.model, r.as, sl::key(6));
  const point before = point_of(r, t, r.as);
  for (std::size_t c = 0; c < r.changes.size(); ++c) {
    const auto& change = r.changes[c];
    const auto& selected = r.selections[c % r.selections.size()];
    const auto e = sl::edit(t, sl::edits::constraint{change}, sl::key(7));
    const auto u = sl::update(t, change, sl::key(7));
    EXPECT_EQ(e.weight, u.weight) << label(r, 6, c);
    EXPECT_EQ(e.target.choices(), u.trace.choices()) << label(r, 6, c);
    if (std::isfinite(e.weight)) {
      const auto back = sl::edit(e.target, e.backward, sl::key(8));
      EXPECT_EQ(back.target.choices(), before.choices) << label(r, 6, c);
      const double size = std::abs(t.score()) + std::abs(u.trace.score());
      EXPECT_NEAR(e.weight + back.weight, -fresh_density(before, point_of(r, e.target, r.as), change), tolerance(size)) << label(r, 6, c);
    }
    const auto& next = r.next.empty() ? r.as : r.next[0];
    const auto a = sl::edit(t, sl::edits::arguments{next, change}, sl::key(7));
    EXPECT_EQ(a.weight, sl::update(t, next, change, sl::key(7)).weight) << label(r, 6, c);
    if (std::isfinite(a.weight)) {
      const auto back = sl::edit(a.target, a.backward, sl::key(8));
      EXPECT_EQ(back.target.choices(), before.choices) << label(r, 6, c);
      EXPECT_NEAR(back.target.score(), t.score(), tolerance(t.score())) << label(r, 6, c);
    }
    const auto s = sl::edit(t, sl::edits::selection{selected}, sl::key(7));
    EXPECT_EQ(s.weight, sl::regenerate(t, selected, sl::key(7)).weight) << label(r, 6, c);
    const auto both = sl::edit(t, sl::edits::composite(sl::edits::selection{selected}, sl::edits::constraint{change}), sl::key(7));
    const auto first = sl::regenerate(t, selected, sl::key(7).scope(0));
    const auto second = sl::update(first.trace, change, sl::key(7).scope(1));
    EXPECT_EQ(both.target.choices(), second.trace.choices()) << label(r, 6, c);
    expect_weight(both.weight, first.weight + second.weight, t.score(), label(r, 6, c));
    static_assert(std::is_same_v<std::tuple_element_t<0, decltype(both.backward.parts)>, sl::edits::constraint>, "reversed");
  }
}

template <class Row>
void check_typos(const Row& r) {
  const sl::choice_map wrong{{"typo", 1.0}};
  const auto t = sl::simulate(r.model, r.as, sl::key(1));
  const auto expect_named = [&](const std::string& said) { EXPECT_NE(said.find("typo"), std::string::npos) << r.name << " said: " << said; };
  expect_named(thrown([&] { sl::assess(r.model, r.as, sl::choice_map(t.choices()).merge(wrong)); }));
  if constexpr (decltype(r.model)::is_dynamic) {  // what it may visit cannot be known
    constexpr double never = -std::numeric_limits<double>::infinity();
    EXPECT_EQ(sl::generate(r.model, r.as, wrong, sl::key(1)).weight, never) << r.name;
    EXPECT_EQ(sl::update(t, wrong, sl::key(1)).weight, never) << r.name;
    EXPECT_GT(sl::generate(r.model, r.as, wrong, sl::key(1), {.unreached = sl::ignore}).weight, never) << r.name;
  } else {
    expect_named(thrown([&] { sl::generate(r.model, r.as, wrong, sl::key(1)); }));
    expect_named(thrown([&] { sl::update(t, wrong, sl::key(1)); }));
    expect_named(thrown([&] { sl::update(t, wrong, sl::key(1), {.unreached = sl::ignore}); }));
  }
}

template <class Row>
void check_one_lane(const Row& r) {
  check_simulate(r);
  check_generate(r);
  check_update(r);
  check_rollback(r);
  check_regenerate(r);
  check_project(r);
  check_edit(r);
  check_typos(r);
}

}  // namespace laws
