// Operations on whole vectors of adjoints as single tape entries: sum, dot, log_sum_exp, softmax. Arithmetic: vector_arithmetic.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>

#include <starling/values/captured.hpp>
#include <starling/values/vector_arithmetic.hpp>
#include <starling/values/log_sum_exp.hpp>
#include <starling/values/matrix_kernels.hpp>
#include <starling/values/softmax.hpp>

namespace starling {

template <class V, class A> captured_values<V> capture_operand(const vector<A>& x) { return capture<V>(x.data(), x.size()); }
template <class V, value A> captured_values<V> capture_operand(const A& x) { return capture<V>(&x, 1); }

// The derivatives of a number with respect to the elements of a vector it depends on; `by` null: 1.
template <class V> struct reduction_part {
  captured_cells<V> cells;
  const V* by = nullptr;
};
template <class V, std::size_t N> struct reduction_entry : tape_entry {
  V own;
  reduction_part<V> of[N];
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const reduction_entry&>(*e);
    for (const auto& part : self.of) {
      if (part.by)
        part.cells.add_all_of([&]<class P>(std::size_t i) { return passed_on(P(self.own), P::load(part.by + i)); },
                              [&](std::size_t i) { return passed_on(self.own, part.by[i]); });
      else
        part.cells.add_all_of([&]<class P>(std::size_t) { return P(self.own); }, [&](std::size_t) { return self.own; });
    }
  }
};
// A number that depends on several vectors.
template <class V, std::same_as<reduction_part<V>>... Parts> adjoint<V> reduced(const V& value, const Parts&... parts) {
  if (!(static_cast<bool>(parts.cells) || ...)) return {value, V(0), nullptr};
  using entry = reduction_entry<V, sizeof...(Parts)>;
  auto* const e = tape<V>::current->template push<entry>(entry::pull_all);
  e->own = V(0);
  std::size_t k = 0;
  ((e->of[k++] = parts), ...);
  return {value, V(1), &e->own};
}

template <class A>
  requires is_adjoint<std::remove_const_t<A>>
auto sum(vector<A> x) {
  using V = primal_of<std::remove_const_t<A>>;
  require_tape<V>();
  const auto c = capture_operand<V>(x);
  V total(0);
  for (std::size_t i = 0; i < x.size(); ++i) total = total + c.values[i];
  return reduced<V>(total, reduction_part<V>{c.cells, nullptr});
}
template <class A, class B>
  requires either_adjoint<A, B>
auto dot(vector<A> a, vector<B> b) {
  using V = primal_of_operands<A, B>;
  require_tape<V>();
  const auto x = capture_operand<V>(a), y = capture_operand<V>(b);
  return reduced<V>(dot_of(x.values, y.values, a.size()), reduction_part<V>{x.cells, y.values}, reduction_part<V>{y.cells, x.values});
}
template <class V> adjoint<V> log_sum_exp(const vector<adjoint<V>>& a) {
  require_tape<V>();
  const auto x = capture_operand<V>(a);
  V* const shares = tape<V>::current->template take<V>(a.size());
  // As log_sum_exp_of, whose exponentials are the shares but for a factor.
  V high = -infinity<scalar_of<V>>;
  for (std::size_t i = 0; i < a.size(); ++i) high = max(x.values[i], high);
  const V shift = where(isfinite(high), high, V(0));
  V total(0);
  for (std::size_t i = 0; i < a.size(); ++i) total = total + (shares[i] = exp(x.values[i] - shift));
  const V f = log(total) + shift, factor = where(isfinite(f), V(1) / total, V(1));
  for (std::size_t i = 0; i < a.size(); ++i) shares[i] = shares[i] * factor;
  return reduced<V>(f, reduction_part<V>{x.cells, shares});
}

// An entry whose result has derivatives with respect to n cells: behind it stand n derivatives, then n cells.
template <class V> struct many_arguments : tape_entry {
  std::size_t n;
  V own;
  static constexpr std::size_t room(std::size_t n) { return n * (sizeof(V) + sizeof(V*)); }
  V* by() { return reinterpret_cast<V*>(this + 1); }
  V** cell() { return reinterpret_cast<V**>(by() + n); }
  static void pull_all(tape_entry* e) {
    auto& self = static_cast<many_arguments&>(*e);
    const V own = self.own;
    const V* const by = self.by();
    V* const* const cell = self.cell();
    for (std::size_t k = 0; k < self.n; ++k) *cell[k] += passed_on(own, by[k]);
  }
};
// values[z] lane by lane (pick.hpp): one entry, whatever the number of values.
template <class V, class T, int N, class Isa> adjoint<V> pick(const vector<adjoint<V>>& values, whole<T, N, Isa> z) {
  const V index = to_real(z);
  V f(static_cast<T>(__builtin_nan("")));
  std::size_t cells = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    f = where(index == V(static_cast<T>(k)), values[k].value(), f);
    cells += (values[k].cell() ? 1u : 0u) + (values[k].other() ? 1u : 0u);
  }
  if (cells == 0) return adjoint<V>(f);
  using entry = many_arguments<V>;
  auto* const e = tape<V>::current->template push<entry>(entry::pull_all, entry::room(cells));
  e->n = cells;
  e->own = V(0);
  V* by = e->by();
  V** cell = e->cell();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto here = index == V(static_cast<T>(k));
    if (values[k].cell()) *cell++ = values[k].cell(), *by++ = where(here, values[k].by(), V(0));
    if (values[k].other()) *cell++ = values[k].other(), *by++ = where(here, values[k].by_other(), V(0));
  }
  return {f, V(1), &e->own};
}
// Of an array or span (log_sum_exp.hpp). Of few numbers, the components of a mixture, without a detour: their exponentials and cells go into the entry.
template <class V> adjoint<V> log_sum_exp_on_tape(const adjoint<V>* xs, std::size_t n) {
  constexpr std::size_t few = 8;
  if (n > few || n == 0) return log_sum_exp(vector<adjoint<V>>(const_cast<adjoint<V>*>(xs), n));
  V shares[few];
  V high = xs[0].value();
  std::size_t cells = 0;
  for (std::size_t i = 0; i < n; ++i) {
    high = max(xs[i].value(), high);
    cells += (xs[i].cell() ? 1u : 0u) + (xs[i].other() ? 1u : 0u);
  }
  const V shift = where(isfinite(high), high, V(0));
  V total(0);
  for (std::size_t i = 0; i < n; ++i) total = total + (shares[i] = exp(xs[i].value() - shift));
  const V f = log(total) + shift, factor = where(isfinite(f), V(1) / total, V(1));
  if (cells == 0) return adjoint<V>(f);
  using entry = many_arguments<V>;
  auto* const e = tape<V>::current->template push<entry>(entry::pull_all, entry::room(cells));
  e->n = cells;
  e->own = V(0);
  V* by = e->by();
  V** cell = e->cell();
  for (std::size_t i = 0; i < n; ++i) {
    const V share = shares[i] * factor;
    if (xs[i].cell()) *cell++ = xs[i].cell(), *by++ = finite_passed_on(share, xs[i].by());
    if (xs[i].other()) *cell++ = xs[i].other(), *by++ = finite_passed_on(share, xs[i].by_other());
  }
  return {f, V(1), &e->own};
}

// softmax(x): derivatives d → s ∘ (d − s · d).
template <class V> struct softmax_entry : tape_entry {
  std::size_t n;
  V* own;
  const V* shares;
  captured_cells<V> x;
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const softmax_entry&>(*e);
    const V middle = dot_of(static_cast<const V*>(self.own), self.shares, self.n);
    for (std::size_t i = 0; i < self.n; ++i) self.x.add(i, self.shares[i] * (self.own[i] - middle));
  }
};
template <class V> vector<adjoint<V>> softmax(const vector<adjoint<V>>& a) {
  require_tape<V>();
  const auto x = capture_operand<V>(a);
  V* const shares = tape<V>::current->template take<V>(a.size());
  softmax_of(x.values, a.size(), shares);
  V* own = nullptr;
  auto r = with_cells<V>(shares, a.size(), own);
  auto* const e = tape<V>::current->template push<softmax_entry<V>>(softmax_entry<V>::pull_all);
  e->n = x.cells ? a.size() : 0;
  e->own = own;
  e->shares = shares;
  e->x = x.cells;
  return r;
}

}  // namespace starling
