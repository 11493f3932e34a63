// Forward-mode derivatives with respect to a few numbered variables, in registers. Which variables a number depends on is part of its
// type: `dual<V, 0b101>` carries the derivatives with respect to variables 0 and 2, so nothing is computed that is known to be 0.
// A density of three parameters evaluated on duals becomes one tape entry (fused.hpp).
#pragma once

#include <bit>
#include <concepts>
#include <type_traits>

#include <starling/values/differentiable.hpp>

namespace starling {

template <class V, unsigned Variables> class dual {
 public:
  using value_type = V;
  static constexpr unsigned variables = Variables;
  static constexpr int count = std::popcount(Variables);

  dual() = default;
  // Number by number: as a whole it would be moved in pieces of another size than it was written in, and wait for memory.
  [[gnu::always_inline]] dual(const dual& x) : value_(x.value_) { take<0>(x); }
  [[gnu::always_inline]] dual& operator=(const dual& x) {
    value_ = x.value_;
    take<0>(x);
    return *this;
  }
  // A constant.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  dual(Number x) : value_(static_cast<scalar_of<V>>(x)) { clear(); }
  dual(const V& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(x) {
    clear();
  }
  dual(const whole_of<V>& x)
    requires(!std::is_arithmetic_v<V>)
      : value_(to_real(x)) {
    clear();
  }
  // A number that depends on fewer variables.
  template <unsigned Fewer>
    requires(Fewer != Variables && (Fewer & Variables) == Fewer)
  dual(const dual<V, Fewer>& x) : value_(x.value()) {
    clear();
    x.for_each([&](auto k, const V& d) { at<k>() = d; });
  }
  [[gnu::always_inline]] explicit dual(const V& x, std::nullptr_t) : value_(x) {}

  const V& value() const { return value_; }
  // The derivative with respect to variable k.
  template <unsigned K> V& at() { return by_[std::popcount(Variables & ((1u << K) - 1u))]; }
  template <unsigned K> V by() const {
    if constexpr ((Variables >> K & 1u) != 0) return by_[std::popcount(Variables & ((1u << K) - 1u))];
    else return V(0);
  }
  // Calls f(k, derivative) for each variable, k a compile-time number.
  template <class F> [[gnu::always_inline]] void for_each(F f) const { walk<0>(f); }

  scalar_of<V> operator[](int i) const {
    if constexpr (lanes_of<V> == 1) return value_;
    else return value_[i];
  }

 private:
  template <int K> [[gnu::always_inline]] void take(const dual& x) {
    if constexpr (K < count) {
      by_[K] = x.by_[K];
      take<K + 1>(x);
    }
  }
  template <unsigned K, class F> [[gnu::always_inline]] void walk(F& f) const {
    if constexpr ((Variables >> K) != 0) {
      if constexpr ((Variables >> K & 1u) != 0) f(std::integral_constant<unsigned, K>{}, by_[std::popcount(Variables & ((1u << K) - 1u))]);
      walk<K + 1>(f);
    }
  }
  void clear() {
    for (V& d : by_) d = V(0);
  }

  V value_;
  V by_[count];
};

template <class V, unsigned A> inline constexpr bool is_differentiable<dual<V, A>> = true;
// Set by functions that have derivatives of their own on the tape alone (custom_gradient.hpp) where they are given duals.
struct dual_refusal {
  static inline constinit thread_local bool of_thread = false;
};
template <class V, unsigned A> struct primal_type<dual<V, A>> {
  using type = V;
};
template <class V, unsigned A> struct value_traits<dual<V, A>> {
  using scalar = scalar_of<V>;
  using real = dual<V, A>;
  using integer = whole_of<V>;
  using mask = mask_of<V>;
  static constexpr int lanes = lanes_of<V>, rank = 3;
  static constexpr bool is_real = true, is_integer = false, is_boolean = false;
};
template <class V, unsigned A, unsigned B> struct promote_two<dual<V, A>, dual<V, B>> {
  using type = dual<V, (A | B)>;
};

// Variable k.
template <unsigned K, class V> [[gnu::always_inline]] inline dual<V, (1u << K)> dual_variable(const V& x) {
  dual<V, (1u << K)> r(x, nullptr);
  r.template at<K>() = V(1);
  return r;
}

template <class V, unsigned A, class F> [[gnu::always_inline]] inline dual<V, A> map_derivatives(const V& f, const dual<V, A>& x, F fx) {
  dual<V, A> r(f, nullptr);
  x.for_each([&](auto k, const V& d) { r.template at<k>() = fx(d); });
  return r;
}
template <class V, unsigned A, class D> [[gnu::always_inline]] inline dual<V, A> chain(const V& f, const dual<V, A>& x, D derivative) {
  const V by = derivative();
  return map_derivatives(f, x, [&](const V& d) { return passed_on(d, by); });
}
template <class V, unsigned A, class FA, unsigned B, class FB>
[[gnu::always_inline]] inline dual<V, (A | B)> join(const V& f, const dual<V, A>& x, FA fx, const dual<V, B>& y, FB fy) {
  dual<V, (A | B)> r(f, nullptr);
  x.for_each([&](auto k, const V& d) {
    if constexpr ((B >> k & 1u) != 0) r.template at<k>() = fx(d) + fy(y.template by<k>());
    else r.template at<k>() = fx(d);
  });
  y.for_each([&](auto k, const V& d) {
    if constexpr ((A >> k & 1u) == 0) r.template at<k>() = fy(d);
  });
  return r;
}

}  // namespace starling
