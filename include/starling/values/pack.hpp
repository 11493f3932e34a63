// N lanes of a real number, computed together.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <starling/values/lane_bits.hpp>
#include <starling/values/lane_mask.hpp>
#include <starling/values/registers.hpp>

namespace starling {

// N numbers of type T (float or double) in one register of Isa (portable: any N, as an array). A plain value: trivially
// copyable, no hidden expression types. Arithmetic works lane by lane; numbers convert, so `0.5 * x` is a pack.
template <class T, int N, class Isa = isa::native> class pack {
  static_assert(std::same_as<T, float> || std::same_as<T, double>, "a pack's lanes are float or double");

 public:
  using machine = registers<T, N, Isa>;
  using value_type = T;
  using mask = lane_mask<T, N, Isa>;
  using bits = lane_bits<T, N, Isa>;
  static constexpr int lanes = N;

  pack() = default;
  // The same number in every lane.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  [[gnu::always_inline]] pack(Number x) : v_(machine::broadcast(static_cast<T>(x))) {}

  // From and to N consecutive numbers, at any alignment.
  [[gnu::always_inline]] static pack load(const T* p) { return from(machine::load(p)); }
  [[gnu::always_inline]] void store(T* p) const { machine::store(p, v_); }
  // The first `count` of N consecutive numbers (1 ≤ count), and the last of them again in the lanes beyond.
  static pack load_first(const T* p, int count) {
    if constexpr (requires { machine::load_first(p, count); }) {
      return from(machine::load_first(p, count));
    } else {
      pack r(p[count - 1]);
      for (int i = 0; i + 1 < count; ++i) r.set(i, p[i]);
      return r;
    }
  }
  // first, first + 1, …
  static pack iota(T first) {
    pack r(first);
    for (int i = 0; i < N; ++i) r.set(i, first + static_cast<T>(i));
    return r;
  }

  T operator[](int i) const { return machine::get(v_, i); }
  void set(int i, T x) { machine::set(v_, i, x); }

  [[gnu::always_inline]] friend pack operator+(pack a, pack b) { return from(machine::add(a.v_, b.v_)); }
  [[gnu::always_inline]] friend pack operator-(pack a, pack b) { return from(machine::sub(a.v_, b.v_)); }
  [[gnu::always_inline]] friend pack operator*(pack a, pack b) { return from(machine::mul(a.v_, b.v_)); }
  [[gnu::always_inline]] friend pack operator/(pack a, pack b) { return from(machine::div(a.v_, b.v_)); }
  [[gnu::always_inline]] friend pack operator-(pack a) { return from(machine::neg(a.v_)); }
  [[gnu::always_inline]] friend pack operator+(pack a) { return a; }
  pack& operator+=(pack b) { return *this = *this + b; }
  pack& operator-=(pack b) { return *this = *this - b; }
  pack& operator*=(pack b) { return *this = *this * b; }
  pack& operator/=(pack b) { return *this = *this / b; }

  [[gnu::always_inline]] friend mask operator<(pack a, pack b) { return mask::from(machine::less(a.v_, b.v_)); }
  [[gnu::always_inline]] friend mask operator<=(pack a, pack b) { return mask::from(machine::less_equal(a.v_, b.v_)); }
  [[gnu::always_inline]] friend mask operator>(pack a, pack b) { return mask::from(machine::less(b.v_, a.v_)); }
  [[gnu::always_inline]] friend mask operator>=(pack a, pack b) { return mask::from(machine::less_equal(b.v_, a.v_)); }
  [[gnu::always_inline]] friend mask operator==(pack a, pack b) { return mask::from(machine::equal(a.v_, b.v_)); }
  [[gnu::always_inline]] friend mask operator!=(pack a, pack b) { return mask::from(machine::not_equal(a.v_, b.v_)); }

  typename machine::vec machine_vector() const { return v_; }
  [[gnu::always_inline]] static pack from(typename machine::vec v) {
    pack r;
    r.v_ = v;
    return r;
  }

 private:
  typename machine::vec v_;
};

// The pack that fills one register of the instruction set this file is compiled for.
template <class T> using native_pack = pack<T, native_width<T>>;

// Bit patterns of the lanes, and back.
template <class T, int N, class Isa> inline lane_bits<T, N, Isa> to_bits(pack<T, N, Isa> a) {
  return lane_bits<T, N, Isa>::from(registers<T, N, Isa>::to_bits(a.machine_vector()));
}
template <class T, int N, class Isa> inline pack<T, N, Isa> from_bits(lane_bits<T, N, Isa> a) {
  return pack<T, N, Isa>::from(registers<T, N, Isa>::from_bits(a.machine_bits()));
}

// The sum, the largest and the smallest of the lanes.
template <class T, int N, class Isa> inline T sum(pack<T, N, Isa> a) {
  using machine = registers<T, N, Isa>;
  if constexpr (requires { machine::sum(a.machine_vector()); }) {
    return machine::sum(a.machine_vector());
  } else {
    T at[N];
    a.store(at);
    for (int width = 1; width < N; width *= 2)
      for (int i = 0; i + width < N; i += 2 * width) at[i] += at[i + width];
    return at[0];
  }
}
template <class T, int N, class Isa> inline T max_lane(pack<T, N, Isa> a) {
  T r = a[0];
  for (int i = 1; i < N; ++i) r = r < a[i] ? a[i] : r;
  return r;
}
template <class T, int N, class Isa> inline T min_lane(pack<T, N, Isa> a) {
  T r = a[0];
  for (int i = 1; i < N; ++i) r = a[i] < r ? a[i] : r;
  return r;
}

}  // namespace starling
