// The laws over map (arguments per instance and shared, a choice where the call stands, observed by an array) and repeat.
#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto plate = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto ys = trace("y", sl::map(noisy), sl::each(xs), slope);
  trace("z", sl::normal(ys[0], 1.0));
  return ys;
});
constexpr auto twice = sl::repeat(sl::gen([](auto& trace, const auto& m) {
                                    const auto a = trace("a", sl::exponential(1.0));
                                    return std::pair(a, trace("b", sl::normal(a + m, 1.0)));
                                  }),
                                  2);
constexpr auto repeated = sl::gen([](auto& trace, double m) {
  const auto pairs = trace("r", twice, m);
  trace("y", sl::normal(pairs[0].first + pairs[1].second, 1.0));
  return pairs;
});

auto rows() {
  const std::vector<double> four{-1.0, 0.5, 2.0, 3.0};
  return std::tuple{
      row{"map", plate, sl::args(four), [](choices c, const auto& as, densities& lp) {
            lp("slope", normal(c["slope"], 0, 2));
            for (std::size_t i = 0; i < argument<0>(as).size(); ++i)
              lp({"y", i}, normal(c[{"y", i}], c["slope"] * argument<0>(as)[i], 1));
            lp("z", normal(c["z"], c[{"y", 0}], 1));
          },
          {{{"slope", 0.5}}, {{{"y", 1}, 0.25}}, {{"y", {0.1, 0.2}}}, {{"slope", 1.0}, {"z", 0.0}}},
          {sl::select("slope"), sl::select("y"), sl::select({"y", 1}, "z"), sl::select({"y", sl::all})},
          {sl::args(std::vector{-1.0, 0.7, 2.0, 3.0, 4.0}), sl::args(std::vector{-1.0, 0.5})}},
      row{"repeat", repeated, sl::args(0.5), [](choices c, const auto& as, densities& lp) {
            for (int i = 0; i < 2; ++i) {
              const auto a = at("r", i, "a"), b = at("r", i, "b");
              lp(a, exponential(c[a], 1));
              lp(b, normal(c[b], c[a] + argument<0>(as), 1));
            }
            lp("y", normal(c["y"], c[at("r", 0, "a")] + c[at("r", 1, "b")], 1));
          },
          {{{at("r", 1, "a"), 0.5}}, {{at("r", 0, "a"), 0.5}, {at("r", 0, "b"), 1.5}}},
          {sl::select("r"), sl::select({"r", 1}), sl::select(at("r", 0, "a"))},
          {sl::args(-1.0)}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

}  // namespace

TEST(instances, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(instances, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(instances, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}

// What is said of instances that a trace keeps by themselves names them by their whole address.
TEST(instances, messages_name_addresses_inside_instances) {
  constexpr auto twice_body = sl::gen([](auto& trace, double) { trace("q", sl::normal(0.0, 1.0)), trace("q", sl::normal(0.0, 1.0)); });
  constexpr auto one = sl::gen([](auto& trace, double m) { return trace("q", sl::normal(m, 1.0)); });
  constexpr auto improper = sl::gen([](auto& trace, double) { trace("q", sl::flat(sl::real_line())); });
  constexpr auto both = sl::gen([](auto& trace, double m) { trace({}, sl::normal(m, 1.0)), trace("q", sl::normal(m, 1.0)); });
  const std::vector<double> xs{0.0, 1.0};
  const auto mapped = [](auto body) { return sl::gen([body](auto& trace, const auto& x) { trace("y", sl::map(body), sl::each(x)); }); };
  const auto has = [](const std::string& text, const char* words) { return text.find(words) != std::string::npos ? testing::AssertionSuccess() : testing::AssertionFailure() << text; };
  EXPECT_TRUE(has(thrown([&] { sl::simulate(mapped(twice_body), sl::args(xs), sl::key(1)); }), "the address y[0]/q was visited twice"));
  EXPECT_TRUE(has(thrown([&] { sl::simulate(mapped(improper), sl::args(xs), sl::key(1)); }), "drawn at y[0]/q"));
  EXPECT_TRUE(has(thrown([&] { sl::simulate(mapped(both), sl::args(xs), sl::key(1)); }), "a value stands at y[0], and below it, in the same run, stands y[0]/q"));
  EXPECT_TRUE(has(thrown([&] { sl::generate(mapped(one), sl::args(xs), {{at("y", 1, "q"), std::vector<double>{1.0, 2.0}}}, sl::key(1)); }), "at y[1]/q"));
  const auto t = sl::simulate(mapped(one), sl::args(xs), sl::key(1));
  EXPECT_TRUE(has(thrown([&] { t[at("y", 1, "r")]; }), "did you mean y[1]/q?"));
  EXPECT_TRUE(has(thrown([&] { t["nowhere"]; }), "it has y[0]/q, y[1]/q"));
  EXPECT_TRUE(has(thrown([&] { t[{"y", 1}]; }), "at y[1]: a subtree of choices stands there"));
  EXPECT_TRUE(has(thrown([&] { sl::update(t, {{at("y", 0, "q", "deep"), 1.0}}, sl::key(2)); }), "a value stands at y[0]/q"));
}

// A choice or a call at an index beside a map: as where instances are scopes of the one run.
TEST(instances, an_index_beside_a_call_is_another_address_or_an_error) {
  constexpr auto one = sl::gen([](auto& trace, double m) { return trace("q", sl::normal(m, 1.0)); });
  constexpr auto value = sl::gen([](auto& trace, double m) { return trace({}, sl::normal(m, 1.0)); });
  const auto beside = [](auto body, int i) {
    return sl::gen([body, i](auto& trace, const auto& x) {
      trace("y", sl::map(body), sl::each(x));
      trace({"y", i}, sl::normal(0.0, 1.0));
    });
  };
  const std::vector<double> two{0.0, 1.0}, three{0.0, 1.0, 2.0};
  for (const auto& said : {thrown([&] { sl::simulate(beside(one, 1), sl::args(two), sl::key(1)); }), thrown([&] { sl::simulate(beside(value, 1), sl::args(two), sl::key(1)); }),
                           thrown([&] { sl::simulate(beside(one, 1), sl::args(two), sl::key(1), sl::lanes(3)); })})
    EXPECT_NE(said.find("y[1]"), std::string::npos) << said;
  auto t = sl::simulate(beside(value, 2), sl::args(two), sl::key(1));
  EXPECT_EQ(t.choices().size(), 3u);
  EXPECT_NE(thrown([&] { sl::update(t, sl::args(three), {}, sl::key(2)); }).find("y[2] was visited twice"), std::string::npos);
}

// Elements of a local std::vector<bool> are places in it, unless it is constant.
TEST(instances, are_given_flags_of_a_vector_that_the_body_makes) {
  constexpr auto flagged = sl::gen([](auto& trace, bool up) { return trace({}, sl::normal(up ? 1.0 : -1.0, 1.0)); });
  constexpr auto model = sl::gen([](auto& trace, std::size_t n) {
    std::vector<bool> up(n);
    up[1] = true;
    trace("x", sl::map(flagged), sl::each(up));
  });
  auto t = sl::generate(model, sl::args(std::size_t{3}), {{"x", std::vector<double>{-1, 1, -1}}}, sl::key(1)).trace;
  EXPECT_NEAR(t.score(), -3 * 0.91893853320467274, 1e-12);
  EXPECT_NEAR(sl::update(std::move(t), {{{"x", 1}, 0.0}}, sl::key(2)).weight, -0.5, 1e-12);
}
