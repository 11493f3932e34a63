// The laws where another function may run over the same arguments: kernels that capture, maps in two branches, results of branches,
// a dynamic body that runs one map or another at one address.
#include <gtest/gtest.h>

#include "bodies.hpp"
#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"
#include "models/laws.hpp"

using namespace laws;

namespace {

constexpr auto capturing = sl::gen([](auto& trace, const auto& xs) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto kernel = sl::gen([m](auto& t, double x) { return t({}, sl::normal(m * x, 1.0)); });
  return trace("y", sl::map(kernel), sl::each(xs));
});

constexpr auto noisier = sl::gen([](auto& trace, const auto& x, const auto& slope) { return trace({}, sl::normal(slope * x + 1.0, 2.0)); });
constexpr auto maps = sl::gen([](auto& trace, const auto& xs) {
  const auto b = trace("b", sl::bernoulli(0.4));
  const auto ys = trace("y", sl::switch_(sl::map(noisy), sl::map(noisier)), b, sl::each(xs), 0.5);
  trace("z", sl::normal(ys[0] + ys[1], 1.0));
  return ys;
});
constexpr auto inner_maps = sl::gen([](auto& trace, long n, const auto& xs) { return trace("k", sl::repeat(maps, 2), xs)[n]; });

// Other arguments are remembered in each branch; the values stay all the same.
constexpr auto shifted = sl::gen([](auto& trace, const auto& x) { return trace({}, sl::normal(x + 1.0, 2.0)); });
constexpr auto two_arguments = sl::gen([](auto& trace, const auto& xs) { return trace("y", sl::map(noisy), sl::each(xs), 0.5)[0]; });
constexpr auto one_argument = sl::gen([](auto& trace, const auto& xs) { return trace("y", sl::map(shifted), sl::each(xs))[0]; });
constexpr auto unlike = sl::gen([](auto& trace, const auto& xs) { return trace("s", sl::switch_(two_arguments, one_argument), trace("b", sl::bernoulli(0.4)), xs); });

constexpr auto either = sl::gen(sl::dynamic, [](auto& trace, const auto& xs) {
  if (trace("b", sl::bernoulli(0.4))) return trace("y", sl::map(noisier), sl::each(xs), 0.5)[1];
  return trace("y", sl::map(noisy), sl::each(xs), 0.5)[1];
});

// Calls of three kinds at one address.
constexpr auto kinds = sl::gen(sl::dynamic, [](auto& trace, const auto& xs) {
  const long kind = trace("kind", sl::categorical(std::array{0.3, 0.4, 0.3}));
  if (kind == 0) return trace("y", sl::map(noisy), sl::each(xs), 0.5)[1];
  if (kind == 1) return trace("y", sl::map(shifted), sl::each(xs))[1];
  double last = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) last = trace(sl::address("y", i), sl::normal(last, 1.5));
  trace.factor(-0.25 * last);
  return last;
});
constexpr auto many_kinds = sl::gen(sl::dynamic, [](auto& trace, const auto& xs) { return trace("k", sl::repeat(kinds, 2), xs)[0]; });
void kinds_by_hand(choices c, const sl::path& inside, const std::vector<double>& xs, densities& lp) {
  const long kind = static_cast<long>(c[at(inside, "kind")]);
  lp(at(inside, "kind"), std::log(kind == 1 ? 0.4 : 0.3));
  double last = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const auto y = at(inside, "y", i);
    lp(y, kind == 0 ? normal(c[y], 0.5 * xs[i], 1) : kind == 1 ? normal(c[y], xs[i] + 1, 2)
                                                               : normal(c[y], last, 1.5));
    last = c[y];
  }
  if (kind == 2) lp.factors += -0.25 * last;
}

auto rows() {
  return std::tuple{
      row{"map of a kernel that captures", capturing, sl::args(std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) {
            lp("m", normal(c["m"], 0, 1));
            for (std::size_t i = 0; i < argument<0>(as).size(); ++i) lp({"y", i}, normal(c[{"y", i}], c["m"] * argument<0>(as)[i], 1));
          },
          {{{"m", 0.5}}, {{{"y", 1}, 0.25}}},
          {sl::select("m"), sl::select({"y", 1})},
          {sl::args(std::vector{1.0, 0.5, 2.0})}},
      row{"two maps in a switch", inner_maps, sl::args(1L, std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) {
            for (int k = 0; k < 2; ++k) {
              const auto b = at("k", k, "b"), z = at("k", k, "z");
              const bool other = c[b] != 0;
              const auto& xs = argument<1>(as);
              lp(b, bernoulli(other, 0.4));
              for (std::size_t i = 0; i < xs.size(); ++i) {
                const auto y = at("k", k, "y", i);
                lp(y, normal(c[y], 0.5 * xs[i] + (other ? 1 : 0), other ? 2 : 1));
              }
              lp(z, normal(c[z], c[at("k", k, "y", 0)] + c[at("k", k, "y", 1)], 1));
            }
          },
          {{{at("k", 0, "b"), true}}, {{at("k", 1, "b"), false}, {at("k", 0, "y", 1), 0.5}}},
          {sl::select(at("k", 1, "b")), sl::select(at("k", 0, "y"))},
          {sl::args(0L, std::vector{1.0, 0.5, 2.0}), sl::args(0L, std::vector{1.0, -0.5})}},
      row{"maps of other arguments in a switch", unlike, sl::args(std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) {
            const bool other = c["b"] != 0;
            lp("b", bernoulli(other, 0.4));
            for (std::size_t i = 0; i < argument<0>(as).size(); ++i) {
              const auto y = at("s", "y", i);
              lp(y, other ? normal(c[y], argument<0>(as)[i] + 1, 2) : normal(c[y], 0.5 * argument<0>(as)[i], 1));
            }
          },
          {{{"b", true}}, {{"b", false}}, {{"b", true}, {at("s", "y", 1), 0.5}}},
          {sl::select("b"), sl::select(at("s", "y", 0))},
          {sl::args(std::vector{1.0, 0.5, 2.0})}},
  };
}
template <class F>
void for_each_row(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, rows());
}

auto either_row() {
  return row{"one map or another", either, sl::args(std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) {
               const bool other = c["b"] != 0;
               lp("b", bernoulli(other, 0.4));
               for (std::size_t i = 0; i < argument<0>(as).size(); ++i)
                 lp({"y", i}, normal(c[{"y", i}], 0.5 * argument<0>(as)[i] + (other ? 1 : 0), other ? 2 : 1));
             },
             {{{"b", true}}, {{"b", false}}, {{"b", false}, {{"y", 1}, 0.25}}},
             {sl::select("b"), sl::select({"y", 0})},
             {sl::args(std::vector{1.0, 0.5, 2.0})}};
}
auto kinds_row() {
  return row{"kinds of calls", kinds, sl::args(std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) { kinds_by_hand(c, {}, argument<0>(as), lp); }, {{{"kind", 0L}}, {{"kind", 1L}}, {{"kind", 2L}, {{"y", 1}, 0.25}}}, {sl::select("kind"), sl::select("kind", {"y", 0})}, {sl::args(std::vector{1.0, 0.5, 2.0})}, true, true};
}
auto many_kinds_row() {
  return row{"kinds of calls in instances", many_kinds, sl::args(std::vector{1.0, -0.5}), [](choices c, const auto& as, densities& lp) {
               for (int k = 0; k < 2; ++k) kinds_by_hand(c, at("k", k), argument<0>(as), lp);
             },
             {{{at("k", 0, "kind"), 2L}}, {{at("k", 1, "kind"), 1L}, {at("k", 0, "y", 1), 0.25}}},
             {sl::select(at("k", 0, "kind")), sl::select(at("k", 1))},
             {sl::args(std::vector{1.0, 0.5, 2.0})},
             true,
             true};
}

}  // namespace

TEST(kernels_of_instances, laws) {
  for_each_row([](const auto& r) { check_one_lane(r); });
}
TEST(kernels_of_instances, laws_in_lanes) {
  for_each_row([](const auto& r) { check_lanes(r); });
}
TEST(kernels_of_instances, lanes_alone) {
  for_each_row([](const auto& r) { check_lanes_alone<double>(r); });
}

// The values stay (they are retained); what they are scored by does not.
TEST(kernels_of_instances, of_another_function_run_again) {
  check_one_lane(either_row());
  check_lanes(either_row());
  auto t = sl::generate(either, sl::args(std::vector{1.0, -0.5}), {{"b", false}}, sl::key(1)).trace;
  const double before = t.score();
  auto [u, w, discard] = sl::update(std::move(t), {{"b", true}}, sl::key(2));
  EXPECT_EQ(discard.size(), 1u);
  u.rollback();
  EXPECT_EQ(u.score(), before);
  const auto again = sl::update(std::move(u), {{"b", true}}, sl::key(3));  // the memory was taken back too
  EXPECT_EQ(again.weight, w);
}

// Instances in a combinator's region are scopes of the one run: what a branch runs comes and goes, and its addresses may be another's.
TEST(kernels_of_instances, of_regions_are_not_kept) {
  auto t = sl::generate(unlike, sl::args(std::vector{1.0, -0.5}), {{"b", false}}, sl::key(1)).trace;
  const double y = t[at("s", "y", 1)];
  EXPECT_TRUE(t.structure().find(at("s", "y", 1).hash()) >= 0);
  const auto u = sl::update(t, {{"b", true}}, sl::key(2));
  EXPECT_TRUE(u.trace.is_incremental());  // nothing was lost track of
  EXPECT_EQ(u.trace[at("s", "y", 1)], y);
}

// So do they where the call is of another kind.
TEST(kernels_of_instances, of_another_kind_of_call) {
  check_one_lane(kinds_row());
  check_lanes(kinds_row());
  check_one_lane(many_kinds_row());
  auto t = sl::generate(kinds, sl::args(std::vector{1.0, -0.5}), {{"kind", 0L}}, sl::key(1)).trace;
  const double y = t[{"y", 1}];
  for (const long kind : {1L, 2L, 0L}) {
    auto u = sl::update(t, {{"kind", kind}}, sl::key(2));
    EXPECT_EQ((u.trace[{"y", 1}]), y);
    EXPECT_EQ(u.discard.size(), 1u);
    u.trace.rollback();
    EXPECT_EQ(u.trace["kind"], 0);
    EXPECT_NEAR(u.trace.score(), t.score(), 1e-12);
  }
}
