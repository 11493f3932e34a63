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
  const auto s = trace("steps", sl::unfold(sl::gen([](auto& t, std::size_t, const auto& x) { 
     const auto next = t("x", sl::normal(x, 1.0)); t("y", sl::normal(next, 0.5)); return next; })), n, 0.0);
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
  EXPECT_EQ(c.lane(3).choices().size(), 10u);
}
TEST(smoke, kept) {
  auto t = sl::simulate(chain, sl::args(std::size_t{6}), sl::key(1));
  auto b = sl::simulate(chain, sl::args(std::size_t{6}), sl::key(1), sl::lanes(1)).lane(0);
  EXPECT_EQ(t.choices().size(), 12u);
  for (auto& e : t.choices().entries()) EXPECT_NEAR(e.value.data[0], b[e.where], 1e-12);
  EXPECT_NEAR(sl::assess(chain, sl::args(std::size_t{6}), t.choices()).score, t.score(), 1e-12);
  const auto before = t.choices();
  const double s0 = t.score();
  const sl::path y3 = sl::address("steps") / sl::address(sl::name("y"));
  const sl::choice_map change = {{sl::path("steps", 3) / sl::address("y"), 0.3}};
  auto u = sl::update(std::move(t), change, sl::key(4));
  EXPECT_NEAR(u.weight, u.trace.score() - s0, 1e-12);
  EXPECT_NEAR(sl::assess(chain, sl::args(std::size_t{6}), u.trace.choices()).score, u.trace.score(), 1e-12);
  EXPECT_EQ(u.discard.size(), 1u);
  u.trace.rollback();
  EXPECT_EQ(u.trace.choices(), before);
  EXPECT_EQ(u.trace.score(), s0);
  auto e = sl::update(std::move(u.trace), sl::args(std::size_t{8}), {}, sl::key(5));
  EXPECT_EQ(e.weight, 0.0);
  EXPECT_EQ(e.trace.choices().size(), 16u);
  EXPECT_EQ(e.trace.value(), (e.trace[sl::path("steps", 7) / sl::address("x")]));
  auto f = sl::update(e.trace, sl::args(std::size_t{2}), {}, sl::key(5));
  EXPECT_NEAR(f.weight, f.trace.score() - e.trace.score(), 1e-12);
  EXPECT_EQ(f.discard.size(), 12u);
  auto g = sl::regenerate(f.trace, sl::select(sl::path("steps", 1) / sl::address("x")), sl::key(6));
  EXPECT_NEAR(g.weight, g.trace.log_density(sl::path("steps", 1) / sl::address("y")) - f.trace.log_density(sl::path("steps", 1) / sl::address("y")), 1e-12);
}
