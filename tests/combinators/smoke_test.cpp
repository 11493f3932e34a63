#include <gtest/gtest.h>
#include <starling/combinators/combinators.hpp>
#include <starling/models/edit.hpp>
#include <starling/distributions/distributions.hpp>
namespace sl = starling;
constexpr auto low = sl::gen([](auto& trace, const auto& m) { const auto x = trace("x", sl::normal(m, 1.0)); trace("only", sl::exponential(1.0)); return x; });
constexpr auto high = sl::gen([](auto& trace, const auto& m) { return trace("x", sl::normal(m, 3.0)); });
constexpr auto both = sl::switch_(low, high);
constexpr auto model = sl::gen([](auto& trace) {
  const auto b = trace("b", sl::bernoulli(0.4));
  return trace("s", both, b, 1.0);
});
constexpr auto chain = sl::gen([](auto& trace, std::size_t n) {
  const auto s = trace("steps", sl::unfold(sl::gen([](auto& t, std::size_t, const auto& x) { return t("x", sl::normal(x, 1.0)); })), n, 0.0);
  return s.back();
});
TEST(smoke, works) {
  auto t = sl::simulate(model, sl::args(), sl::key(1));
  auto b = sl::simulate(model, sl::args(), sl::key(1), sl::lanes(20));
  for (int l = 0; l < 20; ++l) {
    EXPECT_NEAR(sl::assess(model, sl::args(), b.lane(l).choices()).score, b.scores()[l], 1e-12);
  }
  auto u = sl::update(b, {{"b", true}}, sl::key(2));
  auto r = sl::regenerate(b, sl::select("b"), sl::key(2));
  auto [c, lp] = sl::generate(chain, sl::args(5), {}, sl::key(2), sl::lanes(9));
  EXPECT_EQ(c.lane(3).choices().size(), 5u);
}
