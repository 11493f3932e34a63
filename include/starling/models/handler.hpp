// The handler concept, and what handlers that visit the sites of a schema share.
//
// A handler is the first parameter of a body, `trace`. It has a value type `real` and these operations, nothing else:
//   trace(address, distribution)     claim the address, decide the value, score, record, return; a special function with a sampler, a score and
//                                    derivatives of its own is one too (leaf.hpp)
//   trace(address, function, args…)  open a scope and run the function in it
//   trace.note(address, value)       a named deterministic output: shown in draws, never in choice maps
//   trace.factor(log_density)        a term without a value: counts in scores and in every weight, like an observation
//   trace.param(name, initial)       a trainable parameter, a number or a vector: parameters.hpp
// and for combinators:
//   trace.masked(mask, region, f)    run f where the mask holds: one lane runs it or not; lanes run it all, and it counts where it holds
//   trace.instances<R>(n, policy, f) the results of f(trace, i, results so far) for i < n, each in the scope of its index; a trace keeps
//                                    those that an update does not concern (kept_instances.hpp, run_kept.hpp)
//   trace.read_parameters(store)     the store that parameters come from, until it is given back: returns the one before
//   trace.active(), trace.here()     the lanes that run where the body is, and the address of the call that it is in
//   width, runs_all_regions          how many lanes a number has; whether conditional regions run whatever their masks hold
// Below, each requirement has a name; tests/inference/conformance_test.cpp holds every handler to them.
//
// A handler works on a tile: the values of all sites for W lanes, [element][W], and their log densities, [site][W]. What it holds while a body runs
// are parts (run_parts.hpp). One that decides values derives from site_handler and says only how: `decide<X>(site, distribution)`. One of another kind
// (symbols, packs of instances, counting) derives from handler_defaults.
#pragma once

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/models/runs/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/runs/handler_defaults.hpp>
#include <starling/models/kept/lane_instances.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/runs/run_parts.hpp>
#include <starling/models/runs/scopes.hpp>
#include <starling/models/runs/tile.hpp>
#include <starling/models/runs/wide.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// What the requirements are tried with.
struct any_choice : distribution {
  template <real V>
  using value = V;
  static constexpr std::string_view name = "any";
  template <class X>
  X log_density(const X& x) const { return -x; }
  template <class Stream>
  auto sample(Stream& s) const { return s.uniform(); }
};
struct any_function : generative {
  template <class Handler>
  typename Handler::real run(Handler& trace) const { return trace("x", any_choice()); }
};
struct any_policy {
  using memory = std::tuple<>;
  static constexpr bool chained = false, is_told_all = false;
  std::tuple<> arguments;
};

template <class H>
concept has_a_value_type = real<typename H::real> && requires {
  typename H::mask;
  { H::width } -> std::convertible_to<int>;
  { H::runs_all_regions } -> std::convertible_to<bool>;
};
template <class H>
concept visits_sites = requires(H& h, const address& a) { { h(a, any_choice()) } -> std::convertible_to<typename H::real>; };
template <class H>
concept opens_scopes = requires(H& h, const address& a) { { h(a, any_function()) } -> std::convertible_to<typename H::real>; };
template <class H>
concept tells_where_it_is = requires(const H& h) {
  { h.active() } -> std::convertible_to<typename H::mask>;
  { h.here() } -> std::convertible_to<path>;
};
template <class H>
concept takes_terms = requires(H& h, const address& a, typename H::real x) {
  h.note(a, x);
  h.factor(x);
};
template <class H>
concept reads_parameters = requires(H& h, const literal& name, const parameter_store* store) {
  { h.param(name, 0.5) } -> std::convertible_to<typename H::real>;
  h.param(name, std::vector<double>())[0];
  { h.read_parameters(store) } -> std::same_as<const parameter_store*>;
};
template <class H>
concept runs_regions = requires(H& h, typename H::mask m, void (*f)()) { h.masked(m, std::uint64_t{0}, f); };
template <class H>
concept handler = has_a_value_type<H> && visits_sites<H> && opens_scopes<H> && tells_where_it_is<H> && takes_terms<H> && reads_parameters<H> && runs_regions<H>;

// Handlers of a schema. Derived says what an operation is: `decide<X>(site, distribution)`, and, where it is not as here, the rest of the protected members.
template <class Derived, class Reading>
class site_handler {
 public:
  using parts_type = run_parts<Reading>;
  using real = typename Reading::real;
  using mask = mask_of<real>;
  static constexpr int width = lanes_of<real>;

  // A run over storage that may grow.
  site_handler(typename Reading::walk& walk, const key& k, tile_storage<real>& storage, const run_place& place = {})
      : run(walk, k, {storage.view(), &storage}, place) {}
  // A run in a place of the right size: the structure is frozen.
  site_handler(typename Reading::walk& walk, const key& k, tile<real> t, const run_place& place)
      : run(walk, k, {t}, place) {}
  // The same with the random numbers in a place of their own: what stands in the handler can then stay in registers.
  site_handler(typename Reading::walk& walk, const key& k, stream<real>& numbers, tile<real> t, const run_place& place) : run(walk, k, numbers, {t}, place) {}
  site_handler(const site_handler&) = delete;
  site_handler& operator=(const site_handler&) = delete;

  template <class Distribution>
    requires distribution_type<Distribution>
  [[gnu::always_inline]] auto operator()(const address& a, const Distribution& d) {
    using value_type = typename Distribution::template value<real>;
    auto& walk = run.body.walk;
    const std::uint32_t k = walk.claim(a, choice_type_of<value_type>(d), Distribution::name, [&](const site& s) { return self().is_shared(s); });
    run.make_room();
    if constexpr (Reading::draws && Reading::examines) run.numbers.stream.visit(run.numbers.visit++);
    else if constexpr (Reading::draws) ++run.numbers.visit;
    if constexpr (Derived::runs_all_regions && Reading::draws && !Derived::is_plain)
      if (walk.slot(k).again) [[unlikely]]
        return decide_again<value_type>(k, d);
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
      if (a.hash() == address().hash()) return run_called(*this, a, g, args...);  // in the scope of the caller
      const call_scope<parts_type> scope(run, a);
      return run_called(*this, a, g, args...);
    }
  }

  // f runs where m holds; in lanes it runs for all, with its own count of everything, which is kept where m holds.
  // `region` tells the regions of one combinator apart: random numbers are addressed by it, and by how many visits the scope had before.
  template <class F>
  void masked(const mask& m, std::uint64_t region, F&& f) {
    const std::uint64_t place = hash_combine(hash_index(static_cast<std::int64_t>(region)), run.numbers.visit++);
    if constexpr (!Derived::runs_all_regions) {
      if (!m) return;
      const region_numbers<parts_type> numbers(run, place);
      if constexpr (Derived::can_keep) {
        // What a region runs comes and goes, and its addresses may be another region's too: it is found by address alone.
        const kept_outside outside(self().keeping());
        f();
      } else {
        f();
      }
    } else {
      region_scope<parts_type, decltype(self().sums())> scope(run, m, place, self().sums());
      self().mark_presence(scope.first_site, run.lanes.active);
      if constexpr (Derived::keeps_lanes) {
        const lanes_outside<real> outside(self().keeping());
        f();
      } else {
        f();
      }
      scope.keep_what_counts();
    }
  }

  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&& policy, F&& f) {
    if constexpr (Derived::can_keep)
      if (self().keeping().place.undo) return run_kept<R>(self(), n, policy, f);
    if constexpr (Derived::keeps_lanes)
      if (self().keeping().run) return run_lanes<R>(self(), n, policy, f);
    if constexpr (requires(results<R>& all) { self().template run_on_duals<R>(n, f, all); })
      if (results<R> all; self().template run_on_duals<R>(n, f, all)) return all;
    auto* const cells = arena::current().take<result_cell<R>>(n);
    auto* const cell = arena::current().take<const result_cell<R>*>(1);
    *cell = cells;
    std::size_t i = 0;
    if constexpr (Derived::can_widen) {
      if constexpr (runs_wide<native_pack<double>, R, std::decay_t<F>>)
        if (!run.found.notes) i = self().template run_wide<R>(n, cells, f);
    }
    for (; i < n; ++i) {
      const call_scope<parts_type> scope(run, address(static_cast<std::int64_t>(i)));
      ::new (static_cast<void*>(cells + i)) result_cell<R>{f(self(), i, results<R>(cell, i))};
    }
    return {cell, n};
  }

  template <class X>
  void note(const address& a, const X& x) {
    if (run.found.notes) [[unlikely]]
      send_note(a, x);
  }

  template <class X>
  void factor(const X& log_density) {
    const std::uint32_t k = run.body.walk.claim_factor();
    run.make_room();
    const real lp = run.without_nan(k, self().factor_term(real(log_density)));
    run.add(k, lp);
    self().decide_factor(k, lp);
  }

  // The value of a parameter: from the store that the run reads (parameters.hpp), else `initial`. A double is a real, a
  // std::vector<double> a vector of reals. Throws std::invalid_argument where the store has another size.
  template <class X>
  auto param(const literal& name, const X& initial) {
    auto values = parameter_values<real>(run.parameters.store, name, initial);
    self().read_parameter(name, values);
    return parameter_of<X>(values);
  }
  const parameter_store* read_parameters(const parameter_store* store) {
    run.parameters.reads_stores = true;
    return std::exchange(run.parameters.store, store);
  }
  // For functions that read parameters in place: the store (null: none); where the derivatives with respect to one are summed up over lanes (null: nobody
  // asks for them), each lane's with its weight, which may be filled in until they are summed (null: all count once); how many lanes of the pack count.
  const parameter_store* parameters() const { return run.parameters.store; }
  double* parameter_sums(const literal& name, std::span<const double> values) { return self().read_shared_parameter(name, values); }
  const primal_of<real>* lane_weights() const { return self().weights_of_lanes(); }
  std::size_t counted_lanes() const {
    const std::size_t left = run.lanes.place.lanes - run.lanes.place.first_lane;
    return left < static_cast<std::size_t>(width) ? left : static_cast<std::size_t>(width);
  }

  mask active() const { return run.lanes.active; }
  path here() const { return run.body.here(); }
  // Which lane of the run lane l of a pack is.
  std::size_t lane(int l) const { return run.lanes.place.first_lane + static_cast<std::size_t>(l); }

  // For whoever runs it.
  real score() const { return run.score.total(); }
  const bad_parameter& problem() const { return run.found.problem; }
  void send_notes_to(note_sink<real>* sink) { run.found.notes = sink; }
  const schema& structure() const { return run.body.walk.current(); }
  parts_type& parts() { return run; }
  const parts_type& parts() const { return run; }

  // Whether conditional regions run whatever their masks hold: in lanes. Whether each site is visited once: no address stands in several regions.
  // Whether a trace keeps instances in it, or a batch (deciding.hpp), and whether it can run instances in packs: one lane, all values in their places.
  static constexpr bool runs_all_regions = width > 1, is_plain = false, can_keep = false, keeps_lanes = false, can_widen = false;

 protected:
  // A run of one instance, inside another run.
  site_handler(site_handler& outer, const instance_run& r)
      : run(outer.run, r, {r.storage.view(), &r.storage}, outer.run.found.notes, true) {}

  // The same in a block of a batch.
  site_handler(site_handler& outer, const lane_instance_run<real>& r)
      : run(outer.run, r, {r.numbers, r.storage}, nullptr, outer.run.lanes.active) {}

  // What an operation may say otherwise. Whether a site has one value for all lanes; what counts of a factor, and what else it means; where a
  // conditional region runs; the sums, beside the score, that it keeps of its sites; what it wants to know of parameters.
  bool is_shared(const site&) const { return false; }
  real factor_term(const real& lp) const { return lp; }
  void decide_factor(std::uint32_t, const real&) {}
  void mark_presence(std::uint32_t k, const mask& m) { *run.place(k) = where(m, real(1), real(0)); }
  std::tuple<> sums() { return {}; }
  void read_parameter(const literal&, const vector<real>&) {}
  double* read_shared_parameter(const literal&, std::span<const double>) { return nullptr; }
  const primal_of<real>* weights_of_lanes() const { return nullptr; }

  Derived& self() { return static_cast<Derived&>(*this); }
  const Derived& self() const { return static_cast<const Derived&>(*this); }

  parts_type run;

 private:
  // A later region visits an address again: what other lanes have there stays.
  template <class X, class D>
  [[gnu::noinline, gnu::cold]] X decide_again(std::uint32_t k, const D& d) {
    const auto& sites = structure().sites();
    mask taken = mask(false);
    for (std::uint32_t j = sites[k].first; j != k; j = sites[j].next) taken = taken | (*run.place(sites[j].presence) != real(0));
    if (any(taken & run.lanes.active)) throw_visited_twice(run.body.walk.path_of(k));
    const std::size_t n = run.at(k).type.size();
    vector<real> others(n);
    for (std::size_t e = 0; e < n; ++e) others[e] = run.place(k)[e];
    const X x = self().template decide<X>(k, d);
    for (std::size_t e = 0; e < n; ++e) run.place(k)[e] = where(run.lanes.active, run.place(k)[e], others[e]);
    return x;
  }
  template <class X>
  [[gnu::noinline, gnu::cold]] void send_note(const address& a, const X& x) {
    tell_note(*run.found.notes, here().append(a), x, run.lanes.active);
  }
};

}  // namespace starling
