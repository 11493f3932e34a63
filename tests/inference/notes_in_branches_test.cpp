// Notes and kernels where branches differ: a name that two branches share is one note; kernels that need a fixed set of choices say so.
#include <gtest/gtest.h>

#include <string>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/run.hpp>

#include "models/thrown.hpp"

namespace sl = starling;

namespace {

constexpr auto low = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace.note("n", 2.0 * x);
});
constexpr auto high = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(5.0, 1.0));
  trace.note("n", -x);
});
constexpr auto model = sl::gen([](auto& trace) {
  trace.note("first", trace("b", sl::bernoulli(0.5)));
  trace("s", sl::switch_(low, high), trace("c", sl::bernoulli(0.5)));
  trace("y", sl::normal(0.0, 1.0));
});
const auto post = sl::posterior(model, sl::args(), sl::observe("y", 0.5));

void expect_notes(const sl::result& fit, const char* what) {
  const auto *n = fit.posterior.find("s.n"), *x = fit.posterior.find("s.x"), *c = fit.posterior.find("c"), *b = fit.posterior.find("b"), *first = fit.posterior.find("first");
  ASSERT_TRUE(n && x && c && b && first) << what;
  ASSERT_EQ(n->values.size(), x->values.size()) << what;
  int taken[2] = {0, 0};
  for (std::size_t i = 0; i < n->values.size(); ++i) {
    EXPECT_EQ(n->values[i], c->values[i] != 0 ? -x->values[i] : 2 * x->values[i]) << what << " " << i;
    EXPECT_EQ(first->values[i], b->values[i]) << what;
    ++taken[c->values[i] != 0];
  }
  EXPECT_GT(std::min(taken[0], taken[1]), 10) << what;
}

}  // namespace

TEST(notes_in_branches, of_one_name_are_one_note) {
  expect_notes(sl::run(sl::kernels::regenerate(), post, {.chains = 11, .draws = 50}, sl::key(1)), "chains");
  expect_notes(sl::run(sl::kernels::regenerate(), post, {.chains = 1, .draws = 200}, sl::key(2)), "one chain");
  expect_notes(sl::importance(post, 203, sl::key(3)), "importance");
}

TEST(notes_in_branches, of_two_types_or_told_twice_are_errors) {
  const auto said_of = [](const auto& m) {
    return thrown([&] { sl::run(sl::kernels::regenerate(), sl::posterior(m, sl::args(), sl::observe("y", 0.5)), {.chains = 9, .draws = 5}, sl::key(1)); });
  };
  const auto kinds = sl::gen([](auto& trace) {
    const auto f = sl::gen([](auto& t) { t.note("n", t("x", sl::normal(0.0, 1.0))); });
    const auto g = sl::gen([](auto& t) { t.note("n", t("k", sl::bernoulli(0.5))); });
    trace("s", sl::switch_(f, g), trace("c", sl::bernoulli(0.5)));
    trace("y", sl::normal(0.0, 1.0));
  });
  const auto said = said_of(kinds);
  EXPECT_NE(said.find("the note s/n is"), std::string::npos) << said;
  const auto twice = sl::gen([](auto& trace) {
    const auto x = trace("x", sl::normal(0.0, 1.0));
    trace.note("n", x);
    trace.note("n", x);
    trace("y", sl::normal(x, 1.0));
  });
  EXPECT_NE(said_of(twice).find("the note n was told twice"), std::string::npos) << said_of(twice);
}

TEST(notes_in_branches, slice_refuses_conditional_choices) {
  const auto branching = sl::gen([](auto& trace) {
    const auto u = trace("u", sl::normal(0.0, 1.0));
    trace("s", sl::cond(low, sl::gen([](auto& t) { t.factor(-1.0); })), u > 0.0);
    trace("y", sl::normal(u, 1.0));
  });
  const auto p = sl::posterior(branching, sl::args(), sl::observe("y", 0.5));
  const auto said = thrown([&] { sl::run(sl::kernels::slice(), p, {.chains = 4, .draws = 10}, sl::key(1)); });
  EXPECT_NE(said.find("s/x"), std::string::npos) << said;
  EXPECT_NE(said.find("condition"), std::string::npos) << said;
}
