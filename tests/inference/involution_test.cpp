// Involutive MCMC: exact draws stay exact, the posterior of a discrete model is left unchanged by exact sums, and mistakes are named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/involution.hpp>
#include <starling/inference/run.hpp>

#include "normal_distance.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// Without observations a chain starts from an exact draw: a ~ normal(0, 1), b | a ~ normal(a, 0.5).
constexpr auto body = [](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  trace("b", sl::normal(a, 0.5));
};
constexpr auto pair = sl::gen(body);
constexpr auto dynamic_pair = sl::gen(sl::dynamic, body);
constexpr std::size_t chains = 8000;

// Distances of a, and of the residual of b: the joint distribution is right only if both are. And the share of chains that moved.
struct outcome {
  double worst, moved;
};
template <class Kernel, class Model>
outcome some_steps(const Kernel& kernel, const Model& model, sl::chain_layout layout = sl::chain_layout::lanes, std::size_t steps = 4) {
  const sl::posterior prior(model, sl::args(), sl::choice_map());
  const auto fit = sl::run(kernels::repeat(kernel, steps), prior, {.chains = chains, .draws = 1, .warmup = 0, .layout = layout}, sl::key(3));
  auto a = fit.posterior["a"].element(0), b = fit.posterior["b"].element(0);
  for (std::size_t i = 0; i < a.size(); ++i) b[i] = (b[i] - a[i]) / 0.5;
  double rate = 0;
  for (const double r : fit.sample_stats["acceptance_rate"].values) rate += r / static_cast<double>(chains);
  return {std::max(distance(a), distance(b)), rate};
}
template <class Kernel, class Model>
void expect_stationary(const Kernel& kernel, const Model& model, sl::chain_layout layout = sl::chain_layout::lanes) {
  const auto r = some_steps(kernel, model, layout);
  EXPECT_LT(r.worst, 2.7);
  EXPECT_GT(r.moved, 0.2);
}

// Scales a by a factor; the auxiliary factor becomes its inverse. |det J| = 1/v.
constexpr auto factor = sl::gen([](auto& trace, const auto&) { trace("v", sl::log_normal(0.3, 0.5)); });
constexpr auto scale = [](auto& move) {
  const auto a = move.model["a"], v = move.auxiliary["v"];
  move.model.set("a", a * v);
  move.auxiliary.set("v", 1.0 / v);
};
// Turns (a, u) by an angle that depends on b, and stretches: mixed rows, and a number that is read and stays.
constexpr auto around = sl::gen([](auto& trace, const auto& current) {
  trace("u", sl::normal(current["b"], 1.3));
  trace("sign", sl::bernoulli(0.3));
});
constexpr auto swing = [](auto& move) {
  const auto a = move.model["a"], b = move.model["b"], u = move.auxiliary["u"];
  const auto stretch = sl::exp(0.2 * b);
  move.model.set("a", u * stretch + b);
  move.auxiliary.set("u", (a - b) / stretch);
  move.auxiliary.set("sign", move.auxiliary.boolean("sign"));
};
// Both choices of the model are written as functions of both and of u.
constexpr auto push = sl::gen([](auto& trace, const auto& current) { trace("u", sl::normal(0.4 * current["a"], 0.7)); });
constexpr auto shear = [](auto& move) {
  const auto a = move.model["a"], b = move.model["b"], u = move.auxiliary["u"];
  const auto next = a + u, weight = 1.0 + a * a, weight_next = 1.0 + next * next;
  move.model.set("a", next);
  move.model.set("b", b * weight / weight_next);
  move.auxiliary.set("u", -u);
};

TEST(Involution, StepsLeaveExactDrawsExact) {
  const kernels::involution one(factor, scale);
  const kernels::involution two(around, swing);
  const kernels::involution three(push, shear);
  expect_stationary(one, pair);
  expect_stationary(two, pair);
  expect_stationary(three, pair);
  expect_stationary(three, pair, sl::chain_layout::single);
  expect_stationary(one, dynamic_pair);
  expect_stationary(two, dynamic_pair);
  expect_stationary(three, dynamic_pair);
  expect_stationary(kernels::cycle(kernels::drift({.scale = 0.8}), kernels::mix(three, kernels::repeat(one, 2))), pair);
}
// Many choices, all scaled by one factor: as many mixed rows of the Jacobian.
constexpr auto many = sl::gen([](auto& trace) {
  for (std::size_t i = 0; i < 30; ++i) trace({"x", i}, sl::normal(0.0, 1.0));
});
constexpr auto small_factor = sl::gen([](auto& trace, const auto&) { trace("v", sl::log_normal(0.02, 0.1)); });
constexpr auto scale_all = [](auto& move) {
  const auto v = move.auxiliary["v"];
  for (std::size_t i = 0; i < 30; ++i) move.model.set({"x", i}, move.model[{"x", i}] * v);
  move.auxiliary.set("v", 1.0 / v);
};
TEST(Involution, MovesManyChoicesAtOnce) {
  const sl::posterior prior(many, sl::args(), sl::choice_map());
  const auto fit = sl::run(kernels::repeat(kernels::involution(small_factor, scale_all), 3), prior, {.chains = 3000, .draws = 1, .warmup = 0}, sl::key(4));
  std::vector<double> sizes(3000);
  for (std::size_t i = 0; i < 30; ++i) {
    const auto x = fit.posterior["x"].element(i);
    EXPECT_LT(distance(x), 2.7) << i;
    for (std::size_t c = 0; c < x.size(); ++c) sizes[c] += x[c] * x[c];
  }
  // The sum of squares is a χ² of 30, an even number: P(> s) is a sum of Poisson probabilities.
  for (double& s : sizes) {
    double term = std::exp(-s / 2), above = term;
    for (int k = 1; k < 15; ++k) above += term *= s / 2 / k;
    s = above;
  }
  std::sort(sizes.begin(), sizes.end());
  double d = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) d = std::max({d, std::abs(sizes[i] - static_cast<double>(i) / 3000), std::abs(sizes[i] - static_cast<double>(i + 1) / 3000)});
  EXPECT_LT(d * std::sqrt(3000.0), 2.7);
}

// The same map as a proposal that forgets its Jacobian is seen: accept as if |det J| were 1.
constexpr auto forgetful = sl::gen([](auto& trace, const auto&) { trace("log_v", sl::normal(0.3, 0.5)); });
constexpr auto scale_without_jacobian = [](auto& move) {
  const auto v = move.auxiliary["log_v"];
  // |det ∂(a e^v, −v)| = e^v; the detour over a constant hides it from the derivatives.
  const auto hidden = sl::exp(v.value());
  move.model.set("a", move.model["a"] + (hidden - 1.0) * move.model["a"].value());
  move.auxiliary.set("log_v", -v);
};
TEST(Involution, AWrongJacobianIsSeen) {
  EXPECT_GT(some_steps(kernels::involution(forgetful, scale_without_jacobian), pair, sl::chain_layout::lanes, 16).worst, 2.7);
  EXPECT_GT(some_steps(kernels::involution(forgetful, scale_without_jacobian), dynamic_pair, sl::chain_layout::lanes, 16).worst, 2.7);
}

// Exact sums over a discrete model whose structure changes: n in 0…2 switches, each on or off. The moves of every state are made by hand; the
// kernel says with what probability it accepts.
constexpr auto switches = sl::gen(sl::dynamic, [](auto& trace) {
  const long n = trace("n", sl::categorical(std::array{0.5, 0.3, 0.2}));
  long on = 0;
  for (long i = 0; i < n; ++i) on += trace({"s", i}, sl::bernoulli(0.3)) ? 1 : 0;
  trace("y", sl::normal(static_cast<double>(on), 1.2));
});
// Grows by a switch set to "value", or loses its last one; at the ends it stays.
constexpr auto grow_or_shrink = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  if (trace("grow", sl::bernoulli(current["n"] < 1 ? 0.7 : 0.4))) trace("value", sl::bernoulli(0.6));
});
constexpr auto jump = [](auto& move) {
  const long n = move.model.whole("n");
  const bool grow = move.auxiliary.boolean("grow");
  if (grow ? n == 2 : n == 0) {
    move.auxiliary.set("grow", grow);
    if (grow) move.auxiliary.set("value", move.auxiliary.boolean("value"));
    return;
  }
  move.auxiliary.set("grow", !grow);
  move.model.set("n", grow ? n + 1 : n - 1);
  if (grow) move.model.set({"s", n}, move.auxiliary.boolean("value"));
  else move.auxiliary.set("value", move.model.boolean({"s", n - 1}));
};
using state = std::vector<bool>;  // the switches
double joint(const state& s) {
  double p = std::array{0.5, 0.3, 0.2}[s.size()], on = 0;
  for (const bool b : s) p *= b ? 0.3 : 0.7, on += b;
  return p * std::exp(-0.5 * (1.1 - on) * (1.1 - on) / 1.44);
}
TEST(Involution, LeavesAnEnumeratedModelUnchanged) {
  const sl::posterior post(switches, sl::args(), sl::observe("y", 1.1));
  const auto kernel = kernels::involution(grow_or_shrink, jump);
  // Acceptance rates by (state, grow, value), found by running the kernel until all have been seen.
  std::map<std::pair<state, int>, double> rates;
  using chain_type = sl::trace_chain<decltype(post)>;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    chain_type chain(post, i, 2000);
    chain.start(sl::key(11));
    const auto read = [&] {
      state s(static_cast<std::size_t>(sl::current_choices<double>(chain.state())["n"]));
      for (std::size_t j = 0; j < s.size(); ++j) s[j] = sl::current_choices<double>(chain.state())[{"s", j}] != 0;
      return s;
    };
    const state before = read();
    auto own = kernel.start(chain);
    const auto info = kernel.step(sl::key(12), chain, own, {});
    if (!info.accepted) continue;  // its way is not seen
    const state after = read();
    const int move = after.size() > before.size() ? 1 + after.back() : after.size() < before.size() ? 0
                                                                                                    : -1;
    if (move >= 0) rates[{before, move}] = info.acceptance_rate;
    else EXPECT_EQ(info.acceptance_rate, 1);
  }
  const std::vector<state> states = {{}, {false}, {true}, {false, false}, {false, true}, {true, false}, {true, true}};
  std::map<state, double> next;
  std::size_t used = 0;
  for (const state& s : states) {
    const double grow = s.empty() ? 0.7 : 0.4;
    const auto flow = [&](double probability, int move, const state& to) {
      ASSERT_TRUE(rates.contains({s, move})) << s.size() << " " << move;
      const double a = rates[{s, move}];
      next[to] += joint(s) * probability * a;
      next[s] += joint(s) * probability * (1 - a);
      ++used;
    };
    if (s.size() < 2) {
      for (const bool value : {false, true}) {
        state to = s;
        to.push_back(value);
        flow(grow * (value ? 0.6 : 0.4), 1 + value, to);
      }
    } else {
      next[s] += joint(s) * grow;
    }
    if (s.empty()) next[s] += joint(s) * (1 - grow);
    else flow(1 - grow, 0, state(s.begin(), s.end() - 1));
  }
  EXPECT_EQ(used, 12u);
  for (const state& s : states) EXPECT_NEAR(next[s], joint(s), 1e-12);
}

template <class Q, class F, class Model>
std::string refusal(const Q& q, const F& f, const Model& model, const sl::choice_map& observed = {}) {
  try {
    sl::run(kernels::involution(q, f), sl::posterior(model, sl::args(), observed), {.chains = 1, .draws = 30, .warmup = 0}, sl::key(1));
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "accepted";
}
template <class F>
void expect_refused(const F& f, const std::string& said, const sl::choice_map& observed = {}) {
  const std::string dynamic = refusal(forgetful, f, dynamic_pair, observed), fixed = refusal(forgetful, f, pair, observed);
  EXPECT_NE(dynamic.find(said), std::string::npos) << dynamic;
  EXPECT_NE(fixed.find(said), std::string::npos) << fixed;
}
TEST(Involution, SaysWhatIsWrong) {
  expect_refused([](auto& m) { m.model.set("a", m.model["a"] + m.auxiliary["log_v"]), m.auxiliary.set("log_v", m.auxiliary["log_v"]); },
                 "applied to what it made, it gives a the value");
  expect_refused([](auto& m) { m.model.set("a", m.auxiliary["log_v"]), m.auxiliary.set("log_v", m.auxiliary["log_v"]); }, "never reads a, which changes");
  expect_refused([](auto& m) { m.model.set("a", -m.model["a"]), m.auxiliary.set("log_v", 1.0); }, "never reads log_v, which is an auxiliary choice");
  expect_refused([](auto& m) { m.model.set("a", m.auxiliary["log_v"] + m.model["a"]), m.auxiliary.set("log_v", 1.0); }, "writes log_v without regard to any continuous choice");
  expect_refused([](auto& m) { m.model.set("a", m.auxiliary["log_v"] + m.model["a"]), m.auxiliary.set("log_v", m.model["b"]); }, "as a function of b alone, which stays");
  expect_refused([](auto& m) { m.model.set("a", -m.model["a"]), m.auxiliary["log_v"]; }, "log_v");
  expect_refused([](auto& m) { m.model.set("a", -m.model["a"]), m.model.set("a", m.model["a"]); }, "writes a twice");
  expect_refused([](auto& m) { m.model.set("a", true), m.auxiliary.set("log_v", -m.auxiliary["log_v"]); }, "a real");
  const auto elsewhere = [](auto& m) { m.model.set("c", 1.0 * m.model["a"]), m.auxiliary.set("log_v", -m.auxiliary["log_v"]); };
  EXPECT_NE(refusal(forgetful, elsewhere, pair).find("no choice at c"), std::string::npos);
  EXPECT_NE(refusal(forgetful, elsewhere, dynamic_pair).find("writes c, which the new state does not have"), std::string::npos);
  expect_refused([](auto& m) { m.model.set("b", -m.model["b"]), m.auxiliary.set("log_v", -m.auxiliary["log_v"]); }, "writes b, which is observed", sl::observe("b", 0.3));
  expect_refused([](auto& m) { m.model.set("a", -m.model["a"]), m.auxiliary.set("log_v", m.model.whole("a")); }, "reads a as a whole number, it holds a real");
}
// A choice that the new state needs, and one that falls away unread.
constexpr auto without_x = sl::gen(sl::dynamic, [](auto& trace) {
  if (trace("on", sl::bernoulli(1e-9))) trace("x", sl::normal(0.0, 1.0));
});
constexpr auto with_x = sl::gen(sl::dynamic, [](auto& trace) {
  if (trace("on", sl::bernoulli(1 - 1e-9))) trace("x", sl::normal(0.0, 1.0));
});
constexpr auto nothing = sl::gen([](auto&, const auto&) {});
constexpr auto turn = [](auto& move) { move.model.set("on", !move.model.boolean("on")); };
TEST(Involution, SaysWhatAJumpLacks) {
  const auto open = refusal(nothing, turn, without_x), lost = refusal(nothing, turn, with_x);
  EXPECT_NE(open.find("leaves x open"), std::string::npos) << open;
  EXPECT_NE(lost.find("never reads x, which changes"), std::string::npos) << lost;
}

}  // namespace
