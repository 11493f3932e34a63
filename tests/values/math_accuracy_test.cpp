// Every mathematical function against values to 50 digits, in every value type: within the bounds of docs/math_accuracy.md.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <type_traits>

#include <starling/values/registers_joined.hpp>
#include <starling/values/math.hpp>
#include "values/references.hpp"

namespace sl = starling;
using values_tests::reference;

namespace {

template <class V> class math_accuracy : public testing::Test {};
using value_types = testing::Types<double, float, sl::native_pack<double>, sl::native_pack<float>, sl::pack<double, 3, sl::isa::portable>,
                                   sl::pack<float, 5, sl::isa::portable>, sl::pack<double, 1>, sl::pack<float, 1>, sl::wide_pack<double>>;
TYPED_TEST_SUITE(math_accuracy, value_types);

template <class V> V one_value(const double* x, int n) {
  if constexpr (std::is_arithmetic_v<V>) {
    return static_cast<V>(x[0]);
  } else {
    V v(x[0]);
    for (int i = 0; i < n; ++i) v.set(i, static_cast<typename V::value_type>(x[i]));
    return v;
  }
}
template <class V> auto lane(const V& v, int i) {
  if constexpr (std::is_arithmetic_v<V>) return (void)i, v;
  else return v[i];
}

// Whether the error is allowed: ≤ bound last places, or at special functions below 0 and at zeros the absolute bound.
template <class T> bool allowed(double places, double bound, T got, const reference& r, bool special) {
  if (places <= bound) return true;
  const double zeros[] = {1, 2, 1.4616321449683622};
  bool near_zero = r.x < 0;
  for (const double z : zeros) near_zero = near_zero || std::fabs(r.x - z) < 0.05;
  const double absolute = 1e-14 * (1 + std::fabs(std::log(std::fabs(r.x)))) * (sizeof(T) == 4 ? 536870912.0 : 1.0);
  return special && near_zero && std::fabs(static_cast<double>(got) - r.high) <= absolute;
}

template <class V, class F> void check(const char* name, double bound, bool special, F f) {
  using T = sl::scalar_of<V>;
  constexpr int lanes = sl::lanes_of<V>;
  std::vector<reference> rows;
  for (const reference& r : values_tests::references().at(name))
    if (static_cast<double>(static_cast<T>(r.x)) == r.x && static_cast<double>(static_cast<T>(r.y)) == r.y) rows.push_back(r);
  ASSERT_GT(rows.size(), 50u) << name;
  double worst = 0, worst_at = 0;
  for (std::size_t i = 0; i < rows.size(); i += lanes) {
    double x[lanes], y[lanes];
    for (std::size_t k = 0; k < lanes; ++k) {
      const reference& r = rows[(i + k) % rows.size()];
      x[k] = r.x;
      y[k] = r.y;
    }
    const V got = f(one_value<V>(x, lanes), one_value<V>(y, lanes));
    for (int k = 0; k < lanes; ++k) {
      const reference& r = rows[(i + static_cast<std::size_t>(k)) % rows.size()];
      const T g = lane(got, k);
      const double places = values_tests::error_in_last_places<T>(g, r);
      EXPECT_TRUE(allowed(places, bound, g, r, special))
          << name << "(" << std::hexfloat << r.x << ", " << r.y << std::defaultfloat << " = " << r.x << ") gave " << g << ", " << places << " last places from " << r.high;
      if (places > worst && (!special || r.x > 0)) worst = places, worst_at = r.x;
    }
  }
  testing::Test::RecordProperty(name, std::to_string(worst));
  if (std::getenv("STARLING_SHOW_ACCURACY")) std::printf("  %-16s %7.2f last places at %.17g\n", name, worst, worst_at);
}

}  // namespace

TYPED_TEST(math_accuracy, elementary_functions_are_within_2_last_places) {
  using V = TypeParam;
  check<V>("exp", 2, false, [](V x, V) { return sl::exp(x); });
  check<V>("expm1", 2, false, [](V x, V) { return sl::expm1(x); });
  check<V>("log", 2, false, [](V x, V) { return sl::log(x); });
  check<V>("log1p", 2, false, [](V x, V) { return sl::log1p(x); });
  check<V>("pow", 2, false, [](V x, V y) { return sl::pow(x, y); });
  check<V>("sin", 2, false, [](V x, V) { return sl::sin(x); });
  check<V>("cos", 2, false, [](V x, V) { return sl::cos(x); });
  check<V>("tan", 2, false, [](V x, V) { return sl::tan(x); });
  check<V>("tanh", 2, false, [](V x, V) { return sl::tanh(x); });
  check<V>("atan", 2, false, [](V x, V) { return sl::atan(x); });
  check<V>("asin", 2, false, [](V x, V) { return sl::asin(x); });
  check<V>("acos", 2, false, [](V x, V) { return sl::acos(x); });
  check<V>("atan2", 2, false, [](V y, V x) { return sl::atan2(y, x); });
  check<V>("sinh", 2, false, [](V x, V) { return sl::sinh(x); });
  check<V>("cosh", 2, false, [](V x, V) { return sl::cosh(x); });
  check<V>("sqrt", 0.501, false, [](V x, V) { return sl::sqrt(x); });
}

TYPED_TEST(math_accuracy, sine_and_cosine_together_are_the_same) {
  using V = TypeParam;
  check<V>("sin", 2, false, [](V x, V) { return sl::sincos(x).sine; });
  check<V>("cos", 2, false, [](V x, V) { return sl::sincos(x).cosine; });
}

TYPED_TEST(math_accuracy, special_functions_are_within_8_last_places) {
  using V = TypeParam;
  check<V>("erf", 8, true, [](V x, V) { return sl::erf(x); });
  check<V>("erfc", 8, true, [](V x, V) { return sl::erfc(x); });
  check<V>("lgamma", 8, true, [](V x, V) { return sl::lgamma(x); });
  check<V>("digamma", 8, true, [](V x, V) { return sl::digamma(x); });
  check<V>("trigamma", 8, true, [](V x, V) { return sl::trigamma(x); });
  check<V>("normal_cdf", 8, false, [](V x, V) { return sl::normal_cdf(x); });
  check<V>("log_normal_cdf", 8, false, [](V x, V) { return sl::log_normal_cdf(x); });
  check<V>("normal_quantile", 8, false, [](V x, V) { return sl::normal_quantile(x); });
  check<V>("logit", 8, false, [](V x, V) { return sl::logit(x); });
  check<V>("inverse_logit", 8, false, [](V x, V) { return sl::inverse_logit(x); });
  check<V>("log1m_exp", 8, false, [](V x, V) { return sl::log1m_exp(x); });
  check<V>("log1p_exp", 8, false, [](V x, V) { return sl::log1p_exp(x); });
}
