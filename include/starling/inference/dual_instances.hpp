// The instances of a map all of whose choices are constants, on duals (dual.hpp) with respect to the numbers that they share: the derivatives of a
// sum over many instances stay in registers, nothing is put on the tape, and of an instance nothing is kept but its result's value. In one lane W
// instances run at once, in the lanes of a pack.
//
// It is for bodies that know nothing but their arguments: plain numbers, given to all or one an instance, and up to four numbers with derivatives.
// Choices are those of distributions of single numbers. What does not fit runs as any other body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include <starling/combinators/each.hpp>
#include <starling/combinators/gate.hpp>
#include <starling/distributions/fused.hpp>
#include <starling/models/runs/handler_defaults.hpp>
#include <starling/models/runs/wide.hpp>

namespace starling {

// Where the constants of a site stand: in the first instance, and how far the next one's are from there.
template <class V> struct constant_place {
  const V* first;
  std::ptrdiff_t stride;
};
template <class V> struct constant_places {
  const constant_place<V>* sites = nullptr;
  std::uint32_t count = 0;  // of them, in one instance
  const parameter_store* parameters = nullptr;
};

// The handler of an instance, or of W. D: dual<P, …>, P in lanes. A body that does not run so ends with failed().
template <class V, class D> class dual_handler : public handler_defaults<dual_handler<V, D>, D> {
 public:
  using P = typename D::value_type;
  using base = handler_defaults<dual_handler<V, D>, D>;
  dual_handler(const constant_places<V>& places, std::size_t first) : places_(places), first_(static_cast<std::ptrdiff_t>(first)), parameters_(places.parameters) {}

  template <class Distribution>
    requires distribution_type<Distribution>
  [[gnu::always_inline]] auto operator()(const address&, const Distribution& d) {
    using X = typename Distribution::template value<D>;
    const std::uint32_t k = site_++;
    failed_ = failed_ || k >= places_.count;
    if constexpr (rank_of<X> == 0 && requires { typename Distribution::formulas; }) {
      if (failed_) [[unlikely]]
        return zero_choice<X, D>(d);
      const auto [from, stride] = places_.sites[k];
      P x;
      if constexpr (std::is_same_v<V, P>) x = from[first_ * stride];
      else x = load_strided<P>(from + first_ * stride, stride);
      count(d, from_stored<typename Distribution::template value<P>>(x));
      return from_stored<X>(D(x));
    } else {
      failed_ = true;
      return zero_choice<X, D>(d);
    }
  }
  template <class G, class... Args>
    requires(generative_function<G>)
  decltype(auto) operator()(const address& a, const G& g, const Args&... args) {
    if constexpr (G::knows_address) failed_ = true;  // its parameters are not there
    return base::operator()(a, g, args...);
  }
  template <class X> void factor(const X& log_density) {
    failed_ = failed_ || site_++ >= places_.count;
    score_ = score_ + D(log_density);
  }
  template <class X> auto param(const literal& name, const X& initial) { return parameter_of<X>(parameter_values<D>(parameters_, name, initial)); }
  const parameter_store* read_parameters(const parameter_store* store) { return std::exchange(parameters_, store); }
  template <class F> void masked(const typename base::mask&, std::uint64_t, F&& f) {
    failed_ = true;
    f();
  }

  const D& score() const { return score_; }
  bool failed() const { return failed_ || site_ != places_.count; }

 private:
  template <class Distribution, class X> [[gnu::always_inline]] void count(const Distribution& d, const X& x) {
    using formulas = typename Distribution::formulas;
    const bool counted = std::apply(
        [&](const auto&... p) __attribute__((always_inline)) { return count_ordinary<formulas>(as_real(x), p...); }, d.values());
    if (counted) [[likely]]
      return;
    const Distribution same = d;  // copies, so that nothing needs a place in memory in the frequent case
    const X value = x;
    score_ = score_ + log_density_anywhere(same, value);
  }
  // The log density by its ordinary terms (ordinary.hpp). A product of 0 and ∞ becomes NaN: then nothing that ran so counts.
  template <class Formulas, class... A> [[gnu::always_inline]] bool count_ordinary(const A&... a) {
    if constexpr (!has_ordinary<Formulas, P>) {
      return false;
    } else {
      using ordinary = typename Formulas::template ordinary<P>;
      constexpr std::size_t own = sizeof...(A) - ordinary::prepared;
      const auto all_of_them = std::tie(a...);
      return [&]<std::size_t... K, std::size_t... J, std::size_t... L>(std::index_sequence<K...>, std::index_sequence<J...>, std::index_sequence<L...>) __attribute__((always_inline)) {
        const auto t = ordinary(P(plain<P>(std::get<own + L>(all_of_them)))...)(P(plain<P>(std::get<J>(all_of_them)))...);
        if (!all(t.holds)) [[unlikely]]
          return false;
        D lp = sum_from(t.value);
        const auto add = [&](const auto& x, const P& by) __attribute__((always_inline)) {
          if constexpr (differentiable<decltype(x)>) x.for_each([&](auto v, const P& d) __attribute__((always_inline)) { lp.template at<v>() = lp.template at<v>() + by * d; });
        };
        (add(a, t.by[K]), ...);
        score_ = score_ + lp;
        return true;
      }
      (std::make_index_sequence<sizeof...(A)>(), std::make_index_sequence<own>(), std::make_index_sequence<ordinary::prepared>());
    }
  }
  template <class Distribution, class X> [[gnu::noinline]] static D log_density_anywhere(const Distribution& d, const X& x) { return D(d.log_density(x)); }

  // To whose derivatives the first term adds nothing but itself.
  [[gnu::always_inline]] static D sum_from(const P& value) {
    D r(value, nullptr);
    r.for_each([&](auto v, const P&) __attribute__((always_inline)) { r.template at<v>() = P(-0.0); });
    return r;
  }

  const constant_places<V> places_;
  std::ptrdiff_t first_;
  std::uint32_t site_ = 0;
  bool failed_ = false;
  const parameter_store* parameters_;
  D score_ = sum_from(P(-0.0));
};

// The results of n instances, numbers of which the values are known, and the derivatives with respect to N numbers where there are any. They become numbers
// on the tape when they are asked for.
template <class V, std::size_t N> class dual_results final : public result_source {
 public:
  dual_results(std::size_t n, const V* values, const V* by, std::size_t stride) : depth_(tape<V>::current->depth()), n_(n), values_(values), by_(by), stride_(stride) {}
  const void* at(std::size_t i) const override {
    if (elements_) return elements_ + i;
    auto& t = *tape<V>::current;
    if (t.depth() != depth_) {  // constants of an inner scope
      auto* const one = t.template take<adjoint<V>>(1);
      *one = adjoint<V>(values_[i]);
      return one;
    }
    elements_ = t.template take<adjoint<V>>(n_);
    for (std::size_t j = 0; j < n_; ++j) {
      adjoint<V> x(values_[j]);
      for (std::size_t k = 0; by_ && k < N; ++k)
        x = join(
            values_[j], x, [](const V& d) { return d; }, of[k], [&](const V& d) { return passed_on(by_[k * stride_ + j], d); });
      elements_[j] = x;
    }
    return elements_ + i;
  }
  std::shared_ptr<const result_source> persistent() const override { return nullptr; }  // numbers of a tape are not kept

  adjoint<V> of[N];

 private:
  std::size_t depth_, n_;
  const V *values_, *by_;  // by_: [number][instance]; null: constants
  std::size_t stride_;
  mutable adjoint<V>* elements_ = nullptr;
};

template <class F, class... Args> struct map_step;

template <class V, class R, class Step> struct dual_instances {
  static constexpr bool possible = false;
};
template <class V, class R, class F, class... Args> struct dual_instances<V, R, map_step<F, Args...>> {
  template <class A> static constexpr bool is_variable = std::is_same_v<A, adjoint<V>>;
  template <class A> static constexpr bool fits() {
    if constexpr (is_each<A>) return has_lanes<std::remove_cvref_t<decltype(A::values)>>;
    else return std::is_arithmetic_v<A> || std::is_same_v<A, V> || is_variable<A>;
  }
  static constexpr std::size_t variables = (std::size_t{0} + ... + is_variable<Args>);

  using P = element_work_of<V>;
  static constexpr std::size_t width = elements_in_work<V>;
  using D = dual<P, (1u << variables) - 1u>;
  template <std::size_t J> static constexpr std::size_t variable_before = [] {
    constexpr bool all[] = {is_variable<Args>...};
    std::size_t n = 0;
    for (std::size_t j = 0; j < J; ++j) n += all[j];
    return n;
  }();

  // Argument J of the instances from i on, of which the variables have the values `now`.
  template <std::size_t J, class A> [[gnu::always_inline]] static decltype(auto) argument(const A& a, const P* now, std::size_t i) {
    if constexpr (is_variable<A>) return D(dual_variable<variable_before<J>>(now[variable_before<J>]));
    else if constexpr (is_each<A> && width > 1) return instance_argument(a, wide_index<P>{i});
    else return instance_argument(a, i);
  }
  // Whether the body takes its arguments so.
  template <std::size_t... J> static constexpr bool takes(std::index_sequence<J...>) {
    return body_takes<decltype(F::body), dual_handler<V, D>, std::decay_t<decltype(argument<J>(std::declval<const Args&>(), std::declval<const P*>(), 0))>...>;
  }
  static constexpr bool possible = [] {
    if constexpr (requires(const F& f) { f.body; } && std::is_same_v<scalar_of<V>, double> && F::is_stateless && !F::is_dynamic && variables > 0 && variables <= 4 && (fits<Args>() && ...) &&
                  (std::is_same_v<R, adjoint<V>> || std::is_empty_v<R>))
      return takes(std::index_sequence_for<Args...>());
    return false;
  }();

  // Adds the log densities to `value` and the derivatives to the cells; false where the instances do not run so: then nothing was done.
  [[gnu::flatten]] static bool run(std::size_t n, const map_step<F, Args...>& step, const constant_places<V>& places, V& value, results<R>& out) {
    if (n < width) return false;
    auto& t = *tape<V>::current;
    D total(P(0));
    bool failed = false;
    dual_refusal::of_thread = false;
    const std::size_t room = (n + width - 1) / width * width;
    V* const values = std::is_empty_v<R> ? nullptr : t.template take<V>(room);
    V* by = nullptr;
    P now[variables];
    for_each_variable(step, [&](auto k, const adjoint<V>& a) { now[k] = P(a.value()); });
    constexpr std::size_t part = 32 * width;  // whose vectors are in the arena together
    for (std::size_t first = 0; first < n && !failed; first += part) {
      const arena_scope scope;
      for (std::size_t i = first, last = n < first + part ? n : first + part; i < last; i += width) {
        const std::size_t at = width == 1 || i + width <= n ? i : n - width;  // the last may have been counted in part
        dual_handler<V, D> h(places, at);
        const auto result = [&]<std::size_t... J>(std::index_sequence<J...>) __attribute__((always_inline)) {
          return run_for_result(step.inner, h, argument<J>(std::get<J>(step.arguments), now, at)...);
        }
        (std::index_sequence_for<Args...>());
        failed = failed | h.failed();
        if (at == i) total = total + h.score();
        else if constexpr (width > 1) total = total + where(!mask_of<P>::first(static_cast<int>(i - at)), h.score(), D(P(0)));
        if constexpr (!std::is_empty_v<R>) keep(D(result), at, room, values, by);
      }
    }
    bool finite = !failed && !dual_refusal::of_thread && all(total.value() > P(negative_infinity));
    total.for_each([&](auto, const P& d) { finite = finite && all(d - d == P(0)); });
    if (!finite) return false;
    value = sum_of_work<V>(total.value());
    dual_results<V, variables>* of = nullptr;
    if constexpr (!std::is_empty_v<R>) {
      of = ::new (static_cast<void*>(t.template take<dual_results<V, variables>>(1))) dual_results<V, variables>(n, values, by, room);
      out = results<R>(of, n);
    } else {
      auto* const cell = arena::current().take<const result_cell<R>*>(1);
      *cell = arena::current().take<result_cell<R>>(n);
      out = results<R>(cell, n);
    }
    for_each_variable(step, [&](auto k, const adjoint<V>& a) {
      a.add_derivative(sum_of_work<V>(total.template by<k>()));
      if (of) of->of[k] = a;
    });
    return true;
  }

 private:
  // f(k, number) of the arguments with derivatives.
  template <class F2> static void for_each_variable(const map_step<F, Args...>& step, F2 f) {
    [&]<std::size_t... J>(std::index_sequence<J...>) {
      const auto visit = [&]<std::size_t At>(const auto& a, std::integral_constant<std::size_t, At>) {
        if constexpr (is_variable<std::remove_cvref_t<decltype(a)>>) f(std::integral_constant<unsigned, variable_before<At>>(), a);
      };
      (visit(std::get<J>(step.arguments), std::integral_constant<std::size_t, J>()), ...);
    }(std::index_sequence_for<Args...>());
  }
  [[gnu::always_inline]] static void keep(const D& result, std::size_t at, std::size_t room, V* values, V*& by) {
    store_work<V>(result.value(), values + at);
    bool depends = by != nullptr;
    result.for_each([&](auto, const P& d) __attribute__((always_inline)) { depends = depends || any(d != P(0)); });
    if (!depends) [[likely]]
      return;
    const D same = result;
    by = keep_derivatives(same, at, room, by);
  }
  [[gnu::noinline]] static V* keep_derivatives(const D& result, std::size_t at, std::size_t room, V* by) {
    if (!by) {
      by = tape<V>::current->template take<V>(variables * room);
      for (std::size_t i = 0; i < variables * room; ++i) by[i] = V(0);
    }
    result.for_each([&](auto k, const P& d) { store_work<V>(d, by + k * room + at); });
    return by;
  }
};

}  // namespace starling
