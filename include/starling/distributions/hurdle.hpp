// hurdle(probability, d): 0 with that probability, else a draw of d that is not 0: of a d of counts given that it is not 0, of a d of positive numbers any draw.
#pragma once

#include <concepts>

#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class Probability, class D> struct hurdle : distribution {
  static constexpr bool of_counts = std::same_as<drawn_type<D, double>, long>, of_reals = std::same_as<drawn_type<D, double>, double>;
  static_assert(is_distribution<D> && (of_counts || of_reals), "sl::hurdle(probability, d): d must be a scalar distribution of counts or of positive numbers");
  static constexpr std::string_view name = "hurdle";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = drawn_type<D, V>;

  Probability probability;
  D of;

  hurdle(Probability p, D d) : probability(std::move(p)), of(std::move(d)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V u = rng.uniform();
    rng.next_stage();
    const auto good = both(is_probability(V(probability)), has_good_parameters<V>(of));
    const auto zero = u < V(probability);
    V x(not_a_number);
    if constexpr (of_reals) x = of.sample(rng);
    else x = positive_count(rng, both(rng.active(), both(good, !zero)));
    const V drawn = where(good, where(zero, V(0), x), V(not_a_number));
    if constexpr (of_counts) return drawn_whole(drawn);
    else return drawn;
  }

  template <class X> auto log_density(const X& x) const {
    const auto k = as_real(x);
    const auto without = [&] {
      if constexpr (of_counts) return of.log_density(x) - log1m_exp(of.log_density(0L));
      else return of.log_density(x);
    }();
    using real = promote<std::remove_cvref_t<decltype(without)>, Probability>;
    const auto good = both(is_probability(probability), has_good_parameters<real>(of));
    const real lp = where(k == 0.0, real(log(probability)), real(log1p(-probability) + without));
    return never_nan(real(where(good, lp, real(negative_infinity))));
  }

  auto support() const {
    if constexpr (of_reals) return nonnegative();
    else return of.support();
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("probability", probability, is_probability(probability), "must be between 0 and 1");
    of.parameters(visit);
  }

 private:
  // Where draws are mostly not 0 those that are are drawn again; elsewhere P(k) is added up from 1 on until a uniform share of 1 − P(0) is reached.
  template <class Rng, class V = typename Rng::real> V positive_count(Rng& rng, const mask_of<V>& wanted) const {
    const V rest = -expm1(V(of.log_density(0L)));  // P(k > 0)
    const auto again = both(wanted, rest > V(0.1));
    V x(not_a_number);
    auto pending = again;
    const auto active = rng.active();
    for (int round = 0; round < most_rounds && any(pending); ++round) {
      const V k = to_real(of.sample(rng));
      const auto accepted = both(pending, k > V(0));
      x = where(accepted, k, x);
      pending = both(pending, !accepted);
      rng.next_stage();
    }
    rng.set_active(active);
    rng.next_stage();
    const V target = rng.uniform() * rest;
    pending = both(wanted, !again);
    V reached(0);
    for (long k = 1; k < 1000000 && any(pending); ++k) {
      const V term = exp(V(of.log_density(k)));
      x = where(pending, V(static_cast<double>(k)), x);
      reached = reached + term;
      pending = both(pending, both(reached < target, either(term > V(0), V(static_cast<double>(k)) < V(1000))));
    }
    return x;
  }
};
template <class P, class D> hurdle(P&&, D) -> hurdle<held<P>, D>;

}  // namespace starling
