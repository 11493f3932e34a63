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
  return where(x == y, x + 0.693147180559945309417, max(x, y) + log1p(exp(-abs(x - y))));
}
template <class R> inline R log_sum_exp_of(std::span<const R> xs) {
  R high = -infinity<scalar_of<R>>;
  for (const R& x : xs) high = max(x, high);
  const R shift = where(isfinite(high), high, R(0));
  R total = 0;
  for (const R& x : xs) total = total + exp(x - shift);
  return log(total) + shift;
}
// log Σ exp(xᵢ) over the elements of a span, vector or array; −∞ of none.
template <class Sequence>
  requires requires(const Sequence& s) { std::span(s); }
inline auto log_sum_exp(const Sequence& sequence) {
  const std::span xs(sequence);
  using R = std::remove_cvref_t<decltype(xs[0])>;
  if constexpr (requires { log_sum_exp_on_tape(xs.data(), xs.size()); }) return log_sum_exp_on_tape(xs.data(), xs.size());  // one entry (adjoint_vectors.hpp)
  else return log_sum_exp_of<R>(xs);
}

}  // namespace starling
