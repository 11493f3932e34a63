#pragma once
// The handler concept, and what all handlers share.
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
#include <starling/models/constraints.hpp>
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
  using sum_type = site_sum<V, Draws>;
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
  // `region` tells the regions of one combinator apart: random numbers are addressed by it, and by how many visits the scope had before.
  template <class F>
  void masked(const mask& m, std::uint64_t region, F&& f);
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&& policy, F&& f);

  template <class X>
  void note(const address& a, const X& x) {
    if (!notes_) [[likely]] return;
    send_note(a, x);
  }

  template <class X>
  void factor(const X& log_density);

  // The value of a parameter: from the store that the run reads (parameters.hpp), else `initial`. A double is a real, a
  // std::vector<double> a vector of reals. Throws std::invalid_argument where the store has another size.
  template <class X>
  auto param(const literal& name, const X& initial);
  // The store that parameters come from, until it is given back: returns the one before.
  const parameter_store* read_parameters(const parameter_store* store) {
    reads_stores_ = true;
    return std::exchange(parameters_, store);
  }
  void read_parameter(const literal&, const vector<V>&) {}

  // After the run.
  V score() const { return score_.total(); }
  const bad_parameter& problem() const { return problem_; }
  void send_notes_to(note_sink<V>* sink) { notes_ = sink; }
  const schema& structure() const { return walk_.current(); }
  // The address of the call that the body is in.
  path here() const;
  // From here on the instances of calls are kept in `calls`, and what is done to them is noted in `undo`.
  void keep_instances(kept_calls& calls, kept_undo& undo, const argument_context* arguments = nullptr) {
    kept_ = {&undo, &calls, nullptr, 0};
    arguments_ = arguments;
  }
  // Ends a run that keeps instances: calls that it did not visit are removed.
  void end_kept() {
    if (kept_.calls) remove_calls(kept_.calls->nodes.size());
  }
  void require_values_apart() const { if (kept_.calls) starling::require_values_apart(walk_.current(), kept_.calls, path()); }
  // The lanes that run where the body is now; which lane of the run lane l of the pack is.
  mask active() const { return active_; }
  std::size_t lane(int l) const { return place_.first_lane + static_cast<std::size_t>(l); }

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
  handler(handler& outer, const instance_run& r);

  Derived& self() { return static_cast<Derived&>(*this); }
  // Which constraints are for site k: the hashes of its path and of that without its last component, and that one, where it is an index.
  struct site_key {
    std::uint64_t full, parent;
    std::int64_t last_index;
  };
  site_key key_of(std::uint32_t k) const;
  const site& at(std::uint32_t k) const { return walk_[k]; }
  V* place(std::uint32_t k) const { return tile_.at(walk_.slot(k)); }

  // No site is shared unless the operation says so.
  bool is_shared(const site&) const { return false; }
  V factor_term(const V& lp) const { return lp; }  // what counts of a factor
  void decide_factor(std::uint32_t, const V&) {}
  // Of a conditional region: the lanes in which it runs.
  void mark_presence(std::uint32_t k, const mask& m) { *place(k) = where(m, V(1), V(0)); }
  // Of kept instances: `child` ran one; all of a call are done, with their total and what was drawn afresh in it; some are no more.
  void absorb(Derived&, const instance_run&, const schema&, V&) {}
  void count_instances(std::uint32_t, const V&, const V&) {}
  void lose(const kept_instances&) {}
  void lose_instance(const kept_instances&, std::size_t) {}

  // One lane: puts the constraint that stands next to its place, where it is for site k.
  bool put_next(constraint_cursor& cursor, std::uint32_t k, const choice_type& type);

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
  void draw_where(const mask& m, std::uint32_t k, F&& f);

  // The value in the place of site k.
  template <class X>
  X value_in_place(std::uint32_t k) const {
    if constexpr (rank_of<X> == 0) return from_stored<X>(*place(k));
    else return take<X>(place(k), at(k).type);
  }

  // Where inference starts an improper distribution.
  template <class X, class D>
  static X start_of(const D& d);

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
    if constexpr (Examines && width > 1) lp = V(d.log_density(x));  // another function than the quick run's, which stays inline there
    else lp = unexamined_density(d, x);
    if constexpr (Examines)
      if (any(!(lp > V(negative_infinity)))) [[unlikely]] lp = examine(k, d, lp);
    add(k, lp);
    return lp;
  }

  void add(std::uint32_t k, const V& lp) {
    if constexpr (Examines)
      if (tile_.densities) tile_.densities[k] = lp;
    score_.add(k, lp);
  }

  template <class D>
  [[gnu::noinline, gnu::cold]] V examine(std::uint32_t k, const D& d, const V& lp);
  Walk& walk_;
  key key_;
  numbers_type stream_;
  std::uint32_t visit_ = 0;
  tile<V> tile_;
  tile_storage<V>* growth_ = nullptr;
  run_place place_;
  sum_type score_;
  note_sink<V>* notes_ = nullptr;
  bad_parameter problem_;
  bool use_start_ = false;  // improper distributions give their start instead of refusing
  mask active_ = mask(true);
  std::uint64_t scope_hash_ = path::root_hash;  // of the path of the call that the body is in
  const instance_run* inside_ = nullptr;        // the instance that this is a run of; null: it is a whole run
  kept_place kept_;
  const argument_context* arguments_ = nullptr;
  const parameter_store* parameters_ = nullptr;
  bool reads_stores_ = false;  // the body, or an instance in it, has with_parameters inside

 private:
  template <class> friend struct own_numbers;
  template <class> friend struct in_call;
  template <class> friend struct region_numbers;
  template <class> friend struct in_region;
  template <class> friend struct kept_outside;
  template <class> friend class cone_trace;
  template <class, class> friend struct region_scope;

  // A site whose address stood in an earlier region too: other lanes' value is there already and stays.
  template <class X, class D>
  [[gnu::noinline, gnu::cold]] X decide_again(std::uint32_t k, const D& d);

  template <class R, class Policy, class F>
  results<R> run_kept(std::size_t n, Policy& policy, F& f, bool same_arguments = false);
  template <class Node>
  Node& find_kept();
  void remove_calls(std::size_t end);

  std::uint64_t region_ = 0;       // which conditional region of the current call: part of the address of random numbers
  mask alive_ = mask(true);        // the lanes whose score outside the current region is above −∞

  [[gnu::noinline, gnu::cold]] void fit() {
    growth_->fit(walk_.current());
    tile_ = growth_->view();
  }

  [[noreturn, gnu::noinline, gnu::cold]] void refuse_twice(std::uint32_t k) const;
  [[noreturn, gnu::noinline, gnu::cold]] void refuse_to_draw(std::uint32_t k) const;

  template <class X>
  [[gnu::noinline, gnu::cold]] void send_note(const address& a, const X& x) {
    tell_note(*notes_, here().append(a), x, active_);
  }
};

}  // namespace starling

#include <starling/models/handler_calls.hpp>
#include <starling/models/run_kept.hpp>
