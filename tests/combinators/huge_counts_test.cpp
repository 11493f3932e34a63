// Draws of counts beyond what lanes hold exactly end no run: they are the largest count, in one lane as in many.
#include <gtest/gtest.h>

#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>

namespace sl = starling;

namespace {

constexpr double most = 9007199254740992.0;

// A rate around e^36, by a factor of up to e^200: half of the counts are beyond.
constexpr auto counts = sl::gen([](auto& trace) {
  const auto r = trace("r", sl::normal(36.0, 40.0));
  const auto k = trace("k", sl::poisson_log(r));
  trace("y", sl::normal(sl::log(sl::to_real(k) + 1.0), 1.0));
  return r;
});

void expect_counts(const std::vector<double>& ks) {
  int at_most = 0;
  for (const double k : ks) {
    ASSERT_TRUE(k >= 0 && k <= most) << k;
    at_most += k == most ? 1 : 0;
  }
  EXPECT_GT(at_most, static_cast<int>(ks.size()) / 4);
}

}  // namespace

TEST(huge_counts, end_no_run) {
  const auto one = sl::simulate(counts, sl::args(), sl::key(2));
  EXPECT_LE(one["k"], most);
  const auto many = sl::simulate(counts, sl::args(), sl::key(1), sl::lanes(400));
  expect_counts(many["k"]);
  const auto again = sl::regenerate(sl::simulate(counts, sl::args(), sl::key(1), sl::lanes(400)), sl::select("r", "k"), sl::key(3));
  expect_counts(again.traces["k"]);
}
