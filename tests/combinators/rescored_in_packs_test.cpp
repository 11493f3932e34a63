// Where what all instances share changes, a trace scores them in packs, and the last few one by one: what it gives is what instances
// that run one by one give.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/project.hpp>
#include <starling/models/static_model.hpp>

namespace sl = starling;

namespace {

int runs = 0;  // of the body below, one or many instances each

constexpr auto member_body = [](auto& trace, const auto& x, const auto& mu, const auto& tau) {
  ++runs;
  const auto theta = trace("theta", sl::normal(mu, tau));
  const auto v = trace("v", sl::iid(sl::normal(theta, 1.0), 2));
  trace.factor(-0.1 * (theta - mu) * (theta - mu));
  trace("y", sl::normal(x * v[1], tau));
  return theta + mu;
};
constexpr auto member = sl::gen(member_body);
constexpr auto lone_member = sl::gen([](auto& trace, double x, const auto& mu, const auto& tau) { return member_body(trace, x, mu, tau); });
template <bool Wide>
constexpr auto crowd = [](auto& trace, const auto& xs) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::normal(1.0, 0.5));
  const auto sums = [&] {
    if constexpr (Wide) return trace("member", sl::map(member), sl::each(xs), mu, tau).all();
    else return trace("member", sl::map(lone_member), sl::each(xs), mu, tau).all();
  }();
  trace("some", sl::normal(sums[3] + sums[36], 1.0));
  return sl::sum(sums);
};

// An argument that all share leads to other addresses: as many of them, so that only the addresses tell.
constexpr auto led = sl::gen([](auto& trace, const auto& x, bool there, const auto& mu) {
  if (there) return trace("there", sl::gen([](auto& t, const auto& m) { return t("a", sl::normal(m, 1.0)); }), x * mu);
  return trace("here", sl::gen([](auto& t, const auto& m) { return t("a", sl::normal(m, 2.0)); }), x + mu);
});

template <class Model>
void check_scored_in_packs(const Model& model) {
  std::vector<double> xs(37);
  for (std::size_t i = 0; i < xs.size(); ++i) xs[i] = std::sin(static_cast<double>(i));
  auto t = sl::generate(model, sl::args(xs), {{"tau", 1.0}}, sl::key(1)).trace;
  auto plain = sl::generate(sl::gen(crowd<false>), sl::args(xs), {{"tau", 1.0}}, sl::key(1)).trace;
  const auto check = [&](auto a, auto b, const std::string& which, bool taken_back) {
    EXPECT_NEAR(a.weight, b.weight, 1e-10) << which;
    EXPECT_EQ(sl::choice_map(a.discard), sl::choice_map(b.discard)) << which;
    t = std::move(a.trace), plain = std::move(b.trace);
    for (int back = 0; back <= (taken_back ? 1 : 0); ++back) {
      if (back) t.rollback(), plain.rollback();
      EXPECT_EQ(t.choices(), plain.choices()) << which;
      EXPECT_NEAR(t.score(), plain.score(), 1e-11 * std::abs(plain.score())) << which;
      EXPECT_NEAR(t.score(), sl::project(t, sl::all), 1e-11 * std::abs(plain.score())) << which;
      EXPECT_NEAR(t.value(), plain.value(), 1e-12 * std::abs(plain.value())) << which;
      for (const auto& e : plain.choices().entries()) EXPECT_NEAR(t.log_density(e.where), plain.log_density(e.where), 1e-12 * (1 + std::abs(plain.log_density(e.where)))) << which;
    }
  };
  const auto both = [&](const sl::choice_map& c, const std::string& which, bool taken_back = false) {
    auto a = sl::update(std::move(t), c, sl::key(2));
    auto b = sl::update(std::move(plain), c, sl::key(2));
    check(std::move(a), std::move(b), which, taken_back);
  };
  for (int i = 0; i < 4; ++i) {
    both({{"mu", 0.1 * i}}, "mu");
    both({{"mu", 0.1 * i + 0.3}, {"tau", 0.9 + 0.1 * i}}, "mu and tau", i % 2 == 0);
    both({{sl::path("member", 9 * i) / "theta", 0.4}, {"tau", 1.3}}, "one of them too", i % 2 == 1);
    both({{sl::path("member", 9 * i + 1) / "theta", 0.4}}, "one");
    auto a = sl::regenerate(std::move(t), sl::select("mu"), sl::key(3));
    auto b = sl::regenerate(std::move(plain), sl::select("mu"), sl::key(3));
    check(std::move(a), std::move(b), "regenerate", i % 2 == 1);
  }
  runs = 0;
  t = std::move(sl::update(std::move(t), {{"mu", 0.7}}, sl::key(2)).trace);
  EXPECT_EQ(runs<37, sl::lanes_of<sl::native_pack<double>>> 1);
  const auto before = t.choices();
  const double score = t.score();
  try {
    sl::update_into(t, t.shared_args(), {{"tau", -1.0}}, sl::key(4));
    FAIL() << "expected an error";
  } catch (const std::exception& e) {
    EXPECT_NE(std::string(e.what()).find("at member[0]/theta"), std::string::npos) << e.what();
  }
  EXPECT_EQ(t.choices(), before);
  EXPECT_EQ(t.score(), score);
  EXPECT_NEAR(sl::project(t, sl::all), score, 1e-11 * std::abs(score));
}

}  // namespace

TEST(rescored_in_packs, where_what_all_share_changes) {
  check_scored_in_packs(sl::gen(crowd<true>));
  check_scored_in_packs(sl::gen(sl::fixed, crowd<true>));
}

TEST(rescored_in_packs, not_where_they_visit_other_addresses) {
  const auto check = [](const auto& model) {
    auto t = sl::simulate(model, sl::args(std::vector<double>(40, 0.5), false), sl::key(1));
    const auto [u, weight, discard] = sl::update(t, sl::args(std::vector<double>(40, 0.5), true), {}, sl::key(2));
    EXPECT_TRUE(u.contains(sl::path("y", 3) / "there" / "a"));
    EXPECT_FALSE(u.contains(sl::path("y", 3) / "here" / "a"));
    EXPECT_EQ(discard.size(), 40u);
    EXPECT_NEAR(u.score(), sl::assess(model, u.args(), u.choices()).score, 1e-10);
  };
  constexpr auto body = [](auto& trace, const auto& xs, bool there) { return trace("y", sl::map(led), sl::each(xs), there, trace("mu", sl::normal(0.0, 1.0))).size(); };
  check(sl::gen(body));
  check(sl::gen(sl::fixed, body));
}
