// Whole numbers in lanes: what `long` is in one lane.
#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include <starling/values/pack.hpp>

namespace starling {

// N whole numbers, held as reals (packs of 64-bit integers become scalar code on most machines), exact to 2^53 in
// double lanes and to 2^24 in float lanes. Arithmetic between whole numbers stays whole: `/` is integer division (truncated
// towards zero) and `%` its remainder, undefined (NaN inside) where the divisor is 0. With reals it gives reals.
// Throws std::range_error where a result would not be exact.
template <class T, int N, class Isa = isa::native> class whole {
 public:
  using machine = registers<T, N, Isa>;
  using real = pack<T, N, Isa>;
  using mask = lane_mask<T, N, Isa>;
  static constexpr int lanes = N;
  static constexpr T limit = sizeof(T) == 8 ? T(9007199254740992.0) : T(16777216.0f);  // 2^53, 2^24

  whole() = default;
  // The same number in every lane; throws std::range_error beyond 2^53 (2^24).
  template <std::integral Integer> whole(Integer x) : r_(static_cast<T>(x)) {
    if constexpr (sizeof(Integer) * 8 > (sizeof(T) == 8 ? 53 : 24)) {
      if (static_cast<long double>(x) > limit || static_cast<long double>(x) < -limit) throw_inexact();
    }
  }
  // first, first + 1, …
  static whole iota(long first) { return checked(real::iota(static_cast<T>(first))); }

  long operator[](int i) const { return static_cast<long>(r_[i]); }
  void set(int i, long x) { r_.set(i, static_cast<T>(x)); }

  friend whole operator+(whole a, whole b) { return checked(a.r_ + b.r_); }
  friend whole operator-(whole a, whole b) { return checked(a.r_ - b.r_); }
  friend whole operator*(whole a, whole b) { return checked(a.r_ * b.r_); }
  friend whole operator/(whole a, whole b) { return from(quotient(a.r_, b.r_)); }
  friend whole operator%(whole a, whole b) { return from(a.r_ - quotient(a.r_, b.r_) * b.r_); }
  friend whole operator-(whole a) { return from(real(0) - a.r_); }
  friend whole operator+(whole a) { return a; }
  whole& operator+=(whole b) { return *this = *this + b; }
  whole& operator-=(whole b) { return *this = *this - b; }
  whole& operator*=(whole b) { return *this = *this * b; }
  whole& operator/=(whole b) { return *this = *this / b; }
  whole& operator%=(whole b) { return *this = *this % b; }

  friend mask operator<(whole a, whole b) { return a.r_ < b.r_; }
  friend mask operator<=(whole a, whole b) { return a.r_ <= b.r_; }
  friend mask operator>(whole a, whole b) { return a.r_ > b.r_; }
  friend mask operator>=(whole a, whole b) { return a.r_ >= b.r_; }
  friend mask operator==(whole a, whole b) { return a.r_ == b.r_; }
  friend mask operator!=(whole a, whole b) { return a.r_ != b.r_; }

  // With a real number the result is real.
  operator real() const { return r_; }
  template <std::floating_point F> friend real operator+(whole a, F b) { return a.r_ + b; }
  template <std::floating_point F> friend real operator+(F a, whole b) { return a + b.r_; }
  template <std::floating_point F> friend real operator-(whole a, F b) { return a.r_ - b; }
  template <std::floating_point F> friend real operator-(F a, whole b) { return a - b.r_; }
  template <std::floating_point F> friend real operator*(whole a, F b) { return a.r_ * b; }
  template <std::floating_point F> friend real operator*(F a, whole b) { return a * b.r_; }
  template <std::floating_point F> friend real operator/(whole a, F b) { return a.r_ / b; }
  template <std::floating_point F> friend real operator/(F a, whole b) { return a / b.r_; }
  template <std::floating_point F> friend mask operator<(whole a, F b) { return a.r_ < b; }
  template <std::floating_point F> friend mask operator<(F a, whole b) { return a < b.r_; }
  template <std::floating_point F> friend mask operator<=(whole a, F b) { return a.r_ <= b; }
  template <std::floating_point F> friend mask operator<=(F a, whole b) { return a <= b.r_; }
  template <std::floating_point F> friend mask operator>(whole a, F b) { return a.r_ > b; }
  template <std::floating_point F> friend mask operator>(F a, whole b) { return a > b.r_; }
  template <std::floating_point F> friend mask operator>=(whole a, F b) { return a.r_ >= b; }
  template <std::floating_point F> friend mask operator>=(F a, whole b) { return a >= b.r_; }
  template <std::floating_point F> friend mask operator==(whole a, F b) { return a.r_ == b; }
  template <std::floating_point F> friend mask operator!=(whole a, F b) { return a.r_ != b; }

  // From reals that are whole already (NaN where a lane has no value).
  static whole from(real r) {
    whole w;
    w.r_ = r;
    return w;
  }
  // The same, throwing std::range_error where they are beyond the limit.
  static whole checked(real r) {
    const auto magnitude = real::from(machine::abs(r.machine_vector()));
    if (any(magnitude > real(limit))) [[unlikely]]
      throw_inexact();
    return from(r);
  }

 private:
  // a and b are whole and at most 2^53, so rounding the quotient never crosses a whole number.
  static real quotient(real a, real b) {
    const real q = real::from(machine::trunc((a / b).machine_vector()));
    return real::from(machine::blend((b == real(0)).machine_mask(), real(__builtin_nan("")).machine_vector(), q.machine_vector()));
  }
  [[noreturn, gnu::cold, gnu::noinline]] static void throw_inexact() {
    throw std::range_error(sizeof(T) == 8 ? "whole: a whole number in lanes left [-2^53, 2^53], where it is exact"
                                          : "whole: a whole number in float lanes left [-2^24, 2^24], where it is exact");
  }

  real r_;
};

// The whole numbers as reals.
template <class T, int N, class Isa> inline pack<T, N, Isa> to_real(whole<T, N, Isa> w) { return w; }
template <class T, int N, class Isa> inline pack<T, N, Isa> to_real(pack<T, N, Isa> x) { return x; }
template <std::integral Integer> inline double to_real(Integer x) { return static_cast<double>(x); }
template <std::floating_point Float> inline Float to_real(Float x) { return x; }
// 1 where the boolean holds, 0 elsewhere.
template <class T, int N, class Isa> inline pack<T, N, Isa> to_real(lane_mask<T, N, Isa> m) {
  using machine = registers<T, N, Isa>;
  return pack<T, N, Isa>::from(machine::blend(m.machine_mask(), machine::broadcast(1), machine::broadcast(0)));
}

// Reals cut towards zero. Throws std::range_error beyond the exact range; a NaN lane has no value.
template <class T, int N, class Isa> inline whole<T, N, Isa> to_whole(pack<T, N, Isa> x) {
  return whole<T, N, Isa>::checked(pack<T, N, Isa>::from(registers<T, N, Isa>::trunc(x.machine_vector())));
}
template <class T, int N, class Isa> inline whole<T, N, Isa> to_whole(whole<T, N, Isa> x) { return x; }
template <class T, int N, class Isa> inline whole<T, N, Isa> to_whole(lane_mask<T, N, Isa> m) {
  return whole<T, N, Isa>::from(to_real(m));
}
template <class Number>
  requires std::is_arithmetic_v<Number>
inline long to_whole(Number x) {
  return static_cast<long>(x);
}

}  // namespace starling
