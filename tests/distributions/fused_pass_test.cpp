// Densities of vectors in one pass, and written-out terms for ordinary numbers: equal to the same number by number.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson_log.hpp>
#include <starling/values/lift.hpp>
#include <starling/values/vector_math.hpp>

namespace sl = starling;

namespace {

template <class V> using numbers = sl::vector<sl::adjoint<V>>;
constexpr std::size_t parameters = 3;

template <class V> V at(std::size_t k) {
  if constexpr (sl::lanes_of<V> == 1) return V(0.3 + 0.2 * static_cast<double>(k));
  else {
    V x(0.0);
    for (int l = 0; l < sl::lanes_of<V>; ++l) x.set(l, 0.3 + 0.2 * static_cast<double>(k) + 0.01 * l);
    return x;
  }
}
template <class V> struct gradient {
  V value{};
  std::vector<V> slopes;
};
// f(p, z) of three numbers and n others; `pass`: whether it adds its derivatives to the cells itself.
template <class V, class F> gradient<V> of(std::size_t n, F f) {
  const sl::arena_scope memory;
  sl::tape_scope<V> tape;
  V* const cells = tape.cells(parameters + n);
  numbers<V> p(parameters), z(n);
  for (std::size_t k = 0; k < parameters; ++k) p[k] = {at<V>(k), V(1), cells + k};
  for (std::size_t i = 0; i < n; ++i) z[i] = {V(0.1 * std::sin(static_cast<double>(i))), V(1), cells + parameters + i};
  const auto y = f(p, z);
  gradient<V> r;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(y)>, V>) {
    r.value = y;
    tape.sweep();
  } else {
    r.value = y.value();
    tape.differentiate(y);
  }
  r.slopes.assign(cells, cells + parameters + n);
  return r;
}
template <class V> void expect_same(const gradient<V>& a, const gradient<V>& b, const char* name, std::size_t n) {
  for (int l = 0; l < sl::lanes_of<V>; ++l) {
    const auto near = [&](double x, double y, std::size_t k) { EXPECT_NEAR(x, y, 1e-11 * (1 + std::abs(y))) << name << ", n = " << n << ", number " << k << ", lane " << l; };
    near(sl::lane_of(a.value, l), sl::lane_of(b.value, l), 0);
    for (std::size_t k = 0; k < a.slopes.size(); ++k) near(sl::lane_of(a.slopes[k], l), sl::lane_of(b.slopes[k], l), k + 1);
  }
}

template <class V> void check_sizes() {
  for (const std::size_t n : {0u, 1u, 2u, 7u, 31u, 32u, 33u, 64u, 100u, 255u, 256u, 257u, 600u}) {
    std::vector<double> x(n), y(n);
    std::vector<long> counts(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = std::cos(static_cast<double>(i));
      y[i] = std::sin(2.0 * static_cast<double>(i));
      counts[i] = static_cast<long>(i % 5);
    }
    const auto compare = [&](const char* name, auto vectors, auto element, const auto& data) {
      const auto by_element = of<V>(n, [&](const auto& p, const auto& z) {
        sl::adjoint<V> total(0.0);
        for (std::size_t i = 0; i < n; ++i) total = total + element(p, z[i], x[i]).log_density(data[i]);
        return total;
      });
      expect_same(of<V>(n, [&](const auto& p, const auto& z) { return vectors(p, z).pass_on_log_density(data); }), by_element, name, n);
      expect_same(of<V>(n, [&](const auto& p, const auto& z) { return vectors(p, z).log_density(data); }), by_element, name, n);
      expect_same(of<V>(n, [&](const auto& p, const auto& z) {
                    const auto d = vectors(p, z);
                    sl::adjoint<V> total(0.0);
                    for (std::size_t i = 0; i < n; ++i) total = total + d.element_log_density(data, i);
                    return total;
                  }),
                  by_element, name, n);
    };
    compare(
        "a line", [&](const auto& p, const auto&) { return sl::normal(p[0] + p[1] * sl::view(x), p[2]); },
        [](const auto& p, const auto&, double xi) { return sl::normal(p[0] + p[1] * xi, p[2]); }, y);
    compare(
        "numbers of their own", [&](const auto& p, const auto& z) { return sl::normal(p[0] - p[1] * z / 2.0, 1.5); },
        [](const auto& p, const auto& zi, double) { return sl::normal(p[0] - p[1] * zi / 2.0, 1.5); }, y);
    compare(
        "scales of their own", [&](const auto& p, const auto& z) { return sl::normal(p[0] * z, sl::exp(p[1] * sl::view(x))); },
        [](const auto& p, const auto& zi, double xi) { return sl::normal(p[0] * zi, sl::exp(p[1] * xi)); }, y);
    compare(
        "a vector twice", [&](const auto& p, const auto& z) {
              const auto mu = p[0] + z * z;
              return sl::normal(mu, sl::exp(mu - p[2])); },
        [](const auto& p, const auto& zi, double) { return sl::normal(p[0] + zi * zi, sl::exp(p[0] + zi * zi - p[2])); }, y);
    compare(
        "counts", [&](const auto& p, const auto& z) { return sl::poisson_log(p[0] + p[1] * z); },
        [](const auto& p, const auto& zi, double) { return sl::poisson_log(p[0] + p[1] * zi); }, counts);
    if (n) counts[n / 2] = 30;  // not by the ordinary terms
    compare(
        "large counts", [&](const auto& p, const auto& z) { return sl::poisson_log(p[0] + p[1] * z); },
        [](const auto& p, const auto& zi, double) { return sl::poisson_log(p[0] + p[1] * zi); }, counts);
    const auto alone = of<V>(n, [&](const auto& p, const auto&) {
      sl::adjoint<V> total(0.0);
      for (std::size_t i = 0; i < n; ++i) total = total + sl::normal(p[0], p[1]).log_density(y[i]);
      return total;
    });
    expect_same(of<V>(n, [&](const auto& p, const auto&) { return sl::iid(sl::normal(p[0], p[1]), n).pass_on_log_density(y); }), alone, "iid", n);
  }
}

}  // namespace

TEST(fused_pass, vectors_of_all_sizes_in_one_lane) { check_sizes<double>(); }
TEST(fused_pass, vectors_of_all_sizes_in_lanes) { check_sizes<sl::native_pack<double>>(); }

// What an expression was made of may change afterwards.
TEST(fused_pass, operands_are_copied) {
  const sl::arena_scope memory;
  sl::tape_scope<double> tape;
  const auto a = tape.variable(2.0);
  std::vector<double> x{1, 2, 3};
  sl::vector<sl::adjoint<double>> z(3, a);
  const auto mu = z * sl::view(x);
  x = {7, 7, 7};
  z[0] = sl::adjoint<double>(0.0);
  EXPECT_EQ(mu[0].value(), 2.0);
  EXPECT_EQ(mu[2].value(), 6.0);
}

// A derivative of 0 stays 0, whatever it is multiplied by.
TEST(fused_pass, no_zero_times_infinity) {
  const std::vector<double> x{0, 1, 2}, y{0.1, 0.2, 0.3};
  const auto g = of<double>(0, [&](const auto& p, const auto&) { return sl::normal(0.0 * sl::sqrt(p[0] * sl::view(x)) + p[1], p[2]).pass_on_log_density(y); });
  for (const double d : g.slopes) EXPECT_TRUE(std::isfinite(d));
  EXPECT_EQ(g.slopes[0], 0.0);
}

// Which lanes run together does not show: where the ordinary terms hold they are the formula's on duals, bit for bit.
TEST(fused_pass, ordinary_terms_are_the_formulas) {
  using pack = sl::pack<double, 1>;
  int compared = 0;
  for (const double scale : {1e-200, 0.3, 1.0, 7.7, 1e200})
    for (const double x : {-3e5, -0.7, 0.0, 1.1, 40.0})
      for (const double location : {-2.2, 0.0, 0.4, 1e4}) {
        const auto t = sl::normal_formulas::ordinary<pack>(pack(scale))(pack(x), pack(location));
        if (!all(t.holds)) continue;
        const auto d = sl::normal_formulas::log_density(sl::dual_variable<0>(x), sl::dual_variable<1>(location), sl::dual_variable<2>(scale));
        EXPECT_EQ(t.value[0], d.value());
        EXPECT_EQ(t.by[0][0], d.by<0>());
        EXPECT_EQ(t.by[1][0], d.by<1>());
        EXPECT_EQ(t.by[2][0], d.by<2>());
        ++compared;
      }
  for (const double k : {0.0, 1.0, 5.0, 15.0, 16.0, -1.0, 2.5})
    for (const double log_rate : {-700.0, -1.0, 0.0, 2.5, 100.0, 800.0, -std::numeric_limits<double>::infinity()}) {
      const auto t = sl::poisson_log_formulas::ordinary<pack>()(pack(k), pack(log_rate));
      if (!all(t.holds)) continue;
      const auto d = sl::poisson_log_formulas::log_density(k, sl::dual_variable<1>(log_rate));
      EXPECT_EQ(t.value[0], d.value());
      EXPECT_EQ(t.by[1][0], d.by<1>());
      ++compared;
    }
  EXPECT_GT(compared, 90);
  EXPECT_FALSE(all(sl::normal_formulas::ordinary<pack>(pack(-1.0))(pack(0.0), pack(0.0)).holds));
  EXPECT_FALSE(all(sl::normal_formulas::ordinary<pack>(pack(1.0))(pack(1e200), pack(0.0)).holds));
  EXPECT_FALSE(all(sl::poisson_log_formulas::ordinary<pack>()(pack(2.5), pack(0.0)).holds));
}
