#pragma once
// What a handler counts, and what it enters and leaves while a body runs: calls, and the conditional regions of combinators.
// H is a handler's base class.
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/distributions/distribution.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/where.hpp>

namespace starling {

// A sum of terms that come one a site. In handlers that draw it stands in memory, where each term would wait for the one before: there it
// is four sums, by the number of the site. Handlers that do not draw keep it in a register.
template <class V, bool InMemory = true>
class site_sum {
 public:
  void add(std::uint32_t site, const V& term) { parts_[site % parts] += term; }
  V total() const {
    if constexpr (parts == 1) return parts_[0];
    else return (parts_[0] + parts_[1]) + (parts_[2] + parts_[3]);
  }

 private:
  static constexpr std::uint32_t parts = InMemory ? 4 : 1;
  V parts_[parts] = {};
};

// What a handler that draws keeps of its numbers outside of a scope.
template <class V, bool Draws>
struct outer_numbers {};
template <class V>
struct outer_numbers<V, true> {
  typename stream<V>::outer_scope scope;
};

// Random numbers of its own, while it lives: those of a call, or of a conditional region of one.
template <class H>
struct own_numbers {
  H& h;
  std::uint32_t visit;
  std::uint64_t region;
  outer_numbers<typename H::real, H::draws> numbers;
  own_numbers(H& handler, std::uint64_t region_now)
      : h(handler), visit(std::exchange(h.visit_, 0u)), region(std::exchange(h.region_, region_now)) {
    const std::uint64_t scope = region_now == 0 ? h.scope_hash_ : hash_combine(h.scope_hash_, region_now);
    if constexpr (H::draws) h.stream_.enter(numbers.scope, h.key_.scope(scope), h.place_.first_lane, h.active_);
  }
  ~own_numbers() {
    h.visit_ = visit;
    h.region_ = region;
    if constexpr (H::draws) h.stream_.leave(numbers.scope);
  }
};

// Enters a call, and leaves it however the callee ends.
template <class H>
struct in_call {
  H& h;
  std::uint32_t outer;
  std::uint64_t outer_hash;
  in_call(H& handler, const address& a) : h(handler), outer(h.walk_.enter(a)), outer_hash(h.scope_hash_) { h.scope_hash_ = extend_hash(outer_hash, a); }
  ~in_call() {
    h.walk_.leave(outer);
    h.scope_hash_ = outer_hash;
  }
};
template <class H>
struct call_scope : in_call<H>, own_numbers<H> {
  call_scope(H& h, const address& a) : in_call<H>(h, a), own_numbers<H>(h, 0) {}
};

// One of the regions of a call, by its number.
template <class H>
struct region_numbers : own_numbers<H> {
  region_numbers(H& h, std::uint64_t region) : own_numbers<H>(h, hash_combine(h.region_, region)) {}
};

// Keeps no instances (kept_instances.hpp) while it lives.
template <class H>
struct kept_outside {
  H& h;
  decltype(H::kept_.undo) undo;
  explicit kept_outside(H& handler) : h(handler), undo(std::exchange(h.kept_.undo, nullptr)) {}
  ~kept_outside() { h.kept_.undo = undo; }
};

// A conditional region in lanes: the lanes of m are active in it, which its presence site says.
template <class H>
struct in_region {
  using V = typename H::real;
  H& h;
  mask_of<V> active, alive;
  std::uint32_t outside, first_site;
  in_region(H& handler, const mask_of<V>& m)
      : h(handler), active(h.active_), alive(h.alive_), outside(h.walk_.enter_region()), first_site(h.walk_.presence()) {
    if (h.growth_ && h.walk_.growing()) h.fit();
    h.alive_ = h.alive_ & (h.score() > V(negative_infinity));
    h.active_ = h.active_ & m;
    h.self().mark_presence(first_site, h.active_);
  }
  ~in_region() {
    h.active_ = active;
    h.alive_ = alive;
    h.walk_.leave_region(outside);
  }
};

// It counts everything from zero, and gives what its lanes have to the sums outside.
template <class H, class Derived>
struct region_scope : in_region<H>, region_numbers<H> {
  using V = typename H::real;
  using sums_type = decltype(std::apply([](auto&... v) { return std::tuple<std::decay_t<decltype(v)>...>(v...); }, std::declval<Derived&>().sums()));
  typename H::sum_type score;
  sums_type sums;
  region_scope(H& h, const mask_of<V>& m, std::uint64_t region)
      : in_region<H>(h, m), region_numbers<H>(h, region), score(std::exchange(h.score_, {})), sums(h.self().sums()) {
    std::apply([](auto&... v) { ((v = {}), ...); }, h.self().sums());
  }
  void keep_what_counts() const {
    H& h = in_region<H>::h;
    const auto kept = [&](auto outer, const auto& inner) {
      outer.add(in_region<H>::first_site, V(where(h.active_, inner.total(), V(0))));
      return outer;
    };
    h.score_ = kept(score, h.score_);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto now = h.self().sums();
      ((std::get<I>(now) = kept(std::get<I>(sums), std::get<I>(now))), ...);
    }(std::make_index_sequence<std::tuple_size_v<sums_type>>());
    if (!h.tile_.densities) return;
    h.tile_.densities[in_region<H>::first_site] = V(0);
    for (std::uint32_t k = in_region<H>::first_site + 1; k < h.walk_.position(); ++k)
      h.tile_.densities[k] = where(h.active_, h.tile_.densities[k], V(0));
  }
};

}  // namespace starling
