// poisson_binomial(probabilities): how many of n independent trials succeed, trial i with probability probabilities[i].
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>

namespace starling {

template <class Probabilities> struct poisson_binomial : distribution {
  static constexpr std::string_view name = "poisson_binomial";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = whole_of<V>;

  Probabilities probabilities;

  explicit poisson_binomial(Probabilities p) : probabilities(std::move(p)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    V count(0);
    for (std::size_t i = 0; i < probabilities.size(); ++i) count = count + where(rng.uniform() < V(element_at{i}(probabilities)), V(1), V(0));
    return drawn_whole(V(where(is_good(), count, V(not_a_number))));
  }

  // Adds up the trials one by one, in n² steps, with the odds of all multiplied by a common factor, for which k is an ordinary count: so no
  // probability underflows. P(k) is that of the other odds, times Π (1 − p + p · factor) / factor^k, whatever the factor.
  template <class X> auto log_density(const X& x) const {
    const auto k = as_real(x);
    const auto inside = support().contains(k);
    const auto factor = tilt(k);
    using real = promote<std::remove_cvref_t<decltype(k)>, element_of<Probabilities>>;
    const std::size_t n = probabilities.size();
    vector<real> ways(n + 1);
    ways[0] = real(1);
    real scales = -k * log(factor);
    for (std::size_t i = 0; i < n; ++i) {
      const auto p = element_at{i}(probabilities);
      const auto scale = (1.0 - p) + p * factor;
      const auto q = (1.0 - p) / scale, r = p * factor / scale;
      scales = scales + log(scale);
      ways[i + 1] = ways[i] * r;
      for (std::size_t j = i; j > 0; --j) ways[j] = ways[j] * q + ways[j - 1] * r;
      ways[0] = ways[0] * q;
    }
    real chosen(0);
    for (std::size_t j = 0; j <= n; ++j) chosen = where(k == static_cast<double>(j), ways[j], chosen);
    return never_nan(where(both(inside, is_good()), log(chosen) + scales, negative_infinity));
  }

  auto support() const { return whole_range{0L, static_cast<long>(probabilities.size())}; }

  auto mean() const {
    element_of<Probabilities> total(0);
    for (std::size_t i = 0; i < probabilities.size(); ++i) total = total + element_at{i}(probabilities);
    return where(is_good(), total, decltype(total)(not_a_number));
  }
  auto variance() const {
    element_of<Probabilities> total(0);
    for (std::size_t i = 0; i < probabilities.size(); ++i) total = total + element_at{i}(probabilities) * (1.0 - element_at{i}(probabilities));
    return where(is_good(), total, decltype(total)(not_a_number));
  }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const auto p = element_at{i}(probabilities);
      visit("probabilities", p, is_probability(p), "must be between 0 and 1");
    }
  }

 private:
  // About the factor by which k + ½ of n + 1 successes are expected: by bisection of its logarithm.
  template <class K> auto tilt(const K& k) const {
    using V = primal_of<promote<K, element_of<Probabilities>>>;
    const V wanted = V(primal(k)) + 0.5;
    const double more = static_cast<double>(probabilities.size() + 1) / (static_cast<double>(probabilities.size()) + 1e-300);
    V low(-700), high(700);
    for (int step = 0; step < 20; ++step) {
      const V middle = 0.5 * (low + high), factor = exp(middle);
      V expected(0);
      for (std::size_t i = 0; i < probabilities.size(); ++i) {
        const V p(primal(element_at{i}(probabilities)));
        expected = expected + p * factor / ((1.0 - p) + p * factor);
      }
      const auto too_few = expected * more < wanted;
      low = where(too_few, middle, low);
      high = where(too_few, high, middle);
    }
    return V(exp(0.5 * (low + high)));
  }
  auto is_good() const {
    mask_of<element_of<Probabilities>> good(true);
    for (std::size_t i = 0; i < probabilities.size(); ++i) good = both(good, is_probability(element_at{i}(probabilities)));
    return good;
  }
};
template <class P> poisson_binomial(P&&) -> poisson_binomial<held<P>>;

}  // namespace starling
