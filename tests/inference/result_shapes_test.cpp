// Every shape that a body may return × what keeps it: instances, static models, traces, lanes, resampling.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/ancestors.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

namespace shapes {

template <class V>
struct numbers {
  V a, b;
};
template <class V>
struct with_list {
  V a;
  sl::vector<V> rest;
};
// Joins by its members' names: two types.
template <class V, class M>
struct fit {
  sl::vector<V> slopes;
  M good;
};

}  // namespace shapes
template <class V, class M>
struct starling::parts_of<shapes::fit<V, M>> : starling::made_of<&shapes::fit<V, M>::slopes, &shapes::fit<V, M>::good> {
  template <template <class> class F>
  using with = shapes::fit<F<V>, F<M>>;
};

namespace {

using namespace shapes;

// A sum of all numbers in a value, each with a factor of its own, written down shape by shape.
template <class V, class X>
V total(const X& x) {
  V sum(0.0), by(1.0);
  const auto add = [&](const auto& part) { sum = sum + by * total<V>(part), by = by + V(0.5); };
  if constexpr (sl::value<X>) {
    if constexpr (sl::value_traits<X>::is_boolean) sum = sl::where(x, V(1.0), V(0.0));
    else sum = V(x);
  } else if constexpr (requires { x.present; }) {
    add(x.value);
    sum = sl::where(x.present, sum + V(0.25), V(0.0));
  } else if constexpr (requires { x.slopes; }) add(x.slopes), add(x.good);
  else if constexpr (requires { x.has_value(); }) add(*x);
  else if constexpr (requires { x.get(); }) add(x.get());
  else if constexpr (requires { x.rest; }) add(x.a), add(x.rest);
  else if constexpr (requires { x.b; }) add(x.a), add(x.b);
  else if constexpr (requires { x.values; }) add(x.values);
  else if constexpr (requires { x.data(); x.rows(); }) add(sl::view(x));
  else if constexpr (requires { x[0]; }) {
    for (std::size_t i = 0; i < x.size(); ++i) add(x[i]);
  } else {
    std::apply([&](const auto&... part) { (add(part), ...); }, x);
  }
  return sum;
}
template <class X>
double sum_of(const X& x) {
  return total<double>(x);
}

constexpr auto list = sl::gen([](auto& t, const auto& m) { return t("v", sl::iid(sl::normal(m, 1.0), 3)); });
constexpr auto pair_of = sl::gen([](auto& t, const auto& m) {
  const auto v = t("v", sl::iid(sl::normal(m, 1.0), 2));
  return std::pair(v, v[0]);
});
constexpr auto number = sl::gen([](auto& t, const auto& m) { return t("v", sl::normal(m, 1.0)); });
constexpr auto next = sl::gen([](auto& t, std::size_t, const auto& x, const auto& m) { return t("v", sl::normal(x + m, 1.0)); });
constexpr auto next_list = sl::gen([](auto& t, std::size_t, const auto& x, const auto& m) { return t("v", sl::iid(sl::normal(m, 1.0), 2)) + x; });
const std::vector<double> inputs{0.5, -0.5};

template <class V, class T, class M>
auto matrix_of(T& t, const M& m) {
  sl::matrix<V> x(2, 2);
  const auto v = t("v", sl::iid(sl::normal(m, 1.0), 4));
  for (std::size_t i = 0; i < 4; ++i) x.data()[i] = v[i];
  return x;
}
#define SHAPE(name, result)                                    \
  struct name {                                                \
    template <class T, class M>                                \
    auto operator()(T& t, [[maybe_unused]] const M& m) const { \
      using V = sl::real_of<T>;                                \
      [[maybe_unused]] const V one(1.0);                       \
      return result;                                           \
    }                                                          \
  };
SHAPE(a_number, t("v", sl::normal(m, 1.0)))
SHAPE(a_list, t("v", list, m))
SHAPE(a_matrix, matrix_of<V>(t, m))
SHAPE(an_array, (std::array{t("v", list, m), t("w", list, m)}))
SHAPE(a_pair, t("v", pair_of, m))
SHAPE(a_tuple, (std::tuple(t("u", list, m), one, matrix_of<V>(t, m))))
SHAPE(a_class, (numbers<V>{t("v", number, m), V(m)}))
SHAPE(a_class_with_a_list, (with_list<V>{V(m), t("v", list, m)}))
SHAPE(a_class_that_joins, (fit<V, sl::mask_of<V>>{t("v", list, m), m* one > V(0.0)}))
SHAPE(a_maybe, t("v", sl::mask(list), m* one > V(-3.0), m))
SHAPE(a_maybe_pair, t("v", sl::mask(pair_of), m* one > V(0.0), m))
SHAPE(a_maybe_of_a_class, t("v", sl::mask(sl::gen(a_class_with_a_list())), m* one > V(-3.0), m))
SHAPE(a_nest, (std::pair(std::tuple(t("v", sl::mask(list), m* one > V(-3.0), m), with_list<V>{one, t("w", list, m)}), std::array{t("u", number, m), one})))
SHAPE(an_optional, std::optional(t("v", list, m)))
SHAPE(some_results, t("v", sl::map(number), sl::each(sl::view(inputs))))
SHAPE(results_of_lists, t("v", sl::map(list), sl::each(sl::view(inputs))))
SHAPE(results_of_maybes, t("v", sl::map(sl::mask(list)), m* one > V(-3.0), sl::each(sl::view(inputs))))
SHAPE(states, t("v", sl::unfold(next), 3, 0.0, m))
SHAPE(states_that_are_lists, t("v", sl::unfold(next_list), 3, sl::vector<V>(2, one), m))
SHAPE(a_pair_of_results, (std::pair(t("v", sl::map(list), sl::each(sl::view(inputs))), t("w", list, m))))

template <class S>
struct result_shapes : testing::Test {};
using all_shapes = testing::Types<a_number, a_list, a_matrix, an_array, a_pair, a_tuple, a_class, a_class_with_a_list, a_class_that_joins, a_maybe, a_maybe_pair,
                                  a_maybe_of_a_class, a_nest, an_optional, some_results, results_of_lists, results_of_maybes, states, states_that_are_lists, a_pair_of_results>;
TYPED_TEST_SUITE(result_shapes, all_shapes);

// t is what assess makes of its choices: its score, which its body works out from kept results, and its value.
template <class T>
void expect_right(const T& t, const char* when) {
  const auto fresh = sl::assess(t.model(), t.args(), t.choices());
  EXPECT_NEAR(t.score(), fresh.score, 1e-9 * (1 + std::abs(fresh.score))) << when;
  EXPECT_NEAR(sum_of(t.value()), sum_of(fresh.value), 1e-9) << when;
}
// Changes what depends on a kept result, what is kept, and takes it back; copies too.
template <class G, class Arguments>
void expect_right_updates(const G& model, const Arguments& as, const Arguments& other, const sl::selection& some) {
  auto t = sl::simulate(model, as, sl::key(1));
  expect_right(t, "simulated");
  t = sl::update(std::move(t), {{"y", 0.3}}, sl::key(2)).trace;
  expect_right(t, "updated");
  auto copy = t;
  t = sl::regenerate(std::move(t), some, sl::key(3)).trace;
  expect_right(t, "regenerated");
  t = sl::update(std::move(t), {{"w", std::vector<double>(64, 0.5)}}, sl::key(4)).trace;
  t = sl::update(std::move(t), {{"y", 0.5}}, sl::key(4)).trace;
  expect_right(t, "updated again");
  t = sl::regenerate(std::move(t), some, sl::key(5)).trace;
  t.rollback();
  expect_right(t, "taken back");
  t = sl::update(std::move(t), other, {{"y", 0.7}}, sl::key(6)).trace;
  expect_right(t, "with other arguments");
  t = sl::update(std::move(t), {{"y", 0.9}}, sl::key(6)).trace;
  expect_right(t, "and once more");
  expect_right(copy, "a copy");
  copy = sl::update(std::move(copy), {{"y", 0.1}}, sl::key(7)).trace;
  expect_right(copy, "a copy updated");
}

TYPED_TEST(result_shapes, are_kept_by_instances) {
  constexpr auto model = sl::gen([](auto& t, const std::vector<double>& ms) {
    using V = sl::real_of<decltype(t)>;
    t("w", sl::iid(sl::normal(0.0, 1.0), 64));  // where the arena's results lay
    const auto r = t("p", sl::map(sl::gen([](auto& inner, const auto& m) { return TypeParam()(inner, m); })), sl::each(ms));
    t("y", sl::normal(total<V>(r[0]) + total<V>(r.back()), 1.0));
    return r;
  });
  expect_right_updates(model, sl::args(std::vector<double>{1.0, -2.0, 0.5}), sl::args(std::vector<double>{1.0, 2.0}), sl::select({"p", 0}));
}

constexpr auto static_model = []<class S>(S) {
  return sl::gen(sl::fixed, [](auto& t, double m) {
    using V = sl::real_of<decltype(t)>;
    t("w", sl::iid(sl::normal(0.0, 1.0), 64));
    constexpr auto call = sl::gen([](auto& inner, const auto& mean) { return S()(inner, mean); });
    const auto a = t("a", call, m);
    const auto b = t("b", call, -m);
    t("y", sl::normal(total<V>(a) + total<V>(b), 1.0));
    return std::pair(a, b);
  });
};
TYPED_TEST(result_shapes, are_kept_by_static_models) {
  expect_right_updates(static_model(TypeParam()), sl::args(1.0), sl::args(-2.0), sl::select("b"));
}

template <class X>
void put_lane_1_at_0(X& to, const X& from) {
  if constexpr (requires { to.get(); }) sl::copy_lane(to.get(), 0, from.get(), 1);
  else if constexpr (sl::parts_kind<X> == sl::made::whole) sl::copy_lane(to, 0, from, 1);
  else sl::all_parts([](auto& x, const auto& y) { return put_lane_1_at_0(x, y), true; }, to, from);
}

// Their lanes are those of single runs; a lane that is put in the place of another is that lane.
TYPED_TEST(result_shapes, have_lanes) {
  const auto model = static_model(TypeParam());
  const auto batch = sl::simulate(model, sl::args(1.0), sl::key(1), sl::lanes(7));
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const auto fresh = sl::assess(model, sl::args(1.0), batch.lane(k).choices());
    EXPECT_NEAR(batch.scores()[k], fresh.score, 1e-9 * std::abs(fresh.score));
    EXPECT_NEAR(sum_of(batch.value(k)), sum_of(fresh.value), 1e-9);
    EXPECT_NEAR(sum_of(batch.lane(k).value()), sum_of(fresh.value), 1e-9);
  }
  const auto& from = batch.values()[0];
  auto to = from;
  put_lane_1_at_0(to, from);
  EXPECT_EQ(sum_of(sl::lane_of(to, 0)), sum_of(batch.value(1)));
  EXPECT_EQ(sum_of(sl::lane_of(to, 1)), sum_of(batch.value(1)));
  EXPECT_NE(sum_of(sl::lane_of(from, 0)), sum_of(batch.value(1)));
}

}  // namespace
