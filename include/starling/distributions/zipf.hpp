// zipf(exponent): k^−exponent / ζ(exponent) for k = 1, 2, 3, …, ζ Riemann's function. Draws are of the k that reals hold exactly: larger ones are
// drawn again.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

// log ζ(s) for s > 1: nine terms, and what follows by the Euler–Maclaurin formula.
template <class S> auto log_zeta(const S& s) {
  constexpr double n = 10, log_n = 2.30258509299404568402;
  auto beyond_one = exp(-0.69314718055994530942 * s);
  for (const double log_k : {1.09861228866810969140, 1.38629436111989061883, 1.60943791243410037460, 1.79175946922805500081, 1.94591014905531330511,
                             2.07944154167983592825, 2.19722457733621938279})
    beyond_one = beyond_one + exp(-log_k * s);
  const auto last = exp(-log_n * s);
  auto term = last * s / n;
  auto rest = n * last / (s - 1.0) + 0.5 * last + term / 12;
  // B_2k / (2k)! s (s + 1) … (s + 2k − 2) n^(1 − s − 2k)
  double k = 1;
  for (const double share : {-1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0, 1.0 / 74724249600.0}) {
    term = term * (s + k) * (s + (k + 1)) / (n * n);
    rest = rest + term * share;
    k += 2;
  }
  return log1p(beyond_one + rest);
}

struct zipf_formulas : whole_valued {
  static constexpr std::string_view name = "zipf";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class E> static auto sample(Rng& rng, const E& exponent) {
    // L. Devroye: Non-uniform random variate generation (1986), X.6.1, with a proposal of the k that reals hold only.
    using V = typename Rng::real;
    const V s(exponent), less = s - 1.0;
    const V rise = expm1(0.69314718055994530942 * less);
    constexpr bool is_double = sizeof(scalar_of<V>) == 8;
    const V largest(is_double ? 9007199254740992.0 : 16777216.0);
    const V within = -expm1(-less * (is_double ? 36.73680056967710 : 16.63553239327374));  // of a proposal without end: P(k ≤ largest)
    V count(not_a_number);
    auto pending = both(rng.active(), both(s > V(1), is_finite(s)));
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const auto [u, v] = rng.pair();
      const V log_beyond = where(within < V(0.5), log1p((u - 1.0) * within), log(u + (1.0 - within) * (1.0 - u)));
      const V k = min(floor(exp(-log_beyond / less)), largest);
      const V step = expm1(less * log1p(1.0 / k));
      const auto accepted = both(pending, v * k * step * (1.0 + rise) <= (1.0 + step) * rise);
      count = where(accepted, k, count);
      pending = both(pending, !accepted);
    }
    return drawn_whole(count);
  }

  template <class K, class E> static auto log_density(const K& k, const E& exponent) {
    const auto lp = -exponent * log(k) - log_zeta(exponent);
    return where(both(both(is_whole(k), k >= K(1)), exponent > 1.0), lp, negative_infinity);
  }

  template <class E> static auto mean(const E& exponent) {
    return where(exponent > 2.0, exp(log_zeta(where(exponent > 2.0, exponent, 4.0) - 1.0) - log_zeta(exponent)), positive_infinity);
  }

  template <class E> static auto variance(const E& exponent) {
    // Of k − 1, whose moments stay exact where nearly all are 1.
    const auto s = where(exponent > 3.0, exponent, 4.0);
    const auto zeta = log_zeta(s), first = expm1(log_zeta(s - 1.0) - zeta);
    return where(exponent > 3.0, expm1(log_zeta(s - 2.0) - zeta) - 2.0 * first - first * first, positive_infinity);
  }

  template <class E> static auto support(const E&) { return whole_range{1L, 9007199254740992L}; }

  template <class Visit, class E> static void parameters(Visit&& visit, const E& exponent) {
    visit("exponent", exponent, both(exponent > 1.0, exponent < positive_infinity), "must be above 1 and finite");
  }
};

template <class Exponent> struct zipf : elementwise<zipf_formulas, Exponent> {
  using elementwise<zipf_formulas, Exponent>::elementwise;
};
template <class E> zipf(E&&) -> zipf<held<E>>;

}  // namespace starling
