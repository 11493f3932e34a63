// expect_gradient(f, point): one line that checks a function of numbers in every value type.
//   double against pack; adjoint<double> and adjoint<pack> against both, and their derivatives against 6-point finite differences;
//   the point stands in one lane, beside others that must not matter; NaN in each argument in turn; all throw where double throws.
// f is called with an sl::vector<R> and returns an R.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/vector.hpp>

namespace gradients {

namespace sl = starling;
using doubles = sl::native_pack<double>;

struct evaluated {
  double value = 0;
  std::vector<double> derivatives;
};

template <class V> double last_lane(const V& x) {
  if constexpr (std::is_arithmetic_v<V>) return x;
  else return x[V::lanes - 1];
}
// x in the last lane, other numbers in the others.
template <class V> V in_last_lane(double x, double beside) {
  if constexpr (std::is_arithmetic_v<V>) {
    return x;
  } else {
    V r(beside);
    r.set(V::lanes - 1, x);
    return r;
  }
}

template <class V, class F> double plain_value(const F& f, const std::vector<double>& at, const std::vector<double>& beside) {
  const sl::arena_scope memory;
  sl::vector<V> x(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) x[i] = in_last_lane<V>(at[i], beside[i]);
  return last_lane(V(f(x)));
}
template <class V, class F> evaluated with_adjoints(const F& f, const std::vector<double>& at, const std::vector<double>& beside) {
  const sl::arena_scope memory;
  sl::tape_scope<V> scope;
  sl::vector<sl::adjoint<V>> x(at.size()), given(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) given[i] = x[i] = scope.variable(in_last_lane<V>(at[i], beside[i]));
  const sl::adjoint<V> y = f(x);
  scope.differentiate(y);
  evaluated r{last_lane(y.value()), {}};
  for (const auto& a : given) r.derivatives.push_back(last_lane(a.derivative()));
  return r;
}

// ∂f/∂x_i by 6 points at several distances: the estimate that changes least, and how far it may be off: by that change and by rounding.
struct difference {
  double value, error;
};
template <class F> difference finite_difference(const F& f, std::vector<double> at, std::size_t i) {
  const double x = at[i];
  double largest = 0;
  const auto value = [&](double t) {
    at[i] = t;
    const double f_there = plain_value<double>(f, at, at);
    largest = std::max(largest, std::abs(f_there));
    return f_there;
  };
  difference best{NAN, INFINITY};
  for (const double scale : {1.0, std::abs(x)}) {
    double previous = NAN;
    // Powers of 2, so that x ± h is exact.
    for (double h = std::exp2(std::floor(std::log2(0.03 * scale))); h > 1e-6 * scale && h > 1e-13 * std::abs(x); h /= 4) {
      largest = 0;
      const double d = (45 * (value(x + h) - value(x - h)) - 9 * (value(x + 2 * h) - value(x - 2 * h)) + (value(x + 3 * h) - value(x - 3 * h))) / (60 * h);
      const double error = std::abs(d - previous) + 2e-15 * largest / h;
      if (error < best.error) best = {d, error};
      previous = d;
    }
  }
  return best;
}

inline void expect_same(double a, double b, double tolerance, const std::string& what) {
  if (std::isnan(a) || std::isinf(a)) {
    EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << what << ": " << a << " and " << b;
  } else {
    EXPECT_NEAR(a, b, tolerance * (1 + std::abs(a))) << what;
  }
}

template <class Call> bool throws(const Call& call) {
  try {
    call();
  } catch (const std::exception&) {
    return true;
  }
  return false;
}

// How many derivatives were compared: those whose finite difference is good to `needed` of itself.
template <class F> int expect_gradient(const F& f, const std::vector<double>& at, const std::string& what = "", double needed = 1e-6) {
  if (throws([&] { plain_value<double>(f, at, at); })) {
    EXPECT_TRUE(throws([&] { plain_value<doubles>(f, at, at); })) << what << ": throws in double, not in pack";
    EXPECT_TRUE(throws([&] { with_adjoints<double>(f, at, at); })) << what << ": throws in double, not in adjoint<double>";
    EXPECT_TRUE(throws([&] { with_adjoints<doubles>(f, at, at); })) << what << ": throws in double, not in adjoint<pack>";
    return 0;
  }
  std::vector<double> beside = at;
  for (double& x : beside) x = 0.5 * x;
  const double value = plain_value<double>(f, at, at);
  expect_same(value, plain_value<doubles>(f, at, beside), 1e-13, what + " in packs");
  const evaluated one = with_adjoints<double>(f, at, at), many = with_adjoints<doubles>(f, at, beside);
  expect_same(value, one.value, 1e-13, what + " in adjoint<double>");
  expect_same(value, many.value, 1e-13, what + " in adjoint<pack>");
  int compared = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::string where = what + ", derivative " + std::to_string(i);
    expect_same(one.derivatives[i], many.derivatives[i], 1e-10, where + ", one lane and many");
    const difference d = finite_difference(f, at, i);
    if (!(d.error <= needed * (std::abs(d.value) + 1e-3))) continue;
    EXPECT_NEAR(one.derivatives[i], d.value, 4 * d.error + 1e-9 * (1e-3 + std::abs(d.value))) << where;
    ++compared;
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    std::vector<double> spoiled = at;
    spoiled[i] = std::numeric_limits<double>::quiet_NaN();
    const std::string where = what + " with NaN in argument " + std::to_string(i);
    const double bad = plain_value<double>(f, spoiled, spoiled);
    expect_same(bad, plain_value<doubles>(f, spoiled, at), 1e-13, where + " in packs");
    expect_same(bad, with_adjoints<double>(f, spoiled, spoiled).value, 1e-13, where + " in adjoint<double>");
    expect_same(bad, with_adjoints<doubles>(f, spoiled, at).value, 1e-13, where + " in adjoint<pack>");
    // NaN in another lane must not matter.
    const evaluated kept = with_adjoints<doubles>(f, at, spoiled);
    expect_same(value, kept.value, 1e-13, where + " of the other lanes");
    for (std::size_t j = 0; j < at.size(); ++j) expect_same(one.derivatives[j], kept.derivatives[j], 1e-10, where + " of the other lanes, derivative");
  }
  return compared;
}

}  // namespace gradients
