// Logarithms of differences, beta functions and binomial coefficients, for numbers of any kind.
#pragma once

#include <starling/values/gamma_function.hpp>
#include <starling/values/logistic.hpp>

namespace starling {

// log(eᵃ − eᵇ) for a ≥ b.
template <value A, value B> inline auto log_diff_exp(const A& a, const B& b) { return a + log1m_exp(b - a); }
// log B(a, b) = log (Γ(a) Γ(b) / Γ(a + b)).
template <value A, value B> inline auto log_beta(const A& a, const B& b) { return lgamma(a) + lgamma(b) - lgamma(a + b); }
// log of n! / (k! (n − k)!).
template <value N, value K> inline auto log_choose(const N& n, const K& k) { return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0); }

}  // namespace starling
