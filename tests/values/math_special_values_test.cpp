// Infinities, NaN, zeros and poles, in every value type; log_sum_exp; lanes beside an exceptional one.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include <starling/values/math.hpp>

namespace sl = starling;

namespace {

template <class V> class special_values : public testing::Test {};
using value_types = testing::Types<double, float, sl::native_pack<double>, sl::native_pack<float>, sl::pack<double, 3, sl::isa::portable>>;
TYPED_TEST_SUITE(special_values, value_types);

constexpr double inf = std::numeric_limits<double>::infinity(), nan_value = std::numeric_limits<double>::quiet_NaN();

template <class V> double first(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return static_cast<double>(v);
  else return static_cast<double>(v[0]);
}
// f at x, with the other lanes (where there are any) at an ordinary place; they must not notice.
template <class V, class F> double at(double x, F f) {
  if constexpr (std::is_arithmetic_v<V>) {
    return static_cast<double>(f(static_cast<V>(x)));
  } else {
    V v(0.375);
    const double beside = static_cast<double>(f(v)[1]);
    v.set(0, static_cast<typename V::value_type>(x));
    const V r = f(v);
    EXPECT_TRUE(static_cast<double>(r[1]) == beside || (std::isnan(r[1]) && std::isnan(beside)) || std::fabs(static_cast<double>(r[1]) - beside) <= 1e-6 * (1 + std::fabs(beside))) << "beside " << x;
    return first(r);
  }
}
void expect_same(double got, double wanted, const char* what, double x) {
  if (std::isnan(wanted)) {
    EXPECT_TRUE(std::isnan(got)) << what << "(" << x << ") gave " << got;
  } else {
    EXPECT_EQ(got, wanted) << what << "(" << x << ")";
    EXPECT_EQ(std::signbit(got), std::signbit(wanted)) << what << "(" << x << ")";
  }
}
template <class V, class F> void check(const char* name, F f, std::initializer_list<std::array<double, 2>> rows) {
  expect_same(at<V>(nan_value, f), nan_value, name, nan_value);
  for (const auto& [x, wanted] : rows) expect_same(at<V>(x, f), wanted, name, x);
}

}  // namespace

TYPED_TEST(special_values, are_right) {
  using V = TypeParam;
  check<V>("exp", [](V x) { return sl::exp(x); }, {{inf, inf}, {-inf, 0}, {0, 1}, {-0.0, 1}, {1e30, inf}, {-1e30, 0}});
  check<V>("expm1", [](V x) { return sl::expm1(x); }, {{inf, inf}, {-inf, -1}, {0, 0}, {-0.0, -0.0}, {-1e30, -1}});
  check<V>("log", [](V x) { return sl::log(x); }, {{inf, inf}, {-inf, nan_value}, {0, -inf}, {-0.0, -inf}, {-1, nan_value}, {1, 0}, {-1e-40, nan_value}});
  check<V>("log1p", [](V x) { return sl::log1p(x); }, {{inf, inf}, {-inf, nan_value}, {0, 0}, {-0.0, -0.0}, {-1, -inf}, {-2, nan_value}});
  check<V>("sqrt", [](V x) { return sl::sqrt(x); }, {{inf, inf}, {-1, nan_value}, {0, 0}, {-0.0, -0.0}, {-inf, nan_value}});
  check<V>("sin", [](V x) { return sl::sin(x); }, {{inf, nan_value}, {-inf, nan_value}, {0, 0}, {-0.0, -0.0}});
  check<V>("cos", [](V x) { return sl::cos(x); }, {{inf, nan_value}, {-inf, nan_value}, {0, 1}, {-0.0, 1}});
  check<V>("tan", [](V x) { return sl::tan(x); }, {{inf, nan_value}, {0, 0}, {-0.0, -0.0}});
  check<V>("tanh", [](V x) { return sl::tanh(x); }, {{inf, 1}, {-inf, -1}, {0, 0}, {-0.0, -0.0}, {-1e30, -1}});
  check<V>("atan", [](V x) { return sl::atan(x); }, {{0, 0}, {-0.0, -0.0}});
  EXPECT_NEAR(at<V>(inf, [](V x) { return sl::atan(x); }), 1.5707963267948966, 1e-7);
  EXPECT_NEAR(at<V>(-inf, [](V x) { return sl::atan(x); }), -1.5707963267948966, 1e-7);
  check<V>("asin", [](V x) { return sl::asin(x); }, {{0, 0}, {-0.0, -0.0}, {1.1, nan_value}, {-1.1, nan_value}, {inf, nan_value}});
  check<V>("acos", [](V x) { return sl::acos(x); }, {{1, 0}, {1.1, nan_value}, {-1.1, nan_value}, {-inf, nan_value}});
  check<V>("sinh", [](V x) { return sl::sinh(x); }, {{inf, inf}, {-inf, -inf}, {0, 0}, {-0.0, -0.0}, {1e30, inf}});
  check<V>("cosh", [](V x) { return sl::cosh(x); }, {{inf, inf}, {-inf, inf}, {0, 1}, {-1e30, inf}});
  check<V>("erf", [](V x) { return sl::erf(x); }, {{inf, 1}, {-inf, -1}, {0, 0}, {-0.0, -0.0}});
  check<V>("erfc", [](V x) { return sl::erfc(x); }, {{inf, 0}, {-inf, 2}, {0, 1}, {-0.0, 1}, {100, 0}, {-100, 2}});
  check<V>("lgamma", [](V x) { return sl::lgamma(x); }, {{inf, inf}, {-inf, inf}, {0, inf}, {-0.0, inf}, {-1, inf}, {-7, inf}, {1, 0}, {2, 0}});
  check<V>("digamma", [](V x) { return sl::digamma(x); }, {{inf, inf}, {-inf, nan_value}, {0, -inf}, {-1, nan_value}, {-7, nan_value}});
  check<V>("trigamma", [](V x) { return sl::trigamma(x); }, {{inf, 0}, {0, inf}, {-1, inf}});
  check<V>("normal_cdf", [](V x) { return sl::normal_cdf(x); }, {{inf, 1}, {-inf, 0}, {0, 0.5}, {-1e30, 0}});
  check<V>("log_normal_cdf", [](V x) { return sl::log_normal_cdf(x); }, {{inf, -0.0}, {-inf, -inf}});
  check<V>("normal_quantile", [](V x) { return sl::normal_quantile(x); }, {{0, -inf}, {1, inf}, {0.5, 0}, {-0.1, nan_value}, {1.1, nan_value}, {inf, nan_value}, {-inf, nan_value}});
  check<V>("logit", [](V x) { return sl::logit(x); }, {{0, -inf}, {1, inf}, {0.5, 0}, {-0.1, nan_value}, {1.1, nan_value}});
  check<V>("inverse_logit", [](V x) { return sl::inverse_logit(x); }, {{inf, 1}, {-inf, 0}, {0, 0.5}});
  check<V>("log1m_exp", [](V x) { return sl::log1m_exp(x); }, {{0, -inf}, {-inf, -0.0}, {1, nan_value}});
  check<V>("log1p_exp", [](V x) { return sl::log1p_exp(x); }, {{inf, inf}, {-inf, 0}, {1e30, static_cast<double>(static_cast<sl::scalar_of<V>>(1e30))}});
}

TYPED_TEST(special_values, pow_is_like_c) {
  using V = TypeParam;
  const double rows[][3] = {{0, 0, 1}, {nan_value, 0, 1}, {1, nan_value, 1}, {1, inf, 1}, {0, 2, 0}, {0, -1, inf}, {-0.0, -1, -inf}, {-2, 3, -8}, {-2, 0.5, nan_value}, {inf, 2, inf}, {inf, -2, 0}, {0.5, inf, 0}, {2, -inf, 0}, {2, inf, inf}, {-inf, 3, -inf}, {2, 10, 1024}, {10, -2, 0.01}, {2, nan_value, nan_value}, {2, 1e300, inf}, {2, -1e30, 0}};
  for (const auto& r : rows) {
    const double got = at<V>(r[0], [&](V x) { return sl::pow(x, V(static_cast<sl::scalar_of<V>>(r[1]))); });
    expect_same(got, static_cast<double>(static_cast<sl::scalar_of<V>>(r[2])), "pow", r[0]);
  }
  EXPECT_EQ(at<V>(-3, [](V x) { return sl::pow(x, 2); }), 9);
}

TYPED_TEST(special_values, atan2_is_like_c) {
  using V = TypeParam;
  const double tolerance = sizeof(sl::scalar_of<V>) == 8 ? 1e-15 : 5e-7;
  for (const double y : {0.0, -0.0, 1.0, -2.0, inf, -inf, 1e-200})
    for (const double x : {0.0, -0.0, 1.0, -3.0, inf, -inf, 1e200}) {
      const double got = at<V>(y, [&](V v) { return sl::atan2(v, V(static_cast<sl::scalar_of<V>>(x))); });
      const double wanted = std::atan2(static_cast<sl::scalar_of<V>>(y), static_cast<sl::scalar_of<V>>(x));
      EXPECT_NEAR(got, wanted, tolerance) << y << ' ' << x;
      EXPECT_EQ(std::signbit(got), std::signbit(wanted)) << y << ' ' << x;
    }
  EXPECT_TRUE(std::isnan(at<V>(nan_value, [](V v) { return sl::atan2(v, V(1)); })));
  EXPECT_TRUE(std::isnan(at<V>(1, [](V v) { return sl::atan2(v, V(static_cast<sl::scalar_of<V>>(nan_value))); })));
}

TYPED_TEST(special_values, log_sum_exp_neither_overflows_nor_loses) {
  using V = TypeParam;
  const double tolerance = sizeof(sl::scalar_of<V>) == 8 ? 1e-15 : 1e-6;
  EXPECT_NEAR(first(sl::log_sum_exp(V(1000), V(1000))), 1000.693147180559945, 1000 * tolerance);
  EXPECT_NEAR(first(sl::log_sum_exp(V(0), V(-1))), 0.31326168751822286, tolerance);
  EXPECT_EQ(first(sl::log_sum_exp(V(-inf), V(-inf))), -inf);
  EXPECT_EQ(first(sl::log_sum_exp(V(-inf), V(3))), 3);
  EXPECT_EQ(first(sl::log_sum_exp(V(inf), V(3))), inf);
  EXPECT_TRUE(std::isnan(first(sl::log_sum_exp(V(nan_value), V(3)))));
  EXPECT_TRUE(std::isnan(first(sl::log_sum_exp(V(3), V(nan_value)))));
  const std::array<V, 3> xs{V(-800), V(-801), V(-802)};
  EXPECT_NEAR(first(sl::log_sum_exp(std::span(xs))), -799.5923940355556, 800 * tolerance);
  const std::array<V, 2> none{V(-inf), V(-inf)};
  EXPECT_EQ(first(sl::log_sum_exp(std::span(none))), -inf);
  const std::array<V, 2> all{V(inf), V(1)};
  EXPECT_EQ(first(sl::log_sum_exp(std::span(all))), inf);
}

TEST(constants, take_integers_and_whole_numbers) {
  EXPECT_EQ(sl::exp(0), 1.0);
  EXPECT_EQ(sl::sqrt(4), 2.0);
  using W = sl::whole_of<sl::native_pack<double>>;
  EXPECT_EQ(sl::log(W(1))[0], 0);
  static_assert(std::same_as<decltype(sl::exp(1.0f)), float> && std::same_as<decltype(sl::exp(1)), double>);
}
