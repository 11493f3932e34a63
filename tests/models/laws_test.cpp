// The laws of the operations, for one lane, over the table of models; from-scratch densities are the oracle.
#include <gtest/gtest.h>

#include "law_models.hpp"
#include "laws.hpp"

using namespace laws;

TEST(laws, simulate_assess_propose) {
  for_each_model([](const auto& r) { check_simulate(r); });
}
TEST(laws, generate_weighs_what_is_constrained) {
  for_each_model([](const auto& r) { check_generate(r); });
}
TEST(laws, update_there_and_back) {
  for_each_model([](const auto& r) { check_update(r); });
}
TEST(laws, rollback_restores_everything) {
  for_each_model([](const auto& r) { check_rollback(r); });
}
TEST(laws, regenerate_weight_and_values) {
  for_each_model([](const auto& r) { check_regenerate(r); });
}
TEST(laws, project_splits_the_score) {
  for_each_model([](const auto& r) { check_project(r); });
}
TEST(laws, edits_are_undone_by_their_backward_requests) {
  for_each_model([](const auto& r) { check_edit(r); });
}
TEST(laws, typos_are_named) {
  for_each_model([](const auto& r) { check_typos(r); });
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
