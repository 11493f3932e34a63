#pragma once
// The members of `handler` that are no visit of a site on the usual way: regions, instances, parameters, what is rare.
#include <starling/models/handler.hpp>

namespace starling {

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class F>
void handler<Derived, V, Walk, Draws, Examines>::masked(const mask& m, std::uint64_t region, F&& f) {
  const std::uint64_t place = hash_combine(hash_index(static_cast<std::int64_t>(region)), visit_++);
  if constexpr (!Derived::runs_all_regions) {
    if (!m) return;
    const region_numbers<handler> numbers(*this, place);
    // What a region runs comes and goes, and its addresses may be another region's too: it is found by address alone.
    const kept_outside<handler> outside(*this);
    f();
  } else {
    const region_scope<handler, Derived> scope(*this, m, place);
    f();
    scope.keep_what_counts();
  }
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class R, class Policy, class F>
results<R> handler<Derived, V, Walk, Draws, Examines>::instances(std::size_t n, Policy&& policy, F&& f) {
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

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class X>
auto handler<Derived, V, Walk, Draws, Examines>::param(const literal& name, const X& initial) {
  auto values = parameter_values<V>(parameters_, name, initial);
  self().read_parameter(name, values);
  return parameter_of<X>(values);
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class X, class D>
X handler<Derived, V, Walk, Draws, Examines>::start_of(const D& d) {
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

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class X>
void handler<Derived, V, Walk, Draws, Examines>::factor(const X& log_density) {
  const std::uint32_t k = walk_.claim_factor();
  if (growth_ && walk_.growing()) [[unlikely]] fit();
  V lp = self().factor_term(V(log_density));
  if constexpr (Examines)
    if (!all(lp == lp)) [[unlikely]] {
      find_nan_factor<V>(problem_, k, lp, alive_ & active_ & (score() > V(negative_infinity)), place_);
      lp = where(lp == lp, lp, V(negative_infinity));
    }
  add(k, lp);
  self().decide_factor(k, lp);
}

// Inline, with the type known where it is called: pieces of a type or a constraint that are written one by one and read as a whole wait
// for memory.
template <class Derived, real V, class Walk, bool Draws, bool Examines>
[[gnu::always_inline]] inline bool handler<Derived, V, Walk, Draws, Examines>::put_next(constraint_cursor& cursor, std::uint32_t k, const choice_type& type) {
  const double* const from = cursor.next(inside_ ? key_of(k).full : at(k).full, type.code(), place_.first_lane);
  if (!from) return false;
  for (std::size_t e = 0; e < type.size(); ++e) place(k)[e] = from[e];
  return true;
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
auto handler<Derived, V, Walk, Draws, Examines>::key_of(std::uint32_t k) const -> site_key {
  const site& s = at(k);
  if (!inside_) [[likely]] return {s.full, s.parent, s.last_index};
  if (s.local.indices() == 0 && s.local.name().empty() && walk_.scope() == 0) return {scope_hash_, inside_->node.where().hash(), static_cast<std::int64_t>(inside_->i)};
  return {extend_hash(scope_hash_, s.local), s.local.indices() == 0 ? scope_hash_ : extend_hash(scope_hash_, s.local, s.local.indices() - 1), s.last_index};
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class X, class D>
X handler<Derived, V, Walk, Draws, Examines>::decide_again(std::uint32_t k, const D& d) {
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

template <class Derived, real V, class Walk, bool Draws, bool Examines>
void handler<Derived, V, Walk, Draws, Examines>::refuse_twice(std::uint32_t k) const {
  throw_visited_twice(walk_.path_of(k));
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
void handler<Derived, V, Walk, Draws, Examines>::refuse_to_draw(std::uint32_t k) const {
  throw std::logic_error("a value would have to be drawn at " + walk_.path_of(k).str() + ", but its distribution (" +
                         std::string(at(k).distribution) + ") is improper and cannot be drawn from: constrain it");
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
handler<Derived, V, Walk, Draws, Examines>::handler(handler& outer, const instance_run& r)
    : walk_(r.walk), key_(outer.key_), stream_(r.key_of(outer.key_), outer.place_.first_lane), tile_(r.storage.view()), growth_(&r.storage),
      place_(outer.place_), notes_(outer.notes_), use_start_(outer.use_start_), scope_hash_(r.scope_hash), inside_(&r),
      arguments_(outer.arguments_), parameters_(outer.parameters_) {
  kept_ = r.kept;
  alive_ = outer.alive_ & (outer.score() > V(negative_infinity));
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class F>
void handler<Derived, V, Walk, Draws, Examines>::draw_where(const mask& m, std::uint32_t k, F&& f) {
  if (!any(m & active_)) return;
  stream_.set_active(m & active_);
  record(k, f());
  stream_.set_active(active_);
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
template <class D>
V handler<Derived, V, Walk, Draws, Examines>::examine(std::uint32_t k, const D& d, const V& lp) {
  const mask alive = alive_ & active_ & (score() > V(negative_infinity));
  find_bad_parameter<V>(problem_, k, d, alive, place_);
  return where(lp > V(negative_infinity), lp, V(negative_infinity));
}

template <class Derived, real V, class Walk, bool Draws, bool Examines>
path handler<Derived, V, Walk, Draws, Examines>::here() const {
  const path inner = walk_.current().path_of_call(walk_.scope());
  return inside_ ? inside_->where() / inner : inner;
}

}  // namespace starling
