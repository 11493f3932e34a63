// The set of values a distribution can give. `contains(x)` is a boolean, or a mask over lanes; NaN is in no support. `nearest(x)`, of sets
// of numbers, is the number inside that is nearest to x, which rounding, under- or overflow put outside; NaN stays NaN.
#pragma once

#include <cstddef>
#include <string_view>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/inside.hpp>

namespace starling {

// (−∞, ∞)
struct real_line {
  static constexpr std::string_view name = "real line";
  template <class X> auto contains(const X& x) const { return is_finite(as_real(x)); }
  template <class V> static V nearest(const V& x) { return into_finite(x); }
};

// (0, ∞)
struct positive {
  static constexpr std::string_view name = "positive numbers";
  template <class X> auto contains(const X& x) const { return is_positive_finite(as_real(x)); }
  template <class V> static V nearest(const V& x) { return into_positive(x); }
};

// [0, ∞)
struct nonnegative {
  static constexpr std::string_view name = "numbers >= 0";
  template <class X> auto contains(const X& x) const { return both(as_real(x) >= 0.0, as_real(x) < positive_infinity); }
  template <class V> static V nearest(const V& x) { return into_nonnegative(x); }
};

// (0, 1)
struct unit_interval {
  static constexpr std::string_view name = "unit interval";
  template <class X> auto contains(const X& x) const { return both(as_real(x) > 0.0, as_real(x) < 1.0); }
  template <class V> static V nearest(const V& x) { return into_unit_interval(x); }
};

// [lo, hi]
template <class Lo = double, class Hi = Lo> struct interval {
  static constexpr std::string_view name = "interval";
  Lo lo;
  Hi hi;
  template <class X> auto contains(const X& x) const { return both(as_real(x) >= lo, as_real(x) <= hi); }
  template <class V> V nearest(const V& x) const { return min(max(x, V(lo)), V(hi)); }
};
template <class Lo, class Hi> interval(Lo, Hi) -> interval<Lo, Hi>;

// (lo, hi)
template <class Lo = double, class Hi = Lo> struct open_interval : interval<Lo, Hi> {
  static constexpr std::string_view name = "open interval";
  template <class X> auto contains(const X& x) const { return both(as_real(x) > this->lo, as_real(x) < this->hi); }
};
template <class Lo, class Hi> open_interval(Lo, Hi) -> open_interval<Lo, Hi>;

// [lo, hi] without what is infinite: either end may be.
template <class Lo = double, class Hi = Lo> struct bounded {
  static constexpr std::string_view name = "numbers from lo to hi";
  Lo lo;
  Hi hi;
  template <class X> auto contains(const X& x) const { return both(is_finite(as_real(x)), both(as_real(x) >= lo, as_real(x) <= hi)); }
  template <class V> V nearest(const V& x) const { return into_finite(min(max(x, V(lo)), V(hi))); }
};
template <class Lo, class Hi> bounded(Lo, Hi) -> bounded<Lo, Hi>;

// [lo, ∞)
template <class Lo = double> struct at_least {
  static constexpr std::string_view name = "numbers at least lo";
  Lo lo;
  template <class X> auto contains(const X& x) const { return both(as_real(x) >= lo, as_real(x) < positive_infinity); }
  template <class V> V nearest(const V& x) const { return into_finite(max(x, V(lo))); }
};
template <class Lo> at_least(Lo) -> at_least<Lo>;

// (−∞, hi]
template <class Hi = double> struct at_most {
  static constexpr std::string_view name = "numbers at most hi";
  Hi hi;
  template <class X> auto contains(const X& x) const { return both(as_real(x) <= hi, as_real(x) > negative_infinity); }
  template <class V> V nearest(const V& x) const { return into_finite(min(x, V(hi))); }
};
template <class Hi> at_most(Hi) -> at_most<Hi>;

// Whether x is a whole number (infinities are not).
template <class X> auto is_whole(const X& x) { return both(is_finite(x), floor(x) == x); }

// lo, lo + 1, …, hi
template <class Lo = long, class Hi = Lo> struct whole_range {
  static constexpr std::string_view name = "whole numbers from lo to hi";
  Lo lo;
  Hi hi;
  template <class X> auto contains(const X& x) const {
    const auto r = as_real(x);
    return both(is_whole(r), both(r >= as_real(lo), r <= as_real(hi)));
  }
};
template <class Lo, class Hi> whole_range(Lo, Hi) -> whole_range<Lo, Hi>;

// 0, 1, 2, …
struct nonnegative_whole {
  static constexpr std::string_view name = "whole numbers >= 0";
  template <class X> auto contains(const X& x) const { return both(is_whole(as_real(x)), as_real(x) >= 0.0); }
};

// false, true
struct boolean {
  static constexpr std::string_view name = "false and true";
  template <class X> auto contains(const X& x) const { return either(as_real(x) == 0.0, as_real(x) == 1.0); }
};

// Whether a support is a finite set whose values come one after the other.
template <class Support> inline constexpr bool is_enumerable = false;
template <class Lo, class Hi> inline constexpr bool is_enumerable<whole_range<Lo, Hi>> = true;
template <> inline constexpr bool is_enumerable<boolean> = true;

// Vectors of n positive numbers with sum 1; contains allows for rounding in the sum: |sum − 1| ≤ 1e-8 (float: 1e-4).
struct simplex {
  static constexpr std::string_view name = "simplex";
  std::size_t n;
  template <class X> auto contains(const X& x) const {
    auto total = as_real(x[0]);
    auto inside = total > 0.0;
    for (std::size_t i = 1; i < n; ++i) {
      inside = both(inside, as_real(x[i]) > 0.0);
      total = total + x[i];
    }
    const double tolerance = sizeof(scalar_of<decltype(total)>) == 8 ? 1e-8 : 1e-4;
    return both(inside, both(total >= 1 - tolerance, total <= 1 + tolerance));
  }
};

// Vectors of n elements, each in the support of one element (which may depend on its place).
template <class Of> struct vector_of {
  static constexpr std::string_view name = "vector";
  Of of;  // a support, or a callable from the place to a support
  std::size_t n;

  auto element(std::size_t i) const {
    if constexpr (requires { of(i); }) return of(i);
    else return of;
  }
  template <class X> auto contains(const X& x) const {
    auto inside = element(0).contains(x[0]);
    for (std::size_t i = 1; i < n; ++i) inside = both(inside, element(i).contains(x[i]));
    return inside;
  }
};
template <class Of> vector_of(Of, std::size_t) -> vector_of<Of>;

}  // namespace starling
