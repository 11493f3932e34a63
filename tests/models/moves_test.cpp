// Moves of Markov chains made of regenerate and edit, with draws written down by the test: reversed moves, and exact stationarity.
#include <cmath>

#include <gtest/gtest.h>

#include "law_models.hpp"
#include "scripted.hpp"

using namespace laws;
using scripted::bell;
using scripted::coin;

namespace {

constexpr auto branching = sl::gen(sl::dynamic, [](auto& trace) {
  const double u = trace("u", bell(0.0, 1.0));
  if (trace("b", coin(0.3))) {
    const double m = trace("m", bell(u, 2.0));
    trace("shared", bell(m, 1.0));
  } else {
    trace("other", bell(1.0, 0.5));
    trace("shared", bell(-u, 3.0));
  }
  trace("y", bell(u, 0.7));
});

// The sites of `to` that a regenerate from `from` with selection s draws, in order of the run.
template <class T>
std::vector<double> drawn_on_the_way(const T& from, const T& to, const sl::selection& s) {
  std::vector<double> values;
  for (std::uint32_t k = 0; k < to.structure().sites().size(); ++k) {
    const auto where = to.structure().path_of(k);
    if (s.contains(where) || !from.contains(where)) values.push_back(to[where]);
  }
  return values;
}

// All states of a model that has only coins: every script of n bits, run to its end.
template <class G>
auto all_states(const G& model, std::size_t bits) {
  std::vector<decltype(sl::simulate(model, sl::args(), sl::key(0)))> states;
  for (std::size_t code = 0; code < (std::size_t{1} << bits); ++code) {
    std::vector<double> script;
    for (std::size_t i = 0; i < bits; ++i) script.push_back(static_cast<double>(code >> i & 1));
    scripted::write(script);
    auto t = sl::simulate(model, sl::args(), sl::key(0));
    bool seen = false;
    for (const auto& s : states) seen = seen || s.choices() == t.choices();
    if (!seen) states.push_back(std::move(t));
  }
  return states;
}

// Σ of π(t) P(t, t') − π(t') over the enumerated states; move(t, script) gives {t', weight, probability of what was drawn}.
template <class States, class Move>
double worst_imbalance(const States& states, std::size_t bits, Move&& move) {
  std::vector<double> pi, after(states.size(), 0.0);
  for (const auto& t : states) pi.push_back(std::exp(t.score()));
  double total = 0;
  for (const double p : pi) total += p;
  EXPECT_NEAR(total, 1.0, 1e-12) << "all states are enumerated";
  for (std::size_t i = 0; i < states.size(); ++i) {
    double reached = 0;
    for (std::size_t code = 0; code < (std::size_t{1} << bits); ++code) {
      std::vector<double> script;
      for (std::size_t b = 0; b < bits; ++b) script.push_back(static_cast<double>(code >> b & 1));
      scripted::write(script);
      const auto [next, weight, probability] = move(states[i]);
      // Scripts that agree in the draws that were used are one outcome: count each with its share.
      const double share = probability / static_cast<double>(std::size_t{1} << (bits - scripted::used()));
      const double accept = std::min(1.0, std::exp(weight));
      reached += share;
      for (std::size_t j = 0; j < states.size(); ++j)
        if (states[j].choices() == next.choices()) after[j] += pi[i] * share * accept;
      after[i] += pi[i] * share * (1 - accept);
    }
    EXPECT_NEAR(reached, 1.0, 1e-12) << "the outcomes of a move have probability 1";
  }
  double worst = 0;
  for (std::size_t i = 0; i < states.size(); ++i) worst = std::max(worst, std::abs(after[i] - pi[i]));
  return worst;
}

constexpr auto coins = sl::gen(sl::dynamic, [](auto& trace) {
  const bool b = trace("b", coin(0.3));
  bool c = false;
  if (b) c = trace("c", coin(0.6)), trace("shared", coin(c ? 0.9 : 0.25));
  else trace("d", coin(0.2)), trace("shared", coin(0.5));
  trace("y", coin(b == c ? 0.8 : 0.1));
});

template <class T>
double probability_of_draws(const T& from, const T& to, const sl::selection& s) {
  double lp = 0;
  for (std::uint32_t k = 0; k < to.structure().sites().size(); ++k) {
    const auto where = to.structure().path_of(k);
    if (s.contains(where) || !from.contains(where)) lp += to.log_density(where);
  }
  return std::exp(lp);
}

}  // namespace

TEST(moves, swapped_end_points_have_opposite_weights) {
  int flips = 0;
  for (const auto& s : {sl::select("u"), sl::select("b"), sl::select("b", "shared"), sl::select("m", "other"), sl::selection(sl::all), !sl::select("y")}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      scripted::write({});
      const auto t = sl::simulate(branching, sl::args(), sl::key(seed));
      const auto [there, w, ignored] = sl::regenerate(t, s, sl::key(seed + 500));
      scripted::write(drawn_on_the_way(there, t, s));
      const auto [back, v, ignored_too] = sl::regenerate(there, s, sl::key(9));
      EXPECT_EQ(back.choices(), t.choices()) << s.str();
      EXPECT_NEAR(w, -v, 1e-12 * (1 + std::abs(w))) << s.str();
      flips += t["b"] != there["b"];
    }
  }
  EXPECT_GT(flips, 20);
}

TEST(moves, regenerate_leaves_an_enumerated_model_unchanged) {
  const auto states = all_states(coins, 4);
  EXPECT_EQ(states.size(), 16u);
  for (const auto& s : {sl::select("b"), sl::select("c"), sl::select("y"), sl::select("b", "shared"), sl::select("d", "y"), sl::selection(sl::all)}) {
    const double worst = worst_imbalance(states, 4, [&](const auto& t) {
      const auto u = sl::regenerate(t, s, sl::key(1));
      return std::tuple(u.trace, u.weight, probability_of_draws(t, u.trace, s));
    });
    EXPECT_LT(worst, 1e-12) << s.str();
  }
  // The control: a wrong weight is noticed.
  const double wrong = worst_imbalance(states, 4, [&](const auto& t) {
    const auto u = sl::regenerate(t, sl::select("b"), sl::key(1));
    return std::tuple(u.trace, u.weight + (u.trace["b"] != 0 ? 1e-3 : 0.0), probability_of_draws(t, u.trace, sl::select("b")));
  });
  EXPECT_GT(wrong, 1e-6);
}

TEST(moves, a_proposal_leaves_an_enumerated_model_unchanged) {
  constexpr auto flip = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
    if (trace("b", coin(current["b"] != 0 ? 0.2 : 0.9))) trace("c", coin(0.5));
  });
  const auto states = all_states(coins, 4);
  const double worst = worst_imbalance(states, 4, [&](const auto& t) {
    const auto e = sl::edit(t, sl::edits::proposal(flip), sl::key(1));
    const bool from = t["b"] != 0, to = e.target["b"] != 0;
    const double p = from ? 0.2 : 0.9;
    double probability = to ? p * 0.5 : 1 - p;
    if (from && !to) probability *= std::exp(e.target.log_density("d"));
    return std::tuple(e.target, e.weight, probability);
  });
  EXPECT_LT(worst, 1e-12);
}

TEST(moves, a_proposal_in_lanes_is_one_in_each_lane) {
  constexpr auto drift = sl::gen([](auto& trace, const auto& current) { trace("slope", sl::normal(current["slope"] + 0.1, 0.4)); });
  const auto by_hand = [](const auto& t, const auto& u) {
    const double s0 = t["slope"], s1 = u["slope"];
    return u.score() - t.score() - normal(s1, s0 + 0.1, 0.4) + normal(s0, s1 + 0.1, 0.4);
  };
  const auto t = sl::generate(dependent_body, sl::args(xs), sl::observe("y", {0.1, 0.2, 0.3}), sl::key(1)).trace;
  const auto e = sl::edit(t, sl::edits::proposal(drift), sl::key(2));
  EXPECT_NE(e.target["slope"], t["slope"]);
  EXPECT_NEAR(e.weight, by_hand(t, e.target), 1e-11);
  const auto b = sl::generate(dependent_body, sl::args(xs), sl::observe("y", {0.1, 0.2, 0.3}), sl::key(1), sl::lanes(1003)).traces;
  const auto m = sl::edit(b, sl::edits::proposal(drift), sl::key(2));
  for (std::size_t l = 0; l < 1003; l += 59) EXPECT_NEAR(m.weight[l], by_hand(b.lane(l), m.target.lane(l)), 1e-11) << l;
  EXPECT_NEAR(m.target["slope"][0], e.target["slope"], 1e-12) << "lane 0 draws what one lane draws";
}

TEST(moves, proposals_there_and_back_cancel) {
  // Forward moves m only and backward moves x only: undone with the numbers of the first trace.
  constexpr auto forward = sl::gen([](auto& trace, const auto& current) { trace("x", bell(0.5 * current["x"], 1.0)); });
  constexpr auto model = sl::gen([](auto& trace) { trace("z", bell(trace("x", bell(0.0, 1.0)), 1.0)); });
  scripted::write({});
  const auto t = sl::simulate(model, sl::args(), sl::key(4));
  const auto there = sl::edit(t, sl::edits::proposal(forward), sl::key(5));
  scripted::write({t["x"]});
  const auto back = sl::edit(there.target, there.backward, sl::key(6));
  EXPECT_EQ(back.target.choices(), t.choices());
  EXPECT_NEAR(there.weight, -back.weight, 1e-13);
  EXPECT_NE(there.weight, 0.0);
}

TEST(moves, composite_edits_are_undone_in_reverse) {
  const auto check = [](const auto& t, double tolerated) {
    const auto e = sl::edit(t,
                            sl::edits::composite(sl::edits::constraint{{{"slope", 0.2}}}, sl::edits::arguments{sl::args(std::vector{1.0, 2.0, 3.0})},
                                                 sl::edits::constraint{{{"slope", 0.7}, {{"y", 0}, 0.0}}}),
                            sl::key(3));
    const auto back = sl::edit(e.target, e.backward, sl::key(4));
    if constexpr (requires { t.lane(0); }) {
      for (const std::size_t l : {0u, 5u, 102u}) {
        EXPECT_EQ(back.target.lane(l).choices(), t.lane(l).choices());
        EXPECT_NEAR(e.weight[l], -back.weight[l], tolerated);
        EXPECT_NEAR(e.weight[l], e.target.scores()[l] - t.scores()[l], tolerated);
      }
    } else {
      EXPECT_EQ(back.target.choices(), t.choices());
      EXPECT_NEAR(e.weight, -back.weight, tolerated);
      EXPECT_NEAR(e.weight, e.target.score() - t.score(), tolerated);
    }
    EXPECT_EQ(std::get<0>(back.target.args().values), xs);
  };
  check(sl::simulate(dependent_body, sl::args(xs), sl::key(1)), 1e-9);
  check(sl::simulate(dependent_body, sl::args(xs), sl::key(1), sl::lanes(103)), 1e-9);
}

TEST(moves, proposals_that_do_not_fit_are_errors) {
  constexpr auto elsewhere = sl::gen([](auto& trace, const auto&) { trace("auxiliary", sl::normal(0.0, 1.0)); });
  constexpr auto forward = sl::gen([](auto& trace, const auto&) { trace("x", sl::normal(0.0, 1.0)); });
  constexpr auto backward = sl::gen([](auto& trace, const auto&) { trace("y", sl::exponential(1.0)); });
  const auto t = sl::simulate(flat_body, sl::args(), sl::key(1));
  const auto b = sl::simulate(flat_body, sl::args(), sl::key(1), sl::lanes(9));
  EXPECT_THROW(sl::edit(t, sl::edits::proposal(elsewhere), sl::key(2)), std::invalid_argument);
  EXPECT_THROW(sl::edit(b, sl::edits::proposal(elsewhere), sl::key(2)), std::invalid_argument);
  EXPECT_THROW(sl::edit(t, sl::edits::proposal(forward, backward), sl::key(2)), std::invalid_argument);
  EXPECT_THROW(sl::edit(b, sl::edits::proposal(forward, backward), sl::key(2)), std::invalid_argument);
}
