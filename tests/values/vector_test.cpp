// Vectors and matrices live in the arena; the arena gives memory back and then takes no more.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include <starling/values/matrix.hpp>

namespace sl = starling;

namespace {

using P = sl::native_pack<double>;

TEST(vector, arithmetic_is_element_by_element) {
  sl::arena_scope scope;
  const sl::vector<double> a{1, 2, 3}, b{10, 20, 40};
  const auto r = (2.0 * a + b * b - a / 2.0 - 1.0) / b + (-a) + (1.0 - a) * (1.0 / b);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(r[i], (2 * a[i] + b[i] * b[i] - a[i] / 2 - 1) / b[i] - a[i] + (1 - a[i]) / b[i]);
  EXPECT_EQ(sum(a), 6);
  EXPECT_EQ(dot(a, b), 170);
  const std::span<const double> view = a;
  EXPECT_EQ(view.size(), 3u);
  const sl::vector<P> lanes(3, P::iota(1));
  EXPECT_EQ(dot(lanes, a)[1], 12);
  EXPECT_EQ(sum(lanes + a)[0], 9);
}

// Every length around the width of a pack, over memory that ends where the vector ends.
template <class T> void expect_elementwise_for_every_length() {
  for (std::size_t n = 0; n <= 40; ++n) {
    sl::arena_scope scope;
    std::vector<T> xs(n), ys(n);
    T total = 0, product = 0;
    for (std::size_t i = 0; i < n; ++i) {
      xs[i] = static_cast<T>(i) - 7;
      ys[i] = static_cast<T>(2 * i + 1);
      total += xs[i];
      product += xs[i] * ys[i];
    }
    const sl::vector<const T> x(xs.data(), n), y(ys.data(), n);
    const auto r = T(2) * x - y / T(4) + x * y;
    ASSERT_EQ(r.size(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(r[i], 2 * xs[i] - ys[i] / 4 + xs[i] * ys[i]);
    ASSERT_EQ(sum(x), total);
    ASSERT_EQ(dot(x, y), product);
  }
}
TEST(vector, every_length_is_computed_to_its_end) {
  expect_elementwise_for_every_length<double>();
  expect_elementwise_for_every_length<float>();
}

TEST(vector, different_sizes_do_not_meet) {
  sl::arena_scope scope;
  const sl::vector<double> a{1, 2, 3}, b{1, 2};
  EXPECT_THROW(a + b, std::invalid_argument);
  EXPECT_THROW(dot(a, b), std::invalid_argument);
  EXPECT_THROW((a * sl::vector<P>(2, P(1))), std::invalid_argument);
}

TEST(vector, copies_share_their_elements) {
  sl::arena_scope scope;
  sl::vector<double> a{1, 2};
  const sl::vector<double> b = a;
  a[0] = 5;
  EXPECT_EQ(b[0], 5);
  static_assert(std::is_trivially_copyable_v<sl::vector<P>>);
}

TEST(arena, scopes_give_back_what_was_taken) {
  sl::arena_scope scope;
  double* first = nullptr;
  for (int i = 0; i < 100; ++i) {
    sl::arena_scope inner;
    const sl::vector<double> v(1000);
    if (!first) first = v.data();
    EXPECT_EQ(v.data(), first);
    const sl::vector<P> big(100000);  // a block of its own
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(big.data()) % 64, 0u);
    EXPECT_NE(static_cast<void*>(big.data()), static_cast<void*>(v.data()));
  }
}

TEST(arena, nested_scopes_keep_the_outer_values) {
  sl::arena_scope outer;
  const sl::vector<double> kept(5000, 1.5);
  for (int i = 0; i < 10; ++i) {
    sl::arena_scope inner;
    sl::vector<double> scratch(static_cast<std::size_t>(1000 * (i + 1)), 9.0);
    EXPECT_EQ(sum(scratch), 9000.0 * (i + 1));
  }
  EXPECT_EQ(sum(kept), 7500);
}

TEST(matrix, rows_columns_and_products) {
  sl::arena_scope scope;
  const std::vector<double> data{1, 2, 3, 4, 5, 6};
  const sl::matrix_view<double> m(std::span<const double>(data), 2, 3);
  EXPECT_EQ(m(1, 0), 4);
  EXPECT_EQ(m.row(1)[2], 6);
  const auto y = matvec(m, sl::vector<P>{P(1), P(0), P::iota(0)});
  EXPECT_EQ(y[0][1], 4);
  EXPECT_EQ(y[1][0], 4);
  EXPECT_THROW(matvec(m, sl::vector<double>{1, 2}), std::invalid_argument);
  EXPECT_THROW(sl::matrix_view<double>(std::span<const double>(data), 2, 2), std::invalid_argument);
}

}  // namespace
