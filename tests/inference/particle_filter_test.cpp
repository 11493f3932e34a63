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

constexpr auto either = sl::cond(sl::gen([](auto& trace) { return trace("far", sl::normal(5.0, 1.0)); }),
                                 sl::gen([](auto& trace) { return trace("near", sl::normal(0.0, 1.0)); }));

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

TEST(particle_filter, reads_states_notes_and_quantiles_with_weights) {
  constexpr auto noting = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& s) {
    auto next = s;
    next.v = trace("v", sl::normal(0.5 * s.v, 1.0));
    next.x = s.x + next.v;
    trace.note("squares", next.x * next.x + s.v);
    trace("y", sl::normal(next.x, 0.4));
    return next;
  }));
  sl::particle_filter f(noting, sl::args(position<double>{0.0, 0.0}), {.particles = 1003}, sl::key(2));
  const auto ys = some_ys(6);
  for (std::size_t t = 0; t < ys.size(); ++t) {
    const auto before = f.values([](const auto& s) { return s.v; });
    const auto told = f.step({{"y", ys[t]}});
    const auto x = f.values([](const auto& s) { return s.x; }), v = f.values("v"), squares = f.values("squares"), w = f.weights();
    double mean = 0, below = 0, total = 0;
    const double q = f.quantile([](const auto& s) { return s.x; }, 0.3);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!told.resampled) {
        EXPECT_DOUBLE_EQ(squares[i], x[i] * x[i] + before[i]) << i;
      }
      mean += w[i] * x[i];
      below += x[i] <= q ? w[i] : 0;
      total += w[i];
    }
    EXPECT_EQ(v, f.values([](const auto& s) { return s.v; }));
    EXPECT_NEAR(total, 1, 1e-12);
    EXPECT_NEAR(f.mean([](const auto& s) { return s.x; }), mean, 1e-12);
    EXPECT_NEAR(f.mean("v", [](double y) { return y * y; }), f.mean([](const auto& s) { return s.v * s.v; }), 1e-12);
    EXPECT_NEAR(below, 0.3, 0.02);
  }
  EXPECT_THROW(f.values("nothing"), std::exception);
  EXPECT_THROW(f.quantile("v", 1.5), std::invalid_argument);
}

TEST(particle_filter, has_NaN_where_a_particle_has_no_such_choice) {
  constexpr auto chain = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x) {
    const auto is_far = trace("is_far", sl::bernoulli(0.4));
    const auto next = x + trace("step", either, is_far);
    trace("y", sl::normal(next, 3.0));
    return next;
  }));
  sl::particle_filter f(chain, sl::args(0.0), {.particles = 500}, sl::key(2));
  f.step({{"y", 2.0}});
  const auto is_far = f.values("is_far"), a = f.values(sl::path("step") / "far"), w = f.weights();
  double mean = 0, weight = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(std::isnan(a[i]), is_far[i] == 0) << i;
    if (is_far[i] == 1) mean += w[i] * a[i], weight += w[i];
  }
  EXPECT_NEAR(f.mean(sl::path("step") / "far"), mean / weight, 1e-12);
  EXPECT_GT(f.quantile(sl::path("step") / "far", 0.01), 1.0);
}

TEST(particle_filter, takes_parameters_that_come_with_a_step) {
  const auto ys = some_ys(20);
  kalman exact;
  sl::particle_filter f(linear, sl::args(1.0, 0.9), {.particles = 40'000}, sl::key(4));
  for (std::size_t t = 0; t < ys.size(); ++t) {
    const double a = 0.4 + 0.05 * static_cast<double>(t);
    exact.step(ys[t], a);
    if (t == 7) {
      EXPECT_THROW(f.step({{"y", INFINITY}}, sl::args(-40.0)), std::runtime_error);
      f.step({{"y", ys[t]}}, sl::args(a));
    } else {
      f.step({{"y", ys[t]}}, sl::args(a));
    }
  }
  EXPECT_NEAR(f.log_evidence(), exact.log_evidence, 0.1);
  EXPECT_NEAR(f.mean("x"), exact.mean, 0.03);
  EXPECT_NEAR(f.quantile("x", 0.9), exact.mean + 1.2815515655446004 * std::sqrt(exact.variance), 0.04);
  exact.step(0.5, 0.4 + 0.05 * 19);
  EXPECT_THROW(f.step({{"nothing", 0.5}}, sl::args(-40.0)), std::invalid_argument);
  f.step({{"y", 0.5}});  // as in the last step that stands
  EXPECT_NEAR(f.mean("x"), exact.mean, 0.03);
}

TEST(particle_filter, names_the_step_where_its_particles_are_lost) {
  sl::particle_filter f(linear, sl::args(1.0, 0.9), {.particles = 2000}, sl::key(1));
  for (const double y : some_ys(10)) f.step({{"y", y}});
  EXPECT_TRUE(f.warnings().empty());
  const auto far = f.step({{"y", 8.0}});
  const auto after = f.step({{"y", 3.0}});
  EXPECT_LT(far.ess, 20.0);
  EXPECT_EQ(far.distinct, far.resampled ? far.distinct : 2000u);
  EXPECT_TRUE(after.resampled && after.distinct < 20) << after.distinct;
  const auto told = f.warnings();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("of 2000 at step 10:"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("descendants fell to " + std::to_string(after.distinct) + " of 2000 at step 11"), std::string::npos) << told[1];
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
