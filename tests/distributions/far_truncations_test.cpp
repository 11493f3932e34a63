// Truncation whose ends lie so far out that the logarithms of the tails cancel: densities, draws and derivatives against far_truncations.json.
#include <gtest/gtest.h>

#include "distributions/table.hpp"

#include <starling/distributions/catalogue.hpp>
#include <starling/random/adjoint_stream.hpp>

#include <cmath>
#include <limits>

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

// f(d) of the case's distribution, with parameters and ends of type V.
template <class V, class F> void with(const rows::json& c, F f) {
  std::vector<V> p;
  for (const double x : rows::numbers(c.at("parameters"))) p.emplace_back(x);
  const V lo(rows::number(c.at("lo"))), hi(rows::number(c.at("hi")));
  const std::string family = c.at("family");
  const auto call = [&](const auto& d) { f(sl::truncated(d, lo, hi)); };
  if (family == "normal") call(sl::normal(p[0], p[1]));
  else if (family == "half_normal") call(sl::half_normal(p[0]));
  else if (family == "log_normal") call(sl::log_normal(p[0], p[1]));
  else if (family == "logit_normal") call(sl::logit_normal(p[0], p[1]));
  else if (family == "exponential") call(sl::exponential(p[0]));
  else if (family == "laplace") call(sl::laplace(p[0], p[1]));
  else if (family == "asymmetric_laplace") call(sl::asymmetric_laplace(p[0], p[1], p[2]));
  else if (family == "logistic") call(sl::logistic(p[0], p[1]));
  else if (family == "log_logistic") call(sl::log_logistic(p[0], p[1]));
  else if (family == "gumbel") call(sl::gumbel(p[0], p[1]));
  else if (family == "frechet") call(sl::frechet(p[0], p[1]));
  else if (family == "weibull") call(sl::weibull(p[0], p[1]));
  else if (family == "gompertz") call(sl::gompertz(p[0], p[1]));
  else if (family == "rayleigh") call(sl::rayleigh(p[0]));
  else if (family == "pareto") call(sl::pareto(p[0], p[1]));
  else if (family == "pareto_type_2") call(sl::pareto_type_2(p[0], p[1], p[2]));
  else if (family == "generalized_pareto") call(sl::generalized_pareto(p[0], p[1], p[2]));
  else if (family == "kumaraswamy") call(sl::kumaraswamy(p[0], p[1]));
  else if (family == "geometric") call(sl::geometric(p[0]));
  else if (family == "affine_normal") call(sl::affine(sl::normal(V(0), V(1)), p[0], p[1]));
  else FAIL() << family;
}
template <class D> auto as_drawn(double x) {
  if constexpr (D::is_whole_valued) return static_cast<long>(x);
  else return x;
}

}  // namespace

TEST(far_truncations, densities_equal_the_reference) {
  int compared = 0;
  for (const auto& c : rows::table("far_truncations.json")) {
    with<double>(c, [&](const auto& d) {
      for (const auto& point : c.at("points")) {
        const double x = rows::number(point[0]), expected = rows::number(point[1]);
        // Of what is taken off the density at the end, and of x's own rounding in it, 64 ulp.
        EXPECT_NEAR(d.log_density(as_drawn<std::remove_cvref_t<decltype(d)>>(x)), expected, 2e-11 * (1 + std::abs(expected))) << c.dump() << " at " << x;
        ++compared;
      }
    });
    with<doubles>(c, [&](const auto& d) {
      if constexpr (!std::remove_cvref_t<decltype(d)>::is_whole_valued) {
        for (const auto& point : c.at("points")) {
          const double expected = rows::number(point[1]);
          EXPECT_NEAR(d.log_density(doubles(rows::number(point[0])))[1], expected, 2e-11 * (1 + std::abs(expected))) << c.dump() << " at " << point.dump();
        }
      }
    });
  }
  EXPECT_GT(compared, 100);
}

TEST(far_truncations, draws_are_where_the_reference_says) {
  constexpr int n = 200;
  for (const auto& c : rows::table("far_truncations.json")) {
    with<double>(c, [&](const auto& d) {
      std::vector<double> xs;
      sl::stream<double> rng(sl::key(8));
      for (std::uint32_t i = 0; i < n; ++i) {
        rng.visit(i);
        const auto x = d.sample(rng);
        ASSERT_TRUE(x >= d.lo && x <= d.hi && (i >= 20 || std::isfinite(d.log_density(x)))) << c.dump() << " drew " << x;
        xs.push_back(static_cast<double>(x));
      }
      for (const auto& point : c.at("below")) {
        const double x = rows::number(point[0]), p = rows::number(point[1]);
        double below = 0;
        for (const double y : xs) below += y <= x ? 1.0 / n : 0;
        EXPECT_NEAR(below, p, 5.5 * std::sqrt(p * (1 - p) / n) + 1.5 / n) << c.dump() << " below " << x;
      }
    });
  }
}

// By x that of the normal density, by lo the hazard there, z + 1/z − 2/z³ + …; a shift of all leaves the density as it is, a stretch divides it.
TEST(far_truncations, derivatives_are_exact) {
  for (const double z : {60.0, 1e3, 1e5, 1e9}) {
    const double m = 0.25, end = z + m, at = end + 0.7 / z;
    sl::tape_scope<double> scope;
    const auto vm = scope.variable(m), vs = scope.variable(1.0), vx = scope.variable(at), lo = scope.variable(end);
    scope.differentiate(sl::adjoint<double>(sl::truncated(sl::normal(vm, vs), lo, sl::positive_infinity).log_density(vx)));
    const double from = end - m, by_x = -(at - m), by_lo = from + 1 / from - 2 / (from * from * from), by_m = -(by_x + by_lo);
    EXPECT_NEAR(vx.derivative(), by_x, 1e-9 * z) << z;
    EXPECT_NEAR(lo.derivative(), by_lo, 1e-9 * z) << z;
    EXPECT_NEAR(vm.derivative(), by_m, 1e-9 * z) << z;
    EXPECT_NEAR(vs.derivative(), -1 - m * by_m - at * by_x - end * by_lo, 1e-9 * z * z) << z;
  }
}
// A draw that follows its parameters: with the ends fixed, dx/dm from P(X ≤ x) staying as it is.
TEST(far_truncations, draws_follow_parameters) {
  const double z = 1e4, h = 0.25;
  const auto drawn = [&](double m) {
    sl::stream<double> rng(sl::key(2));
    rng.visit(1);
    return sl::truncated(sl::normal(m, 1.0), z, sl::positive_infinity).sample(rng) - z;
  };
  // Far out what is left is an exponential of rate z − m.
  EXPECT_NEAR(drawn(h) * (z - h), drawn(0) * z, 1e-6);
  sl::tape_scope<double> scope;
  const auto m = scope.variable(0.0);
  sl::stream<sl::adjoint<double>> rng(sl::key(2));
  rng.visit(1);
  const sl::adjoint<double> x = sl::truncated(sl::normal(m, 1.0), z, sl::positive_infinity).sample(rng);
  scope.differentiate(x);
  EXPECT_NEAR(m.derivative(), drawn(0) / z, 1e-4 * drawn(0) / z);
}

// Nothing is left between ends that lie outside the support, however the tails are taken.
TEST(far_truncations, without_any_probability_are_refused) {
  const auto good = [](const auto& d) {
    bool all = true;
    d.parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { all = all && ok; });
    return all;
  };
  EXPECT_FALSE(good(sl::truncated(sl::half_normal(1.0), -2.0, -1.0)));
  EXPECT_FALSE(good(sl::truncated(sl::log_normal(0.0, 1.0), -2.0, -1.0)));
  EXPECT_FALSE(good(sl::truncated(sl::uniform(0.0, 1.0), 2.0, 3.0)));
  EXPECT_FALSE(good(sl::truncated(sl::frechet(2.0, 1.0), -2.0, 0.0)));
  EXPECT_FALSE(good(sl::truncated(sl::kumaraswamy(2.0, 2.0), 1.0, 3.0)));
  EXPECT_FALSE(good(sl::truncated(sl::normal(0.0, 1.0), 1e10, 1e10)));
  EXPECT_TRUE(good(sl::truncated(sl::normal(0.0, 1.0), 1e10, 1.1e10)));
}
