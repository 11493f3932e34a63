// Particle filters against exact filters: a Kalman recursion, the forward recursion of a hidden Markov model, quadrature.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/particle_filter.hpp>

namespace sl = starling;

namespace {

constexpr auto linear = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x, double a) {
  const auto next = trace("x", sl::normal(a * x, 0.7));
  trace("y", sl::normal(next, 0.5));
  return next;
}));

struct kalman {
  double mean = 1.0, variance = 0.0, log_evidence = 0;
  void step(double y, double a) {
    const double m = a * mean, p = a * a * variance + 0.49, s = p + 0.25;
    log_evidence += -0.5 * (y - m) * (y - m) / s - 0.5 * std::log(2 * std::numbers::pi * s);
    mean = m + p / s * (y - m);
    variance = p - p * p / s;
  }
};

std::vector<double> some_ys(std::size_t n) {
  std::vector<double> ys;
  for (std::size_t t = 0; t < n; ++t) ys.push_back(1.3 * std::sin(0.9 * static_cast<double>(t)) + 0.2 * static_cast<double>(t % 3));
  return ys;
}

template <class S>
struct position {
  S x, v;
};

}  // namespace

// log Z-hat is unbiased on the natural scale with sd about c·sqrt(T/N): bounds of six standard errors, the error estimated from runs.
TEST(particle_filter, agrees_with_the_kalman_filter) {
  const auto ys = some_ys(40);
  kalman exact;
  for (const double y : ys) exact.step(y, 0.9);
  for (const double share : {0.5, 1.0}) {
    double sum = 0, square = 0, means = 0;
    constexpr int runs = 20;
    int resampled = 0;
    for (int r = 0; r < runs; ++r) {
      sl::particle_filter f(linear, sl::args(1.0, 0.9), {.particles = 3001, .resample_below = share}, sl::key(static_cast<std::uint64_t>(r)));
      double increments = 0;
      for (const double y : ys) {
        const auto s = f.step({{"y", y}});
        increments += s.log_evidence;
        resampled += s.resampled;
      }
      EXPECT_NEAR(increments, f.log_evidence(), 1e-9);
      const double ratio = std::exp(f.log_evidence() - exact.log_evidence);
      sum += ratio, square += ratio * ratio;
      means += f.mean("x") / runs;
    }
    const double mean = sum / runs, error = std::sqrt((square / runs - mean * mean) / (runs - 1));
    EXPECT_NEAR(mean, 1.0, 6 * error) << share;
    EXPECT_LT(error, 0.1) << share;
    EXPECT_NEAR(means, exact.mean, 0.02) << share;
    if (share == 1) {
      EXPECT_EQ(resampled, runs * 39);
    } else {
      EXPECT_TRUE(resampled > runs && resampled < runs * 39) << resampled;
    }
  }
}

TEST(particle_filter, agrees_with_the_forward_recursion) {
  constexpr auto hmm = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& z) {
    using R = sl::real_of<decltype(trace)>;
    const auto stay = sl::where(z == 1, R(0.8), R(0.3));
    const auto next = trace("z", sl::bernoulli(stay));
    trace("y", sl::normal(sl::where(next, R(1.0), R(-1.0)), 1.0));
    return sl::whole_of<R>(0) + sl::where(next, sl::whole_of<R>(1), sl::whole_of<R>(0));
  }));
  const auto ys = some_ys(30);
  double p1 = 1.0, exact = 0;  // z before the first is 1
  for (const double y : ys) {
    const double prior = p1 * 0.8 + (1 - p1) * 0.3;
    const auto density = [&](double m) { return std::exp(-0.5 * (y - m) * (y - m)) / std::sqrt(2 * std::numbers::pi); };
    const double a = prior * density(1), b = (1 - prior) * density(-1);
    exact += std::log(a + b);
    p1 = a / (a + b);
  }
  sl::particle_filter f(hmm, sl::args(1L), {.particles = 40'000}, sl::key(3));
  for (const double y : ys) f.step({{"y", y}});
  EXPECT_NEAR(f.log_evidence(), exact, 0.05);
  EXPECT_NEAR(f.mean("z"), p1, 6 * std::sqrt(p1 * (1 - p1) / f.ess()));
}

TEST(particle_filter, histories_follow_the_ancestors) {
  // A walk whose state is its own history: x_t = x_{t−1} + noise, told by a struct.
  constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& s) {
    auto next = s;
    const auto step = trace("step", sl::normal(0.0, 1.0));
    next.v = step;
    next.x = s.x + step;
    trace("x", sl::normal(next.x, 1e-3));
    trace("y", sl::normal(next.x, 0.3));
    return next;
  }));
  sl::particle_filter f(walk, sl::args(position<double>{0.0, 0.0}), {.particles = 501, .resample_below = 1}, sl::key(5));
  const auto ys = some_ys(12);
  for (const double y : ys) f.step({{"y", y}});
  const auto steps = f.history("step"), xs = f.history("x");
  ASSERT_EQ(steps.size(), 501u * 12);
  for (std::size_t i = 0; i < 501; ++i) {
    double x = 0;
    for (std::size_t t = 0; t < 12; ++t) {
      x += steps[i * 12 + t];
      EXPECT_NEAR(xs[i * 12 + t], x, 0.01) << i << " " << t;
    }
  }
}

TEST(particle_filter, is_the_same_for_any_number_of_threads) {
  const auto ys = some_ys(20);
  const auto run = [&](std::size_t threads) {
    sl::particle_filter f(linear, sl::args(1.0, 0.9), {.particles = 3001, .threads = threads}, sl::key(1));
    for (const double y : ys) f.step({{"y", y}});
    return std::pair(f.log_evidence(), f.history("x"));
  };
  EXPECT_EQ(run(1), run(2));
}

TEST(particle_filter, says_what_is_wrong) {
  sl::particle_filter f(linear, sl::args(1.0, 0.9), {.particles = 100}, sl::key(1));
  f.step({{"y", 0.5}});
  const double before = f.log_evidence();
  EXPECT_THROW(f.step({{"z", 0.5}}), std::invalid_argument);
  EXPECT_THROW(f.step({{"y", INFINITY}}), std::runtime_error);
  EXPECT_EQ(f.steps(), 1u);
  EXPECT_EQ(f.log_evidence(), before);
  EXPECT_THROW(sl::particle_filter(linear, sl::args(1.0, 0.9), {.particles = 0}, sl::key(1)), std::invalid_argument);
  f.step({});  // a prediction
  EXPECT_EQ(f.log_evidence(), before);
}

TEST(particle_filter, systematic_resampling_gives_each_its_share) {
  const std::vector<double> w = {0.0, 3.0, 0.5, 0.0, 0.25, 0.25, 4.0, 0.0};
  std::vector<std::uint32_t> a(8 + sl::ancestor_slack);
  for (const double u : {1e-12, 0.3, 0.999999}) {
    sl::systematic_ancestors(w.data(), 8, 8.0, u, a.data());
    for (std::size_t i = 0; i < 8; ++i) {
      const auto count = static_cast<double>(std::count(a.begin(), a.begin() + 8, i));
      EXPECT_GE(count, std::floor(w[i])) << u;
      EXPECT_LE(count, std::ceil(w[i])) << u;
    }
    EXPECT_TRUE(std::is_sorted(a.begin(), a.begin() + 8));
  }
}
