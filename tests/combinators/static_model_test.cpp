// Static models: an update gives what it gives without a cone, bit for bit; what is outside of the cone is neither scored nor drawn nor run.
#include <gtest/gtest.h>

#include <array>
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

int scored = 0, drawn = 0, runs = 0;

// normal, counting.
template <class L, class S>
struct counted : sl::distribution {
  static constexpr std::string_view name = "counted";
  sl::normal<L, S> of;
  counted(L l, S s) : of(l, s) {}
  template <class Rng>
  auto sample(Rng& rng) const {
    ++drawn;
    return of.sample(rng);
  }
  template <class X>
  auto log_density(const X& x) const {
    ++scored;
    return of.log_density(x);
  }
  template <class Visit>
  void parameters(Visit&& visit) const { of.parameters(visit); }
};
template <class Handler>
void count_run(const Handler&) {
  if constexpr (std::is_same_v<typename Handler::real, double>) ++runs;
}

constexpr auto flat = [](auto& trace) {
  const auto a = trace("a", counted(0.0, 1.0));
  const auto b = trace("b", counted(a, 1.0));
  for (int i = 0; i < 5; ++i) {
    const auto x = trace({"x", i}, counted(b, 2.0));
    trace({"y", i}, counted(x, 0.5));
  }
  trace.factor(-0.5 * a * a);
  trace("c", counted(1.0, 1.0));
  trace.factor(-0.1 * b * b);
  return a + 2.0 * b;
};

constexpr auto leaf = sl::gen([](auto& trace, const auto& m) {
  count_run(trace);
  const auto x = trace("x", counted(m, 1.0));
  trace.factor(-0.3 * x * x);
  return x;
});
constexpr auto pair = sl::gen([](auto& trace, const auto& m) {
  count_run(trace);
  const auto u = trace("u", leaf, m);
  const auto v = trace("v", leaf, 0.5);
  trace("w", counted(u * v, 1.0));
  return std::pair(u, v);
});
constexpr auto nested = [](auto& trace) {
  const auto a = trace("a", counted(0.0, 1.0));
  const auto [u, v] = trace("p", pair, a);
  const auto [s, t] = trace("q", pair, v);
  const auto r = trace("r", leaf, 0.1) + trace("s", leaf, s);
  trace("y", counted(u + t + r, 1.0));
  return s;
};

constexpr auto vectors_inside = sl::gen([](auto& trace, const auto& m) {
  count_run(trace);
  const auto x = trace("x", sl::iid(sl::normal(m, 1.0), 3));
  return 2.0 * x;
});
constexpr auto vectors = [](auto& trace) {
  const auto m = trace("m", counted(0.0, 1.0));
  const auto v = trace("v", vectors_inside, m);
  const auto w = trace("w", vectors_inside, v[1]);
  trace("y", counted(sl::sum(w) + v[0], 1.0));
  return w[2];
};

constexpr auto person = sl::gen([](auto& trace, const auto& sigma, const auto& mu, const auto& tau) {
  count_run(trace);
  const auto theta = trace("theta", counted(mu, tau));
  trace("y", counted(theta, sigma));
  return theta;
});
constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x, const auto& scale) {
  count_run(trace);
  const auto next = trace("x", counted(x, scale));
  trace("y", counted(next, 1.0));
  return next;
}));
constexpr auto people = [](auto& trace, const std::vector<double>& sigmas) {
  const auto mu = trace("mu", counted(0.0, 5.0));
  const auto tau = trace("tau", sl::exponential(1.0));
  const auto thetas = trace("person", sl::map(person), sl::each(sigmas), mu, tau);
  trace("second", counted(thetas[1], 1.0));
  const auto states = trace("steps", walk, sigmas.size(), 0.0, tau);
  trace("last", counted(states.back(), 1.0));
  trace({}, sl::repeat(leaf, 2), mu);
  return thetas;
};
constexpr auto inner_static = sl::gen(sl::fixed, [](auto& trace, const auto& m) {
  count_run(trace);
  const auto x = trace("x", counted(m, 1.0));
  return x + trace("leaf", leaf, 0.0);
});
constexpr auto conditions = [](auto& trace, bool on, const auto& z) {
  const auto m = trace("m", counted(0.0, 1.0));
  const auto x = trace("x", sl::mask(leaf), on, m);
  const auto y = trace("z", sl::switch_(leaf, inner_static), z, m);
  trace("y", counted(sl::value_or(x, y), 1.0));
  return trace("i", inner_static, y) + trace("j", inner_static, 0.0);
};

// Arguments that only results depend on, at addresses of their own and at the empty one; a function that captures.
constexpr auto shifted = sl::gen([](auto& trace, const auto& m) { return trace("x", counted(0.0, 1.0)) + m; });
constexpr auto sums = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& s, const auto& m) { return s + m + trace("x", counted(0.0, 1.0)); }));
constexpr auto outputs = [](auto& trace) {
  const auto m = trace("m", counted(0.0, 1.0));
  const auto xs = trace("s", sl::repeat(shifted, 3), m);
  trace("y", counted(sl::sum(xs), 1.0));
  const auto zs = trace("inner", sl::gen([](auto& t, const auto& k) {
                          const auto ws = t({}, sl::repeat(shifted, 2), k);
                          return t("w", counted(ws[1], 1.0));
                        }),
                        xs[1]);
  const auto last = trace("sums", sums, 3, 0.0, m).back();
  const auto cs = trace("c", sl::repeat(sl::gen([zs](auto& t) { return t("x", counted(0.0, 1.0)) + zs; }), 2));
  trace("z", counted(zs + last + cs[0] + trace("plain", shifted, m), 1.0));
  return xs[0];
};

const std::vector<double> sigmas = {1.0, 0.5, 2.0, 1.5};

template <class F>
void for_each_model(F&& f) {
  f("flat", flat, sl::args());
  f("nested", nested, sl::args());
  f("vectors", vectors, sl::args());
  f("people", people, sl::args(sigmas));
  f("outputs", outputs, sl::args());
  f("conditions", conditions, sl::args(true, 1L));
  f("other conditions", conditions, sl::args(false, 0L));
}

template <class A, class B>
void expect_same(const A& a, const B& b, const std::string& which) {
  EXPECT_EQ(a.score(), b.score()) << which;
  EXPECT_EQ(a.choices(), b.choices()) << which;
  EXPECT_TRUE(a.value() == b.value()) << which;
  for (const auto& e : b.choices().entries()) EXPECT_EQ(a.log_density(e.where), b.log_density(e.where)) << which << " " << e.where.str();
}

// The choices of t at which a bit of `which` is set, moved a little.
template <class T>
sl::choice_map some_of(const T& t, std::uint64_t which) {
  sl::choice_map c;
  const auto all = t.choices();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& e = all.entries()[i];
    if (((which >> (i % 61)) & 1) == 0) continue;
    if (e.value.type.rank == 0) c.set(e.where, 0.9 * t[e.where] + 0.05);
    else c.set(e.where, std::vector{0.1, 0.2, 0.3 + static_cast<double>(which % 7)});
  }
  return c;
}
// One bit, or about every fourth.
std::uint64_t bits(std::uint64_t i) {
  const auto mixed = [](std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  };
  const std::uint64_t x = mixed(i * 0x9e3779b97f4a7c15u);
  return i % 2 ? std::uint64_t{1} << (x % 20) : x & mixed(x + 1);
}

template <class F>
std::array<int, 3> counts(F&& f) {
  scored = drawn = runs = 0;
  f();
  return {scored, drawn, runs};
}
sl::path at(const char* call, const char* name) { return sl::address(sl::name(call)) / sl::address(sl::name(name)); }
sl::path at(const char* call, std::size_t i, const char* name) { return sl::path(sl::name(call), i) / sl::address(sl::name(name)); }

}  // namespace

// Updates one after the other, each taken back in every third step.
TEST(static_model, updates_are_those_of_the_same_body_without_a_cone) {
  for_each_model([](const char* name, const auto& body, const auto& as) {
    auto t = sl::simulate(sl::gen(sl::fixed, body), as, sl::key(1));
    auto plain = sl::simulate(sl::gen(body), as, sl::key(1));
    expect_same(t, plain, name);
    for (std::uint64_t i = 1; i < 200; ++i) {
      const std::string which = name + std::string(" ") + std::to_string(i);
      if (i % 5 == 0) {
        const auto chosen = some_of(t, bits(i));
        sl::selection s;
        for (const auto& e : chosen.entries()) s = s | sl::selection(e.where);
        auto a = sl::regenerate(std::move(t), s, sl::key(i));
        auto b = sl::regenerate(std::move(plain), s, sl::key(i));
        EXPECT_EQ(a.weight, b.weight) << which;
        EXPECT_EQ(sl::choice_map(a.discard), sl::choice_map(b.discard)) << which;
        t = std::move(a.trace), plain = std::move(b.trace);
      } else {
        const auto c = some_of(t, bits(i));
        auto a = sl::update(std::move(t), c, sl::key(i));
        auto b = sl::update(std::move(plain), c, sl::key(i));
        EXPECT_EQ(a.weight, b.weight) << which;
        EXPECT_EQ(sl::choice_map(a.discard), sl::choice_map(b.discard)) << which;
        t = std::move(a.trace), plain = std::move(b.trace);
      }
      expect_same(t, plain, which);
      EXPECT_NEAR(sl::assess(t.model(), t.args(), t.choices()).score, t.score(), 1e-11 * (1 + std::abs(t.score()))) << which;
      if (i % 3 == 0) t.rollback(), plain.rollback(), expect_same(t, plain, which + " taken back");
      if (i % 7 == 0) t = decltype(t)(t);  // a copy goes on as well
    }
  });
}

TEST(static_model, new_arguments_run_all_and_give_the_same) {
  auto t = sl::simulate(sl::gen(sl::fixed, people), sl::args(sigmas), sl::key(1));
  auto plain = sl::simulate(sl::gen(people), sl::args(sigmas), sl::key(1));
  for (std::uint64_t i = 1; i < 30; ++i) {
    auto next = sigmas;
    next[i % 4] = 0.5 + 0.1 * static_cast<double>(i);
    if (i % 4 == 1) next.push_back(1.0);
    const auto c = some_of(plain, bits(i) & 0xf);
    auto a = i % 2 ? sl::update(std::move(t), sl::args(next), c, sl::key(i)) : sl::update(std::move(t), c, sl::key(i));
    auto b = i % 2 ? sl::update(std::move(plain), sl::args(next), c, sl::key(i)) : sl::update(std::move(plain), c, sl::key(i));
    EXPECT_EQ(a.weight, b.weight) << i;
    t = std::move(a.trace), plain = std::move(b.trace);
    expect_same(t, plain, std::to_string(i));
    if (i % 3 == 0) t.rollback(), plain.rollback(), expect_same(t, plain, std::to_string(i) + " taken back");
  }
}

TEST(static_model, outside_of_the_cone_nothing_is_scored_drawn_or_run) {
  using three = std::array<int, 3>;
  auto t = sl::simulate(sl::gen(sl::fixed, flat), sl::args(), sl::key(1));
  const auto change = [&](const sl::choice_map& c) { return counts([&] { t = std::move(sl::update(std::move(t), c, sl::key(2)).trace); }); };
  EXPECT_EQ(change({}), (three{0, 0, 0}));
  EXPECT_EQ(change({{"c", 0.1}}), (three{1, 0, 0}));
  EXPECT_EQ(change({{{"x", 3}, 0.1}}), (three{2, 0, 0}));
  EXPECT_EQ(change({{{"y", 3}, 0.1}}), (three{1, 0, 0}));
  EXPECT_EQ(change({{"b", 0.1}}), (three{6, 0, 0}));
  EXPECT_EQ(change({{"a", 0.1}}), (three{2, 0, 0}));
  EXPECT_EQ(change({{"y", std::vector{0.1, 0.2, 0.3, 0.4, 0.5}}}), (three{5, 0, 0})) << "an array for them";
  EXPECT_EQ(counts([&] { t = std::move(sl::regenerate(std::move(t), sl::select({"x", 1}), sl::key(3)).trace); }), (three{2, 1, 0}));
}

TEST(static_model, calls_outside_of_the_cone_are_not_run) {
  using three = std::array<int, 3>;
  auto t = sl::simulate(sl::gen(sl::fixed, nested), sl::args(), sl::key(1));
  const auto change = [&](const sl::choice_map& c) { return counts([&] { t = std::move(sl::update(std::move(t), c, sl::key(2)).trace); }); };
  EXPECT_EQ(change({{"y", 0.1}}), (three{1, 0, 0}));
  EXPECT_EQ(change({{at("r", "x"), 0.1}}), (three{2, 0, 1})) << "and y";
  EXPECT_EQ(change({{at("p", "w"), 0.1}}), (three{1, 0, 1})) << "not the calls in p";
  EXPECT_EQ(change({{"a", 0.1}}), (three{2, 0, 2})) << "a and u of p";
  auto p = sl::simulate(sl::gen(sl::fixed, people), sl::args(sigmas), sl::key(1));
  const auto change_people = [&](const sl::choice_map& c) { return counts([&] { p = std::move(sl::update(std::move(p), c, sl::key(2)).trace); }); };
  EXPECT_EQ(change_people({{"last", 0.1}}), (three{1, 0, 0}));
  EXPECT_EQ(change_people({{at("person", 2, "theta"), 0.1}}), (three{2, 0, 1})) << "one instance";
  EXPECT_EQ(change_people({{at("person", 1, "theta"), 0.1}}), (three{3, 0, 1})) << "and second";
  EXPECT_EQ(change_people({{at("steps", 3, "x"), 0.1}}), (three{3, 0, 1})) << "the last step, and last";
  EXPECT_EQ(change_people({{"mu", 0.1}}), (three{1 + 8 + 2, 0, 4 + 2})) << "mu, all people, the repeated";
}

TEST(static_model, is_an_ordinary_model_in_lanes_and_inside_of_others) {
  const auto fixed = sl::gen(sl::fixed, people);
  const auto batch = sl::simulate(fixed, sl::args(sigmas), sl::key(1), sl::lanes(8));
  const auto plain = sl::simulate(sl::gen(people), sl::args(sigmas), sl::key(1), sl::lanes(8));
  EXPECT_EQ(batch.scores(), plain.scores());
  const auto outer = sl::gen([](auto& trace) { return trace("m", inner_static, trace("x", sl::normal(0.0, 1.0))); });
  auto t = sl::simulate(outer, sl::args(), sl::key(2));
  t = sl::update(std::move(t), {{"x", 0.5}}, sl::key(3)).trace;
  EXPECT_NEAR(sl::assess(outer, sl::args(), t.choices()).score, t.score(), 1e-12);
}

TEST(static_model, whose_structure_is_random_is_refused) {
  const auto random = sl::gen(sl::fixed, [](auto& trace) { trace("m", sl::mask(leaf), trace("b", sl::bernoulli(0.5)), 1.0); });
  auto t = sl::simulate(random, sl::args(), sl::key(1));
  try {
    sl::update(t, {{"b", 1.0}}, sl::key(2));
    FAIL() << "expected an error";
  } catch (const std::logic_error& e) {
    EXPECT_NE(std::string(e.what()).find("depends on a random value: at m"), std::string::npos) << e.what();
  }
}

TEST(static_model, an_error_restores_the_results_of_calls) {
  auto t = sl::simulate(sl::gen(sl::fixed, nested), sl::args(), sl::key(1));
  const auto before = t.choices();
  const double score = t.score();
  EXPECT_ANY_THROW(sl::update_into(t, t.shared_args(), {{at("r", "x"), 0.1}, {"y", std::vector{1.0, 2.0}}}, sl::key(2)));
  EXPECT_EQ(t.choices(), before);
  t = std::move(sl::update(std::move(t), {{"y", 0.5}}, sl::key(2)).trace);
  EXPECT_NEAR(sl::assess(t.model(), t.args(), t.choices()).score, t.score(), 1e-12 * std::abs(score));
}
