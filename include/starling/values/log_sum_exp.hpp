// The logarithm of a sum of exponentials, without overflow.
#pragma once

#include <span>

#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// log(eᵃ + eᵇ), lane by lane; −∞ where both are −∞.
template <plain_number A, plain_number B, class Isa = isa::native> inline promote<A, B> log_sum_exp(A a, B b) {
  using R = promote<A, B>;
  const R x = to_real(a), y = to_real(b);
  const R high = max(x, y), low = min(x, y);
  return where(high == low, high + 0.693147180559945309417, high + log1p(exp(low - high)));
}
// log Σ exp(xᵢ) over the elements; −∞ of none.
template <class V>
  requires plain_number<std::remove_const_t<V>>
inline std::remove_const_t<V> log_sum_exp(std::span<V> xs) {
  using R = std::remove_const_t<V>;
  R high = -__builtin_inf();
  for (const R& x : xs) high = max(x, high);
  const R shift = where(isfinite(high), high, R(0));
  R total = 0;
  for (const R& x : xs) total = total + exp(x - shift);
  return log(total) + shift;
}

}  // namespace starling
