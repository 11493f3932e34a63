// What handlers that visit the sites of a schema hold while a body runs: where the body is, its random numbers, where values stand, what is
// summed, and what was found. Scopes (scopes.hpp) enter and leave; handlers decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/models/runs/choice.hpp>
#include <starling/models/runs/examination.hpp>
#include <starling/models/kept/kept_run.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/runs/tile.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// How a handler reads a body. Walk: structure_walk, or frozen_walk for those that only ever follow a known structure. Draws: whether it draws
// at all. Examines: check every density as it is scored. The quick run does not, and keeps no densities: where its score is −∞ or NaN in a lane it
// counts for nothing, and the caller runs again, examining.
template <real V, class Walk = structure_walk, bool Draws = true, bool Examines = true>
struct reading {
  using real = V;
  using walk = Walk;
  static constexpr bool draws = Draws, examines = Examines;
};

// A sum of terms that come one a site. In handlers that draw it stands in memory, where each term would wait for the one before: there it
// is four sums, by the number of the site. Handlers that do not draw keep it in a register.
template <class V, bool InMemory = true>
class site_sum {
 public:
  void add(std::uint32_t site, const V& term) {
    if constexpr (parts == 1) parts_[0] += term;
    else parts_[site & last_] += term;
  }
  // From now on one sum in the order of the sites, whose bits are those of a handler that does not draw.
  void keep_order() { last_ = 0; }
  // Gives its terms away.
  site_sum take() {
    site_sum all = *this;
    for (V& p : parts_) p = V(0);
    return all;
  }
  V total() const {
    if constexpr (parts == 1) return parts_[0];
    else return (parts_[0] + parts_[1]) + (parts_[2] + parts_[3]);
  }

 private:
  static constexpr std::uint32_t parts = InMemory ? 4 : 1;
  V parts_[parts] = {};
  std::uint32_t last_ = parts - 1;
};

// Where the body is in the structure.
template <class Walk>
struct position {
  Walk& walk;
  std::uint64_t scope = path::root_hash;   // of the path of the call that the body is in
  const instance_address* inside = nullptr;  // the instance that this is a run of; null: it is a whole run
  explicit position(Walk& w) : walk(w) {}
  position(Walk& w, const instance_address& i) : walk(w), scope(i.scope_hash), inside(&i) {}

  const site& at(std::uint32_t k) const { return walk[k]; }
  // Which constraints are for site k: the hashes of its path and of that without its last component, and that one, where it is an index.
  struct site_key {
    std::uint64_t full, parent;
    std::int64_t last_index;
  };
  site_key key_of(std::uint32_t k) const { return key_of(at(k)); }
  site_key key_of(const site& s) const {
    if (!inside) [[likely]]
      return {s.full, s.parent, s.last_index};
    if (s.local.indices() == 0 && s.local.name().empty() && walk.scope() == 0) return {scope, inside->call.hash(), static_cast<std::int64_t>(inside->i)};
    return {extend_hash(scope, s.local), s.local.indices() == 0 ? scope : extend_hash(scope, s.local, s.local.indices() - 1), s.last_index};
  }
  path here() const {
    const path inner = walk.current().path_of_call(walk.scope());
    return inside ? inside->where() / inner : inner;
  }
};

struct no_stream {
  no_stream(const key&, std::size_t) {}
};
// Random numbers: of the scope that the body is in, by how many visits it had. Ones in a place elsewhere let the rest stay in registers; others
// begin a line of the cache, so that no number that two sites share lies across two.
template <class V, class Stream>
struct alignas(std::is_same_v<Stream, stream<V>> ? 64 : alignof(std::uint64_t)) run_numbers {
  Stream stream;
  key all;
  std::uint32_t visit = 0;
  std::uint64_t region = 0;  // which conditional region of the current call: part of their address
  run_numbers(const key& scope, std::size_t first_lane, const key& k) : stream(scope, first_lane), all(k) {}
  run_numbers(std::remove_reference_t<Stream>& s, const key& k) : stream(s), all(k) {}
};

// Which lanes run: `active` where the body is now; `alive`: those whose score outside the current region is above −∞.
template <class V>
struct active_lanes {
  run_place place;
  mask_of<V> active = mask_of<V>(true), alive = mask_of<V>(true);
};

// Where values and densities stand: a place of the right size, or storage that grows with the structure.
template <class V>
struct run_storage {
  tile<V> now;
  tile_storage<V>* growth = nullptr;
  [[gnu::noinline, gnu::cold]] void fit(const schema& s) {
    growth->fit(s);
    now = growth->view();
  }
};

// What comes to light: the first bad parameter, and notes, for whoever listens.
template <class V>
struct run_findings {
  note_sink<V>* notes = nullptr;
  bad_parameter problem = {};
};

// The parameters that are read, and whether a store was changed for another inside of the body.
struct run_parameters {
  const parameter_store* store = nullptr;
  bool reads_stores = false;
};

template <class Reading>
struct run_parts {
  using V = typename Reading::real;
  using mask = mask_of<V>;
  using walk_type = typename Reading::walk;
  static constexpr bool draws = Reading::draws, examines = Reading::examines;
  using stream_type = std::conditional_t<!draws, no_stream, std::conditional_t<examines, stream<V>, stream<V>&>>;

  position<walk_type> body;
  run_numbers<V, stream_type> numbers;
  run_storage<V> storage;
  active_lanes<V> lanes;
  site_sum<V, draws> score = {};
  run_findings<V> found = {};
  run_parameters parameters = {};
  bool use_start = false;  // improper distributions give their start instead of refusing

  // Constructors, since an aggregate of this size is zeroed as a whole before it is filled.
  run_parts(walk_type& w, const key& k, const run_storage<V>& s, const run_place& p) : body(w), numbers(k.scope(path::root_hash), p.first_lane, k), storage(s), lanes{p} {}
  run_parts(walk_type& w, const key& k, stream<V>& s, const run_storage<V>& t, const run_place& p) : body(w), numbers(s, k), storage(t), lanes{p} {}
  // Of an instance inside of another run.
  template <class Run>
  run_parts(const run_parts& outer, const Run& r, const run_storage<V>& s, note_sink<V>* notes, const mask& active)
      : body(r.walk, r), numbers(r.key_of(outer.numbers.all), outer.lanes.place.first_lane, outer.numbers.all), storage(s), lanes{outer.lanes.place, active, outer.alive_now()}, found{notes}, parameters{outer.parameters.store}, use_start(outer.use_start) {}

  const site& at(std::uint32_t k) const { return body.walk[k]; }
  V* place(std::uint32_t k) const { return storage.now.at(body.walk.slot(k)); }
  // After a claim.
  [[gnu::always_inline]] void make_room() {
    if (storage.growth && body.walk.growing()) [[unlikely]]
      storage.fit(body.walk.current());
  }
  mask alive_now() const { return lanes.alive & lanes.active & (score.total() > V(negative_infinity)); }

  // Draws the value of site k afresh.
  template <class X, class D>
  [[gnu::always_inline]] X draw(std::uint32_t k, const D& d) {
    if constexpr (is_improper<D>) {
      if (!use_start) refuse_to_draw(k);
      return start_of<X>(d);
    } else {
      if constexpr (!examines) numbers.stream.visit(numbers.visit - 1);  // only where something is drawn
      return d.sample(numbers.stream);
    }
  }
  // Draws the value of site k by f for the lanes of m, where there are some, and records it.
  template <class F>
  void draw_where(const mask& m, std::uint32_t k, F&& f) {
    if (!any(m & lanes.active)) return;
    numbers.stream.set_active(m & lanes.active);
    record(k, f());
    numbers.stream.set_active(lanes.active);
  }

  // The value in the place of site k.
  template <class X>
  X value_in_place(std::uint32_t k) const {
    if constexpr (rank_of<X> == 0) return from_stored<X>(*place(k));
    else return take<X>(place(k), at(k).type);
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
    if constexpr (examines && lanes_of<V> > 1) lp = V(d.log_density(x));  // another function than the quick run's, which stays inline there
    else lp = unexamined_density(d, x);
    if constexpr (examines)
      if (any(!(lp > V(negative_infinity)))) [[unlikely]]
        lp = examine(k, d, lp);
    add(k, lp);
    return lp;
  }
  void add(std::uint32_t k, const V& lp) {
    if constexpr (examines)
      if (storage.now.densities) storage.now.densities[k] = lp;
    score.add(k, lp);
  }
  template <class D>
  [[gnu::noinline, gnu::cold]] V examine(std::uint32_t k, const D& d, const V& lp) {
    find_bad_parameter<V>(found.problem, k, d, alive_now(), lanes.place);
    return where(lp > V(negative_infinity), lp, V(negative_infinity));
  }
  V without_nan(std::uint32_t k, const V& factor) {
    if constexpr (examines)
      if (!all(factor == factor)) [[unlikely]] {
        find_nan_factor<V>(found.problem, k, factor, alive_now(), lanes.place);
        return where(factor == factor, factor, V(negative_infinity));
      }
    return factor;
  }

  // Where inference starts an improper distribution.
  template <class X, class D>
  static X start_of(const D& d) {
    if constexpr (rank_of<X> == 0) {
      return from_stored<X>(V(d.start()));
    } else if constexpr (rank_of<X> == 1) {
      X x(d.size());
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = from_stored<choice_element<X>>(V(d.start(i)));
      return x;
    } else {
      X x(d.rows(), d.cols());
      for (std::size_t i = 0; i < x.rows(); ++i)
        for (std::size_t j = 0; j < x.cols(); ++j) x(i, j) = from_stored<choice_element<X>>(V(d.start(i, j)));
      return x;
    }
  }
  [[noreturn, gnu::noinline, gnu::cold]] void refuse_to_draw(std::uint32_t k) const {
    throw std::logic_error("a value would have to be drawn at " + body.walk.path_of(k).str() + ", but its distribution (" +
                           std::string(at(k).distribution) + ") is improper and cannot be drawn from: constrain it");
  }
};

}  // namespace starling
