// Traces and batches that are moved into an operation: where a body throws they are as before; once given away they say so.
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/trace_batch.hpp>

#include "thrown.hpp"

namespace sl = starling;

namespace {

constexpr auto body = [](auto& trace, const auto& mean) {
  using V = sl::real_of<decltype(trace)>;
  const auto x = trace("x", sl::normal(mean, 1.0));
  if (sl::any(x > V(50.0))) throw std::runtime_error("too large");
  trace("y", sl::normal(x, 2.0));
  return x;
};
constexpr auto model = sl::gen(body);
constexpr auto static_model = sl::gen(sl::fixed, body);
constexpr auto dynamic_model = sl::gen(sl::dynamic, body);

template <class T>
auto contents(const T& t) {
  if constexpr (requires { t.score(); }) return std::tuple(t.choices(), t.score(), t.value(), t.args().values);
  else return std::tuple(t.choices(), t.scores(), t.value(0), t.args().values);
}

// f(t) throws and leaves t as it is; afterwards it goes on as if nothing had been.
template <class T, class F>
void expect_whole(T t, F&& f) {
  const auto before = contents(t);
  T copy = t;
  EXPECT_EQ(thrown([&] { f(t); }), "too large");
  EXPECT_EQ(contents(t), before);
  const auto a = sl::update(std::move(t), sl::args(0.5), {{"y", 0.3}}, sl::key(5));
  const auto b = sl::update(copy, sl::args(0.5), {{"y", 0.3}}, sl::key(5));
  if constexpr (requires { a.trace; }) {
    EXPECT_EQ(a.weight, b.weight);
    EXPECT_EQ(contents(a.trace), contents(b.trace));
  } else {
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_EQ(contents(a.traces), contents(b.traces));
  }
}
template <class T>
void expect_whole(const T& t) {
  expect_whole(t, [](T& x) { sl::update(std::move(x), {{"x", 100.0}}, sl::key(2)); });
  expect_whole(t, [](T& x) { sl::update(std::move(x), sl::args(3.0), {{"x", 100.0}}, sl::key(2)); });
  expect_whole(t, [](T& x) { sl::regenerate(std::move(x), sl::args(100.0), sl::select("x"), sl::key(2)); });
}

TEST(given_away, a_body_that_throws_leaves_the_trace_or_batch_as_it_was) {
  expect_whole(sl::simulate(model, sl::args(1.0), sl::key(1)));
  expect_whole(sl::simulate(static_model, sl::args(1.0), sl::key(1)));
  expect_whole(sl::simulate(model, sl::args(1.0), sl::key(1), sl::lanes(11)));
  expect_whole(sl::simulate(dynamic_model, sl::args(1.0), sl::key(1), sl::lanes(11)));
}

// The run that throws had begun to differ from the one before.
constexpr auto other_choices_then_stops = sl::gen([](auto& trace, bool stops) {
  auto x = trace("x", sl::normal(0.0, 1.0));
  if (stops) {
    trace("z", sl::normal(x, 1.0));
    throw std::runtime_error("too large");
  }
  for (int i = 0; i < 40; ++i) x = trace({"y", i}, sl::normal(x, 1.0));
  return x;
});
TEST(given_away, a_body_that_throws_among_other_choices_leaves_the_trace_as_it_was) {
  auto t = sl::simulate(other_choices_then_stops, sl::args(false), sl::key(1));
  const auto before = contents(t);
  for (int i = 0; i < 2; ++i) {
    t = sl::update(std::move(t), {{"x", t["x"]}}, sl::key(2)).trace;
    EXPECT_EQ(thrown([&] { sl::update(std::move(t), sl::args(true), {}, sl::key(3)); }), "too large");
    EXPECT_EQ(contents(t), before);
    auto u = sl::update(std::move(t), {{"x", 0.5}}, sl::key(4)).trace;
    const auto copy = u;
    EXPECT_EQ(contents(copy), contents(u));
    u.rollback();
    EXPECT_EQ(contents(u), before);
    t = std::move(u);
  }
}

// Edits whose first part is done when the second throws, and a proposal whose way back does.
constexpr auto propose_x = sl::gen([](auto& trace, const auto&) { trace("x", sl::normal(0.0, 1.0)); });
constexpr auto no_way_back = sl::gen([](auto& trace, const auto&) {
  trace("x", sl::normal(0.0, 1.0));
  throw std::runtime_error("too large");
});
template <class T>
void expect_whole_after_edits(const T& t) {
  const sl::edits::constraint first{{{"y", 0.1}}}, second{{{"x", 100.0}}};
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), second, sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::composite(first, second), sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::composite(sl::edits::composite(second)), sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::composite(first, sl::edits::arguments{sl::args(3.0), second.choices}), sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::composite(first, sl::edits::selection{sl::select("x")}, second), sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::proposal(propose_x, no_way_back), sl::key(2)); });
  expect_whole(t, [&](T& x) { sl::edit(std::move(x), sl::edits::composite(first, sl::edits::proposal(propose_x, no_way_back)), sl::key(2)); });
  const sl::edits::composite both(first, first);
  const auto kept = sl::edit(t, both, sl::key(2));
  T given = t;
  const auto used = sl::edit(std::move(given), both, sl::key(2));
  EXPECT_EQ(contents(used.target), contents(kept.target));
  EXPECT_EQ(used.weight, kept.weight);
  EXPECT_NE(thrown([&] { contents(given); }), "") << "used up";
}
TEST(given_away, an_edit_that_throws_leaves_all_as_it_was) {
  expect_whole_after_edits(sl::simulate(model, sl::args(1.0), sl::key(1)));
  expect_whole_after_edits(sl::simulate(static_model, sl::args(1.0), sl::key(1)));
  expect_whole_after_edits(sl::simulate(model, sl::args(1.0), sl::key(1), sl::lanes(11)));
  expect_whole_after_edits(sl::simulate(dynamic_model, sl::args(1.0), sl::key(1), sl::lanes(11)));
}

TEST(given_away, one_lane_that_throws_leaves_all_as_they_were) {
  const auto b = sl::simulate(dynamic_model, sl::args(1.0), sl::key(1), sl::lanes(5));
  for (const double large : {60.0, 1.0}) {
    auto given = b;
    const sl::choice_map c{{"x", sl::per_lane(std::vector<double>{1, 2, 3, large, 5})}};
    const std::string problem = thrown([&] { sl::update(std::move(given), c, sl::key(2)); });
    EXPECT_EQ(problem, large > 50 ? "too large" : "");
    if (large > 50) {
      EXPECT_EQ(contents(given), contents(b));
    }
  }
}

TEST(given_away, a_trace_that_was_moved_from_says_so) {
  auto t = sl::simulate(model, sl::args(1.0), sl::key(1));
  const auto u = sl::update(std::move(t), {{"x", 2.0}}, sl::key(2));
  const std::string says = "trace: this one was moved from, by std::move into an operation or another trace, and holds nothing; read what the operation returned";
  EXPECT_EQ(thrown([&] { t.score(); }), says);
  EXPECT_EQ(thrown([&] { t.args(); }), says);
  EXPECT_EQ(thrown([&] { t.model(); }), says);
  EXPECT_EQ(thrown([&] { t.value(); }), says);
  EXPECT_EQ(thrown([&] { t.choices(); }), says);
  EXPECT_EQ(thrown([&] { t.structure(); }), says);
  EXPECT_EQ(thrown([&] { t["x"]; }), says);
  EXPECT_EQ(thrown([&] { t.contains("x"); }), says);
  EXPECT_EQ(thrown([&] { t.log_density("x"); }), says);
  EXPECT_EQ(thrown([&] { t.rollback(); }), says);
  EXPECT_EQ(thrown([&] { sl::project(t, sl::all); }), says);
  EXPECT_EQ(thrown([&] { sl::update(t, {{"x", 2.0}}, sl::key(2)); }), says);
  EXPECT_EQ(thrown([&] { sl::regenerate(std::move(t), sl::select("x"), sl::key(2)); }), says);
  auto copy = t;
  EXPECT_EQ(thrown([&] { copy.score(); }), says);
  t = u.trace;
  EXPECT_EQ(t["x"], 2.0);
}

template <class B>
void expect_batch_says_so(B b) {
  const B gone = std::move(b);
  const std::string says = "batch: this one was moved from, by std::move into an operation or another batch, and holds nothing; read what the operation returned";
  EXPECT_EQ(thrown([&] { b.size(); }), says);
  EXPECT_EQ(thrown([&] { b.scores(); }), says);
  EXPECT_EQ(thrown([&] { b.args(); }), says);
  EXPECT_EQ(thrown([&] { b.value(0); }), says);
  EXPECT_EQ(thrown([&] { b.choices(); }), says);
  EXPECT_EQ(thrown([&] { b["x"]; }), says);
  EXPECT_EQ(thrown([&] { b.get("x"); }), says);
  EXPECT_EQ(thrown([&] { b.lane(0); }), says);
  EXPECT_EQ(thrown([&] { sl::update(b, {{"x", 2.0}}, sl::key(2)); }), says);
  EXPECT_EQ(thrown([&] { sl::regenerate(std::move(b), sl::select("x"), sl::key(2)); }), says);
}
TEST(given_away, a_batch_that_was_moved_from_says_so) {
  expect_batch_says_so(sl::simulate(model, sl::args(1.0), sl::key(1), sl::lanes(3)));
  expect_batch_says_so(sl::simulate(dynamic_model, sl::args(1.0), sl::key(1), sl::lanes(3)));
}

TEST(given_away, copies_of_a_trace_see_new_arguments) {
  const auto t = sl::generate(static_model, sl::args(0.0), {{"x", 0.0}, {"y", 0.0}}, sl::key(1)).trace;
  const auto far = sl::update(t, sl::args(5.0), {}, sl::key(2)).trace;
  const auto back = sl::update(far, sl::args(0.0), {}, sl::key(3));
  EXPECT_DOUBLE_EQ(back.trace.score(), t.score());
  EXPECT_DOUBLE_EQ(back.weight, 12.5);
}

}  // namespace
