#pragma once
// The handler concept, and what all handlers share.
//
// A handler is the first parameter of a body, `trace`. It has a value type `real` and these operations, nothing else:
//   trace(address, distribution)     claim the address, decide the value, score, record, return
//   trace(address, function, args…)  open a scope and run the function in it
//   trace.note(address, value)       a named deterministic output: shown in draws, never in choice maps
//   trace.factor(log_density)        a term without a value: counts in scores and in every weight, like an observation
// A handler works on a tile: the values of all sites for W lanes, [element][W], and their log densities, [site][W].
// Each operation of the interface is one handler, in one file, that says only how a value is decided: `decide(site, distribution)`.
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/problem.hpp>
#include <starling/models/tile.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// A sum of terms that come one a site.
template <class V>
class site_sum {
 public:
  void add(const V& term) { total_ += term; }
  V total() const { return total_; }

 private:
  V total_ = V(0);
};

// Walk: structure_walk, or frozen_walk for handlers that only ever follow a known structure. Draws: whether it draws at all.
// Examines: whether each site is looked at for a density that is not finite. A run without is for the frequent case: where its score
// is not above −∞ in all lanes it counts for nothing, and the caller runs again with a handler that examines. It keeps no densities.
template <class Derived, real V, class Walk = structure_walk, bool Draws = true, bool Examines = true>
class handler {
 public:
  using real = V;
  using mask = mask_of<V>;
  static constexpr int width = lanes_of<V>;

  // A run over storage that may grow.
  handler(Walk& walk, const key& k, tile_storage<V>& storage, const run_place& place = {})
      : handler(walk, k, storage.view(), place) {
    growth_ = &storage;
  }
  // A run in a place of the right size: the structure is frozen.
  handler(Walk& walk, const key& k, tile<V> t, const run_place& place)
      : walk_(walk), key_(k), stream_(k.scope(path::root_hash), place.first_lane), tile_(t), place_(place) {}
  // The same with the random numbers in a place of their own: what stands in the handler can then stay in registers.
  handler(Walk& walk, const key& k, stream<V>& numbers, tile<V> t, const run_place& place)
      : walk_(walk), key_(k), stream_(numbers), tile_(t), place_(place) {}
  handler(const handler&) = delete;
  handler& operator=(const handler&) = delete;

  template <class Distribution>
    requires distribution_type<Distribution>
  [[gnu::always_inline]] auto operator()(const address& a, const Distribution& d) {
    using value_type = typename Distribution::template value<V>;
    const std::uint32_t k = walk_.claim(a, choice_type_of<value_type>(d), Distribution::name, [&](const site& s) { return self().is_shared(s); });
    if (growth_ && walk_.growing()) [[unlikely]] fit();
    if constexpr (Draws && Examines) stream_.visit(visit_++);
    else if constexpr (Draws) ++visit_;
    return self().template decide<value_type>(k, d);
  }

  template <class G, class... Args>
    requires(!distribution_type<G>)
  decltype(auto) operator()(const address& a, const G& g, const Args&... args) {
    constexpr bool is_generative = generative_function<G>;
    static_assert(is_generative,
                  "trace(address, f, args…): f is neither a distribution nor a generative function; wrap a callable in sl::gen(f)");
    if constexpr (is_generative) {
      static_assert(width == 1 || !G::is_dynamic,
                    "a model that calls a dynamic model must be dynamic itself: declare it sl::gen(sl::dynamic, body)");
      const call_scope scope(*this, a);
      return g.run(*this, args...);
    }
  }

  template <class X>
  void note(const address& a, const X& x) {
    if (!notes_) [[likely]] return;
    send_note(a, x);
  }

  template <class X>
  void factor(const X& log_density) {
    const std::uint32_t k = walk_.claim_factor();
    if (growth_ && walk_.growing()) [[unlikely]] fit();
    V lp = V(log_density);
    if constexpr (Examines) lp = where(lp == lp, lp, V(negative_infinity));
    add(k, lp);
    self().decide_factor(k, lp);
  }

  // After the run.
  V score() const { return score_.total(); }
  const bad_parameter& problem() const { return problem_; }
  void send_notes_to(note_sink<V>* sink) { notes_ = sink; }
  mask active() const { return mask(true); }

 protected:
  // Its random numbers: none, a place elsewhere (the ones without examination), or its own.
  struct no_numbers {
    no_numbers(const key&, std::size_t) {}
  };
  using numbers_type = std::conditional_t<!Draws, no_numbers, std::conditional_t<Examines, stream<V>, stream<V>&>>;

  Derived& self() { return static_cast<Derived&>(*this); }
  const site& at(std::uint32_t k) const { return walk_[k]; }
  V* place(std::uint32_t k) const { return tile_.at(walk_.slot(k)); }

  // No site is shared unless the operation says so.
  bool is_shared(const site&) const { return false; }
  void decide_factor(std::uint32_t, const V&) {}

  // Draws the value of site k afresh.
  template <class X, class D>
  [[gnu::always_inline]] X draw(std::uint32_t k, const D& d) {
    if constexpr (is_improper<D>) {
      if (!use_start_) refuse_to_draw(k);
      return start_of<X>(d);
    } else {
      if constexpr (!Examines) stream_.visit(visit_ - 1);  // only where something is drawn
      return d.sample(stream_);
    }
  }

  // The value in the place of site k.
  template <class X>
  X value_in_place(std::uint32_t k) const {
    if constexpr (rank_of<X> == 0) return from_stored<X>(*place(k));
    else return take<X>(place(k), at(k).type);
  }

  // Where inference starts an improper distribution.
  template <class X, class D>
  static X start_of(const D& d) {
    if constexpr (rank_of<X> == 0) {
      return from_stored<X>(V(d.start()));
    } else {
      X x(d.size());
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = from_stored<choice_element<X>>(V(d.start(i)));
      return x;
    }
  }

  template <class X>
  void record(std::uint32_t k, const X& x) {
    put(place(k), x);
  }

  // The log density of x, in which NaN may stand for −∞.
  template <class X, class D>
  static V unexamined_density(const D& d, const X& x) {
    if constexpr (requires { d.unguarded_log_density(x); }) return V(d.unguarded_log_density(x));
    else return V(d.log_density(x));
  }

  // The log density of x at site k; −∞ instead of NaN, and the first bad parameter remembered.
  template <class X, class D>
  [[gnu::always_inline]] V score_site(std::uint32_t k, const D& d, const X& x) {
    V lp;
    if constexpr (Examines) {
      lp = V(d.log_density(x));
      if (any(!(lp > V(negative_infinity)))) [[unlikely]] lp = examine(k, d, lp);
    } else {
      lp = unexamined_density(d, x);
    }
    add(k, lp);
    return lp;
  }

  void add(std::uint32_t k, const V& lp) {
    if constexpr (Examines)
      if (tile_.densities) tile_.densities[k] = lp;
    score_.add(lp);
  }

  template <class D>
  [[gnu::noinline, gnu::cold]] V examine(std::uint32_t k, const D& d, const V& lp) {
    const mask alive = score() > V(negative_infinity);
    if constexpr (requires { d.parameters([](auto&&...) {}); }) {
      if (!problem_.found) {
        d.parameters([&](std::string_view parameter, const auto& value, const auto& ok, std::string_view requirement) {
          const mask bad = alive & !mask(ok);
          if (problem_.found || !any(bad)) return;
          for (int l = 0; l < width; ++l) {
            const std::size_t lane = place_.first_lane + static_cast<std::size_t>(l);
            if (!lane_holds(bad, l) || lane >= place_.lanes) continue;
            problem_ = {true, k, lane, D::name, parameter, requirement, lane_number(value, l)};
            break;
          }
        });
      }
    }
    return where(lp > V(negative_infinity), lp, V(negative_infinity));
  }

  Walk& walk_;
  key key_;
  numbers_type stream_;
  std::uint32_t visit_ = 0;
  tile<V> tile_;
  tile_storage<V>* growth_ = nullptr;
  run_place place_;
  site_sum<V> score_;
  note_sink<V>* notes_ = nullptr;
  bad_parameter problem_;
  bool use_start_ = false;  // improper distributions give their start instead of refusing

 private:
  // Enters a call, and leaves it however the callee ends.
  struct call_scope {
    handler& h;
    std::uint32_t outer, visit;
    std::decay_t<numbers_type> numbers;
    call_scope(handler& handler_, const address& a)
        : h(handler_), outer(h.walk_.enter(a)), visit(std::exchange(h.visit_, 0u)), numbers(h.stream_) {
      if constexpr (Draws) h.stream_ = stream<V>(h.key_.scope(h.walk_.scope_hash()), h.place_.first_lane);
    }
    ~call_scope() {
      h.walk_.leave(outer);
      h.visit_ = visit;
      if constexpr (Draws) h.stream_ = numbers;
    }
  };

  [[gnu::noinline, gnu::cold]] void fit() {
    growth_->fit(walk_.current());
    tile_ = growth_->view();
  }

  static bool lane_holds(const mask& m, int l) {
    if constexpr (width == 1) return m;
    else return m[l];
  }
  template <class X>
  static double lane_number(const X& x, int l) {
    if constexpr (std::is_arithmetic_v<X>) return static_cast<double>(x);
    else if constexpr (requires { static_cast<double>(x[l]); }) return static_cast<double>(x[l]);
    else return std::numeric_limits<double>::quiet_NaN();
  }

  [[noreturn, gnu::noinline, gnu::cold]] void refuse_to_draw(std::uint32_t k) const {
    throw std::logic_error("a value would have to be drawn at " + walk_.current().path_of(k).str() + ", but its distribution (" +
                           std::string(at(k).distribution) + ") is improper and cannot be drawn from: constrain it");
  }

  template <class X>
  [[gnu::noinline, gnu::cold]] void send_note(const address& a, const X& x) {
    const path where = walk_.current().path_of_call(walk_.scope()).append(a);
    if constexpr (value<X>) {
      const V one = to_stored<V>(x);
      notes_->note(where, {kind_of<X>(), 0, 1, 1}, &one);
    } else {
      std::vector<V> many;
      for (const auto& e : x) many.push_back(to_stored<V>(e));
      notes_->note(where, {kind_of<std::remove_cvref_t<decltype(*x.begin())>>(), 1, static_cast<std::uint32_t>(many.size()), 1}, many.data());
    }
  }
};

}  // namespace starling
