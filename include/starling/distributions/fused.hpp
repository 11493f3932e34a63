// Densities as single tape entries. A formula of a few numbers is evaluated in forward mode (dual.hpp), in registers; what remains is
// one number and its derivatives: no entry where it depends on one cell, one entry where it depends on several. For a vector of
// independent elements the same, element by element (in one lane: in packs of elements), with one entry for the whole sum.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/fused_pass.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/adjoint_matrices.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/dual.hpp>

namespace starling {

// Whether any of the arguments, or of their elements, is an adjoint.
template <class... A> inline constexpr bool any_adjoint = (is_adjoint<element_of<A>> || ...);
template <class... A> using common_primal = primal_of<promote<element_of<A>...>>;

// A number and its derivatives with respect to the cells of N numbers (null: a constant).
template <class V, std::size_t N> struct fused_terms {
  V value;
  V by[N], by_other[N];
  V* cell[N];
  V* other[N];

  operator adjoint<V>() const {
    adjoint<V> r(value, by[0], cell[0], by_other[0], other[0]);
    const auto same = [](const V& d) { return d; };
    for (std::size_t k = 1; k < N; ++k) r = join(value, r, same, adjoint<V>(value, by[k], cell[k], by_other[k], other[k]), same);
    return r;
  }
  // Adds the derivatives of this number to its cells.
  [[gnu::always_inline]] void add_derivatives() const {
    for (std::size_t k = 0; k < N; ++k) {
      if (cell[k]) *cell[k] += by[k];
      if (other[k]) *other[k] += by_other[k];
    }
  }
  // The same for the lanes of m.
  void add_derivatives(const mask_of<V>& m) const {
    for (std::size_t k = 0; k < N; ++k) {
      if (cell[k]) *cell[k] += where(m, by[k], V(0));
      if (other[k]) *other[k] += where(m, by_other[k], V(0));
    }
  }
};

template <unsigned K, class A> [[gnu::always_inline]] inline auto as_dual_variable(const A& a) {
  if constexpr (is_adjoint<A>) return dual_variable<K>(a.value());
  else return a;
}
// The derivative d with respect to the number a.
template <unsigned K, class V, std::size_t N> [[gnu::always_inline]] inline void set_derivative(fused_terms<V, N>& to, const V& d, const adjoint<V>& a) {
  to.by[K] = passed_on(d, a.by());
  to.cell[K] = a.cell();
  to.by_other[K] = a.other() ? passed_on(d, a.by_other()) : V(0);
  to.other[K] = a.other();
}
template <unsigned K, class V, std::size_t N, class R, class A>
[[gnu::always_inline]] inline void take_derivative(fused_terms<V, N>& to, const R& result, const A& a) {
  if constexpr (is_adjoint<A> && differentiable<R>) {
    set_derivative<K>(to, result.template by<K>(), a);
  } else {
    to.by[K] = to.by_other[K] = V(0);
    to.cell[K] = to.other[K] = nullptr;
  }
}

// f(arguments…), some of which are adjoints.
template <class F, class... A> [[gnu::always_inline]] inline auto fused(F f, const A&... a) {
  using V = common_primal<A...>;
  return [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
    const auto result = f(as_dual_variable<K>(a)...);
    fused_terms<V, sizeof...(A)> r{V(primal(result)), {}, {}, {}, {}};
    (take_derivative<K>(r, result, a), ...);
    return r;
  }
  (std::index_sequence_for<A...>());
}

// The log density of formulas by its ordinary terms (ordinary.hpp), its derivatives added to the cells of the arguments; false where they do not
// hold: then nothing was done.
template <class Formulas, class V, class... A> [[gnu::always_inline]] inline bool pass_on_ordinary(V& value, const A&... a) {
  using P = pack_for<V>;
  using ordinary = typename Formulas::template ordinary<P>;
  constexpr std::size_t all_of_them = sizeof...(A), own = all_of_them - ordinary::prepared;
  const auto arguments = std::tie(a...);
  return [&]<std::size_t... K, std::size_t... J, std::size_t... L>(std::index_sequence<K...>, std::index_sequence<J...>, std::index_sequence<L...>) __attribute__((always_inline)) {
    const auto t = ordinary(P(plain<V>(std::get<own + L>(arguments)))...)(P(plain<V>(std::get<J>(arguments)))...);
    if (!all(t.holds)) [[unlikely]]
      return false;
    value = as_value<V>(t.value);
    const auto add = [&](const auto& x, const P& by) __attribute__((always_inline)) {
      if constexpr (is_adjoint<std::remove_cvref_t<decltype(x)>>) x.add_finite_derivative(as_value<V>(by));
    };
    (add(a, t.by[K]), ...);
    return true;
  }
  (std::make_index_sequence<all_of_them>(), std::make_index_sequence<own>(), std::make_index_sequence<ordinary::prepared>());
}

// The same as a number; false where the terms do not hold.
template <class Formulas, class V, class... A> [[gnu::always_inline]] inline bool ordinary_number(adjoint<V>& r, const A&... a) {
  using P = pack_for<V>;
  using ordinary = typename Formulas::template ordinary<P>;
  constexpr std::size_t all_of_them = sizeof...(A), own = all_of_them - ordinary::prepared;
  const auto arguments = std::tie(a...);
  return [&]<std::size_t... K, std::size_t... J, std::size_t... L>(std::index_sequence<K...>, std::index_sequence<J...>, std::index_sequence<L...>) __attribute__((always_inline)) {
    const auto t = ordinary(P(plain<V>(std::get<own + L>(arguments)))...)(P(plain<V>(std::get<J>(arguments)))...);
    if (!all(t.holds)) [[unlikely]]
      return false;
    const V value = as_value<V>(t.value);
    adjoint<V> sum(value);
    const auto add = [&](const auto& x, const P& by) __attribute__((always_inline)) {
      if constexpr (is_adjoint<std::remove_cvref_t<decltype(x)>>)
        sum = join(
            value, sum, [](const V& d) { return d; }, x, [&](const V& d) { return finite_passed_on(as_value<V>(by), d); });
    };
    (add(a, t.by[K]), ...);
    r = sum;
    return true;
  }
  (std::make_index_sequence<all_of_them>(), std::make_index_sequence<own>(), std::make_index_sequence<ordinary::prepared>());
}

// The derivatives of a sum with respect to the elements of one operand (an operand that is a number has one element): those of element
// i go to cells[i], or where the cells are not side by side to *each[i].
template <class V> struct fused_derivatives {
  std::size_t n = 0;
  V* by = nullptr;
  V* cells = nullptr;
  V** each = nullptr;

  void pull(const V& own) const {
    if (each) {
      for (std::size_t i = 0; i < n; ++i)
        if (each[i]) *each[i] += passed_on(own, by[i]);
      return;
    }
    if (!cells) return;
    std::size_t i = 0;
    if constexpr (std::is_arithmetic_v<V>) {
      using P = native_pack<V>;
      for (; i + P::lanes <= n; i += P::lanes) (P::load(cells + i) + passed_on(P(own), P::load(by + i))).store(cells + i);
    }
    for (; i < n; ++i) cells[i] += passed_on(own, by[i]);
  }
};
// The cells of the numbers of a sequence, where they stand in a row and are those of the numbers themselves; else null.
template <class V, class Sequence> V* cells_in_a_row(const Sequence& x) {
  const std::size_t n = x.size();
  V* const cells = n ? x[0].cell() : nullptr;
  bool in_a_row = cells != nullptr;
  for (std::size_t i = 0; i < n && in_a_row; ++i) in_a_row = x[i].cell() == cells + i && !x[i].other() && all(x[i].by() == V(1));
  return in_a_row ? cells : nullptr;
}
// The derivatives `by` with respect to the numbers of a sequence, or to one number.
template <class V, class Sequence> fused_derivatives<V> derivatives_of(const Sequence& x, V* by) {
  const std::size_t n = x.size();
  fused_derivatives<V> to{n, by, cells_in_a_row<V>(x), nullptr};
  if (to.cells) return to;
  to.each = tape<V>::current->template take<V*>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const adjoint<V> one = adjoint<V>(x[i]).one_cell();
    to.each[i] = one.cell();
    by[i] = passed_on(by[i], one.by());
  }
  return to;
}
template <class V> fused_derivatives<V> one_number(const V& by, const adjoint<V>& number) {
  const adjoint<V> x = number.one_cell();
  fused_derivatives<V> to{1, tape<V>::current->template take<V>(1), x.cell(), nullptr};
  *to.by = passed_on(by, x.by());
  return to;
}

template <class V, std::size_t N> struct fused_entry : tape_entry {
  V own;
  fused_derivatives<V> of[N];
  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const fused_entry&>(*e);
    for (const auto& d : self.of) d.pull(self.own);
  }
};

// One operand of a fused sum.
template <unsigned K, class V, class A> class fused_operand {
 public:
  static constexpr bool is_sequence = sequence<A>;
  static constexpr bool is_active = is_adjoint<element_of<A>>;
  // In one lane elements are laid out in packs.
  static constexpr bool in_packs = std::is_arithmetic_v<V>;
  static auto laid_out() {
    if constexpr (in_packs) return native_pack<V>(0);
    else return V(0);
  }
  using work = decltype(laid_out());

  fused_operand(const A& a, std::size_t n) : a_(a) {
    if constexpr (is_sequence && is_active) by_ = tape<V>::current->template take<V>(n + lanes_of<work>);
  }

  [[gnu::always_inline]] auto at(std::size_t i, int count) const {
    if constexpr (!is_sequence) {
      if constexpr (is_active) return dual_variable<K>(work(a_.value()));
      else return as_real(a_);
    } else if constexpr (is_active) {
      if constexpr (in_packs) {
        // Lane by lane in registers: numbers that were just stored one by one cannot be loaded together without waiting.
        work values(a_[i].value());
#pragma GCC unroll 16
        for (int k = 1; k < lanes_of<work>; ++k)
          if (k < count) values.set(k, a_[i + static_cast<std::size_t>(k)].value());
        return dual_variable<K>(values);
      } else {
        return dual_variable<K>(a_[i].value());
      }
    } else if constexpr (in_packs) {
      return elements_at<work>{i, count}(a_);
    } else {
      return element_at{i}(a_);
    }
  }
  template <class R> [[gnu::always_inline]] void keep(std::size_t i, int count, const R& result) {
    if constexpr (is_active) {
      work d(0);  // of a result that depends on no operand too: what is passed on later is written here
      if constexpr (differentiable<R>) d = result.template by<K>();
      if constexpr (!is_sequence) total_ = total_ + (count == lanes_of<work> || !in_packs ? d : where(mask_of<work>::first(count), d, work(0)));
      else if constexpr (in_packs) d.store(by_ + i);
      else by_[i] = d;
    }
  }
  // A number r with that of this operand, a number, added: nothing but its derivatives.
  adjoint<V> joined(const V& value, const adjoint<V>& r) const {
    const auto same = [](const V& x) { return x; };
    return join(value, r, same, a_, [d = summed()](const V& x) { return passed_on(d, x); });
  }
  fused_derivatives<V> derivatives() const {
    if constexpr (is_active && !is_sequence) return one_number(summed(), a_);
    else if constexpr (is_active) return derivatives_of(a_, by_);
    else return {};
  }
  const A& argument() const { return a_; }

 private:
  V summed() const {
    if constexpr (in_packs) return sum(total_);
    else return total_;
  }

  const A& a_;
  work total_ = work(0);
  V* by_ = nullptr;
};

// Σ f(element i of each argument) over n elements; arguments that are single numbers are their own every element.
// PassedOn: the derivatives are added to the arguments' cells at once, and the result is the plain value.
template <bool PassedOn = false, class F, class... A> auto fused_sum(std::size_t n, F f, const A&... a) {
  using V = common_primal<A...>;
  if (!tape<V>::current) throw_no_tape();
  if constexpr (PassedOn) return passed_on_sum<V>(n, f, a...);
  else return [&]<std::size_t... K>(std::index_sequence<K...>) {
    std::tuple<fused_operand<K, V, A>...> operands(fused_operand<K, V, A>(a, n)...);
    using work = typename std::tuple_element_t<0, decltype(operands)>::work;
    constexpr int width = std::is_arithmetic_v<V> ? lanes_of<work> : 1;
    work total(0);
    for (std::size_t i = 0; i < n; i += width) {
      const int count = n - i < static_cast<std::size_t>(width) ? static_cast<int>(n - i) : width;
      const auto result = f(std::get<K>(operands).at(i, count)...);
      const work value(primal(result));
      total = total + (count == width ? value : where(mask_of<work>::first(count), value, work(0)));
      (std::get<K>(operands).keep(i, count, result), ...);
    }
    const V value = [&] {
      if constexpr (std::is_arithmetic_v<V>) return sum(total);
      else return total;
    }();
    if constexpr (((sequence<A> && is_adjoint<element_of<A>>) || ...)) {
      using entry = fused_entry<V, sizeof...(A)>;
      const fused_derivatives<V> derivatives[] = {std::get<K>(operands).derivatives()...};  // before the entry: they may make some themselves
      auto* const e = tape<V>::current->template push<entry>(entry::pull_all);
      e->own = V(0);
      ((e->of[K] = derivatives[K]), ...);
      return adjoint<V>(value, V(1), &e->own);
    } else {
      adjoint<V> r(value);
      const auto add = [&](const auto& o) {
        if constexpr (is_adjoint<std::remove_cvref_t<decltype(o.argument())>>) r = o.joined(value, r);
      };
      (add(std::get<K>(operands)), ...);
      return r;
    }
  }(std::index_sequence_for<A...>());
}

}  // namespace starling
