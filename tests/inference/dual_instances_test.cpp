// Maps whose choices are all observed run on duals: the densities and gradients are those of the same model as a loop of addresses, in lanes and in one.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/unconstrained.hpp>
#include <starling/models/custom_gradient.hpp>

namespace sl = starling;

namespace {

constexpr std::size_t n = 23;  // no multiple of a pack
std::vector<double> inputs() {
  std::vector<double> xs;
  for (std::size_t i = 0; i < n; ++i) xs.push_back(std::sin(0.7 * static_cast<double>(i)));
  return xs;
}
sl::choice_map observed(bool counts = false) {
  sl::choice_map seen;
  for (std::size_t i = 0; i < n; ++i) {
    if (counts) seen.set({"y", i}, static_cast<long>(i));
    else seen.set({"y", i}, std::cos(1.3 * static_cast<double>(i)));
  }
  return seen;
}

// Density and gradient at the points q, one a lane.
template <class V, class Posterior> std::vector<V> density_and_gradient(const Posterior& post, const std::vector<V>& q) {
  const sl::unconstrained_posterior<V, Posterior> density(post);
  EXPECT_EQ(density.dimension(), q.size());
  std::vector<V> r(q.size() + 1);
  r[q.size()] = density.log_density_and_gradient(q.data(), r.data());
  return r;
}
template <class V, class Map, class Loop> void expect_same(const Map& map, const Loop& loop, std::size_t d, double spread = 0.3) {
  std::vector<V> q;
  for (std::size_t j = 0; j < d; ++j) {
    V x(0.4 - 0.3 * static_cast<double>(j));
    if constexpr (sl::lanes_of<V> > 1)
      for (int l = 0; l < sl::lanes_of<V>; ++l) x.set(l, 0.4 - 0.3 * static_cast<double>(j) + spread * l);
    q.push_back(x);
  }
  const auto a = density_and_gradient<V>(map, q), b = density_and_gradient<V>(loop, q);
  for (std::size_t j = 0; j <= d; ++j)
    for (int l = 0; l < sl::lanes_of<V>; ++l) {
      const double x = sl::lane_of(a[j], l), y = sl::lane_of(b[j], l);
      if (std::isinf(y)) EXPECT_EQ(x, y) << j << " lane " << l;
      else EXPECT_NEAR(x, y, 1e-12 * (1 + std::abs(y))) << j << " lane " << l;
    }
}
template <class Map, class Loop> void expect_same_gradients(const Map& map, const Loop& loop, std::size_t d, const sl::choice_map& seen, double spread = 0.3) {
  const sl::posterior a(map, sl::args(inputs()), seen), b(loop, sl::args(inputs()), seen);
  expect_same<sl::gradient_pack>(a, b, d, spread);
  expect_same<double>(a, b, d);
}

}  // namespace

TEST(dual_instances, a_regression) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::exponential(1.0));
    trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_, const auto& b_, const auto& s_) { return t({}, sl::normal(a_ + b_ * x, s_)); })), sl::each(xs), a, b, s);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::exponential(1.0));
    for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(a + b * xs[i], s));
  });
  expect_same_gradients(map, loop, 3, observed());
}

// A scale of 0 and one below in some lanes: they have no density, and the others have theirs.
TEST(dual_instances, bad_parameters_in_some_lanes) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::normal(0.0, 1.0));
    trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_, const auto& s_) { return t({}, sl::normal(a_ * x, s_)); })), sl::each(xs), a, s);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::normal(0.0, 1.0));
    for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(a * xs[i], s));
  });
  for (const double spread : {0.3, -0.1, -0.05}) expect_same_gradients(map, loop, 2, observed(), spread);
}

// Counts that no table holds; a number that depends on an instance's own choice; a factor; a call; a number that nobody uses.
TEST(dual_instances, counts_factors_and_calls) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_, const auto& b_) {
            constexpr auto count = sl::gen([](auto& u, const auto& rate) { return u({}, sl::poisson_log(rate)); });
            t({}, count, a_ * x + 1.0);
            t.factor(-0.1 * a_ * b_ * x);
          })),
          sl::each(xs), a, b);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    for (std::size_t i = 0; i < xs.size(); ++i) {
      trace({"y", i}, sl::poisson_log(a * xs[i] + 1.0));
      trace.factor(-0.1 * a * b * xs[i]);
    }
  });
  expect_same_gradients(map, loop, 2, observed(true));
}

// What instances return: numbers that depend on the arguments, and choices.
TEST(dual_instances, results) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::exponential(1.0));
    const auto means = trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_, const auto& b_, const auto& s_) {
                               const auto mean = a_ * s_ + b_ * x;
                               t({}, sl::normal(mean, s_));
                               return mean * s_;
                             })),
                             sl::each(xs), a, b, s);
    trace.factor(-0.2 * means[3] * means[n - 1]);
    const auto ys = trace("z", sl::map(sl::gen([](auto& t, const auto& x, const auto& s_) { return t({}, sl::normal(x, s_)); })), sl::each(xs), s);
    trace.factor(0.1 * ys[2] * a);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    using R = sl::real_of<decltype(trace)>;
    const auto a = trace("a", sl::normal(0.0, 5.0));
    const auto b = trace("b", sl::normal(0.0, 5.0));
    const auto s = trace("s", sl::exponential(1.0));
    sl::vector<R> means(n), ys(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto mean = a * s + b * xs[i];
      trace({"y", i}, sl::normal(mean, s));
      means[i] = mean * s;
    }
    trace.factor(-0.2 * means[3] * means[n - 1]);
    for (std::size_t i = 0; i < n; ++i) ys[i] = trace({"z", i}, sl::normal(xs[i], s));
    trace.factor(0.1 * ys[2] * a);
  });
  auto seen = observed();
  for (std::size_t i = 0; i < n; ++i) seen.set({"z", i}, 0.1 * static_cast<double>(i));
  expect_same_gradients(map, loop, 3, seen);
}

// A body that takes its numbers as double, or is said to run one by one, gets neither packs of instances nor duals.
template <class X> X one_number(const X& x) {
  static_assert(!sl::differentiable<X> || sl::is_adjoint<X>, "given a dual");
  return x;
}
TEST(dual_instances, instances_one_by_one) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    trace("y", sl::map(sl::one_by_one(sl::gen([](auto& t, const auto& x, const auto& a_) {
            return x > 0.0 ? t({}, sl::normal(one_number(a_) * x, 1.0)) : t({}, sl::normal(one_number(a_), 2.0));
          }))),
          sl::each(xs), a);
    trace("z", sl::map(sl::gen([](auto& t, double x, const auto& a_) {
            if (x > 0.0) return t({}, sl::normal(a_ * x, 1.0));
            return t({}, sl::normal(a_, 2.0));
          })),
          sl::each(xs), a);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, xs[i] > 0.0 ? sl::normal(a * xs[i], 1.0) : sl::normal(a * 1.0, 2.0));
    for (std::size_t i = 0; i < n; ++i) trace({"z", i}, xs[i] > 0.0 ? sl::normal(a * xs[i], 1.0) : sl::normal(a * 1.0, 2.0));
  });
  auto seen = observed();
  for (std::size_t i = 0; i < n; ++i) seen.set({"z", i}, 0.1 * static_cast<double>(i));
  expect_same_gradients(map, loop, 1, seen);
}

// Derivatives that an author gives are taken, not those of what he wrote; and a lane that a `where` did not take never meets 0 · ∞.
TEST(dual_instances, derivatives_of_their_own_and_wheres) {
  constexpr auto map = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_) {
            constexpr auto twice = sl::custom_gradient([](const auto& v) { return 2.0 * v; }, [](const auto&, const auto& d, const auto&) { return d * 7.0; }, sl::with_respect_to<true>);
            return t({}, sl::normal(twice(a_) * x, 1.0));
          })),
          sl::each(xs), a);
    trace("z", sl::map(sl::gen([](auto& t, const auto& x, const auto& a_) { return t({}, sl::normal(sl::where(a_ > 0.5, a_, sl::sqrt(a_ * 0.0)) + x, 1.0)); })), sl::each(xs), a);
  });
  constexpr auto loop = sl::gen([](auto& trace, const auto& xs) {
    const auto a = trace("a", sl::normal(0.0, 5.0));
    constexpr auto twice = sl::custom_gradient([](const auto& v) { return 2.0 * v; }, [](const auto&, const auto& d, const auto&) { return d * 7.0; }, sl::with_respect_to<true>);
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(twice(a) * xs[i], 1.0));
    for (std::size_t i = 0; i < n; ++i) trace({"z", i}, sl::normal(sl::where(a > 0.5, a, sl::sqrt(a * 0.0)) + xs[i], 1.0));
  });
  auto seen = observed();
  for (std::size_t i = 0; i < n; ++i) seen.set({"z", i}, 0.1 * static_cast<double>(i));
  expect_same_gradients(map, loop, 1, seen);
}
