// The parts of Hamiltonian kernels: metrics, the integrator, the U-turn criterion, momenta.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "inference/trajectories/momentum.hpp"
#include "inference/trajectories/turning.hpp"

#include "closed_form_targets.hpp"

namespace sl = starling;
using namespace sl::trajectories;

namespace {

double number(std::uint32_t i) {
  sl::stream<double> numbers(sl::key(3));
  numbers.visit(i);
  return numbers.normal();
}

// M⁻¹ of each kind beside the metric, row-major.
struct example {
  metric m;
  std::vector<double> inverse;
};
std::vector<example> examples() {
  const std::size_t d = 5;
  std::vector<example> all;
  std::vector<double> diagonal{0.01, 1, 4, 100, 0.5}, matrix(d * d);
  for (std::size_t i = 0; i < d; ++i) matrix[i * d + i] = diagonal[i];
  all.push_back({metric::diagonal(diagonal), matrix});
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < d; ++j) matrix[i * d + j] = std::sqrt(diagonal[i] * diagonal[j]) * std::pow(0.6, std::abs(static_cast<double>(i) - static_cast<double>(j)));
  all.push_back({metric::dense(matrix, d), matrix});
  const double r = std::sqrt(0.5);
  const std::vector<double> scales{0.1, 1, 2, 10, 0.7}, vectors{r, r, 0, 0, 0, 0, 0, 0.6, 0, 0.8}, values{9, 0.05};
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < d; ++j) {
      double inner = i == j ? 1 : 0;
      for (std::size_t k = 0; k < 2; ++k) inner += (values[k] - 1) * vectors[k * d + i] * vectors[k * d + j];
      matrix[i * d + j] = scales[i] * inner * scales[j];
    }
  all.push_back({metric::low_rank(scales, vectors, values), matrix});
  return all;
}

// A trajectory of n steps of size h; returns H at its end.
template <class Density>
double travel(const Density& f, const metric& m, phase_point& z, double h, int n) {
  z.log_density = f.log_density_and_gradient(static_cast<const double*>(z.q), z.g);
  m.velocity(z.p, z.v);
  double kinetic = kinetic_energy(z, padded(f.dimension()));
  for (int i = 0; i < n; ++i) {
    begin_leapfrog(z, m, h);
    z.log_density = f.log_density_and_gradient(static_cast<const double*>(z.q), z.g);
    kinetic = end_leapfrog(z, m, h);
  }
  return kinetic - z.log_density;
}
phase_point point_in(arrays& a) { return {a[0], a[1], a[2], a[3], 0}; }

}  // namespace

TEST(metrics, each_is_its_matrix_and_its_roots_fit_together) {
  for (const auto& [m, inverse] : examples()) {
    const std::size_t d = m.dimension();
    ASSERT_TRUE(m.valid());
    arrays a(6, d);
    for (std::uint32_t i = 0; i < d; ++i) {
      a[0][i] = number(i);
      a[5][i] = number(100 + i);
    }
    m.velocity(a[0], a[1]);
    for (std::size_t i = 0; i < d; ++i) {
      double expected = 0;
      for (std::size_t j = 0; j < d; ++j) expected += inverse[i * d + j] * a[0][j];
      EXPECT_NEAR(a[1][i], expected, 1e-12 * (1 + std::abs(expected)));
      EXPECT_NEAR(m.marginal_variances()[i], inverse[i * d + i], 1e-12 * inverse[i * d + i]);
    }
    // M⁻¹ L⁻ᵀ z = L z, and (Lᵀ g)·z = g·(L z).
    m.momentum(a[0], a[2]);
    m.velocity(a[2], a[3]);
    m.step(a[0], a[4]);
    for (std::size_t i = 0; i < d; ++i) EXPECT_NEAR(a[3][i], a[4][i], 1e-12 * (1 + std::abs(a[4][i])));
    m.whiten(a[5], a[1]);
    EXPECT_NEAR(dot(a[1], a[0], d), dot(a[5], a[4], d), 1e-11);
  }
  EXPECT_FALSE(metric::dense({1, 2, 2, 1}, 2).valid());
  EXPECT_FALSE(metric::diagonal({1, 0}).valid());
}

TEST(leapfrog, goes_back_to_where_it_came_from) {
  const closed_form::gaussian f{{1, -2, 3, 0, 0.5}, {0.1, 1, 2, 10, 1}, 0.6};
  for (const auto& e : examples()) {
    arrays a(4, 5);
    phase_point z = point_in(a);
    for (std::uint32_t i = 0; i < 5; ++i) {
      z.q[i] = number(i);
      z.p[i] = number(10 + i);
    }
    travel(f, e.m, z, 0.02, 50);
    EXPECT_GT(std::abs(z.q[1] - number(1)), 0.01) << "it moved";
    travel(f, e.m, z, -0.02, 50);
    for (std::uint32_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(z.q[i], number(i), 1e-11);
      EXPECT_NEAR(z.p[i], number(10 + i), 1e-10);
    }
  }
}

TEST(leapfrog, is_of_second_order) {
  const closed_form::log_gamma f{3, 2.0};
  const auto error = [&](int n) {
    arrays a(4, 3);
    phase_point z = point_in(a);
    for (std::uint32_t i = 0; i < 3; ++i) {
      z.q[i] = number(i);
      z.p[i] = number(10 + i);
    }
    const auto m = metric::diagonal({1, 0.5, 2});
    const double before = travel(f, m, z, 0, 0);
    return travel(f, m, z, 1.0 / n, n) - before;
  };
  EXPECT_NEAR(error(50) / error(100), 4, 0.05);
}

TEST(momenta, are_addressed_and_have_the_metric_as_covariance) {
  for (const auto& e : examples()) {
    arrays a(5, 5);
    phase_point z = point_in(a);
    const int n = 40'000;
    std::vector<double> covariance(25);
    double energy = 0;
    for (int s = 0; s < n; ++s) {
      sl::stream<double> numbers(sl::fold_in(sl::key(1), static_cast<std::uint64_t>(s)), 9);
      energy += draw_momentum(numbers, e.m, z, a[4]);
      for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j < 5; ++j) covariance[i * 5 + j] += z.v[i] * z.v[j] / n;  // of v: M⁻¹
    }
    // Products of normals have at most twice the square of their scales as variance: 6 standard errors.
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t j = 0; j < 5; ++j)
        EXPECT_NEAR(covariance[i * 5 + j], e.inverse[i * 5 + j], 6 * std::sqrt(2.0 * e.inverse[i * 6] * e.inverse[j * 6] / n));
    EXPECT_NEAR(energy / n, 2.5, 6 * std::sqrt(2.5 / n));
  }
}

// The criterion by its definition: every node of the subtree that ends at a leaf, three stretches each, sums from scratch.
TEST(turning, agrees_with_the_definition) {
  const std::size_t d = 3;
  const int depth = 6;
  int turned = 0, late = 0;
  for (std::uint32_t trial = 0; trial < 400; ++trial) {
    // Momenta that go on in one direction for a while: otherwise every subtree would turn at once.
    std::vector<double> p, v;
    const double drift = 0.4 * (trial % 7), bend = 0.02 * (trial % 5);
    for (std::uint32_t leaf = 0; leaf < (1u << depth); ++leaf)
      for (std::uint32_t i = 0; i < d; ++i) {
        p.push_back((i == 0 ? drift * std::cos(bend * leaf) : i == 1 ? drift * std::sin(bend * leaf)
                                                                     : 0) +
                    0.5 * number(1000 * trial + 8 * leaf + i));
        v.push_back(p.back() * (1.0 + i));
      }
    const auto straight = [&](std::size_t a, std::size_t b) {
      double first = 0, last = 0;
      for (std::size_t i = 0; i < d; ++i) {
        double rho = 0;
        for (std::size_t leaf = a; leaf <= b; ++leaf) rho += p[leaf * d + i];
        first += rho * v[a * d + i];
        last += rho * v[b * d + i];
      }
      return first > 0 && last > 0;
    };
    turning_checks checks(d, depth + 1);
    arrays now(2, d);
    for (std::uint32_t leaf = 0; leaf < (1u << depth); ++leaf) {
      std::copy_n(p.data() + leaf * d, d, now[0]);
      std::copy_n(v.data() + leaf * d, d, now[1]);
      bool expected = true;
      for (std::uint32_t size = 2; (leaf + 1) % size == 0; size *= 2) {
        const std::size_t a = leaf + 1 - size, f = leaf + 1 - size / 2;
        expected = expected && straight(a, leaf) && straight(a, f) && straight(f - 1, leaf);
      }
      ASSERT_EQ(checks.add(leaf, now[0], now[1]), expected) << "trial " << trial << " leaf " << leaf;
      EXPECT_EQ(checks.first_velocity()[1], v[1]);
      if (!expected) {
        ++turned;
        late += leaf > 4;
        break;
      }
    }
  }
  EXPECT_GT(turned, 100);
  EXPECT_GT(late, 50);
}
