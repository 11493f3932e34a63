// The arithmetic of particles: weights from log weights, ancestors from weights, one lane's values from another's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <starling/models/kept/results.hpp>
#include <starling/traces/choice_map.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/lift.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// Room that systematic_ancestors needs behind its n results.
inline constexpr std::size_t ancestor_slack = 16;

// Systematic resampling (Kitagawa 1996): particle i comes ⌊n w_i⌋ or ⌈n w_i⌉ times; (k + u)/n, k < n, are the places in the cumulative
// weights. Weights need not sum to 1: `total` is their sum. Writes n ancestors in ascending order.
void systematic_ancestors(const double* weights, std::size_t n, double total, double u, std::uint32_t* ancestors);
void systematic_ancestors(const float* weights, std::size_t n, double total, double u, std::uint32_t* ancestors);

struct weight_totals {
  double sum = 0;        // Σ w, relative to the largest
  double log_total = 0;  // log Σ exp(log w); −∞ where there is none
  double ess = 0;        // (Σ w)² / Σ w²
};
// Weights exp(log w − max); NaN counts as −∞.
template <class V>
weight_totals normalise(const std::vector<V>& log_weights, std::vector<V>& weights) {
  using T = scalar_of<V>;
  V top(-std::numeric_limits<T>::infinity());
  for (const V& w : log_weights) top = where(w > top, w, top);
  const double highest = static_cast<double>(max_lane(top));
  weight_totals t{0, highest, 0};
  if (!(highest > -std::numeric_limits<double>::infinity())) return t;
  const V base(static_cast<T>(highest));
  V w1(0), w2(0);
  for (std::size_t b = 0; b < log_weights.size(); ++b) {
    // What is negligible is 0, before it or its square becomes a (slow) subnormal number.
    const V below = log_weights[b] - base;
    weights[b] = where(below > V(sizeof(T) == 4 ? -40 : -340), exp(below), V(0));
    w1 += weights[b];
    w2 += weights[b] * weights[b];
  }
  t.sum = static_cast<double>(sum(w1));
  t.log_total = highest + log(t.sum);
  t.ess = t.sum * t.sum / static_cast<double>(sum(w2));
  return t;
}

// Lane `from` of b to lane `to` of a, leaf by leaf; vectors have the same size.
template <class X>
void copy_lane(X& a, int to, const X& b, int from) {
  if constexpr (value<X>) {
    if constexpr (lanes_of<X> > 1) {
      if constexpr (value_traits<X>::is_boolean) {
        const std::uint64_t bit = std::uint64_t{1} << to;
        a = X::from_bits((a.bits() & ~bit) | (b[from] ? bit : 0));
      } else {
        a.set(to, b[from]);
      }
    }
  } else {
    all_parts([&](auto& x, const auto& y) { return copy_lane(x, to, y, from), true; }, a, b);
  }
}

// Of what a batch keeps: `a` has results of its own afterwards, and what other batches share stays as it was.
template <class R, class Part>
void copy_lane(trace_results<R, Part>& a, int to, const trace_results<R, Part>& b, int from) {
  auto& own = a.own();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto x = b[i];
    if constexpr (requires { own[i].get(); }) copy_lane(own[i].get(), to, x.get(), from);
    else copy_lane(own[i], to, x, from);
  }
}

// The state of block b of a filter, what it is made of moved out of the arena into `memory`.
template <class S>
S own(const S& s, std::vector<own_memory>& memory, std::size_t b) {
  if constexpr (holds_arena<S>) return moved_into(memory[b], s);
  else return s;
}

// Of the addresses and types of observations.
inline std::uint64_t hash_of_addresses(const choice_map& observations) {
  std::uint64_t h = 0;
  for (const auto& e : observations.entries()) h = hash_combine(h, hash_combine(e.where.hash(), e.type_code));
  return h;
}

}  // namespace starling
