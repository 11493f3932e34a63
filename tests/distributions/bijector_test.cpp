// Bijectors: into the support, there and back, the log Jacobian against the determinant of finite differences, and its gradient.
#include <cmath>
#include <limits>

#include <starling/distributions/structured_bijectors.hpp>

#include "support/expect_gradient.hpp"

namespace {

namespace sl = starling;

template <class R> std::vector<double> elements(const R& x) {
  if constexpr (std::is_arithmetic_v<R>) return {x};
  else return {x.begin(), x.end()};
}

// log |det| by elimination with pivots.
double log_determinant(std::vector<std::vector<double>> m) {
  double total = 0;
  for (std::size_t k = 0; k < m.size(); ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < m.size(); ++i)
      if (std::abs(m[i][k]) > std::abs(m[pivot][k])) pivot = i;
    std::swap(m[k], m[pivot]);
    total += std::log(std::abs(m[k][k]));
    for (std::size_t i = k + 1; i < m.size(); ++i)
      for (std::size_t j = m.size(); j-- > k;) m[i][j] -= m[i][k] / m[k][k] * m[k][j];
  }
  return total;
}

// `free`: the elements of x that the density is with respect to; empty: all.
template <class Support> void check(const Support& support, const std::vector<double>& at, std::vector<std::size_t> free = {}, bool is_bijection = true) {
  using move = sl::bijector<Support>;
  ASSERT_EQ(move::free_size(support), at.size()) << Support::name;
  const auto values = [&](const std::vector<double>& u) {
    const sl::arena_scope memory;
    sl::no_log_jacobian none;
    return elements(move::template to_support<double>(support, u.data(), none));
  };
  if (free.empty())
    for (std::size_t i = 0; i < values(at).size(); ++i) free.push_back(i);

  const sl::arena_scope memory;
  sl::log_jacobian_sum<double> sum;
  const auto x = move::template to_support<double>(support, at.data(), sum);
  EXPECT_TRUE(support.contains(x)) << Support::name;
  if (is_bijection) {
    std::vector<double> back(at.size());
    move::from_support(support, x, back.data());
    for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(back[i], at[i], 1e-12 * (1 + std::abs(at[i]))) << Support::name << i;
    std::vector<std::vector<double>> jacobian(free.size(), std::vector<double>(at.size()));
    for (std::size_t j = 0; j < at.size(); ++j) {
      const double h = 1e-3;
      const auto moved = [&](double by) {
        auto u = at;
        u[j] += by * h;
        return values(u);
      };
      const auto a = moved(1), b = moved(-1), c = moved(2), d = moved(-2), e = moved(3), f = moved(-3);
      for (std::size_t i = 0; i < free.size(); ++i) {
        const std::size_t k = free[i];
        jacobian[i][j] = (45 * (a[k] - b[k]) - 9 * (c[k] - d[k]) + (e[k] - f[k])) / (60 * h);
      }
    }
    EXPECT_NEAR(sum.total, log_determinant(jacobian), 1e-8 * (1 + std::abs(sum.total))) << Support::name;
  }
  // Derivatives through x and through the log Jacobian.
  const int compared = gradients::expect_gradient(
      [&](const auto& u) {
        using R = std::remove_cvref_t<decltype(u[0])>;
        sl::log_jacobian_sum<R> jacobian;
        const auto y = move::template to_support<R>(support, u.data(), jacobian);
        R total = jacobian.total;
        double weight = 1;
        if constexpr (requires { y.size(); }) {
          for (const auto& e : y) total = total + (weight *= -1.3) * e * e;
        } else {
          total = total + 0.7 * y * y;
        }
        return total;
      },
      at, std::string(Support::name));
  EXPECT_EQ(compared, static_cast<int>(at.size())) << Support::name;
}

}  // namespace

TEST(bijector, of_single_numbers) {
  for (const double u : {-3.0, -0.2, 0.9, 4.0}) {
    check(sl::real_line{}, {u});
    check(sl::positive{}, {u});
    check(sl::nonnegative{}, {u});
    check(sl::unit_interval{}, {u});
    check(sl::interval{-2.0, 5.0}, {u});
    check(sl::at_least{3.0}, {u});
    check(sl::at_most{-1.0}, {u});
    check(sl::open_interval{-2.0, 5.0}, {u});
    const double none = std::numeric_limits<double>::infinity();
    for (const auto& ends : {sl::bounded{-2.0, 5.0}, sl::bounded{-2.0, none}, sl::bounded{-none, 5.0}, sl::bounded{-none, none}}) check(ends, {u});
  }
}

TEST(bijector, of_vectors) {
  check(sl::vector_of{sl::positive{}, 3}, {0.3, -1, 2});
  check(sl::vector_of{[](std::size_t i) { return sl::at_least{static_cast<double>(i)}; }, 3}, {0.3, -1, 2});
  check(sl::ordered{4}, {0.3, -1, 2, -0.4});
  check(sl::positive_ordered{4}, {0.3, -1, 2, -0.4});
  check(sl::simplex{2}, {0.7}, {0});
  check(sl::simplex{4}, {0.7, -1.2, 0.4}, {0, 1, 2});
  check(sl::simplex{4}, {0.7, -1.2, 0.4}, {1, 2, 3});
  check(sl::unit_vector{3}, {0.7, -1.2, 0.4}, {}, false);
}

TEST(bijector, of_matrices) {
  check(sl::correlation_cholesky{2}, {0.7}, {2});
  check(sl::correlation_cholesky{4}, {0.7, -1.2, 0.4, 0.3, 0.1, -0.6}, {4, 8, 9, 12, 13, 14});
  check(sl::covariance{2}, {0.3, -0.7, 0.4}, {0, 2, 3});
  check(sl::covariance{3}, {0.3, -0.7, 0.4, 0.2, 0.5, -0.9}, {0, 3, 4, 6, 7, 8});
}

TEST(bijector, of_a_unit_vector_weighs_the_length_as_a_standard_normal_vector) {
  const sl::arena_scope memory;
  const std::vector<double> u{3, -4};
  sl::log_jacobian_sum<double> sum;
  const auto x = sl::bijector<sl::unit_vector>::to_support<double>(sl::unit_vector{2}, u.data(), sum);
  EXPECT_DOUBLE_EQ(x[0], 0.6);
  EXPECT_DOUBLE_EQ(x[1], -0.8);
  EXPECT_EQ(sum.total, -12.5);
}

TEST(bijector, far_out_stays_finite) {
  const sl::arena_scope memory;
  for (const double u : {-600.0, 600.0}) {
    sl::log_jacobian_sum<double> sum;
    const double p = sl::bijector<sl::unit_interval>::to_support<double>(sl::unit_interval{}, &u, sum);
    EXPECT_NEAR(sum.total, -600, 1e-9);
    EXPECT_TRUE(p >= 0 && p <= 1);
    const std::vector<double> many{u, -u, u};
    sl::bijector<sl::simplex>::to_support<double>(sl::simplex{4}, many.data(), sum);
    EXPECT_TRUE(std::isfinite(sum.total));
  }
}

// Bounds that are numbers with derivatives themselves.
TEST(bijector, passes_derivatives_to_the_bounds) {
  EXPECT_EQ(gradients::expect_gradient([](const auto& v) {
              using R = std::remove_cvref_t<decltype(v[0])>;
              sl::log_jacobian_sum<R> sum;
              const R x = sl::bijector<sl::interval<R, R>>::template to_support<R>(sl::interval<R, R>{v[1], v[2]}, v.data(), sum);
              return sl::sin(x) + sum.total;
            },
                                       {0.4, -1.0, 2.5}),
            3);
}

// The support of a distribution is where its bijector leads.
TEST(bijector, whole_numbers_and_booleans_have_none) {
  static_assert(sl::has_bijector<sl::simplex> && sl::has_bijector<sl::vector_of<sl::positive>>);
  static_assert(!sl::has_bijector<sl::boolean> && !sl::has_bijector<sl::nonnegative_whole> && !sl::has_bijector<sl::vector_of<sl::boolean>>);
}
