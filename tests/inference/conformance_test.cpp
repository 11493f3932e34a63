// Every handler over every construct of the language: what a handler lacks does not compile here, not at a user. And a table of hashes of
// what these runs drew, so that the same keys give the same draws in later versions.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/free_handlers.hpp>
#include <starling/inference/kernels/elliptical_slice.hpp>
#include <starling/inference/kernels/gibbs.hpp>
#include <starling/inference/pointwise.hpp>
#include <starling/inference/predictive_dynamic.hpp>
#include <starling/models/dependencies.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/gradient_batch.hpp>
#include <starling/models/leaf.hpp>
#include <starling/models/project.hpp>
#include <starling/models/static_model.hpp>

namespace sl = starling;

namespace {

const sl::parameter_store& store() {
  static const sl::parameter_store s = [] {
    sl::parameter_store some;
    some.set("stored", 0.25);
    return some;
  }();
  return s;
}

// What a body of one instance can hold that has packs of numbers per instance: the constructs without conditions.
constexpr auto leaf = sl::gen([](auto& trace, const auto& x, const auto& shift) { return trace({}, sl::normal(0.5 * x + shift, 1.0)); });
constexpr auto walk_step = sl::gen([](auto& trace, std::size_t, const auto& x) { return trace("x", sl::normal(x, 0.5)); });
constexpr auto scan_step = sl::gen([](auto& trace, const auto& carry, double input) {
  const auto next = trace("x", sl::normal(carry + input, 0.5));
  return std::pair(next, 2.0 * next);
});
constexpr auto store_reader = sl::gen([](auto& trace, const auto& x) { return trace("s", sl::normal(trace.param("stored", 1.0) * x, 1.0)); });
constexpr auto low = sl::gen([](auto& trace, const auto& m) {
  trace("only", sl::exponential(1.0));
  return trace("x", sl::normal(m, 1.0));
});
constexpr auto high = sl::gen([](auto& trace, const auto& m) { return trace("x", sl::normal(m + 1.0, 2.0)); });
const std::vector<double> inputs{0.5, -0.5, 1.5};

const auto plain = [](auto& trace, const auto& x) {
  const auto w = trace.param("w", 0.5);
  const auto ws = trace.param("ws", std::vector<double>{0.5, 0.25});
  const auto a = trace("a", sl::normal(w * x + ws[1], 1.0));
  const auto v = trace("v", sl::iid(sl::normal(a, 1.0), 3));
  trace("n", sl::poisson(3.0));
  const auto called = trace("call", leaf, a, v[1]);
  const auto in_place = trace({}, high, called);
  const auto ys = trace("map", sl::map(leaf), sl::each(inputs), in_place);
  const auto states = trace("unfold", sl::unfold(walk_step), 3, ys[0]);
  const auto [last, outputs] = trace("scan", sl::scan(scan_step), states.back(), inputs);
  trace("repeat", sl::repeat(low, 2), last);
  const auto s = trace("stored", sl::with_parameters(store_reader, store()), outputs[1]);
  trace.factor(-0.125 * s * s);
  trace.note("twice", 2.0 * s);
  return s;
};
const auto conditional = [](auto& trace, const auto& x, bool on) {
  const auto s = plain(trace, x);
  trace("switch", sl::switch_(low, high), static_cast<long>(on), s);
  trace("cond", sl::cond(low, high), on, s);
  trace("or_else", sl::or_else(low, high), on, sl::args(s), sl::args(1.0));
  const auto m = trace("mask", sl::mask(high), on, s);
  return sl::value_or(m, s);
};
const auto listed = sl::recurse<double>([](auto& trace, const auto& self, const auto& x) {
  trace("n", sl::poisson(3.0));
  const auto ys = trace("map", sl::map(leaf), sl::each(inputs), trace.param("w", 0.5) * x);
  const auto here = trace("call", leaf, ys[1], x);
  trace.factor(-0.125 * here * here);
  return here + sl::value_or(trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.1)), 0.1 * here), here);
},
                                        {.max_nodes = 6});
// Branches, a list, a mixture, and many instances.
const auto whole = sl::gen([](auto& trace, bool on) {
  const auto s = conditional(trace, 0.5, on);
  trace("mix", sl::mix(low, high), std::vector<double>{-1.0, -0.5}, s);
  trace("list", listed, 0.1 * s);
  trace("plates", sl::map(sl::gen(plain)), sl::each(std::vector<double>(20, 0.5)));
  return s;
});
// Without what depends on random values.
const auto fixed_whole = sl::gen(sl::fixed, [](auto& trace, bool on) {
  const auto s = conditional(trace, 0.5, on);
  trace("again", leaf, s, s);
  trace("plates", sl::map(leaf), sl::each(std::vector<double>(20, 0.5)), s);
  return s;
});

// The sum of n waiting times, which has a sampler, a score and derivatives of its own.
constexpr auto total = sl::leaf<"total">(
    [](auto& rng, int n, const auto& rate) {
      auto sum = rng.exponential();
      for (int i = 1; i < n; ++i) sum = sum + rng.exponential();
      return sum / rate;
    },
    sl::custom_gradient([](const auto& x, int n, const auto& rate) { return 1.0 * n * sl::log(rate) + (n - 1.0) * sl::log(x) - rate * x - std::lgamma(n); },
                        [](const auto&, const auto& d, const auto& x, int n, const auto& rate) { return std::tuple(d * ((n - 1.0) / x - rate), d * (1.0 * n / rate - x)); },
                        sl::with_respect_to<true, false, true>),
    sl::positive());
// Two numbers that are the same: no density with respect to both, but a score that counts the first.
constexpr auto twins = sl::leaf<"twins">(
    [](auto& rng, const auto& rate) {
      const auto x = rng.exponential() / rate;
      return sl::vector<std::remove_cvref_t<decltype(x)>>{x, x};
    },
    [](const auto& x, const auto& rate) { return sl::log(rate) - rate * x[0]; }, sl::vector_of{sl::positive(), 2});
const auto special = sl::gen([](auto& trace, bool) {
  const auto rate = trace("rate", sl::gamma(2.0, 1.0));
  const auto t = trace("total", total(3, rate));
  const auto pair = trace("twins", twins(t));
  trace("totals", sl::map(sl::gen([](auto& inner, const auto& x, const auto& r) { return inner({}, total(2, x * r)); })), sl::each(std::vector<double>(20, 0.5)), rate);
  return pair[1];
});

using V = sl::native_pack<double>;

template <class... H>
constexpr bool all_are_handlers = (sl::handler<H> && ...);
static_assert(all_are_handlers<sl::deciding_handler<double>, sl::deciding_handler<V>, sl::following_handler<V>,
                               sl::quick_following_handler<V>>);
static_assert(all_are_handlers<sl::explore_handler<true>, sl::explore_handler<false>>);
static_assert(all_are_handlers<sl::score_handler<double>, sl::score_handler<V>, sl::pointwise_handler<V>, sl::recall_handler>);
static_assert(all_are_handlers<sl::gradient_handler, sl::lane_gradient_handler<V>, sl::free_handler<V>, sl::free_handler<sl::adjoint<V>>>);
static_assert(all_are_handlers<sl::kernels::gaussian_prior_handler<V>, sl::kernels::finite_range_handler<V>>);
static_assert(all_are_handlers<sl::cone_trace<sl::deciding_handler<double>>, sl::wide_handler<V>, sl::call_counter<V>, sl::symbol_handler>);
static_assert(!sl::handler<V> && !sl::handler<sl::schema>);

void expect_same(double a, double b, const char* what) { EXPECT_NEAR(a, b, 1e-9 * (1 + std::abs(b))) << what; }

// Of what a run drew and what it gave, bit for bit.
std::uint64_t hash_of(std::uint64_t h, double x) { return sl::hash_combine(h, std::bit_cast<std::uint64_t>(x)); }
template <class T>
std::uint64_t hash_of(std::uint64_t h, const T& t) {
  const auto choices = t.choices();
  for (const auto& e : choices.entries()) {
    h = sl::hash_combine(h, e.where.hash());
    for (const double x : e.value.data) h = hash_of(h, x);
  }
  return h;
}
// The hash of draws as they were when this was written, with packs of eight numbers.
void expect_draws(std::uint64_t found, std::uint64_t expected) {
  if (sl::lanes_of<V> != 8) return;
  EXPECT_EQ(found, expected) << "the same keys have other draws than before: " << std::hex << "0x" << found;
}

// Handlers of inference, over the first block.
template <class Model, class Batch>
void check_handlers_of_inference(const Model& model, const Batch& b) {
  const std::size_t n = b.size();
  const auto scores = b.scores();
  auto state = b.state();
  const sl::schema& s = *state.structure;
  const sl::run_place place{0, n};
  const std::vector<std::uint8_t> none(s.sites().size(), 0);
  const auto expect_score = [&](const auto& score, const char* what) {
    for (int l = 0; l < sl::lanes_of<V>; ++l) expect_same(score[l], scores[static_cast<std::size_t>(l)], what);
  };
  const auto run = [&](auto& h) {
    const sl::arena_scope memory;
    model.run(h, true);
  };
  {
    const auto standing = sl::stand_all(s.sites().size());
    sl::structure_walk walk(state.structure, true);
    sl::deciding_handler<V> h(walk, state.block(0), place, standing);
    run(h);
    expect_score(h.score(), "score");
  }
  {
    std::vector<const V*> places;
    for (const auto& slot : s.slots()) places.push_back(state.block(0).at(slot));
    sl::frozen_walk walk(s);
    sl::score_handler<V> h(walk, state.block(0), place, places.data());
    run(h);
    expect_score(h.score(), "quick score");
  }
  {
    sl::pointwise_densities<V> densities(s, {});
    sl::frozen_walk walk(s);
    std::vector<std::vector<V>> of(none.size());
    std::vector<std::uint8_t> by_element(none.size());
    sl::pointwise_handler<V> h(walk, state.block(0), place, none, of, by_element);
    run(h);
    expect_score(h.score(), "pointwise");
  }
  {
    sl::frozen_walk walk(s);
    sl::kernels::gaussian_prior_handler<V> h(walk, sl::key(8), state.block(0), place, none, nullptr, nullptr);
    run(h);
  }
  {
    std::vector<sl::kernels::finite_range> ranges(none.size());
    sl::frozen_walk walk(s);
    sl::kernels::finite_range_handler<V> h(walk, state.block(0), place, ranges);
    run(h);
  }
  {
    sl::frozen_walk walk(s);
    sl::constant_values constants(none.size()), again(none.size());
    sl::found_free_numbers<V> found{none};
    sl::free_handler<V> h(walk, state.block(0), constants, place, found);
    run(h);
    EXPECT_TRUE(found.free.empty());
    sl::frozen_walk second(s);
    sl::free_handler<V> f(second, state.block(0), constants, place, found.offsets.data(), {});
    run(f);
    expect_score(f.value(), "free numbers");
    sl::tape_scope<V> tape;
    sl::frozen_walk third(s);
    std::vector<const V*> constants_at;
    for (const auto& slot : s.slots()) constants_at.push_back(state.block(0).at(slot));
    sl::free_handler<sl::adjoint<V>> d(third, state.block(0), again, place, found.offsets.data(), {nullptr, nullptr, constants_at.data()});
    run(d);
    expect_score(d.value(), "free numbers with derivatives");
  }
}

TEST(conformance, traces) {
  const auto as = sl::args(true);
  const auto t = sl::simulate(whole, as, sl::key(1));
  const auto choices = t.choices();
  expect_same(sl::assess(whole, as, choices).score, t.score(), "assess");
  const auto g = sl::generate(whole, as, choices, sl::key(2));
  expect_same(g.weight, t.score(), "generate");
  expect_same(g.trace.score(), t.score(), "generate");
  const auto some = sl::generate(whole, as, {{"a", 0.25}}, sl::key(2));
  expect_same(sl::update(t, {}, sl::key(3)).weight, 0, "update");
  const auto u = sl::update(t, {{sl::address("plates") / sl::address(3) / "a", 0.5}}, sl::key(3));
  expect_same(u.weight, u.trace.score() - t.score(), "update");
  expect_same(sl::assess(whole, as, u.trace.choices()).score, u.trace.score(), "update");
  const auto other = sl::update(t, sl::args(false), {{"a", -0.5}}, sl::key(4));
  expect_same(sl::assess(whole, sl::args(false), other.trace.choices()).score, other.trace.score(), "update");
  const auto r = sl::regenerate(t, sl::select({"plates", 3}, "mix"), sl::key(5));
  expect_same(sl::assess(whole, as, r.trace.choices()).score, r.trace.score(), "regenerate");
  const auto all = sl::regenerate(t, sl::all, sl::key(6));
  expect_same(sl::assess(whole, as, all.trace.choices()).score, all.trace.score(), "regenerate");
  expect_same(sl::gradients(t).score, t.score(), "gradients");
  EXPECT_THROW(sl::generate(whole, as, {{"nowhere", 1.0}}, sl::key(7)), std::invalid_argument);  // explore_handler
  expect_draws(hash_of(hash_of(1, t), t.score()), 0xcc83531f7768cada);
  expect_draws(hash_of(hash_of(1, some.trace), some.weight), 0xec45935a78020dd4);
  expect_draws(hash_of(hash_of(1, other.trace), other.weight), 0xcc7cc9ed51750024);
  expect_draws(hash_of(hash_of(1, r.trace), r.weight), 0xbbaec3116f117119);
  expect_draws(hash_of(1, all.trace), 0x139831c4cfa054de);
}

TEST(conformance, static_models) {
  const auto t = sl::simulate(fixed_whole, sl::args(true), sl::key(1));
  const auto u = sl::update(t, {{"a", 0.5}}, sl::key(3));
  expect_same(u.weight, u.trace.score() - t.score(), "update");
  expect_same(sl::assess(fixed_whole, sl::args(true), u.trace.choices()).score, u.trace.score(), "update");
  expect_draws(hash_of(hash_of(1, u.trace), u.weight), 0x6e415f6b60041027);
}

TEST(conformance, traces_tell_whether_they_are_incremental) {
  const auto moves = sl::gen(sl::dynamic, [](auto& trace) {
    if (trace("k", sl::bernoulli(0.5))) trace("y", sl::map(leaf), sl::each(inputs), 0.0);
    else
      for (std::size_t i = 0; i < inputs.size(); ++i) trace({"y", i}, sl::normal(0.0, 2.0));
  });
  const auto t = sl::generate(moves, sl::args(), {{"k", 1.0}}, sl::key(1)).trace;
  EXPECT_TRUE(t.is_incremental());
  const auto u = sl::update(t, {{"k", 0.0}}, sl::key(2));
  EXPECT_FALSE(u.trace.is_incremental());
  EXPECT_EQ((u.trace[{"y", 1}]), (t[{"y", 1}]));
  expect_same(u.weight, u.trace.score() - t.score(), "update");
}

TEST(conformance, lanes) {
  constexpr std::size_t n = 2 * sl::lanes_of<V>;
  const auto as = sl::args(true);
  const auto b = sl::simulate(whole, as, sl::key(1), sl::lanes(n));
  const auto scores = b.scores();
  const auto choices = b.choices();
  const auto u = sl::update(b, {{sl::address("plates") / sl::address(3) / "a", 0.5}}, sl::key(3));
  const auto r = sl::regenerate(b, sl::all, sl::key(5));
  const auto assessed = sl::assess(whole, as, choices, sl::lanes(n)).scores;
  const auto generated = sl::generate(whole, as, choices, sl::key(2), sl::lanes(n)).weights;
  const auto differentiated = sl::gradients(b).scores;
  for (std::size_t l = 0; l < n; ++l) {
    const double alone = sl::assess(whole, as, b.lane(l).choices()).score;
    expect_same(assessed[l], alone, "assess");
    expect_same(generated[l], alone, "generate");
    expect_same(differentiated[l], alone, "gradients");
    expect_same(scores[l], alone, "simulate");
    expect_same(u.weights[l], u.traces.scores()[l] - alone, "update");
    expect_same(r.traces.scores()[l], sl::assess(whole, as, r.traces.lane(l).choices()).score, "regenerate");
  }
  std::uint64_t weights = 1;
  for (std::size_t l = 0; l < n; ++l) weights = hash_of(hash_of(hash_of(weights, scores[l]), u.weights[l]), r.weights[l]);
  expect_draws(weights, 0xb359f0c1dba1bb02);  // batches sum the scores of instances in a tree
  std::uint64_t drawn = 1;
  for (std::size_t l = 0; l < n; ++l) drawn = hash_of(hash_of(hash_of(drawn, b.lane(l)), u.traces.lane(l)), r.traces.lane(l));
  expect_draws(drawn, 0x992df189fa136c76);
  check_handlers_of_inference(whole, b);
}

// A special function is a choice to every handler.
TEST(conformance, special_functions) {
  constexpr std::size_t n = 2 * sl::lanes_of<V>;
  const auto as = sl::args(true);
  const auto t = sl::simulate(special, as, sl::key(1));
  expect_same(sl::assess(special, as, t.choices()).score, t.score(), "assess");
  expect_same(sl::generate(special, as, t.choices(), sl::key(2)).weight, t.score(), "generate");
  const auto u = sl::update(t, {{"total", 2.5}}, sl::key(3));
  expect_same(u.weight, u.trace.score() - t.score(), "update");
  const auto r = sl::regenerate(t, sl::select("rate"), sl::key(4));
  expect_same(sl::assess(special, as, r.trace.choices()).score, r.trace.score(), "regenerate");
  const auto b = sl::simulate(special, as, sl::key(1), sl::lanes(n));
  const auto scores = b.scores(), differentiated = sl::gradients(b).scores;
  for (std::size_t l = 0; l < n; ++l) {
    expect_same(sl::assess(special, as, b.lane(l).choices()).score, scores[l], "lanes");
    expect_same(differentiated[l], scores[l], "gradients of lanes");
  }
  check_handlers_of_inference(special, b);
  const auto graph = sl::dependencies(special, as);
  EXPECT_EQ(graph.parents("total").size(), 1u);
  EXPECT_EQ(graph.children("rate").size(), 21u);  // total, and those of the map

  // The same as gamma's, which it is; and the derivatives are its author's.
  const auto g = sl::gradients(t);
  const double rate = t["rate"], total = t["total"];
  expect_same(sl::project(t, sl::select("total")), sl::gamma(3.0, rate).log_density(total), "gamma");
  expect_same(g.choices["total"], 2 / total - rate + 1 / total - t.get<std::vector<double>>("twins")[0], "derivative");
}

TEST(conformance, plans_know_what_is_given_in_one_lane_and_in_many) {
  const auto post = sl::posterior(sl::gen([](auto& trace) {
                                    const auto m = trace("m", sl::normal(0.0, 1.0));
                                    trace("y", sl::normal(m, 1.0));
                                    trace("v", sl::iid(sl::normal(m, 1.0), 2));
                                  }),
                                  sl::args(), {{"y", 1.0}, {"v", std::vector{1.0, 2.0}}});
  const std::vector<std::uint32_t> latents{0};
  EXPECT_EQ(sl::find_layout<double>(post).latents, latents);
  EXPECT_EQ(sl::find_layout<V>(post).latents, latents);
}

TEST(conformance, recalled_draws) {
  const auto t = sl::simulate(whole, sl::args(true), sl::key(1));
  const auto choices = t.choices();
  const sl::draws nothing;
  const sl::draw_reader reader(nothing, 0);
  const sl::arena_scope memory;
  sl::tile_storage<double> storage;
  sl::structure_walk walk(nullptr, false);
  sl::recall_handler h(walk, sl::key(1), storage, {}, reader, choices, false);
  whole.run(h, true);
  expect_same(h.score(), t.score(), "recall");
}

TEST(conformance, symbols) {
  const auto graph = sl::dependencies(whole, sl::args(true));
  EXPECT_EQ(graph.parents("v").size(), 1u);
  EXPECT_EQ(graph.children("a").size(), 2u);
  EXPECT_FALSE(sl::dependencies(fixed_whole, sl::args(true)).is_conditional());
}

}  // namespace
