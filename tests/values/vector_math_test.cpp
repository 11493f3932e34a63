// Functions of vectors are those of their elements: of doubles, floats, packs and adjoints.
#include <gtest/gtest.h>

#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/vector_math.hpp>

namespace sl = starling;

namespace {

template <class E, class Same>
void check_all(const sl::vector<E>& x, Same same) {
  const auto check = [&](const char* name, auto f) {
    const auto y = f(x);
    ASSERT_EQ(y.size(), x.size()) << name;
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(same(y[i], f(x[i]))) << name << ' ' << i;
  };
  check("exp", [](const auto& v) { return sl::exp(v); });
  check("expm1", [](const auto& v) { return sl::expm1(v); });
  check("log", [](const auto& v) { return sl::log(v); });
  check("log1p", [](const auto& v) { return sl::log1p(v); });
  check("sqrt", [](const auto& v) { return sl::sqrt(v); });
  check("abs", [](const auto& v) { return sl::abs(v); });
  check("sin", [](const auto& v) { return sl::sin(v); });
  check("cos", [](const auto& v) { return sl::cos(v); });
  check("tan", [](const auto& v) { return sl::tan(v); });
  check("asin", [](const auto& v) { return sl::asin(v); });
  check("acos", [](const auto& v) { return sl::acos(v); });
  check("sinh", [](const auto& v) { return sl::sinh(v); });
  check("cosh", [](const auto& v) { return sl::cosh(v); });
  check("trigamma", [](const auto& v) { return sl::trigamma(v); });
  check("tanh", [](const auto& v) { return sl::tanh(v); });
  check("atan", [](const auto& v) { return sl::atan(v); });
  check("erf", [](const auto& v) { return sl::erf(v); });
  check("erfc", [](const auto& v) { return sl::erfc(v); });
  check("lgamma", [](const auto& v) { return sl::lgamma(v); });
  check("digamma", [](const auto& v) { return sl::digamma(v); });
  check("normal_cdf", [](const auto& v) { return sl::normal_cdf(v); });
  check("log_normal_cdf", [](const auto& v) { return sl::log_normal_cdf(v); });
  check("normal_quantile", [](const auto& v) { return sl::normal_quantile(v); });
  check("logit", [](const auto& v) { return sl::logit(v); });
  check("inverse_logit", [](const auto& v) { return sl::inverse_logit(v); });
  check("log1p_exp", [](const auto& v) { return sl::log1p_exp(v); });
  check("log1m_exp", [](const auto& v) { return sl::log1m_exp(-v); });
  check("atan2", [](const auto& v) { return sl::atan2(v, v); });
  check("pow", [](const auto& v) { return sl::pow(v, 1.5); });
}

template <class T>
sl::vector<T> numbers() {
  sl::vector<T> x(11);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(0.05 + 0.08 * static_cast<double>(i));
  return x;
}

}  // namespace

TEST(vector_math, is_that_of_the_elements) {
  const sl::arena_scope scope;
  check_all(numbers<double>(), [](double a, double b) { return a == b; });
  using P = sl::native_pack<double>;
  sl::vector<P> packs(3);
  for (std::size_t i = 0; i < 3; ++i) packs[i] = 0.01 + 0.03 * P::iota(static_cast<double>(8 * i));
  check_all(packs, [](const P& a, const P& b) { return all(a == b); });
}

TEST(vector_math, of_adjoints_carries_derivatives) {
  const sl::arena_scope scope;
  sl::tape_scope<double> tape;
  sl::vector<sl::adjoint<double>> x(11);
  const auto values = numbers<double>();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = tape.variable(values[i]);
  check_all(x, [](const auto& a, const auto& b) { return a.value() == b.value() && a.by() == b.by() && a.cell() == b.cell(); });
}

TEST(vector_math, powers_of_one_exponent_each) {
  const sl::arena_scope scope;
  const sl::vector<double> x{1.5, 2.0, 0.5}, e{2.0, 0.5, -1.0};
  const auto y = sl::pow(x, e);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(y[i], sl::pow(x[i], e[i]));
  EXPECT_THROW(sl::pow(x, sl::vector<double>{1.0}), std::invalid_argument);
}
