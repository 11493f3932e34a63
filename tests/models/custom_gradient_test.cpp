// Functions with derivatives of their author's: called, honoured, and recorded only where a flag says so.
#include <cmath>

#include <gtest/gtest.h>

#include <starling/distributions/distributions.hpp>
#include <starling/models/custom_gradient.hpp>
#include <starling/models/gradient.hpp>
#include <starling/models/simulate.hpp>

#include "models/thrown.hpp"

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

int forward_calls = 0, backward_calls = 0;

// The derivative given is that of 2x², so that it is seen which one is used.
constexpr auto odd = sl::custom_gradient(
    [](const auto& x, const auto& scale) {
      ++forward_calls;
      return x * x * scale;
    },
    [](const auto& value, const auto& d, const auto& x, const auto& scale) {
      ++backward_calls;
      static_assert(!sl::is_adjoint<std::remove_cvref_t<decltype(x)>>);
      using sl::all;
      EXPECT_TRUE(all(value == x * x * scale));
      return d * 4.0 * x;
    },
    sl::with_respect_to<true, false>);

constexpr auto two_of_three = sl::custom_gradient(
    [](const auto& xs, double shift, const auto& y) { return sl::sum(xs) * y + shift; },
    [](const auto&, const auto& d, const auto& xs, double, const auto& y) {
      using V = std::remove_cvref_t<decltype(y)>;
      return std::tuple(sl::vector<V>(xs.size(), V(d * y)), V(d * sl::sum(xs)));
    },
    sl::with_respect_to<true, false, true>);

constexpr auto to_a_vector = sl::custom_gradient(
    [](const auto& x) { return sl::vector<std::remove_cvref_t<decltype(x)>>{x, x * x}; },
    [](const auto& value, const auto& d, const auto&) { return d[0] + 2.0 * value[0] * d[1]; }, sl::with_respect_to<true>);

template <class V> double lane(const V& x) {
  if constexpr (std::is_arithmetic_v<V>) return x;
  else return x[V::lanes - 1];
}

template <class V> void check() {
  const sl::arena_scope memory;
  forward_calls = backward_calls = 0;
  {
    sl::tape_scope<V> scope;
    const auto x = scope.variable(V(3.0)), scale = scope.variable(V(2.0));
    const auto y = odd(x, scale);
    EXPECT_EQ(lane(y.value()), 18);
    EXPECT_EQ(forward_calls, 1);
    EXPECT_EQ(backward_calls, 0);
    scope.differentiate(y * 0.5);
    EXPECT_EQ(backward_calls, 1);
    EXPECT_EQ(lane(x.derivative()), 6);  // the author's
    EXPECT_EQ(lane(scale.derivative()), 0);
  }
  {
    // Only what is flagged is recorded: an argument that has no flag may be an adjoint, the result is a plain value then.
    sl::tape_scope<V> scope;
    const auto scale = scope.variable(V(2.0));
    static_assert(std::is_same_v<decltype(odd(V(3.0), scale)), V>);
    V* const before = scope.cells(1);
    odd(V(3.0), scale);
    V* const after = scope.cells(1);
    V* const next = scope.cells(1);
    EXPECT_EQ(after - before, next - after);
    EXPECT_EQ(backward_calls, 1);
  }
  {
    sl::tape_scope<V> scope;
    const auto a = scope.variable(V(1.0)), b = scope.variable(V(4.0)), y = scope.variable(V(5.0));
    const auto r = two_of_three(sl::vector<sl::adjoint<V>>{a, sl::exp(b), a}, 7.0, y);
    scope.differentiate(r * r);
    const double e = std::exp(4.0), value = (2 + e) * 5 + 7;
    EXPECT_NEAR(lane(r.value()), value, 1e-12 * value);
    EXPECT_NEAR(lane(a.derivative()), 2 * value * 2 * 5, 1e-10 * value);
    EXPECT_NEAR(lane(b.derivative()), 2 * value * e * 5, 1e-9 * value);
    EXPECT_NEAR(lane(y.derivative()), 2 * value * (2 + e), 1e-10 * value);
  }
  {
    sl::tape_scope<V> scope;
    const auto x = scope.variable(V(3.0));
    const auto v = to_a_vector(x);
    scope.differentiate(v[0] * 10.0 + v[1] * v[1]);
    EXPECT_EQ(lane(x.derivative()), 10 + 2 * 9 * 6);
  }
}

}  // namespace

TEST(custom_gradient, in_one_lane) { check<double>(); }
TEST(custom_gradient, in_many_lanes) { check<doubles>(); }

TEST(custom_gradient, in_a_body) {
  constexpr auto body = sl::gen([](auto& trace) {
    const auto x = trace("x", sl::normal(0.0, 1.0));
    const auto y = trace({}, odd, x, 2.0);
    trace("z", sl::normal(y, 1.0));
  });
  const double x = 0.7, z = 1.5, y = 2 * x * x;
  const auto g = sl::gradients(body, sl::args(), {{"x", x}, {"z", z}});
  EXPECT_NEAR(g.choices["x"], -x + (z - y) * 4 * x, 1e-12);
  EXPECT_NO_THROW(sl::simulate(body, sl::args(), sl::key(1)));
}

TEST(custom_gradient, derivatives_of_another_size_are_refused) {
  constexpr auto short_one = sl::custom_gradient([](const auto& xs) { return sl::sum(xs); },
                                                 [](const auto&, const auto& d, const auto&) { return sl::vector<std::remove_cvref_t<decltype(d)>>{d, d}; },
                                                 sl::with_respect_to<true>);
  const sl::arena_scope memory;
  sl::tape_scope<double> scope;
  const sl::vector<sl::adjoint<double>> xs{scope.variable(1.0), scope.variable(2.0), scope.variable(3.0)};
  const auto y = short_one(xs);
  EXPECT_EQ(thrown([&] { scope.differentiate(y); }),
            "custom_gradient: the derivative with respect to argument 1 must have 3 elements, one each of the argument's; the backward function gave 2");
}
