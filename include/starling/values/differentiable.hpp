// What the types that carry derivatives have in common: `adjoint` (reverse mode) and `dual` (forward mode). Every rule of
// differentiation is written once, for both, from two primitives that each type provides:
//   chain(f, x, derivative)       the number f with the derivatives of x times derivative(), a callable
//   join(f, x, fx, y, fy)         the number f whose derivatives are fx(those of x) + fy(those of y)
#pragma once

#include <concepts>
#include <type_traits>

#include <starling/values/real.hpp>
#include <starling/values/where.hpp>

namespace starling {

template <class A> inline constexpr bool is_differentiable = false;
template <class A>
concept differentiable = is_differentiable<std::remove_cvref_t<A>>;

// The plain value type of a number with derivatives; of anything else the type itself.
template <class A> struct primal_type {
  using type = A;
};
template <class A> using primal_of = typename primal_type<std::remove_cvref_t<A>>::type;

// d · by, and 0 where either is 0: a factor 0 means that there is no dependence, and then an infinite one does not matter.
template <class V> [[gnu::always_inline]] inline V passed_on(const V& d, const V& by) {
  if constexpr (std::is_arithmetic_v<V>) return d != V(0) && by != V(0) ? d * by : V(0);
  else return where((d != V(0)) & (by != V(0)), d * by, V(0));
}

// The same of a d that is finite.
template <class V> [[gnu::always_inline]] inline V finite_passed_on(const V& d, const V& by) { return where(d != V(0), V(d * by), V(0)); }

// The number without its derivatives.
template <class A> [[gnu::always_inline]] inline decltype(auto) primal(const A& x) {
  if constexpr (differentiable<A>) return x.value();
  else return x;
}

// What may stand as a constant beside a number with derivatives: built-in numbers, and plain values of its own lanes.
template <class C, class A>
concept constant_beside = differentiable<A> && !differentiable<C> &&
                          (std::is_arithmetic_v<C> || std::same_as<C, primal_of<A>> || std::same_as<C, whole_of<primal_of<A>>>);
// Two operands of which at least one carries derivatives, over the same plain type.
template <class A, class B>
concept with_derivatives = (differentiable<A> && differentiable<B> && std::same_as<primal_of<A>, primal_of<B>>) || constant_beside<B, A> || constant_beside<A, B>;

template <class A, class B> struct meeting {
  using type = primal_of<A>;
};
template <class A, differentiable B> struct meeting<A, B> {
  using type = primal_of<B>;
};
template <class A, class B> using primal_where_they_meet = typename meeting<A, B>::type;

// A constant or a number's value as a plain real of type V.
template <class V, class A> [[gnu::always_inline]] inline V plain(const A& x) {
  if constexpr (differentiable<A>) return x.value();
  else return V(to_real(x));
}

// f(x, y) with the derivatives dx, dy (callables on a derivative), where x or y may be constants.
template <class V, class A, class FA, class B, class FB>
[[gnu::always_inline]] inline auto join_any(const V& f, const A& x, FA fx, const B& y, FB fy) {
  if constexpr (!differentiable<B>) return map_derivatives(f, x, fx);
  else if constexpr (!differentiable<A>) return map_derivatives(f, y, fy);
  else return join(f, x, fx, y, fy);
}

template <class A, class B>
  requires with_derivatives<A, B>
[[gnu::always_inline]] inline auto operator+(const A& a, const B& b) {
  using V = primal_where_they_meet<A, B>;
  const auto same = [](const V& d) { return d; };
  return join_any(V(plain<V>(a) + plain<V>(b)), a, same, b, same);
}
template <class A, class B>
  requires with_derivatives<A, B>
[[gnu::always_inline]] inline auto operator-(const A& a, const B& b) {
  using V = primal_where_they_meet<A, B>;
  return join_any(
      V(plain<V>(a) - plain<V>(b)), a, [](const V& d) { return d; }, b, [](const V& d) { return V(-d); });
}
template <class A, class B>
  requires with_derivatives<A, B>
[[gnu::always_inline]] inline auto operator*(const A& a, const B& b) {
  using V = primal_where_they_meet<A, B>;
  const V x = plain<V>(a), y = plain<V>(b);
  return join_any(
      V(x * y), a, [y](const V& d) { return V(d * y); }, b, [x](const V& d) { return V(d * x); });
}
template <class A, class B>
  requires with_derivatives<A, B>
[[gnu::always_inline]] inline auto operator/(const A& a, const B& b) {
  using V = primal_where_they_meet<A, B>;
  const V x = plain<V>(a), y = plain<V>(b), ratio = x / y;
  const V inverse = V(1) / y;
  return join_any(
      ratio, a, [inverse](const V& d) { return passed_on(d, inverse); }, b, [=](const V& d) { return V(-passed_on(d, V(ratio * inverse))); });
}
template <differentiable A> [[gnu::always_inline]] inline A operator-(const A& a) {
  using V = primal_of<A>;
  return map_derivatives(V(-a.value()), a, [](const V& d) { return V(-d); });
}
template <differentiable A> [[gnu::always_inline]] inline A operator+(const A& a) { return a; }

template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator<(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) < plain<primal_where_they_meet<A, B>>(b); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator<=(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) <= plain<primal_where_they_meet<A, B>>(b); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator>(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) > plain<primal_where_they_meet<A, B>>(b); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator>=(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) >= plain<primal_where_they_meet<A, B>>(b); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator==(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) == plain<primal_where_they_meet<A, B>>(b); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto operator!=(const A& a, const B& b) { return plain<primal_where_they_meet<A, B>>(a) != plain<primal_where_they_meet<A, B>>(b); }

template <differentiable A, class B>
  requires with_derivatives<A, B>
inline A& operator+=(A& a, const B& b) { return a = a + b; }
template <differentiable A, class B>
  requires with_derivatives<A, B>
inline A& operator-=(A& a, const B& b) { return a = a - b; }
template <differentiable A, class B>
  requires with_derivatives<A, B>
inline A& operator*=(A& a, const B& b) { return a = a * b; }
template <differentiable A, class B>
  requires with_derivatives<A, B>
inline A& operator/=(A& a, const B& b) { return a = a / b; }

// a where the mask holds, b elsewhere. The derivative of the side that was not taken is replaced by 0.
template <class T, int N, class Isa, class A, class B>
  requires with_derivatives<A, B>
[[gnu::always_inline]] inline auto where(const lane_mask<T, N, Isa>& m, const A& a, const B& b) {
  using V = pack<T, N, Isa>;
  return join_any(
      where(m, plain<V>(a), plain<V>(b)), a, [m](const V& d) { return where(m, d, V(0)); }, b, [m](const V& d) { return where(m, V(0), d); });
}

// a · b + c.
template <class A, class B, class C>
  requires(differentiable<A> || differentiable<B> || differentiable<C>)
[[gnu::always_inline]] inline auto multiply_add(const A& a, const B& b, const C& c) {
  return a * b + c;
}
template <class A, class B, class C>
  requires(differentiable<A> || differentiable<B> || differentiable<C>)
[[gnu::always_inline]] inline auto fma(const A& a, const B& b, const C& c) {
  return a * b + c;
}

// The smaller and the larger of two; where either is NaN, the first. Where they are equal min is the first and max the second, so
// that a function of min and max together has the derivatives of both.
template <class A, class B>
  requires with_derivatives<A, B>
inline auto min(const A& a, const B& b) { return where(b < a, promote<A, B>(b), promote<A, B>(a)); }
template <class A, class B>
  requires with_derivatives<A, B>
inline auto max(const A& a, const B& b) { return where(b >= a, promote<A, B>(b), promote<A, B>(a)); }

template <differentiable A> inline A to_real(const A& x) { return x; }
template <differentiable A> inline auto isnan(const A& x) { return isnan(x.value()); }
template <differentiable A> inline auto isfinite(const A& x) { return isfinite(x.value()); }

// One or all lanes.
template <differentiable A> inline auto max_lane(const A& x) { return max_lane(x.value()); }
template <differentiable A> inline auto min_lane(const A& x) { return min_lane(x.value()); }

}  // namespace starling
