// lift maps types and values to lanes, lane_of takes them back.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <starling/values/lift.hpp>
#include <starling/values/pick.hpp>

namespace sl = starling;

namespace {

using P = sl::native_pack<double>;
using W = sl::whole_of<P>;
using M = sl::mask_of<P>;
template <class R> struct state {
  R position, speed;
};
template <class V, class T, class Wanted> constexpr bool lifts_to = std::same_as<sl::lift<V, T>, Wanted>;

static_assert(lifts_to<P, double, P> && lifts_to<P, float, P> && lifts_to<P, int, W> && lifts_to<P, unsigned long, W> && lifts_to<P, bool, M>);
static_assert(lifts_to<P, const double, P> && lifts_to<P, P, P> && lifts_to<P, W, W> && lifts_to<P, M, M>);
static_assert(lifts_to<P, std::array<int, 3>, std::array<W, 3>> && lifts_to<P, std::pair<double, bool>, std::pair<P, M>>);
static_assert(lifts_to<P, std::tuple<double, std::tuple<int>>, std::tuple<P, std::tuple<W>>>);
static_assert(lifts_to<P, std::vector<double>, sl::vector<P>> && lifts_to<P, sl::vector<double>, sl::vector<P>>);
static_assert(lifts_to<P, sl::matrix<double>, sl::matrix<P>> && lifts_to<P, sl::matrix_view<double>, sl::matrix_view<double>>);
static_assert(lifts_to<P, state<double>, state<P>> && lifts_to<P, std::string, std::string> && lifts_to<P, std::span<const double>, std::span<const double>>);
static_assert(lifts_to<double, float, double> && lifts_to<double, int, long> && lifts_to<double, bool, bool> && lifts_to<double, state<double>, state<double>>);

TEST(lift, there_and_back) {
  sl::arena_scope scope;
  const auto lifted = sl::lift_value<P>(std::tuple(1.5, std::array<int, 2>{3, 4}, true, std::pair(2.5, std::vector<double>{7, 8}), state<double>{5, 6}));
  static_assert(std::same_as<std::remove_const_t<decltype(lifted)>, std::tuple<P, std::array<W, 2>, M, std::pair<P, sl::vector<P>>, state<P>>>);
  for (int k = 0; k < P::lanes; ++k) {
    const auto one = sl::lane_of(lifted, k);
    static_assert(std::same_as<std::remove_const_t<decltype(one)>, std::tuple<double, std::array<long, 2>, bool, std::pair<double, std::vector<double>>, state<double>>>);
    EXPECT_EQ(std::get<0>(one), 1.5);
    EXPECT_EQ(std::get<1>(one), (std::array<long, 2>{3, 4}));
    EXPECT_TRUE(std::get<2>(one));
    EXPECT_EQ(std::get<3>(one).second, (std::vector<double>{7, 8}));
    EXPECT_EQ(std::get<4>(one).speed, 6);
  }
}

TEST(lift, lanes_are_told_apart) {
  const state<P> s{P::iota(0), P::iota(10)};
  EXPECT_EQ(sl::lane_of(s, 1).position, 1);
  EXPECT_EQ(sl::lane_of(s, 1).speed, 11);
  EXPECT_EQ(sl::lane_of(W::iota(3), 1), 4);
  EXPECT_EQ(sl::lane_of(P::iota(0) < P(1), 1), false);
  EXPECT_EQ(sl::lane_of(2.5, 3), 2.5);
  sl::arena_scope scope;
  sl::matrix<P> m(2, 2);
  for (std::size_t i = 0; i < 4; ++i) m.data()[i] = P::iota(static_cast<double>(i));
  EXPECT_EQ(sl::lane_of(m, 1)(1, 0), 3);
}

TEST(lift, whole_numbers_beyond_2_to_53_throw) { EXPECT_THROW(sl::lift_value<P>(9007199254740993L), std::range_error); }

TEST(pick, indexes_by_lane) {
  const std::vector<double> shared{10, 11, 12, 13, 14, 15, 16, 17, 18};
  const W z = W::iota(1);
  for (int k = 0; k < P::lanes; ++k) EXPECT_EQ(sl::gather(shared, z)[k], 11 + k);
  for (int k = 0; k < P::lanes; ++k) EXPECT_EQ(sl::gather(std::span<const double>(shared), z)[k], 11 + k);
  const std::array<P, 3> own{P::iota(0), P::iota(100), P::iota(200)};
  const W choice = sl::where(P::iota(0) < P(1), 2, 1);
  const P picked = sl::pick(own, choice);
  EXPECT_EQ(picked[0], 200);
  EXPECT_EQ(picked[1], 101);
  EXPECT_EQ(sl::pick(own, 1)[1], 101);
  const std::array<int, 2> integers{5, 7};
  static_assert(std::same_as<decltype(sl::pick(integers, z)), W>);
  EXPECT_EQ(sl::pick(integers, W(1))[0], 7);
  const std::array<W, 2> wholes{W(5), W(7)};
  EXPECT_EQ(sl::pick(wholes, W(1))[0], 7);
  const std::array<bool, 2> booleans{true, false};
  EXPECT_TRUE(sl::pick(booleans, W(0))[0]);
  EXPECT_EQ(sl::pick(shared, 2L), 12);
}

TEST(pick, outside_throws_in_one_lane_and_is_nothing_in_many) {
  const std::vector<double> values{1, 2};
  EXPECT_THROW(sl::pick(values, 2), std::out_of_range);
  EXPECT_THROW(sl::pick(values, -1), std::out_of_range);
  EXPECT_TRUE(std::isnan(sl::pick(values, W(2))[0]));
  EXPECT_TRUE(std::isnan(sl::pick(values, W(-1))[0]));
  const std::array<P, 2> own{P(1), P(2)};
  EXPECT_TRUE(std::isnan(sl::pick(own, W(2))[0]));
  EXPECT_EQ(sl::pick(std::array<long, 2>{4, 5}, W(9))[0], 0);
}

}  // namespace
