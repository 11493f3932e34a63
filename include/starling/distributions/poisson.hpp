// poisson(rate): rate^k exp(−rate) / k! for k = 0, 1, 2, …; rate 0 always gives 0.
#pragma once

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/incomplete_functions.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/saddle_point.hpp>
#include <starling/distributions/small_factorials.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct poisson_formulas : whole_valued {
  static constexpr std::string_view name = "poisson";
  static constexpr auto draws_follow = draw_derivative::none;

  template <class Rng, class R> static auto sample(Rng& rng, const R& rate) {
    using V = typename Rng::real;
    const V mean = min(V(rate), V(certainly_too_many));
    const auto active = both(rng.active(), is_good(mean));
    const auto small = both(active, mean < V(10));
    V count(not_a_number);
    if (any(small)) count = where(small, invert_counts(rng.uniform(), V(exp(-mean)), small, [&](const V& k) { return mean / k; }), count);

    rng.next_stage();
    // W. Hörmann: The transformed rejection method for generating Poisson random variables (1993), algorithm PTRS.
    auto pending = both(active, !small);
    const V b = 0.931 + 2.53 * sqrt(mean);
    const V a = 0.02483 * b - 0.059;
    const V inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const V quick = 0.9277 - 3.6224 / (b - 2.0);
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const auto [place, v] = rng.pair();
      const V w = place - 0.5;
      const V room = 0.5 - abs(w);
      const V k = floor((2.0 * a / room + b) * w + mean + 0.43);
      auto accepted = both(pending, both(room >= V(0.07), v <= quick));
      const auto refused = either(k < V(0), both(room<V(0.013), v> room));
      const auto open = both(both(pending, !accepted), !refused);
      if (any(open)) accepted = either(accepted, both(open, log(v * inverse_alpha / (a / (room * room) + b)) <= log_density(k, mean)));
      count = where(accepted, k, count);
      pending = both(pending, !accepted);
    }
    return drawn_whole(count);
  }

  template <class K, class R> static auto log_density(const K& k, const R& rate) {
    const auto few = k < K(16);
    const auto by_factorial = [&] { return where(k == K(0), -rate, k * log_of_parameter(rate) - rate - small_log_factorial(k)); };
    const auto by_deviance = [&] { return -stirling_remainder(k) - deviance(k, rate) - half_log_two_pi - 0.5 * log(k); };
    using result = std::remove_cvref_t<decltype(where(few, by_factorial(), by_deviance()))>;
    const result lp = all(few) ? result(by_factorial()) : !any(few) ? result(by_deviance())
                                                                    : result(where(few, by_factorial(), by_deviance()));
    return where(both(nonnegative_whole{}.contains(k), is_good(rate)), lp, negative_infinity);
  }

  template <class R> static auto support(const R&) { return nonnegative_whole{}; }

  template <class R> static auto mean(const R& rate) { return rate; }
  template <class R> static auto variance(const R& rate) { return rate; }

  template <class K, class R> static auto tails(const K& k, const R& rate) {
    return tails_where(!(k < K(0)), exchanged(standard_tails<standard_gamma>(rate, whole_below(k) + 1.0)));
  }
  template <class T, class R> static auto quantile(const T& tails, const R& rate) { return least_count(least_poisson, tails, rate); }

  template <class Visit, class R> static void parameters(Visit&& visit, const R& rate) {
    visit("rate", rate, is_good(rate), "must be at least 0 and finite");
  }

 private:
  template <class R> static auto is_good(const R& rate) { return both(rate >= R(0), rate < R(positive_infinity)); }
};

template <class Rate> struct poisson : elementwise<poisson_formulas, Rate> {
  using elementwise<poisson_formulas, Rate>::elementwise;
};
template <class R> poisson(R&&) -> poisson<held<R>>;

}  // namespace starling
