// Running sums, sorting and interpolation in every value type, against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <starling/values/check_gradient.hpp>
#include <starling/values/sequences.hpp>

namespace sl = starling;

namespace {

const std::vector<double> places = {-1, 0.5, 2, 2.25};
const std::vector<double> heights = {3, 1, 4, -2};

// By the definition.
double between(double x) {
  if (x <= places.front()) return heights.front();
  for (std::size_t k = 1; k < places.size(); ++k)
    if (x <= places[k]) return heights[k - 1] + (heights[k] - heights[k - 1]) * (x - places[k - 1]) / (places[k] - places[k - 1]);
  return heights.back();
}

template <class F> void expect_right(const F& f, const std::vector<double>& at, int derivatives) {
  const auto check = sl::check_gradient(f, at);
  for (const auto& problem : check.problems) ADD_FAILURE() << problem;
  EXPECT_EQ(check.compared, derivatives);
}

}  // namespace

TEST(sequences, linspace_has_both_ends) {
  EXPECT_EQ(sl::linspace(0, 1, 5), (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(sl::linspace(0.1, 0.7, 7).back(), 0.7);
  EXPECT_EQ(sl::linspace(3, 9, 1), (std::vector<double>{3}));
  EXPECT_TRUE(sl::linspace(3, 9, 0).empty());
  EXPECT_EQ(sl::linspace(2, -2, 3), (std::vector<double>{2, 0, -2}));
}

TEST(sequences, cumulative_sums) {
  const sl::arena_scope scope;
  const auto sums = sl::cumulative_sum(sl::vector<double>{1, -2, 4});
  EXPECT_EQ(std::vector<double>(sums.begin(), sums.end()), (std::vector<double>{1, -1, 3}));
  EXPECT_EQ(sl::cumulative_sum(sl::vector<double>()).size(), 0u);
  expect_right([](const auto& x) { const auto s = sl::cumulative_sum(x); return s[0] * s[1] + sl::exp(s[2]); }, {0.3, -1.1, 0.4}, 3);
}

TEST(sequences, sorting_is_that_of_the_standard_library) {
  const sl::arena_scope scope;
  std::uint64_t state = 1;
  for (std::size_t n = 0; n < 70; ++n) {
    sl::vector<double> x(n);
    for (double& v : x) v = static_cast<double>((state = state * 6364136223846793005u + 1442695040888963407u) >> 60);  // ties among them
    std::vector<double> expected(x.begin(), x.end());
    std::sort(expected.begin(), expected.end());
    const auto y = sl::sorted(x);
    EXPECT_EQ(std::vector<double>(y.begin(), y.end()), expected) << n;
  }
}

TEST(sequences, each_lane_is_sorted_by_itself_and_derivatives_follow_their_numbers) {
  expect_right([](const auto& x) {
    const auto y = sl::sorted(x);
    return y[0] + 2.0 * y[1] * y[1] + sl::exp(y[2]) + y[3] * y[4];
  },
               {0.3, -1.1, 0.4, 2.5, -0.2}, 5);
}

TEST(sequences, extremes) {
  expect_right([](const auto& x) { return sl::max(x) * sl::exp(sl::min(x)); }, {0.3, -1.1, 0.4}, 3);
  EXPECT_THROW(sl::max(sl::vector<double>()), std::invalid_argument);
  EXPECT_THROW(sl::min(sl::vector<double>()), std::invalid_argument);
}

TEST(sequences, interpolation_is_piecewise_linear_and_constant_outside) {
  const sl::interpolation f(places, heights);
  for (double x = -2; x < 3; x += 0.0625) {
    EXPECT_NEAR(f(x), between(x), 1e-14) << x;
    if (x != -1 && x != 0.5 && x != 2 && x != 2.25)  // a derivative has no value there
      expect_right([&](const auto& v) { return f(v[0]) + 0.1 * v[0]; }, {x}, 1);
  }
  EXPECT_EQ(sl::interpolation(std::vector<double>{1}, std::vector<double>{7})(0.0), 7);
}

TEST(sequences, heights_may_be_values) {
  expect_right([](const auto& v) {
    const sl::interpolation f(std::vector<double>{0, 1, 3}, sl::vector<std::remove_cvref_t<decltype(v[0])>>{v[1], v[2], v[3]});
    return f(v[0]);
  },
               {1.7, 0.4, -2.0, 5.0}, 4);
}

TEST(sequences, what_is_no_function_is_refused) {
  const auto says = [](std::vector<double> x, std::vector<double> y) {
    try {
      sl::interpolation(x, y);
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(says({}, {}), "interpolation: 0 places and 0 values; as many of both are needed, at least one");
  EXPECT_EQ(says({1, 2}, {1}), "interpolation: 2 places and 1 values; as many of both are needed, at least one");
  EXPECT_EQ(says({1, 1}, {1, 2}), "interpolation: place 1, 1.000000, does not lie above the one before, 1.000000");
}
