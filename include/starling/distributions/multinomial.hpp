// multinomial(trials, probabilities): how often each of n categories comes in that many independent trials: trials! Π p_i^k_i / k_i!, Σ k_i = trials; one vector
// of whole numbers.
#pragma once

#include <starling/distributions/binomial.hpp>
#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

template <class Trials, class Probabilities> struct multinomial : distribution {
  static_assert(sequence<Probabilities>, "sl::multinomial(trials, probabilities): the probabilities are a vector");
  static constexpr std::string_view name = "multinomial";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<whole_of<V>>;

  Trials trials;
  Probabilities probabilities;

  multinomial(Trials t, Probabilities p) : trials(std::move(t)), probabilities(std::move(p)) { require_count(name, "the number of probabilities", size(), 1, largest_size); }

  std::size_t size() const { return probabilities.size(); }
  auto support() const { return counts_with_sum{size(), primal(trials)}; }

  // One category after the other: binomial of what is left.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto good = is_good();
    vector<V> behind(size());  // the probability of this category and those after it
    V total(0);
    for (std::size_t i = size(); i-- > 0;) behind[i] = total = total + V(element_at{i}(probabilities));
    vector<whole_of<V>> x(size());
    V left = V(as_real(trials));
    for (std::size_t i = 0; i < size(); ++i) {
      V count = left;
      if (i + 1 < size()) {
        rng.element(static_cast<std::uint32_t>(i));
        const V p = where(behind[i] > V(0), min(V(element_at{i}(probabilities)) / behind[i], V(1)), V(0));
        count = to_real(binomial_formulas::sample(rng, left, p));
      }
      left = left - count;
      x[i] = drawn_whole(V(where(good, count, V(not_a_number))));
    }
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using real = promote<element_of<X>, element_of<Probabilities>, Trials>;
    real lp(lgamma(trials + 1.0));
    for (std::size_t i = 0; i < size(); ++i) {
      const auto k = primal(element_at{i}(x));
      lp = lp + (where(k == 0.0, 0.0, k * log(element_at{i}(probabilities))) - lgamma(k + 1.0));
    }
    return never_nan(real(where(both(is_good(), support().contains(x)), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<promote<Trials, element_of<Probabilities>>>(is_good(), size(), [&](std::size_t i) { return as_real(trials) * element_at{i}(probabilities); });
  }
  auto variance() const {
    return vector_where<promote<Trials, element_of<Probabilities>>>(is_good(), size(), [&](std::size_t i) {
      const auto p = element_at{i}(probabilities);
      return as_real(trials) * p * (1.0 - p);
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("trials", trials, nonnegative_whole{}.contains(trials), "must be a whole number, 0 or more");
    const auto sums = sums_to_one();
    visit_elements(
        visit, "probabilities", probabilities, [&](const auto& p) { return both(is_probability(p), sums); }, "must be between 0 and 1 and sum to 1");
  }

 private:
  auto sums_to_one() const {
    auto total = element_at{0}(probabilities);
    for (std::size_t i = 1; i < size(); ++i) total = total + element_at{i}(probabilities);
    return near_one(total);
  }
  auto is_good() const {
    return both(nonnegative_whole{}.contains(trials), both(sums_to_one(), all_elements(probabilities, [](const auto& p) { return is_probability(p); })));
  }
};
template <class T, class P> multinomial(T&&, P&&) -> multinomial<held<T>, held<P>>;

}  // namespace starling
