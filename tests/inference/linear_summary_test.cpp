// Linear regressions under gradients: what is kept of the data in their place gives the same density and gradient as a pass over all rows.
#include <cmath>

#include <gtest/gtest.h>

#include <starling/distributions/half_normal.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/generalised_linear.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/unconstrained.hpp>

namespace {

namespace sl = starling;

enum forms { all_free,
             no_intercept,
             constant_intercept,
             constant_scale,
             products,
             number_of_forms };

std::vector<double> waves(std::size_t n, double step) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(step * static_cast<double>(i * i % 97));
  return x;
}

constexpr auto regression = sl::gen([](auto& trace, const sl::matrix_view<double>& x, int form) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  const auto b = trace("b", sl::iid(sl::normal(0.0, 1.0), x.cols()));
  const auto s = trace("s", sl::half_normal(1.0));
  if (form == all_free) trace("y", sl::normal_glm(x, a, b, s));
  if (form == no_intercept) trace("y", sl::normal_glm(x, 0.0, b, s));
  if (form == constant_intercept) trace("y", sl::normal_glm(x, 0.3, b, s));
  if (form == constant_scale) trace("y", sl::normal_glm(x, a, b, 0.7));
  if (form == products) trace("y", sl::normal_glm(x, a * s, b * s, s * s));
});

// With the latents named as those that move, nothing is kept: there the data may be others at the next step.
template <class V> void expect_same_with_and_without(const sl::matrix_view<double>& x, const std::vector<double>& y, int form) {
  const auto post = sl::posterior(regression, sl::args(x, form), sl::observe("y", y));
  using density = sl::unconstrained_posterior<V, std::remove_const_t<decltype(post)>>;
  const auto layout = std::make_shared<const sl::posterior_layout<V>>(sl::find_layout<V>(post));
  const density kept(post), passes(post, layout, {0, static_cast<std::size_t>(sl::lanes_of<V>)}, layout->latents);
  const std::size_t d = kept.dimension();
  std::vector<V> q(d), slopes(d), expected(d);
  for (std::size_t i = 0; i < d; ++i)
    for (int l = 0; l < sl::lanes_of<V>; ++l) {
      if constexpr (sl::lanes_of<V> == 1) q[i] = 0.2 + 0.1 * static_cast<double>(i);
      else q[i].set(l, 0.2 + 0.1 * static_cast<double>(i) - 0.3 * l);
    }
  const V lp = kept.log_density_and_gradient(q.data(), slopes.data()), expected_lp = passes.log_density_and_gradient(q.data(), expected.data());
  for (int l = 0; l < sl::lanes_of<V>; ++l) {
    EXPECT_NEAR(sl::number_in(lp, l), sl::number_in(expected_lp, l), 1e-13 * std::abs(sl::number_in(expected_lp, l))) << x.cols() << " columns, form " << form;
    for (std::size_t i = 0; i < d; ++i)
      EXPECT_NEAR(sl::number_in(slopes[i], l), sl::number_in(expected[i], l), 1e-12 * (10 + std::abs(sl::number_in(expected[i], l))))
          << x.cols() << " columns, form " << form << ", number " << i;
  }
}

}  // namespace

TEST(linear_summary, equals_a_pass_over_all_rows) {
  for (const std::size_t columns : {1u, 2u, 3u, 7u, 8u, 17u}) {
    const std::size_t rows = 700;
    const auto x = waves(rows * columns, 1), y = waves(rows, 3);
    for (int form = 0; form < number_of_forms; ++form) {
      expect_same_with_and_without<double>({x.data(), rows, columns}, y, form);
      expect_same_with_and_without<sl::gradient_pack>({x.data(), rows, columns}, y, form);
    }
  }
}

TEST(linear_summary, columns_may_depend_on_each_other) {
  auto x = waves(300 * 3, 1);
  for (std::size_t i = 0; i < 300; ++i) x[3 * i] = 1, x[3 * i + 2] = 2 * x[3 * i + 1];  // with an intercept, rank 2 of 4
  for (int form = 0; form < number_of_forms; ++form) expect_same_with_and_without<double>({x.data(), 300, 3}, waves(300, 3), form);
}

TEST(linear_summary, keeps_the_digits_of_nearly_perfect_fits) {
  // y = 1e6 + 3 x exactly but for 1e-3: sums of squares of the data themselves would leave no digit of the residuals.
  const std::size_t n = 400;
  std::vector<double> x(n), y(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 1e3 + static_cast<double>(i), y[i] = 1e6 + 3 * x[i] + (i % 2 ? 1e-3 : -1e-3);
  std::vector<double> with_ones(2 * n);
  for (std::size_t i = 0; i < n; ++i) with_ones[2 * i] = 1, with_ones[2 * i + 1] = x[i];
  sl::arena memory;
  const sl::linear_summary<double> s({with_ones.data(), n, 2}, false, y.data(), memory);
  const sl::arena_scope scratch;
  const double b[] = {1e6, 3.0};
  sl::vector<double> by(s.room());
  EXPECT_NEAR(s.squares(b, 1.0, by.data()) / (static_cast<double>(n) * 1e-6), 1, 1e-5);
}

TEST(linear_summary, other_data_are_other_data) {
  const auto x = waves(300 * 2, 1), z = waves(300 * 2, 2), y = waves(300, 3);
  sl::arena memory;
  const sl::linear_summary<double> s({x.data(), 300, 2}, true, y.data(), memory);
  EXPECT_TRUE(s.is_of({x.data(), 300, 2}));
  EXPECT_FALSE(s.is_of({z.data(), 300, 2}));
  EXPECT_FALSE(s.is_of({x.data(), 150, 4}));
  EXPECT_TRUE(sl::normal_glm(sl::matrix_view<double>(x.data(), 300, 2), 0.5, std::vector{1.0, 2.0}, 1.0).is_summary(s));
  const sl::linear_summary<double> without({x.data(), 300, 2}, false, y.data(), memory);
  EXPECT_FALSE(sl::normal_glm(sl::matrix_view<double>(x.data(), 300, 2), 0.5, std::vector{1.0, 2.0}, 1.0).is_summary(without));
}

// The bound of kept and passed: data of few rows have no summary.
TEST(linear_summary, few_rows_are_passed_over) {
  const auto x = waves(7 * 2, 1);
  EXPECT_FALSE(sl::normal_glm(sl::matrix_view<double>(x.data(), 6, 2), 0.0, std::vector{1.0, 2.0}, 1.0).has_summary());
  EXPECT_TRUE(sl::normal_glm(sl::matrix_view<double>(x.data(), 7, 2), 0.0, std::vector{1.0, 2.0}, 1.0).has_summary());
}
