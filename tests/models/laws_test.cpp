// The laws of the operations, for one lane, over the table of models; from-scratch densities are the oracle.
#include <gtest/gtest.h>

#include "law_models.hpp"

using namespace laws;

namespace {
// Log density of the addresses in `t` that `old` does not have or has with another type: what an update drew afresh, given its constraints.
template <class T>
double fresh_density(const T& t, const T& old, const sl::choice_map& constraints) {
  double total = 0;
  const auto& sites = t.structure().sites();
  for (std::uint32_t k = 0; k < sites.size(); ++k) {
    if (!sites[k].is_choice()) continue;
    const auto where = t.structure().path_of(k);
    if (constraints.contains(where)) continue;
    if (old.structure().find(where.hash(), sites[k].type) >= 0) continue;
    total += t.log_density(where);
  }
  return total;
}
constexpr std::uint64_t seeds = 25;
}  // namespace

TEST(laws, scores_are_the_densities_written_by_hand) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto t = sl::simulate(r.model, r.as, sl::key(s));
      EXPECT_NEAR(t.score(), r.log_density(t.choices()), tolerance(t.score())) << r.name;
    }
  });
}

TEST(laws, simulate_score_is_assess_and_the_value_is_a_function_of_the_choices) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto t = sl::simulate(r.model, r.as, sl::key(s));
      const auto [score, value] = sl::assess(r.model, r.as, t.choices());
      EXPECT_EQ(score, t.score()) << r.name;
      EXPECT_EQ(value, t.value()) << r.name;
      const auto p = sl::propose(r.model, r.as, sl::key(s));
      EXPECT_EQ(p.choices, t.choices()) << r.name;
      EXPECT_EQ(p.score, score) << r.name;
    }
  });
}

TEST(laws, generate_weighs_what_is_constrained) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto [free, none] = sl::generate(r.model, r.as, {}, sl::key(s));
      if (!r.has_factor) { EXPECT_EQ(none, 0.0) << r.name; }
      EXPECT_EQ(free.choices(), sl::simulate(r.model, r.as, sl::key(s)).choices()) << r.name << ": the same key, the same draws";
      const auto [fixed, all] = sl::generate(r.model, r.as, free.choices(), sl::key(s + 100));
      EXPECT_EQ(all, free.score()) << r.name;
      EXPECT_EQ(fixed.choices(), free.choices()) << r.name;
      const auto [part, w] = sl::generate(r.model, r.as, r.change, sl::key(s));
      double expected = r.has_factor ? part.score() : 0;
      if (!r.has_factor)
        for (const auto& e : r.change.entries()) expected += part.log_density(e.where);
      EXPECT_NEAR(w, expected, tolerance(w)) << r.name;
      for (const auto& e : r.change.entries()) EXPECT_EQ(part.choices().find(e.where).at(0, 0), e.value.data[0]) << r.name;
    }
  });
}

TEST(laws, update_weight_is_the_ratio_without_fresh_choices) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto t = sl::simulate(r.model, r.as, sl::key(s));
      const auto [same, zero, nothing] = sl::update(t, {}, sl::key(s + 50));
      EXPECT_EQ(zero, 0.0) << r.name;
      EXPECT_TRUE(nothing.empty()) << r.name;
      EXPECT_EQ(same.choices(), t.choices()) << r.name;
      const auto [u, w, discard] = sl::update(t, r.change, sl::key(s + 50));
      const double fresh = fresh_density(u, t, r.change);
      EXPECT_NEAR(w, r.log_density(u.choices()) - r.log_density(t.choices()) - fresh, tolerance(w)) << r.name;
      for (const auto& e : r.change.entries()) EXPECT_EQ(u.choices().find(e.where).at(0, 0), e.value.data[0]) << r.name;
    }
  });
}

TEST(laws, update_and_back_with_the_discard) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto t = sl::simulate(r.model, r.as, sl::key(s));
      const auto [u, w, discard] = sl::update(t, r.change, sl::key(s + 50));
      // The discard is complete: what was overwritten or removed, with its old value, and nothing else.
      const sl::choice_map old = discard, before = t.choices(), after = u.choices();
      for (const auto& e : before.entries()) {
        const auto* now = after.entry_at(e.where.hash());
        const bool gone = !now || !(now->value.type == e.value.type);
        const bool overwritten = now && r.change.contains(e.where);
        EXPECT_EQ(old.contains(e.where), gone || overwritten) << r.name << " " << e.where.str();
        if (const auto* kept = old.entry_at(e.where.hash())) { EXPECT_EQ(kept->value.data, e.value.data) << r.name; }
      }
      const auto [back, v, ignored] = sl::update(u, old, sl::key(s + 70));
      EXPECT_EQ(back.choices(), before) << r.name;
      EXPECT_NEAR(w + v, -fresh_density(u, t, r.change), tolerance(w)) << r.name;
      EXPECT_EQ(back.score(), t.score()) << r.name;
    }
  });
}

TEST(laws, rollback_restores_everything) {
  for_each_model([](const auto& r) {
    const auto t = sl::simulate(r.model, r.as, sl::key(3));
    auto u = sl::update(t, r.change, sl::key(4)).trace;
    u.rollback();
    EXPECT_EQ(u.choices(), t.choices()) << r.name;
    EXPECT_EQ(u.score(), t.score()) << r.name;
    EXPECT_EQ(u.value(), t.value()) << r.name;
    EXPECT_THROW(u.rollback(), std::logic_error) << r.name;
  });
}

TEST(laws, regenerate_weighs_what_is_retained) {
  for_each_model([](const auto& r) {
    for (std::uint64_t s = 0; s < seeds; ++s) {
      const auto t = sl::simulate(r.model, r.as, sl::key(s));
      const auto [same, zero, nothing] = sl::regenerate(t, {}, sl::key(s + 50));
      EXPECT_EQ(same.choices(), t.choices()) << r.name;
      EXPECT_EQ(zero, 0.0) << r.name;
      const auto [all, w_all, everything] = sl::regenerate(t, sl::all, sl::key(s + 50));
      if (!r.has_factor) { EXPECT_EQ(w_all, 0.0) << r.name; }
      const auto [u, w, discard] = sl::regenerate(t, r.selected, sl::key(s + 50));
      double expected = 0;
      const sl::choice_map before = t.choices(), after = u.choices();
      for (const auto& e : after.entries()) {
        const auto* old = before.entry_at(e.where.hash());
        if (!old || !(old->value.type == e.value.type) || r.selected.contains(e.where)) continue;
        EXPECT_EQ(old->value.data, e.value.data) << r.name << ": unselected values are kept";
        expected += u.log_density(e.where) - t.log_density(e.where);
      }
      if (r.has_factor) expected += -0.5 * (after["x"] * after["x"] - before["x"] * before["x"]);
      EXPECT_NEAR(w, expected, tolerance(w)) << r.name;
    }
  });
}

TEST(laws, project_splits_the_score) {
  for_each_model([](const auto& r) {
    const auto t = sl::simulate(r.model, r.as, sl::key(5));
    EXPECT_NEAR(sl::project(t, sl::all), t.score(), tolerance(t.score())) << r.name;
    EXPECT_EQ(sl::project(t, sl::none), 0.0) << r.name;
    EXPECT_NEAR(sl::project(t, r.selected) + sl::project(t, !r.selected), t.score(), tolerance(t.score())) << r.name;
  });
}

TEST(laws, edits_are_undone_by_their_backward_requests) {
  for_each_model([](const auto& r) {
    const auto t = sl::simulate(r.model, r.as, sl::key(6));
    const auto e = sl::edit(t, sl::edits::constraint{r.change}, sl::key(7));
    const auto u = sl::update(t, r.change, sl::key(7));
    EXPECT_EQ(e.weight, u.weight) << r.name;
    const auto back = sl::edit(e.target, e.backward, sl::key(8));
    EXPECT_EQ(back.target.choices(), t.choices()) << r.name;
    EXPECT_NEAR(e.weight + back.weight, -fresh_density(e.target, t, r.change), tolerance(e.weight)) << r.name;
    const auto a = sl::edit(t, sl::edits::arguments{r.as, r.change}, sl::key(7));
    EXPECT_EQ(a.weight, u.weight) << r.name;
    const auto s = sl::edit(t, sl::edits::selection{r.selected}, sl::key(7));
    EXPECT_EQ(s.weight, sl::regenerate(t, r.selected, sl::key(7)).weight) << r.name;
    const auto both = sl::edit(t, sl::edits::composite(sl::edits::selection{r.selected}, sl::edits::constraint{r.change}), sl::key(7));
    const auto first = sl::regenerate(t, r.selected, sl::key(7).scope(0));
    const auto second = sl::update(first.trace, r.change, sl::key(7).scope(1));
    EXPECT_EQ(both.target.choices(), second.trace.choices()) << r.name;
    EXPECT_NEAR(both.weight, first.weight + second.weight, tolerance(both.weight)) << r.name;
    static_assert(std::is_same_v<std::tuple_element_t<0, decltype(both.backward.parts)>, sl::edits::constraint>, "reversed");
  });
}

TEST(laws, selecting_a_call_selects_its_subtree_only) {
  const auto t = sl::simulate(nested_body, sl::args(), sl::key(9));
  const auto u = sl::regenerate(t, sl::select("a"), sl::key(10)).trace;
  const sl::path ax = sl::address("a") / "x", bx = sl::address("b") / "x";
  EXPECT_NE(u[ax], t[ax]);
  EXPECT_NE(u[sl::address("a") / "deep" / sl::address("x")], t[sl::address("a") / "deep" / sl::address("x")]);
  EXPECT_EQ(u[bx], t[bx]);
  EXPECT_EQ(u["x"], t["x"]) << "selecting an address at the root selects none of a call's";
  EXPECT_NEAR(sl::project(t, sl::select("a")) + sl::project(t, sl::select("b")) + sl::project(t, sl::select("x")), t.score(), 1e-12);
}

// A proposal with removed addresses, against the formula written out.
TEST(laws, proposal_weight_written_out) {
  constexpr auto flip = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
    if (trace("b", sl::bernoulli(current["b"] != 0 ? 0.2 : 0.8))) trace("m", sl::normal(1.0, 2.0));
  });
  int changed = 0;
  for (std::uint64_t s = 0; s < 50; ++s) {
    const auto t = sl::simulate(branch_body, sl::args(), sl::key(s));
    const auto [u, w, back] = sl::edit(t, sl::edits::proposal(flip), sl::key(s + 1000));
    const bool b0 = t["b"] != 0, b1 = u["b"] != 0;
    const auto q = [](bool from, bool to, double m) { return bernoulli(to, from ? 0.2 : 0.8) + (to ? normal(m, 1, 2) : 0.0); };
    const double forward = q(b0, b1, b1 ? u["m"] : 0), backward = q(b1, b0, b0 ? t["m"] : 0);
    // "other" is drawn afresh when the branch is entered and charged when it is left.
    double expected = branch_body.is_dynamic ? u.score() - t.score() - forward + backward : 0;
    if (b0 && !b1) expected -= exponential(u["other"], 2);
    if (!b0 && b1) expected += exponential(t["other"], 2);
    EXPECT_NEAR(w, expected, tolerance(w));
    changed += b0 != b1;
  }
  EXPECT_GT(changed, 10);
}
