// Sums of densities over the elements of vectors whose derivatives are passed on within the same pass (vector_nodes.hpp): nothing is put on the tape.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/ordinary.hpp>
#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/dual.hpp>

namespace starling {

// A sequence of adjoints as a node.
template <class V> vector_node<V>& node_of_sequence(const vector<adjoint<V>>& x) { return node_of<V>(x); }
template <class V, class Sequence> vector_node<V>& node_of_sequence(const Sequence& x) {
  const auto c = capture<V>(x.data(), x.size());
  return new_leaf<V>(c.values, c.cells, x.size());
}

// log_density of formulas as a function.
template <class Formulas> struct log_density_function {
  using formulas = Formulas;
  template <class... Q> [[gnu::always_inline]] auto operator()(const Q&... q) const { return Formulas::log_density(q...); }
};
template <class F> struct formulas_type {
  using type = void;
};
template <class Formulas> struct formulas_type<log_density_function<Formulas>> {
  using type = Formulas;
};

// Whether the sum of F over elements of A… can be taken by its formulas' ordinary terms: the prepared parameters are no sequences.
template <class F, class P, class... A> inline constexpr bool sums_ordinary = [] {
  using formulas = typename formulas_type<F>::type;
  if constexpr (std::is_void_v<formulas>) return false;
  else if constexpr (!has_ordinary<formulas, P>) return false;
  else {
    constexpr bool sequences[] = {sequence<A>...};
    for (std::size_t k = sizeof...(A) - formulas::template ordinary<P>::prepared; k < sizeof...(A); ++k)
      if (sequences[k]) return false;
    return true;
  }
}();

// Operand K of a sum over elements.
template <unsigned K, class V, class A> class pass_operand {
 public:
  static constexpr bool is_sequence = sequence<A>, is_active = is_adjoint<element_of<A>>;
  static constexpr bool in_packs = std::is_arithmetic_v<V>;
  using work = element_work_of<V>;

  explicit pass_operand(const A& a, vector_pass<V>& pass) : a_(a) {
    if constexpr (is_active && is_sequence) {
      node_ = &node_of_sequence<V>(a);
      pass.add(*node_);
      by_ = arena::current().take<V>(elements_in_block<V>);
    }
  }
  // Elements first + i, first + i + 1, …, of which `count` are there.
  [[gnu::always_inline]] auto at(std::size_t first, std::size_t i, int count) const {
    if constexpr (is_active && is_sequence) return dual_variable<K>(load_work<V>(node_->now + i));
    else if constexpr (is_active) return dual_variable<K>(work(a_.value()));
    else if constexpr (!is_sequence) return as_real(a_);
    else if constexpr (in_packs) return elements_at<work>{first + i, count}(a_);
    else return element_at{first + i}(a_);
  }
  template <class R> [[gnu::always_inline]] void keep(std::size_t i, int count, const R& result) {
    if constexpr (is_active) {
      work d(0);
      if constexpr (differentiable<R>) d = result.template by<K>();
      if constexpr (in_packs)
        if (count < lanes_of<work>) d = where(mask_of<work>::first(count), d, work(0));
      if constexpr (is_sequence) store_work<V>(d, by_ + i);
      else total_ = total_ + d;
    }
  }
  // The same as plain numbers.
  [[gnu::always_inline]] work plain_at(std::size_t first, std::size_t i, int count) const {
    if constexpr (is_active && is_sequence) return load_work<V>(node_->now + i);
    else if constexpr (is_active) return work(a_.value());
    else return work(to_real(at(first, i, count)));
  }
  [[gnu::always_inline]] void keep_plain(std::size_t i, int count, work d, work& total) {
    if constexpr (is_active) {
      if constexpr (in_packs)
        if (count < lanes_of<work>) d = where(mask_of<work>::first(count), d, work(0));
      if constexpr (is_sequence) store_work<V>(d, by_ + i);
      else total = total + d;
    }
  }
  [[gnu::always_inline]] void add_total(work t) {
    if constexpr (is_active && !is_sequence) total_ = total_ + t;
  }
  void give(std::size_t room) {
    if constexpr (is_active && is_sequence) node_->give_all(room, by_);
  }
  void finish() const {
    if constexpr (is_active && !is_sequence) a_.add_derivative(sum_of_work<V>(total_));
  }

 private:
  const A& a_;
  vector_node<V>* node_ = nullptr;
  V* by_ = nullptr;
  work total_ = work(0);
};

// N sums, each a variable of its own: an array would stay in memory.
template <class P, std::size_t N> struct block_totals {
  P first = P(0);
  block_totals<P, N - 1> rest;
  template <std::size_t K> [[gnu::always_inline]] P& at() {
    if constexpr (K == 0) return first;
    else return rest.template at<K - 1>();
  }
};
template <class P> struct block_totals<P, 0> {};

// The terms of a block by the formulas' ordinary ones; false where they do not all hold: then nothing was done.
template <class Formulas, class V, class... Operands>
[[gnu::always_inline]] inline bool sum_ordinary(std::size_t first, std::size_t m, element_work_of<V>& total, Operands&... operands) {
  using work = element_work_of<V>;
  using ordinary = typename Formulas::template ordinary<work>;
  constexpr std::size_t width = elements_in_work<V>, arguments = sizeof...(Operands), own = arguments - ordinary::prepared;
  const auto refs = std::tie(operands...);
  const ordinary o = [&]<std::size_t... K>(std::index_sequence<K...>) { return ordinary(std::get<own + K>(refs).plain_at(first, 0, static_cast<int>(width))...); }(
                         std::make_index_sequence<ordinary::prepared>());
  return [&]<std::size_t... K, std::size_t... J>(std::index_sequence<K...>, std::index_sequence<J...>) {
    work sum(0);
    block_totals<work, arguments> totals;
    mask_of<work> holds(true);
    for (std::size_t i = 0; i < m; i += width) {
      const int count = width == 1 ? 1 : static_cast<int>(m - i < width ? m - i : width);
      const auto t = o(std::get<J>(refs).plain_at(first, i, count)...);
      holds = holds & t.holds;
      work value = t.value;
      if constexpr (width > 1)
        if (count < static_cast<int>(width)) value = where(mask_of<work>::first(count), value, work(0));
      sum = sum + value;
      (std::get<K>(refs).keep_plain(i, count, t.by[K], totals.template at<K>()), ...);
    }
    if (!all(holds)) return false;
    total = total + sum;
    (std::get<K>(refs).add_total(totals.template at<K>()), ...);
    return true;
  }(std::make_index_sequence<arguments>(), std::make_index_sequence<own>());
}

// Σ f(element i of each argument) over n elements, of which some are vectors of adjoints. The derivatives are added to the arguments' cells.
template <class V, class F, class... A> V passed_on_sum(std::size_t n, F f, const A&... a) {
  require_tape<V>();
  const arena_scope scratch;
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    using work = element_work_of<V>;
    constexpr std::size_t width = elements_in_work<V>;
    vector_pass<V> pass;
    std::tuple<pass_operand<K, V, A>...> operands(pass_operand<K, V, A>(a, pass)...);
    work total(0);
    for (std::size_t first = 0; first < n; first += elements_in_block<V>) {
      const std::size_t m = block_size<V>(n, first), room = block_room<V>(m);
      pass.forward(first, m);
      if constexpr (sums_ordinary<F, work, A...>) {
        if (sum_ordinary<typename F::formulas, V>(first, m, total, std::get<K>(operands)...)) [[likely]] {
          (std::get<K>(operands).give(room), ...);
          pass.backward(first, room);
          continue;
        }
      }
      for (std::size_t i = 0; i < m; i += width) {
        const int count = static_cast<int>(m - i < width ? m - i : width);
        const auto result = f(std::get<K>(operands).at(first, i, count)...);
        work value(primal(result));
        if constexpr (std::is_arithmetic_v<V>)
          if (count < lanes_of<work>) value = where(mask_of<work>::first(count), value, work(0));
        total = total + value;
        (std::get<K>(operands).keep(i, count, result), ...);
      }
      (std::get<K>(operands).give(room), ...);
      pass.backward(first, room);
    }
    pass.finish();
    (std::get<K>(operands).finish(), ...);
    return sum_of_work<V>(total);
  }(std::index_sequence_for<A...>());
}

}  // namespace starling
