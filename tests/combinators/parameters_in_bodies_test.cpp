// trace.param where bodies run in other ways than by themselves: instances, kept or in packs, static models, symbols.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/dependencies.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

namespace {

constexpr auto instance = sl::gen([](auto& trace, const auto& x, const auto& shift) {
  const auto ws = trace.param("ws", std::vector<double>{0.5, 0.25});
  return trace({}, sl::normal(trace.param("w", 0.5) * x + ws[1] + shift, 1.0));
});
constexpr auto kept = [](auto& trace, const std::vector<double>& xs) {
  const auto m = trace("m", sl::normal(trace.param("mean", 0.0), 1.0));
  const auto ys = trace("y", sl::map(instance), sl::each(xs), m);
  trace("z", sl::normal(ys[0], 1.0));
};
const std::vector<double> xs(19, 0.75);

template <class T>
double assessed(const T& t) {
  return sl::assess(t.model(), t.args(), t.choices()).score;
}
template <class G>
void expect_parameters_are_seen(const G& body, const sl::parameter_store& store, sl::parameter_store& inner) {
  const auto model = sl::with_parameters(body, store);
  auto t = sl::simulate(model, sl::args(xs), sl::key(1));
  EXPECT_NEAR(t.score(), assessed(t), 1e-10);
  t = sl::update(std::move(t), {{"m", 0.5}}, sl::key(2)).trace;
  EXPECT_NEAR(t.score(), assessed(t), 1e-10);
  auto copy = t;
  inner.set("w", inner["w"][0] + 2.0);
  const double before = t.score();
  auto u = sl::update(std::move(t), {{"z", 0.0}}, sl::key(3));
  t = std::move(u.trace);
  EXPECT_NEAR(t.score(), assessed(t), 1e-10);
  EXPECT_NEAR(u.weight, t.score() - before, 1e-10);
  t.rollback();
  EXPECT_EQ(t.score(), before);
  t = sl::update(std::move(t), {}, sl::key(4)).trace;
  EXPECT_NEAR(t.score(), assessed(t), 1e-10);
  t = sl::regenerate(std::move(t), sl::select({"y", 3}), sl::key(5)).trace;
  EXPECT_NEAR(t.score(), assessed(t), 1e-10);
  copy = sl::update(std::move(copy), {}, sl::key(4)).trace;
  EXPECT_NEAR(copy.score(), assessed(copy), 1e-10);
}

TEST(parameters, new_values_reach_kept_instances_and_static_models) {
  sl::parameter_store store;
  store.set("w", 1.5);
  expect_parameters_are_seen(sl::gen(kept), store, store);
  expect_parameters_are_seen(sl::gen(sl::fixed, kept), store, store);
}

sl::parameter_store inner_store;
constexpr auto reads_inside = [](auto& trace, const std::vector<double>& values) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto inside = sl::gen([](auto& t, const auto& x, const auto& shift) { return t({}, sl::with_parameters(instance, inner_store), x, shift); });
  const auto a = trace("a", sl::with_parameters(instance, inner_store), 1.0, 0.5);
  const auto ys = trace("y", sl::map(inside), sl::each(values), m);
  trace("z", sl::normal(ys[0] + a, 1.0));
};
TEST(parameters, stores_inside_of_a_model_are_read_anew) {
  const sl::parameter_store none;
  inner_store.set("w", 1.5);
  expect_parameters_are_seen(sl::gen(reads_inside), none, inner_store);
  expect_parameters_are_seen(sl::gen(sl::fixed, reads_inside), none, inner_store);
}

TEST(parameters, are_constants_of_a_dependency_graph) {
  sl::parameter_store store;
  store.set("w", 1.5);
  const auto graph = sl::dependencies(sl::with_parameters(sl::gen(kept), store), sl::args(xs));
  EXPECT_EQ(graph.parents({"y", 1}), (std::vector<sl::path>{"m"}));
  EXPECT_EQ(graph.children({"y", 0}), (std::vector<sl::path>{"z"}));
}

int runs = 0;
constexpr auto counted = sl::gen([](auto& trace, const auto& m) {
  if constexpr (std::is_same_v<sl::real_of<decltype(trace)>, double>) ++runs;
  return trace("x", sl::normal(m + trace.param("w", 0.0), 1.0));
});
TEST(parameters, a_static_model_that_reads_them_still_passes_over_what_a_change_does_not_reach) {
  sl::parameter_store store;
  store.set("w", 1.5);
  const auto model = sl::with_parameters(sl::gen(sl::fixed, [](auto& trace) {
                                           trace("a", counted, 0.0);
                                           trace("b", counted, 1.0);
                                         }),
                                         store);
  auto t = sl::simulate(model, sl::args(), sl::key(1));
  runs = 0;
  t = sl::update(std::move(t), {{sl::address("a") / "x", 0.5}}, sl::key(2)).trace;
  EXPECT_EQ(runs, 1);
  store.set("w", 2.5);
  t = sl::update(std::move(t), {{sl::address("a") / "x", 0.5}}, sl::key(2)).trace;
  EXPECT_EQ(runs, 3);
  EXPECT_NEAR(t.score(), assessed(t), 1e-12);
}

TEST(dependencies, of_a_recursion_with_room_for_some_calls) {
  const auto list = sl::recurse<double>([](auto& trace, const auto& self, const auto& x) {
    const auto here = trace("x", sl::normal(x, 1.0));
    const auto rest = trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), here);
    return here + sl::value_or(rest, here);
  },
                                        {.max_nodes = 4});
  const auto graph = sl::dependencies(sl::gen([list](auto& trace) { trace("y", sl::normal(trace("list", list, 0.0), 1.0)); }), sl::args());
  const sl::path first = sl::address("list") / "x", second = sl::address("list") / "rest" / "x", fourth = sl::address("list") / "rest" / "rest" / "rest" / "x";
  EXPECT_TRUE(graph.is_conditional());
  const auto has = [](const std::vector<sl::path>& all, const sl::path& p) {
    for (const auto& q : all)
      if (q == p) return true;
    return false;
  };
  EXPECT_TRUE(has(graph.children(first), second));
  EXPECT_TRUE(has(graph.children(fourth), "y"));
  EXPECT_THROW(graph.children(sl::address("list") / "rest" / "rest" / "rest" / "rest" / "x"), std::out_of_range);
}

}  // namespace
