// zero_inflated(probability, d): 0 with that probability, else a draw of d, a distribution of counts.
#pragma once

#include <concepts>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/log_sum_exp.hpp>

namespace starling {

template <class Probability, class D> struct zero_inflated : distribution {
  static constexpr bool of_counts = is_distribution<D> && std::same_as<drawn_type<D, double>, long>;
  static_assert(of_counts, "sl::zero_inflated(probability, d): d must be a scalar distribution of whole numbers");
  static constexpr std::string_view name = "zero_inflated";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = whole_of<V>;

  Probability probability;
  D of;

  zero_inflated(Probability p, D d) : probability(std::move(p)), of(std::move(d)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V u = rng.uniform();
    rng.next_stage();
    const V count = to_real(of.sample(rng));
    const auto good = both(is_probability(V(probability)), has_good_parameters<V>(of));
    return drawn_whole(V(where(good, where(u < V(probability), V(0), count), V(not_a_number))));
  }

  template <class X> auto log_density(const X& x) const {
    const auto k = as_real(x);
    const auto lp = log1p(-probability) + of.log_density(x);
    using real = std::remove_cvref_t<decltype(lp)>;
    const auto good = both(is_probability(probability), has_good_parameters<real>(of));
    return never_nan(where(good, where(k == 0.0, real(log_sum_exp(log(probability), lp)), lp), negative_infinity));
  }

  auto support() const {
    const auto s = of.support();
    if constexpr (requires { s.lo; }) return whole_range{to_whole(min(as_real(s.lo), 0.0)), s.hi};
    else return s;
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("probability", probability, is_probability(probability), "must be between 0 and 1");
    of.parameters(visit);
  }
};
template <class P, class D> zero_inflated(P&&, D) -> zero_inflated<held<P>, D>;

}  // namespace starling
