// Numbers between two ends, either of which may be infinite, by their distances from both: a density near an end needs these where x itself has been rounded
// to it. From them come the inner numbers (inner_numbers.hpp) of a support that is wider, as that of a distribution which is truncated.
#pragma once

#include <type_traits>

#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// x, its distances above the lower end and below the upper one, infinite where the end is, and their logarithms.
template <class R> struct between_ends {
  R x, above, log_above, below, log_below;
  R log_slope = R(0);  // log |∂x/∂u| where it came from a free number u
  const R& inside() const { return x; }
};

// Inner numbers of which everything is known by itself.
template <class R> struct known_number {
  R x;
  const R& inside() const { return x; }
};
template <class R> struct known_positive {
  R x, number, log_number;
  const R& inside() const { return x; }
  const R& value() const { return number; }
  const R& log_value() const { return log_number; }
  template <class A> auto dividing(const A& a) const { return a * exp(-log_number); }
};
template <class R> struct known_fraction {
  R x, number, rest, log_number, log_rest;
  const R& inside() const { return x; }
  const R& value() const { return number; }
  const R& complement() const { return rest; }
  const R& log_value() const { return log_number; }
  const R& log_complement() const { return log_rest; }
  R log_odds() const { return log_number - log_rest; }
};
template <class R, class Lo, class Hi> struct known_in_interval {
  Lo lo;
  Hi hi;
  known_fraction<R> fraction;
  const R& inside() const { return fraction.x; }
};
template <class R, class End> struct known_above {
  End lo;
  known_positive<R> above;
  const R& inside() const { return above.x; }
};
template <class R, class End> struct known_below {
  End hi;
  known_positive<R> below;
  const R& inside() const { return below.x; }
};

// The number b between lo and hi as one of the support s, which holds all of these.
template <class S, class R, class Lo, class Hi> auto as_inner_number(const S& s, const between_ends<R>& b, const Lo& lo, const Hi& hi) {
  using T = promote<R, Lo, Hi>;
  const auto farther = [](const R& distance, const R& log_distance, const auto& gap, const auto& same) {
    const T whole = distance + where(same, T(0), T(gap));
    return known_positive<T>{T(0), whole, where(same, T(log_distance), T(log(whole)))};
  };
  const auto from = [&](const auto& end) {
    auto d = farther(b.above, b.log_above, lo - end, lo == end);
    d.x = T(b.x);
    return d;
  };
  const auto to = [&](const auto& end) {
    auto d = farther(b.below, b.log_below, end - hi, hi == end);
    d.x = T(b.x);
    return d;
  };
  const auto fraction = [&](const auto& first, const auto& last) {
    const auto above = from(first), below = to(last);
    const auto log_width = log_of_width(first, last);
    return known_fraction<T>{T(b.x), T(above.number / (last - first)), T(below.number / (last - first)), T(above.log_number - log_width), T(below.log_number - log_width)};
  };
  if constexpr (std::is_same_v<S, positive> || std::is_same_v<S, nonnegative>) {
    return from(0.0);
  } else if constexpr (std::is_same_v<S, unit_interval>) {
    return fraction(0.0, 1.0);
  } else if constexpr (requires { s.lo, s.hi; }) {
    using first = std::remove_cvref_t<decltype(s.lo)>;
    using last = std::remove_cvref_t<decltype(s.hi)>;
    if constexpr (std::is_same_v<S, bounded<first, last>>) {
      const auto above = from(s.lo), below = to(s.hi);
      return between_ends<T>{T(b.x), above.number, above.log_number, below.number, below.log_number};
    } else {
      return known_in_interval<T, first, last>{s.lo, s.hi, fraction(s.lo, s.hi)};
    }
  } else if constexpr (requires { s.lo; }) {
    return known_above<T, std::remove_cvref_t<decltype(s.lo)>>{s.lo, from(s.lo)};
  } else if constexpr (requires { s.hi; }) {
    return known_below<T, std::remove_cvref_t<decltype(s.hi)>>{s.hi, to(s.hi)};
  } else {
    return known_number<R>{b.x};
  }
}

}  // namespace starling
