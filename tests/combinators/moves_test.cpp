// Proposals over lanes in which branches flip, against the formula written out; swapped end points; exact stationarity of moves that
// flip branches and masks, by enumeration.
#include <cmath>

#include <gtest/gtest.h>

#include <starling/models/edit.hpp>

#include "bodies.hpp"
#include "models/scripted.hpp"

using namespace laws;
using scripted::bell;
using scripted::coin;

namespace {

constexpr auto one = sl::gen([](auto& trace) { return trace("m", sl::normal(2.0, 1.0)); });
constexpr auto other = sl::gen([](auto& trace) { return trace("other", sl::exponential(2.0)); });
constexpr auto model = sl::gen([](auto& trace) {
  const auto m = trace("s", sl::cond(one, other), trace("b", sl::bernoulli(0.4)));
  trace("y", sl::normal(m, 1.0));
});
// Makes "m" where it goes to the first branch; "other" is drawn afresh by the update.
constexpr auto new_m = sl::gen([](auto& trace) { trace("m", sl::normal(1.0, 2.0)); });
constexpr auto flip = sl::gen([](auto& trace, const auto& current) {
  using R = sl::real_of<decltype(trace)>;
  const auto b = trace("b", sl::bernoulli(sl::where(current["b"] != R(0), R(0.2), R(0.8))));
  trace("s", sl::mask(new_m), b);
});

constexpr auto first_coins = sl::gen([](auto& trace, bool b) { return trace("shared", coin(trace("c", coin(0.6)) == b ? 0.9 : 0.25)); });
constexpr auto second_coins = sl::gen([](auto& trace, bool b) { return trace("shared", coin(trace("d", coin(0.2)) == b ? 0.5 : 0.7)); });
constexpr auto switched = sl::gen([](auto& trace) {
  const bool b = trace("b", coin(0.3));
  const bool s = trace("s", sl::switch_(first_coins, second_coins), b, b);
  trace("y", coin(b == s ? 0.8 : 0.1));
});
constexpr auto masked = sl::gen([](auto& trace) {
  const bool b = trace("b", coin(0.3));
  const auto m = trace("m", sl::mask(first_coins), b, b);
  trace("y", coin(m.present && m.value ? 0.8 : 0.1));
});

std::vector<double> bits_of(std::size_t code, std::size_t bits) {
  std::vector<double> script;
  for (std::size_t i = 0; i < bits; ++i) script.push_back(static_cast<double>(code >> i & 1));
  return script;
}

// Σ |π P − π| over all states of a model that has only coins, for regenerate with selection s.
template <class G>
double imbalance(const G& g, const sl::selection& s, double error_in_weight = 0) {
  constexpr std::size_t bits = 4, scripts = 16;
  std::vector<decltype(sl::simulate(g, sl::args(), sl::key(0)))> states;
  for (std::size_t code = 0; code < scripts; ++code) {
    scripted::write(bits_of(code, bits));
    auto t = sl::simulate(g, sl::args(), sl::key(0));
    bool seen = false;
    for (const auto& known : states) seen = seen || known.choices() == t.choices();
    if (!seen) states.push_back(std::move(t));
  }
  std::vector<double> pi, after(states.size());
  double total = 0;
  for (const auto& t : states) total += (pi.push_back(std::exp(t.score())), pi.back());
  EXPECT_NEAR(total, 1.0, 1e-12);
  for (std::size_t i = 0; i < states.size(); ++i)
    for (std::size_t code = 0; code < scripts; ++code) {
      scripted::write(bits_of(code, bits));
      const auto u = sl::regenerate(states[i], s, sl::key(1));
      double drawn = 0;
      const sl::choice_map next = u.trace.choices(), before = states[i].choices();
      for (const auto& e : next.entries())
        if (s.contains(e.where) || !before.contains(e.where)) drawn += u.trace.log_density(e.where);
      const double share = std::exp(drawn) / static_cast<double>(std::size_t{1} << (bits - scripted::used()));
      const double accept = std::min(1.0, std::exp(u.weight + (next["b"] != 0 ? error_in_weight : 0)));
      for (std::size_t j = 0; j < states.size(); ++j)
        if (states[j].choices() == next) after[j] += pi[i] * share * accept;
      after[i] += pi[i] * share * (1 - accept);
    }
  scripted::write({});
  double worst = 0;
  for (std::size_t i = 0; i < states.size(); ++i) worst = std::max(worst, std::abs(after[i] - pi[i]));
  return worst;
}

constexpr auto near = sl::gen([](auto& trace, double u) { return trace("shared", bell(trace("m", bell(u, 2.0)), 1.0)); });
constexpr auto far = sl::gen([](auto& trace, double u) {
  const double o = trace("other", bell(1.0, 0.5));
  return o + trace("shared", bell(-u, 3.0));
});
constexpr auto real_branches = sl::gen([](auto& trace) {
  const double u = trace("u", bell(0.0, 1.0));
  const double s = trace("s", sl::cond(near, far), trace("b", coin(0.3)), u);
  trace("y", bell(s, 0.7));
});

}  // namespace

TEST(combined_moves, a_proposal_over_lanes_that_flip_branches) {
  const auto m = at("s", "m"), o = at("s", "other");
  const auto b = sl::simulate(model, sl::args(), sl::key(1), sl::lanes(203));
  const auto e = sl::edit(b, sl::edits::proposal(flip), sl::key(2));
  int there = 0, back = 0;
  for (std::size_t l = 0; l < b.size(); ++l) {
    const auto t = b.lane(l), u = e.target.lane(l);
    const bool b0 = t["b"] != 0, b1 = u["b"] != 0;
    const auto q = [](bool from, bool to, double x) { return bernoulli(to, from ? 0.2 : 0.8) + (to ? normal(x, 1, 2) : 0.0); };
    double expected = u.score() - t.score() - q(b0, b1, b1 ? u[m] : 0) + q(b1, b0, b0 ? t[m] : 0);
    if (b0 && !b1) expected -= exponential(u[o], 2);
    if (!b0 && b1) expected += exponential(t[o], 2);
    EXPECT_NEAR(e.weight[l], expected, 1e-10) << l;
    there += b0 && !b1;
    back += !b0 && b1;
  }
  EXPECT_GT(there, 20);
  EXPECT_GT(back, 20);
}

TEST(combined_moves, regenerate_leaves_enumerated_branches_unchanged) {
  for (const auto& s : {sl::select("b"), sl::select("s"), sl::select("b", at("s", "shared")), sl::select(at("s", "c"), "y"), sl::selection(sl::all)})
    EXPECT_LT(imbalance(switched, s), 1e-12) << s.str();
  for (const auto& s : {sl::select("b"), sl::select("m"), sl::select("b", "y"), sl::selection(sl::all)}) EXPECT_LT(imbalance(masked, s), 1e-12) << s.str();
  EXPECT_GT(imbalance(switched, sl::select("b"), 1e-3), 1e-6) << "a wrong weight is noticed";
}

TEST(combined_moves, swapped_end_points_have_opposite_weights) {
  int flips = 0;
  for (const auto& s : {sl::select("u"), sl::select("b"), sl::select("b", at("s", "shared")), sl::select("s"), sl::selection(sl::all), !sl::select("y")})
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      scripted::write({});
      const auto t = sl::simulate(real_branches, sl::args(), sl::key(seed));
      const auto [u, w, ignored] = sl::regenerate(t, s, sl::key(seed + 500));
      std::vector<double> script;
      const sl::choice_map before = t.choices(), after = u.choices();
      for (const auto& e : before.entries())
        if (s.contains(e.where) || !after.contains(e.where)) script.push_back(e.value.data[0]);
      scripted::write(script);
      const auto [home, v, ignored_too] = sl::regenerate(u, s, sl::key(9));
      EXPECT_EQ(home.choices(), before) << s.str();
      EXPECT_NEAR(w, -v, 1e-12 * (1 + std::abs(w))) << s.str();
      flips += t["b"] != u["b"];
    }
  EXPECT_GT(flips, 20);
}
