#pragma once
// The handler concept, and what all handlers share.
//
// A handler is the first parameter of a body, `trace`. It has a value type `real` and these operations, nothing else:
//   trace(address, distribution)     claim the address, decide the value, score, record, return
//   trace(address, function, args…)  open a scope and run the function in it
//   trace.note(address, value)       a named deterministic output: shown in draws, never in choice maps
//   trace.factor(log_density)        a term without a value: counts in scores and in every weight, like an observation
//   trace.param(name, initial)       a trainable parameter, a number or a vector: parameters.hpp
// and for combinators:
//   trace.masked(mask, region, f)    run f where the mask holds: one lane runs it or not; lanes run it all, and it counts where it holds
//   trace.instances<R>(n, policy, f) the results of f(trace, i, results so far) for i < n, each in the scope of its index; a trace keeps
//                                    those that an update does not concern (kept_instances.hpp, run_kept.hpp)
// A handler works on a tile: the values of all sites for W lanes, [element][W], and their log densities, [site][W].
// Each operation of the interface is one handler, in one file, that says only how a value is decided: `decide(site, distribution)`.
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/kept_run.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/examination.hpp>
#include <starling/models/scopes.hpp>
#include <starling/models/tile.hpp>
#include <starling/models/wide.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// Walk: structure_walk, or frozen_walk for handlers that only ever follow a known structure. Draws: whether it draws at all.
// Examines: whether each site is looked at for a density that is not finite. A run without is for the frequent case: where its score
// is not above −∞ in all lanes it counts for nothing, and the caller runs again with a handler that examines. It keeps no densities.
template <class Derived, real V, class Walk = structure_walk, bool Draws = true, bool Examines = true>
class handler {
 public:
  using real = V;
  using mask = mask_of<V>;
  static constexpr int width = lanes_of<V>;
  static constexpr bool draws = Draws;

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
    if constexpr (Derived::runs_all_regions && Draws && !Derived::is_plain)
      if (walk_.slot(k).again) [[unlikely]] return decide_again<value_type>(k, d);
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
      if (a.hash() == address().hash()) return g.run(*this, args...);  // in the scope of the caller
      const call_scope<handler> scope(*this, a);
      return g.run(*this, args...);
    }
  }

  // For combinators. f runs where m holds; in lanes it runs for all, with its own count of everything, which is kept where m holds.
  // `region` tells the regions of one scope apart: random numbers are addressed by it, so what a branch draws depends on itself alone.
  template <class F>
  void masked(const mask& m, std::uint64_t region, F&& f) {
    if constexpr (!Derived::runs_all_regions) {
      if (!m) return;
      const region_numbers<handler> numbers(*this, region);
      // What a region runs comes and goes, and its addresses may be another region's too: it is found by address alone.
      const kept_outside<handler> outside(*this);
      f();
    } else {
      const region_scope<handler, Derived> scope(*this, m, region);
      f();
      scope.keep_what_counts();
    }
  }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&& policy, F&& f) {
    if constexpr (Derived::can_keep)
      if (kept_.undo) return run_kept<R>(n, policy, f);
    auto* const cells = arena::current().take<result_cell<R>>(n);
    auto* const cell = arena::current().take<const result_cell<R>*>(1);
    *cell = cells;
    std::size_t i = 0;
    if constexpr (Derived::can_widen) {
      if constexpr (runs_wide<native_pack<double>, R, std::decay_t<F>>)
        if (!notes_) i = self().template run_wide<R>(n, cells, f);
    }
    for (; i < n; ++i) {
      const call_scope<handler> scope(*this, address(static_cast<std::int64_t>(i)));
      ::new (static_cast<void*>(cells + i)) result_cell<R>{f(self(), i, results<R>(cell, i))};
    }
    return {cell, n};
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

  // The value of a parameter: from the store that the run reads (parameters.hpp), else `initial`. A double is a real, a
  // std::vector<double> a vector of reals. Throws std::invalid_argument where the store has another size.
  template <class X>
  auto param(const literal& name, const X& initial) {
    constexpr bool is_number = std::is_arithmetic_v<X>;
    const std::span<const double> stored = parameters_ ? parameters_->find(name) : std::span<const double>();
    const std::size_t n = [&] {
      if constexpr (is_number) return std::size_t{1};
      else return static_cast<std::size_t>(initial.size());
    }();
    if (!stored.empty() && stored.size() != n) [[unlikely]] throw_parameter_size(name, stored.size(), n);
    vector<V> values(n);
    for (std::size_t i = 0; i < n; ++i) {
      if (!stored.empty()) values[i] = V(stored[i]);
      else if constexpr (is_number) values[i] = V(static_cast<double>(initial));
      else values[i] = V(static_cast<double>(initial[i]));
    }
    self().read_parameter(name, values);
    if constexpr (is_number) return V(values[0]);
    else return values;
  }
  // The store that parameters come from, until it is given back: returns the one before.
  const parameter_store* read_parameters(const parameter_store* store) { return std::exchange(parameters_, store); }
  void read_parameter(const literal&, const vector<V>&) {}

  // After the run.
  V score() const { return score_.total(); }
  const bad_parameter& problem() const { return problem_; }
  void send_notes_to(note_sink<V>* sink) { notes_ = sink; }
  const schema& structure() const { return walk_.current(); }
  // The address of the call that the body is in.
  path here() const {
    const path inner = walk_.current().path_of_call(walk_.scope());
    return inside_ ? inside_->where() / inner : inner;
  }
  // From here on the instances of calls are kept in `calls`, and what is done to them is noted in `undo`.
  void keep_instances(kept_calls& calls, kept_undo& undo, const argument_context* arguments = nullptr) {
    kept_ = {&undo, &calls, nullptr, 0};
    arguments_ = arguments;
  }
  // Ends a run that keeps instances: calls that it did not visit are removed.
  void end_kept() {
    if (kept_.calls) remove_calls(kept_.calls->nodes.size());
  }
  // The lanes that run where the body is now.
  mask active() const { return active_; }

  // Whether the operation can run an instance by itself, and whether it may leave one as it is.
  static constexpr bool can_keep = false, can_skip = false;
  // Whether it can run instances in packs: one lane, all values in their places.
  static constexpr bool can_widen = false;
  // Whether each site is visited once: no address stands in several regions.
  static constexpr bool is_plain = false;
  // Whether conditional regions run whatever their masks hold: in lanes.
  static constexpr bool runs_all_regions = width > 1;
  // The sums, beside the score, that an operation keeps of its sites.
  std::tuple<> sums() { return {}; }

 protected:
  // Its random numbers: none, a place elsewhere (the ones without examination), or its own.
  struct no_numbers {
    no_numbers(const key&, std::size_t) {}
  };
  using numbers_type = std::conditional_t<!Draws, no_numbers, std::conditional_t<Examines, stream<V>, stream<V>&>>;

  // A run of one instance, inside another run.
  handler(handler& outer, const instance_run& r)
      : walk_(r.walk), key_(outer.key_), stream_(r.key_of(outer.key_), outer.place_.first_lane), tile_(r.storage.view()), growth_(&r.storage),
        place_(outer.place_), notes_(outer.notes_), use_start_(outer.use_start_), scope_hash_(r.scope_hash), inside_(&r),
        arguments_(outer.arguments_), parameters_(outer.parameters_) {
    kept_ = r.kept;
    alive_ = outer.alive_ & (outer.score() > V(negative_infinity));
  }

  Derived& self() { return static_cast<Derived&>(*this); }
  // Which constraints are for site k: the hashes of its path and of that without its last component, and that one, where it is an index.
  struct site_key {
    std::uint64_t full, parent;
    std::int64_t last_index;
  };
  site_key key_of(std::uint32_t k) const {
    const site& s = at(k);
    if (!inside_) [[likely]] return {s.full, s.parent, s.last_index};
    if (s.local.indices() == 0 && s.local.name().empty() && walk_.scope() == 0) return {scope_hash_, inside_->node.where().hash(), static_cast<std::int64_t>(inside_->i)};
    return {extend_hash(scope_hash_, s.local), s.local.indices() == 0 ? scope_hash_ : extend_hash(scope_hash_, s.local, s.local.indices() - 1), s.last_index};
  }
  const site& at(std::uint32_t k) const { return walk_[k]; }
  V* place(std::uint32_t k) const { return tile_.at(walk_.slot(k)); }

  // No site is shared unless the operation says so.
  bool is_shared(const site&) const { return false; }
  void decide_factor(std::uint32_t, const V&) {}
  // Of a conditional region: the lanes in which it runs.
  void mark_presence(std::uint32_t k, const mask& m) { *place(k) = where(m, V(1), V(0)); }
  // Of kept instances: `child` ran one; all of a call are done, with their total and what was drawn afresh in it; some are no more.
  void absorb(Derived&, const instance_run&, const schema&, V&) {}
  void count_instances(const V&, const V&) {}
  void lose(const kept_instances&) {}
  void lose_instance(const kept_instances&, std::size_t) {}

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

  // Draws the value of site k by f for the lanes of m, where there are some, and records it.
  template <class F>
  void draw_where(const mask& m, std::uint32_t k, F&& f) {
    if (!any(m & active_)) return;
    stream_.set_active(m & active_);
    record(k, f());
    stream_.set_active(active_);
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
    const mask alive = alive_ & active_ & (score() > V(negative_infinity));
    find_bad_parameter<V>(problem_, k, d, alive, place_);
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
  mask active_ = mask(true);
  std::uint64_t scope_hash_ = path::root_hash;  // of the path of the call that the body is in
  const instance_run* inside_ = nullptr;        // the instance that this is a run of; null: it is a whole run
  kept_place kept_;
  const argument_context* arguments_ = nullptr;
  const parameter_store* parameters_ = nullptr;

 private:
  template <class>
  friend struct own_numbers;
  template <class>
  friend struct in_call;
  template <class>
  friend struct region_numbers;
  template <class>
  friend struct in_region;
  template <class>
  friend struct kept_outside;
  template <class, class>
  friend struct region_scope;

  // A site whose address stood in an earlier region too: other lanes' value is there already and stays.
  template <class X, class D>
  [[gnu::noinline, gnu::cold]] X decide_again(std::uint32_t k, const D& d) {
    const auto& sites = walk_.current().sites();
    mask taken = mask(false);
    for (std::uint32_t j = sites[k].first; j != k; j = sites[j].next) taken = taken | (*place(sites[j].presence) != V(0));
    if (any(taken & active_)) refuse_twice(k);
    const std::size_t n = at(k).type.size();
    vector<V> others(n);
    for (std::size_t e = 0; e < n; ++e) others[e] = place(k)[e];
    const X x = self().template decide<X>(k, d);
    for (std::size_t e = 0; e < n; ++e) place(k)[e] = where(active_, place(k)[e], others[e]);
    return x;
  }

  template <class R, class Policy, class F>
  results<R> run_kept(std::size_t n, Policy& policy, F& f);
  template <class Node>
  Node& find_kept();
  void remove_calls(std::size_t end);

  std::uint64_t region_ = 0;       // which conditional region of the current call: part of the address of random numbers
  mask alive_ = mask(true);        // the lanes whose score outside the current region is above −∞

  [[gnu::noinline, gnu::cold]] void fit() {
    growth_->fit(walk_.current());
    tile_ = growth_->view();
  }

  [[noreturn, gnu::noinline, gnu::cold]] void refuse_twice(std::uint32_t k) const {
    throw std::logic_error("the address " + walk_.current().path_of(k).str() + " was visited twice in one run; every choice needs an address of its own");
  }

  [[noreturn, gnu::noinline, gnu::cold]] void refuse_to_draw(std::uint32_t k) const {
    throw std::logic_error("a value would have to be drawn at " + walk_.current().path_of(k).str() + ", but its distribution (" +
                           std::string(at(k).distribution) + ") is improper and cannot be drawn from: constrain it");
  }

  template <class X>
  [[gnu::noinline, gnu::cold]] void send_note(const address& a, const X& x) {
    tell_note(*notes_, here().append(a), x, active_);
  }
};

}  // namespace starling

#include <starling/models/run_kept.hpp>
