// Draws and densities at the ends of the range: extreme parameters, extreme values.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "distributions/basic_rows.hpp"

#include <starling/distributions/arcsine.hpp>
#include <starling/distributions/asymmetric_laplace.hpp>
#include <starling/distributions/draw.hpp>
#include <starling/distributions/generalized_pareto.hpp>
#include <starling/distributions/gumbel.hpp>
#include <starling/distributions/laplace.hpp>
#include <starling/distributions/logistic.hpp>
#include <starling/distributions/lomax.hpp>
#include <starling/distributions/rayleigh.hpp>
#include <starling/distributions/triangular.hpp>
#include <starling/distributions/weibull.hpp>
#include <starling/distributions/wrapped_normal.hpp>

namespace {

namespace sl = starling;
using sl::all;
using doubles = sl::native_pack<double>;

// Calls f with the parameters of a distribution's first row, each in turn replaced by what is extreme.
template <class F> void for_each_extreme(const std::vector<double>& first, const std::vector<double>& extremes, std::vector<double>& chosen, F f) {
  if (chosen.size() == first.size()) return f(chosen);
  chosen.push_back(first[chosen.size()]);
  for_each_extreme(first, extremes, chosen, f);
  for (const double x : extremes) {
    chosen.back() = x;
    for_each_extreme(first, extremes, chosen, f);
  }
  chosen.pop_back();
}

// Every draw is in the support and has a density above 0, but where it is the nearest number inside to a draw that is none.
template <class V> void expect_draws_inside(const std::vector<double>& extremes, int rounds) {
  using limits = std::numeric_limits<sl::scalar_of<V>>;
  int looked_at = 0;
  rows::for_each_basic_distribution([&](const std::string& name, auto arity, auto make) {
    const auto first = rows::numbers(rows::row(name).at("cases")[0].at("parameters"));
    std::vector<double> chosen;
    for_each_extreme(first, extremes, chosen, [&](const std::vector<double>& parameters) {
      const auto d = rows::made<V>(make, arity, parameters);
      bool valid = true;
      d.parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { valid = valid && all(ok); });
      if (!valid) return;
      for (int round = 0; round < rounds; ++round) {
        sl::stream<V> rng(sl::key(5), static_cast<std::uint64_t>(round * sl::lanes_of<V>));
        rng.visit(2);
        const auto x = d.sample(rng);
        const V lp = V(d.log_density(x));
        for (int l = 0; l < sl::lanes_of<V>; ++l) {
          const double drawn = rows::lane(x, l), density = rows::lane(lp, l);
          std::string where = name;
          for (const double p : parameters) where += " " + rows::json(p).dump();
          where += " drew " + rows::json(drawn).dump();
          ++looked_at;
          const double size = std::abs(drawn);
          const bool is_end = size == limits::max() || size == limits::min() || size == static_cast<double>(sl::largest_drawn_count<V>) || drawn == 1 - limits::epsilon() / 2;
          ASSERT_TRUE(all(d.support().contains(V(static_cast<sl::scalar_of<V>>(drawn))))) << where;
          ASSERT_FALSE(std::isnan(density)) << where;
          // Between two numbers: no value of the type is near enough to the middle of a narrow log_normal.
          const bool is_rounded = name == "log_normal" && parameters[1] < 1e-6;
          if (!is_end && !is_rounded) {
            ASSERT_TRUE(std::isfinite(density)) << where << " of log density " << density;
          }
        }
      }
    });
  });
  EXPECT_GT(looked_at, 10000);
}

struct slopes {
  long double value, by_x, by_location, by_scale;
};
double nearest(long double x) { return static_cast<double>(x); }
void expect_near(double found, long double expected, const std::string& where) {
  const double e = nearest(expected);
  if (std::isinf(e)) return;  // beyond double
  EXPECT_NEAR(found, e, 4e-15 * (std::abs(e) + 1e-290)) << where;
}

template <class Make, class Expected> void compare(const std::string& name, Make make, Expected expected) {
  struct point {
    double x, location, scale;
  };
  for (const auto& [x, m, s] : {point{1e200, 0, 1e-200}, point{3e-200, 1e-200, 1e-200}, point{2e-300, 0, 1e-300}, point{4.5e-305, 0, 2.25e-305}, point{-1.7e308, 1.7e308, 1e308},
                                point{1e308, -1e308, 1.7e308}, point{-3e307, 1e307, 1e307}, point{5e153, 0, 1}, point{1e-160, 0, 1e-155}, point{1e-180, 0, 1e-155},
                                point{1e303, 0, 1e-303}, point{0.25, 0.5, 1e-152}}) {
    const auto where = name + " at " + rows::json{x, m, s}.dump();
    const slopes e = expected(static_cast<long double>(x), static_cast<long double>(m), static_cast<long double>(s));
    if (std::isinf(nearest(e.value))) continue;
    expect_near(make(m, s).log_density(x), e.value, where);
    expect_near(doubles(make(doubles(m), doubles(s)).log_density(doubles(x)))[1], e.value, where);
    sl::tape_scope<double> scope;
    const auto vx = scope.variable(x), vm = scope.variable(m), vs = scope.variable(s);
    scope.differentiate(sl::adjoint<double>(make(vm, vs).log_density(vx)));
    expect_near(vx.derivative(), e.by_x, where + " by x");
    expect_near(vm.derivative(), e.by_location, where + " by location");
    expect_near(vs.derivative(), e.by_scale, where + " by scale");
  }
}

}  // namespace

TEST(ends, draws_of_extreme_parameters_stay_in_the_support) {
  const std::vector<double> extremes{-1.7e308, -1e200, -1e-200, 0, 2.3e-308, 1e-200, 1e-3, 0.999, 1, 1e15, 1e26, 1e200, 1e307, 1.7e308};
  expect_draws_inside<double>(extremes, 24);
  expect_draws_inside<doubles>(extremes, 3);
}

TEST(ends, draws_of_extreme_parameters_stay_in_the_support_in_float) {
  expect_draws_inside<sl::native_pack<float>>({-3e38, -1e20, 0, 1.2e-38, 1e-20, 1e-3, 0.999, 1, 1e6, 1e20, 1e37, 3e38}, 3);
}

TEST(ends, heavy_tails_have_a_density_at_all_their_draws) {
  const auto expect_all = [](const auto& d, const char* name) {
    for (const double lp : sl::log_density(d, sl::draw(d, sl::key(3), 4000))) ASSERT_TRUE(std::isfinite(lp)) << name;
  };
  expect_all(sl::student_t(0.001, 0.0, 1.0), "student_t(0.001)");
  expect_all(sl::student_t(0.001, 0.0, 1e-200), "student_t(0.001) of a small scale");
  expect_all(sl::student_t(3.0, -1e308, 1.7e308), "student_t(3) of a huge scale");
  expect_all(sl::cauchy(0.0, 1e308), "cauchy");
  expect_all(sl::cauchy(-1.7e308, 1.7e308), "cauchy about a huge location");
  expect_all(sl::half_cauchy(1e308), "half_cauchy");
  expect_all(sl::normal(0.0, 1e308), "normal");
  expect_all(sl::normal(-1.7e308, 1.7e308), "normal about a huge location");
  expect_all(sl::exponential(1e-308), "exponential");
  expect_all(sl::uniform(-1e308, 1e308), "uniform");
}

// Few degrees and a small scale: the factor overflows and the draw does not. log |x| is −log(2 E) / (2 shape) and more, E exponential.
TEST(ends, a_factor_that_overflows_may_be_made_up_for) {
  int inside = 0, equal = 0;
  const auto small = sl::draw(sl::student_t(0.002, 0.0, 1e-280), sl::key(4), 4000), ordinary = sl::draw(sl::student_t(0.002, 0.0, 1.0), sl::key(4), 4000);
  for (std::size_t i = 0; i < small.size(); ++i) {
    if (std::abs(ordinary[i]) < 1e300 && std::abs(ordinary[i]) > 1e-20) {
      ++equal;
      EXPECT_NEAR(std::log(std::abs(small[i])), std::log(std::abs(ordinary[i])) - 280 * std::log(10.0), 1e-10);
    } else if (std::abs(ordinary[i]) > 1.7e308 && std::abs(small[i]) < 1.7e308) {
      ++inside;
      EXPECT_GT(std::abs(small[i]), 1e28);
    }
  }
  EXPECT_GT(equal, 1000);
  EXPECT_GT(inside, 300);
  const auto boosted = sl::draw(sl::gamma(0.001, 1e-300), sl::key(4), 4000);
  int above = 0;
  for (const double x : boosted) above += x > 1e-300 ? 1 : 0;  // P(standard gamma(0.001) > 1e-600) = 1 − exp(−1.38…)/Γ
  EXPECT_NEAR(above / 4000.0, 1 - std::pow(10.0, -0.6) / std::tgamma(1.001), 5.5 * 0.5 / std::sqrt(4000.0));
}

TEST(ends, a_uniform_draw_between_ends_whose_distance_overflows_is_anywhere) {
  double mean = 0, most = 0;
  const auto xs = sl::draw(sl::uniform(-1e308, 1e308), sl::key(6), 10000);
  for (const double x : xs) mean += x / 1e308 / 10000, most = std::max(most, x);
  EXPECT_NEAR(mean, 0, 5.5 * std::sqrt(1 / 3.0 / 10000));
  EXPECT_LT(most, 1e308);
  EXPECT_NEAR(sl::uniform(-1e308, 1e308).log_density(3e307), -std::log(2.0) - 308 * std::log(10.0), 1e-12);
  EXPECT_EQ(sl::uniform(-1e308, 1e308).log_density(1.1e308), -INFINITY);
}

// The nearest count that lanes hold exactly, in one lane as in many.
TEST(ends, counts_beyond_what_lanes_hold_are_the_largest_that_they_do) {
  const auto one = [](const auto& d) {
    sl::stream<double> rng(sl::key(1));
    rng.visit(0);
    return d.sample(rng);
  };
  const auto many = [](const auto& d) {
    sl::stream<doubles> rng(sl::key(1));
    rng.visit(0);
    return d.sample(rng)[0];
  };
  constexpr long most = 1L << 53;
  for (const double log_rate : {37.0, std::log(1e26), 700.0, 800.0}) {
    EXPECT_EQ(one(sl::poisson_log(log_rate)), most) << log_rate;
    EXPECT_EQ(many(sl::poisson_log(log_rate)), most) << log_rate;
  }
  EXPECT_EQ(one(sl::poisson(1e300)), most);
  EXPECT_EQ(many(sl::poisson(1e300)), most);
  EXPECT_EQ(one(sl::binomial(1e20, 0.75)), most);
  EXPECT_EQ(many(sl::binomial(1e20, 0.75)), most);
  EXPECT_TRUE(sl::binomial(1e20, 0.75).support().contains(most));
  sl::stream<sl::native_pack<float>> rng(sl::key(1));
  rng.visit(0);
  EXPECT_EQ(sl::poisson(1e10).sample(rng)[0], 1L << 24);
}

TEST(ends, densities_and_their_derivatives) {
  const long double log_pi = std::log(3.14159265358979323846264338327950288L);
  compare(
      "normal", [](auto m, auto s) { return sl::normal(m, s); }, [](long double x, long double m, long double s) {
    const auto z = (x - m) / s;
    return slopes{-z * z / 2 - std::log(s) - 0.91893853320467274178032973640562L, -z / s, z / s, (z * z - 1) / s}; });
  compare(
      "cauchy", [](auto m, auto s) { return sl::cauchy(m, s); }, [&](long double x, long double m, long double s) {
    const auto z = (x - m) / s, by = 2 * z / (1 + z * z) / s;
    return slopes{-log_pi - std::log(s) - std::log1p(z * z), -by, by, (1 - 2 / (1 + z * z)) / s}; });
  compare(
      "student_t(1.5)", [](auto m, auto s) { return sl::student_t(1.5, m, s); }, [&](long double x, long double m, long double s) {
    const long double v = 1.5L, z = (x - m) / s, w = z * z / v, by = (v + 1) * z / v / (1 + w) / s;
    return slopes{std::lgamma((v + 1) / 2) - std::lgamma(v / 2) - (std::log(v) + log_pi) / 2 - std::log(s) - (v + 1) / 2 * std::log1p(w), -by, by,
                  (v - (v + 1) / (1 + w)) / s}; });
  compare(
      "half_normal", [](auto, auto s) { return sl::half_normal(s); }, [&](long double x, long double, long double s) {
    const auto z = x / s;
    return slopes{x < 0 ? -INFINITY : std::log(2.0L) - z * z / 2 - std::log(s) - 0.91893853320467274178032973640562L, -z / s, 0, (z * z - 1) / s}; });
  compare(
      "half_cauchy", [](auto, auto s) { return sl::half_cauchy(s); }, [&](long double x, long double, long double s) {
    const auto z = x / s, by = 2 * z / (1 + z * z) / s;
    return slopes{x < 0 ? -INFINITY : std::log(2.0L) - log_pi - std::log(s) - std::log1p(z * z), -by, 0, (1 - 2 / (1 + z * z)) / s}; });
}

// f(x; s) = f(x / s; 1) / s, at scales whose squares are beyond the range; draws have a density.
TEST(ends, scales_of_the_catalogue) {
  const auto expect_scaled = [](const std::string& name, auto make) {
    for (const double s : {1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e300}) {
      const auto one = make(1.0), d = make(s);
      for (const double x : {0.3, 0.8, -0.4}) {
        const double expected = one.log_density(x);
        if (!std::isfinite(expected)) continue;
        EXPECT_NEAR(d.log_density(s * x) + std::log(s), expected, 1e-12) << name << " " << s << " at " << x;
      }
      const auto xs = sl::draw(d, sl::key(3), 200);
      for (const double x : xs) ASSERT_TRUE(std::isfinite(d.log_density(x))) << name << " " << s << " drew " << x;
      EXPECT_NE(xs[0], xs[1]) << name << " " << s;
    }
  };
  expect_scaled("triangular", [](double s) { return sl::triangular(-s, 0.1 * s, s); });
  expect_scaled("arcsine", [](double s) { return sl::arcsine(-s, s); });
  expect_scaled("laplace", [](double s) { return sl::laplace(0.0, s); });
  expect_scaled("logistic", [](double s) { return sl::logistic(0.0, s); });
  expect_scaled("gumbel", [](double s) { return sl::gumbel(0.0, s); });
  expect_scaled("rayleigh", [](double s) { return sl::rayleigh(s); });
  expect_scaled("lomax", [](double s) { return sl::lomax(s, 1.5); });
  expect_scaled("weibull", [](double s) { return sl::weibull(1.5, s); });
  expect_scaled("generalized_pareto", [](double s) { return sl::generalized_pareto(0.0, s, 0.5); });
  expect_scaled("asymmetric_laplace", [](double s) { return sl::asymmetric_laplace(0.0, s, 0.3); });
}
TEST(ends, a_narrow_or_wide_wrapped_normal) {
  for (const double s : {1e-300, 1e-200, 1e-160}) EXPECT_NEAR(sl::wrapped_normal(0.0, s).log_density(0.5 * s), -0.125 - 0.918938533204672742 - std::log(s), 1e-12);
  for (const double s : {1e160, 1e300, 1.7e308}) {
    const auto d = sl::wrapped_normal(0.0, s);
    for (const double x : sl::draw(d, sl::key(3), 100)) EXPECT_NEAR(d.log_density(x), -std::log(2 * 3.14159265358979323846), 1e-12) << s << " drew " << x;
  }
}
TEST(ends, a_generalized_pareto_far_out) {
  for (const auto& [x, scale, shape] : {std::tuple{1e300, 1.0, 1000.0}, {1e308, 1e-100, 2.0}, {1e200, 1e-200, 0.5}, {1e30, 1.0, 1e100}, {5e19, 1.0, 2.0}, {0.5e20, 1.0, 2.0001}}) {
    const long double w = log1pl(static_cast<long double>(shape) * x / scale);
    EXPECT_NEAR(sl::generalized_pareto(0.0, scale, shape).log_density(x), static_cast<double>(-logl(scale) - w - w / shape), 1e-12 * static_cast<double>(w)) << x;
  }
}
