// The ends of a support of numbers: nothing in it is less than least_in(s) or greater than greatest_in(s).
#pragma once

#include <starling/distributions/supports.hpp>

namespace starling {

template <class Support> auto least_in(const Support& s) {
  if constexpr (requires { s.lo; }) return as_real(s.lo);
  else return negative_infinity;
}
template <class Support> auto greatest_in(const Support& s) {
  if constexpr (requires { s.hi; }) return as_real(s.hi);
  else return positive_infinity;
}
inline double least_in(const positive&) { return 0; }
inline double least_in(const nonnegative&) { return 0; }
inline double least_in(const unit_interval&) { return 0; }
inline double least_in(const nonnegative_whole&) { return 0; }
inline double least_in(const boolean&) { return 0; }
inline double greatest_in(const unit_interval&) { return 1; }
inline double greatest_in(const boolean&) { return 1; }

}  // namespace starling
