// One row of a table over which the laws run: a model, its arguments, and its densities written out by hand, address by address (the
// oracle: it shares no code with handlers). And what the laws say about weights, values and discards, from such densities alone.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/traces/choice_map.hpp>
#include <starling/traces/selection.hpp>

namespace laws {

namespace sl = starling;

// Densities by hand.
inline double normal(double x, double m, double s) {
  return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * std::numbers::pi);
}
inline double bernoulli(bool x, double p) { return std::log(x ? p : 1 - p); }
inline double poisson(double k, double rate) { return k * std::log(rate) - rate - std::lgamma(k + 1); }
inline double exponential(double x, double rate) { return std::log(rate) - rate * x; }

// at("steps", 3, "x"): the path of names and indices.
template <class Part>
void append_part(sl::path& p, const Part& part) {
  if constexpr (std::is_integral_v<Part>) p.append(sl::address(static_cast<std::int64_t>(part)));
  else if constexpr (std::is_same_v<Part, sl::path>) p = p / part;
  else p.append(sl::address(sl::name(part)));
}
template <class... Part>
sl::path at(const Part&... parts) {
  sl::path p;
  (append_part(p, parts), ...);
  return p;
}

// Log densities by address, and that of all factors.
struct densities {
  std::vector<std::pair<sl::path, double>> sites;
  double factors = 0;
  void operator()(sl::path where, double lp) { sites.emplace_back(std::move(where), lp); }
  double total() const {
    double sum = factors;
    for (const auto& [where, lp] : sites) sum += lp;
    return sum;
  }
  double at(const sl::path& where) const {
    for (const auto& [here, lp] : sites)
      if (here == where) return lp;
    ADD_FAILURE() << "no density by hand for " << where.str();
    return 0;
  }
};

// by_hand(c, as, lp): calls lp(address, log density) for every choice that the model makes, given all of them; lp.factors is the sum
// of its factors. `changes`: constraints that the laws set; `selections`: what they redraw; `next`: arguments that they change to.
template <class G, class Arguments, class ByHand>
struct row {
  const char* name;
  G model;
  Arguments as;
  ByHand by_hand;
  std::vector<sl::choice_map> changes;
  std::vector<sl::selection> selections;
  std::vector<Arguments> next = {};
  bool has_factor = false;
  bool may_lie_flat = false;  // an update may lay instances flat, and then the score is summed in another order

  densities log_densities(const sl::choice_map& c, const Arguments& a) const {
    densities lp;
    by_hand(c, a, lp);
    EXPECT_EQ(lp.sites.size(), c.size()) << name << ": the choices are those by hand\n"
                                         << c.str();
    return lp;
  }
};
template <class G, class A, class F>
row(const char*, G, A, F, std::vector<sl::choice_map>, std::vector<sl::selection>, std::vector<A> = {}, bool = false, bool = false) -> row<G, A, F>;

template <std::size_t I, class Arguments>
const auto& argument(const Arguments& as) {
  return std::get<I>(as.values);
}

// Where a trace was, or came to: its choices and their densities by hand.
struct point {
  sl::choice_map choices;
  densities lp;
};
template <class Row, class Trace, class Arguments>
point point_of(const Row& r, const Trace& t, const Arguments& as) {
  point p{t.choices(), {}};
  p.lp = r.log_densities(p.choices, as);
  return p;
}

// Log weights agree to rounding: sums of tens of terms. −∞ equals −∞.
inline double tolerance(double x) { return std::isfinite(x) ? 1e-11 * (1 + std::abs(x)) : 1e-11; }
inline void expect_weight(double got, double expected, double size, const std::string& what) {
  if (!std::isfinite(expected)) {
    EXPECT_EQ(got, expected) << what;
  } else {
    EXPECT_NEAR(got, expected, tolerance(size)) << what;
  }
}

inline bool same_type_there(const point& p, const sl::choice_map::entry& e) {
  const auto* other = p.choices.entry_at(e.where.hash());
  return other && other->value.type == e.value.type;
}
inline bool overwritten(const sl::choice_map& constraints, const sl::choice_map::entry& e) { return static_cast<bool>(constraints.find(e.where)); }

// Whether all constraints were reached.
inline bool agrees(const sl::choice_map& constraints, const sl::choice_map& reached) {
  for (const auto& e : constraints.entries()) {
    if (reached.contains(e.where)) continue;
    if (e.value.type.rank == 0) return false;
    for (std::size_t i = 0; i < e.value.type.size(); ++i)
      if (!reached.contains(at(e.where, static_cast<long>(i)))) return false;
  }
  return true;
}
inline void expect_constrained(const sl::choice_map& constraints, const sl::choice_map& after, const std::string& what) {
  for (const auto& e : after.entries()) {
    const auto c = constraints.find(e.where);
    for (std::size_t i = 0; c && i < e.value.data.size(); ++i) EXPECT_EQ(e.value.data[i], c.at(i, 0)) << what << " constrained " << e.where.str();
  }
}

inline double generate_weight(const point& t, const sl::choice_map& constraints) {
  if (!agrees(constraints, t.choices)) return -INFINITY;
  double w = t.lp.factors;
  for (const auto& e : t.choices.entries())
    if (overwritten(constraints, e)) w += t.lp.at(e.where);
  return w;
}

// Σ over choices that an update drew afresh.
inline double fresh_density(const point& before, const point& after, const sl::choice_map& constraints) {
  double sum = 0;
  for (const auto& e : after.choices.entries())
    if (!overwritten(constraints, e) && !same_type_there(before, e)) sum += after.lp.at(e.where);
  return sum;
}

// The laws of an update from `before` to `after`.
inline void expect_update(const point& before, const point& after, const sl::choice_map& constraints, double weight, const sl::choice_map& discard,
                          const std::string& what) {
  const double expected = agrees(constraints, after.choices) ? after.lp.total() - before.lp.total() - fresh_density(before, after, constraints) : -INFINITY;
  expect_weight(weight, expected, std::abs(before.lp.total()) + std::abs(after.lp.total()), what + " weight of update");
  expect_constrained(constraints, after.choices, what);
  std::size_t count = 0;
  for (const auto& e : before.choices.entries()) {
    const auto* now = after.choices.entry_at(e.where.hash());
    const bool there = now && now->value.type == e.value.type;
    const bool expected_there = !there || overwritten(constraints, e);
    count += expected_there;
    const auto* old = discard.entry_at(e.where.hash());
    EXPECT_EQ(old != nullptr, expected_there) << what << " discard at " << e.where.str();
    if (old) {
      EXPECT_EQ(old->value.data, e.value.data) << what << " discard at " << e.where.str();
    }
    if (!expected_there) {
      EXPECT_EQ(now->value.data, e.value.data) << what << " retained " << e.where.str();
    }
  }
  EXPECT_EQ(discard.size(), count) << what << " the discard holds nothing else";
}

// Those of a regenerate.
inline void expect_regenerate(const point& before, const point& after, const sl::selection& s, double weight, const sl::choice_map& discard,
                              const std::string& what) {
  double expected = after.lp.factors - before.lp.factors;
  std::size_t count = 0;
  for (const auto& e : before.choices.entries()) {
    const auto* now = after.choices.entry_at(e.where.hash());
    const bool kept = now && now->value.type == e.value.type && !s.contains(e.where);
    count += !kept;
    EXPECT_EQ(discard.contains(e.where), !kept) << what << " discard at " << e.where.str();
    if (!kept) continue;
    EXPECT_EQ(now->value.data, e.value.data) << what << " unselected " << e.where.str();
    expected += after.lp.at(e.where) - before.lp.at(e.where);
  }
  EXPECT_EQ(discard.size(), count) << what << " the discard holds nothing else";
  expect_weight(weight, expected, std::abs(before.lp.total()) + std::abs(after.lp.total()), what + " weight of regenerate");
}

inline double projection(const point& t, const sl::selection& s) {
  double sum = 0;
  for (const auto& [where, lp] : t.lp.sites)
    if (s.contains(where)) sum += lp;
  return sum;
}

// Return values of any shape agree to rounding.
template <class A, class B>
void expect_value(const A& a, const B& b, const std::string& what) {
  if constexpr (std::is_arithmetic_v<A>) {
    EXPECT_NEAR(static_cast<double>(a), static_cast<double>(b), 1e-10 * (1 + std::abs(static_cast<double>(a)))) << what;
  } else if constexpr (requires { a.present; a.value; }) {
    EXPECT_EQ(a.present, b.present) << what;
    if (a.present) {
      expect_value(a.value, b.value, what);
    }
  } else if constexpr (requires { std::tuple_size<A>::value; }) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (expect_value(std::get<I>(a), std::get<I>(b), what), ...);
    }(std::make_index_sequence<std::tuple_size_v<A>>());
  } else if constexpr (requires { a.begin(); a.size(); }) {
    ASSERT_EQ(a.size(), b.size()) << what;
    for (std::size_t i = 0; i < a.size(); ++i) expect_value(a[i], b[i], what);
  } else {
    EXPECT_TRUE(a == b) << what;
  }
}

}  // namespace laws
