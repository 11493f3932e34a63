// A number that the compiler knows and one that it does not have the same logarithm, bit for bit: there is one formula.
#include <gtest/gtest.h>

#include <starling/values/math.hpp>

namespace sl = starling;

namespace {
// The same functions of numbers that the compiler cannot see through.
template <class F>
[[gnu::noinline]] double hidden(F f, double x) {
  asm volatile(""
               : "+x"(x));
  return f(x);
}
}  // namespace

TEST(constants, are_no_other_numbers) {
#if defined(__x86_64__)
  EXPECT_EQ(sl::log(3.0), hidden([](double x) { return sl::log(x); }, 3.0));
  EXPECT_EQ(sl::log(0.3), hidden([](double x) { return sl::log(x); }, 0.3));
  EXPECT_EQ(sl::log1p(0.7), hidden([](double x) { return sl::log1p(x); }, 0.7));
  EXPECT_EQ(sl::exp(1.7), hidden([](double x) { return sl::exp(x); }, 1.7));
  EXPECT_EQ(sl::expm1(-0.3), hidden([](double x) { return sl::expm1(x); }, -0.3));
  EXPECT_EQ(sl::sin(2.2), hidden([](double x) { return sl::sin(x); }, 2.2));
  EXPECT_EQ(sl::cos(2.2), hidden([](double x) { return sl::cos(x); }, 2.2));
  EXPECT_EQ(sl::lgamma(3.3), hidden([](double x) { return sl::lgamma(x); }, 3.3));
#endif
}
