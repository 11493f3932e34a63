// mixture(weights, d1, d2, …): component k with probability weights[k], and a draw of it. mixture(weights, d), d a scalar distribution with vector
// parameters, mixes its elements: mixture(w, normal(means, 1.0)). The weights sum to 1. logits(w) in their place: weights proportional to exp(w).
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/distributions/bijectors.hpp>
#include <starling/distributions/inner_numbers.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/support_ends.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/log_sum_exp.hpp>

namespace starling {

// Logarithms of weights, up to a common number.
template <class Values> struct logits_of {
  Values values;
};
template <class Values> auto logits(Values&& values) { return logits_of<held<Values>>{std::forward<Values>(values)}; }
template <class W> inline constexpr bool are_logits = false;
template <class Values> inline constexpr bool are_logits<logits_of<Values>> = true;

template <class W> inline constexpr bool has_adjoints = is_adjoint<element_of<W>>;
template <class Values> inline constexpr bool has_adjoints<logits_of<Values>> = is_adjoint<element_of<Values>>;
// Whether the elements of a distribution with vector parameters know their tails.
template <class D> struct elements_with_tails {
  template <class> struct of;
  template <class... P> struct of<std::tuple<P...>> {
    static constexpr bool yes = formulas_with_tails<typename D::formulas, element_of<P>...>;
  };
  static constexpr bool yes = of<std::remove_cvref_t<decltype(std::declval<const D&>().values())>>::yes;
};

// The components of a mixture: a list, or the elements of one distribution with vector parameters.
template <class... D> struct mixture_components {
  std::tuple<D...> all;
  using first = std::tuple_element_t<0, std::tuple<D...>>;
  template <class V> using value = drawn_type<first, V>;
  static constexpr bool have_tails = (has_log_tails<D> && ...), follow = (can_follow<D> && ...);
  static constexpr bool alike = (std::is_same_v<drawn_type<D, double>, drawn_type<first, double>> && ...);
  template <class X> using density = promote<std::remove_cvref_t<decltype(std::declval<const D&>().log_density(std::declval<const X&>()))>...>;
  static_assert(alike, "sl::mixture: the components must have values of one kind (real, whole or boolean numbers)");

  std::size_t size() const { return sizeof...(D); }
  // Calls f(k, component k).
  template <class F> void each(F f) const {
    std::size_t k = 0;
    std::apply([&](const auto&... d) { (f(k++, d), ...); }, all);
  }
};
template <class D>
  requires(D::is_vector)
struct mixture_components<D> {
  std::tuple<D> all;
  template <class V> using value = typename D::formulas::template value<V>;
  static constexpr bool have_tails = elements_with_tails<D>::yes, follow = can_follow<D>;
  template <class> struct numbers_of;
  template <class... P> struct numbers_of<std::tuple<P...>> {
    using type = promote<element_of<P>...>;
  };
  template <class X> using density = promote<X, typename numbers_of<std::remove_cvref_t<decltype(std::declval<const D&>().values())>>::type>;

  std::size_t size() const { return std::get<0>(all).size(); }
  template <class F> void each(F f) const {
    for (std::size_t k = 0; k < size(); ++k)
      std::apply([&](const auto&... p) { f(k, elementwise<typename D::formulas, std::remove_cvref_t<decltype(element_at{k}(p))>...>(element_at{k}(p)...)); },
                 std::get<0>(all).values());
  }
};

// Whether D is a distribution of one number by formulas, with parameters that are numbers.
template <class D> inline constexpr bool is_by_formulas = requires { requires !D::is_vector; typename D::formulas; };
template <class D> struct component_parameters;
template <class D>
  requires is_by_formulas<D>
struct component_parameters<D> {
  using tuple = std::remove_cvref_t<decltype(std::declval<const D&>().values())>;
  template <class> struct of;
  template <class... P> struct of<std::tuple<P...>> {
    static constexpr bool adjoint = any_adjoint<P...>;
  };
  static constexpr bool are_adjoint = of<tuple>::adjoint;
};
// log Σ exp(weight k + log density k at x): the logarithms of the weights of a list of distributions by formulas, then the parameters of each.
template <class... D> struct density_of_list {
  template <class X, class... A> [[gnu::always_inline]] auto operator()(const X& x, const A&... a) const {
    return sum<0, sizeof...(D), D...>(x, std::tie(a...));
  }
  template <std::size_t Weight, std::size_t First, class Component, class... Rest, class X, class All> [[gnu::always_inline]] static auto sum(const X& x, const All& all) {
    constexpr std::size_t count = std::tuple_size_v<typename component_parameters<Component>::tuple>;
    const auto term = [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      return std::get<Weight>(all) + Component::formulas::log_density(x, std::get<First + I>(all)...);
    }
    (std::make_index_sequence<count>());
    if constexpr (sizeof...(Rest) == 0) return term;
    else return log_sum_exp(term, sum<Weight + 1, First + count, Rest...>(x, all));
  }
};

// Whether all have one support without parameters, whose numbers are known from their free numbers (bijectors.hpp).
template <class... D> inline constexpr bool have_one_support = false;
template <class First, class... D>
  requires(sizeof...(D) > 0)
inline constexpr bool have_one_support<First, D...> = requires(const First& d, const double& u) {
  requires std::is_empty_v<std::remove_cvref_t<decltype(d.support())>>;
  requires(std::is_same_v<decltype(d.support()), decltype(std::declval<const D&>().support())> && ...);
  bijector<std::remove_cvref_t<decltype(d.support())>>::inner(d.support(), u, bijector<std::remove_cvref_t<decltype(d.support())>>::known(u));
};

template <class Weights, class... D> struct mixture : distribution {
  static constexpr std::string_view name = "mixture";
  static constexpr bool by_logits = are_logits<Weights>;
  using components = mixture_components<D...>;
  template <class V> using value = typename components::template value<V>;
  static constexpr auto draws_follow = std::is_same_v<value<double>, double> ? draw_derivative::implicit : draw_derivative::none;
  // Derivatives with respect to the weights need the components' tails.
  static constexpr bool has_tails = components::have_tails;
  static constexpr bool follows = draws_follow != draw_derivative::none && components::follow && (has_tails || !has_adjoints<Weights>);

  Weights weights;
  components of;

  // Throws std::invalid_argument where there is not one weight for each component.
  mixture(Weights w, D... d) : weights(std::move(w)), of{{std::move(d)...}} {
    if (numbers().size() != of.size()) [[unlikely]]
      throw_wrong_number_of_weights(numbers().size(), of.size());
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    using drawn = value<V>;
    const V target = rng.uniform() * V(total());
    V reached(0);
    drawn chosen = no_value<drawn>();
    mask_of<V> earlier(false), good(is_good<V>());
    of.each([&](std::size_t k, const auto& d) {
      rng.next_stage();
      reached = reached + V(weight(k));
      const mask_of<V> mine = both(!earlier, either(target <= reached, mask_of<V>(k + 1 == of.size())));
      earlier = either(earlier, mine);
      chosen = where(mine, drawn(d.sample(rng)), chosen);
    });
    chosen = where(good, chosen, no_value<drawn>());
    if constexpr (differentiable<V> && differentiable<drawn> && has_tails && is_differentiable<element_of<decltype(numbers())>>) return following_weights(chosen);
    else return chosen;
  }

  template <class X> auto log_density(const X& x) const {
    return weighted<X>([&](const auto& d) { return d.log_density(x); });
  }
  // At a number inside the support that all components have.
  template <class X> auto log_density_inside(const X& x) const
    requires(have_one_support<D...>)
  {
    return weighted<std::remove_cvref_t<decltype(x.inside())>>([&](const auto& d) { return density_inside(d, x); });
  }

  // The log density of n values of which each is drawn by itself, as elementwise's: one entry on the tape.
  template <bool PassedOn = false, class X> auto fused_log_density_of_all(const X& x) const
    requires((is_by_formulas<D> && ...) && (has_adjoints<Weights> || is_adjoint<element_of<X>> || (component_parameters<D>::are_adjoint || ...)))
  {
    const auto weights_of = [&]<std::size_t... K>(std::index_sequence<K...>) { return std::tuple((log_weight(K) - log_total())...); }(std::index_sequence_for<D...>());
    const auto numbers_of = std::apply([&](const auto&... d) { return std::tuple_cat(weights_of, d.values()...); }, of.all);
    const auto sum = std::apply([&](const auto&... p) { return fused_sum<PassedOn>(x.size(), density_of_list<D...>(), x, p...); }, numbers_of);
    using real = std::remove_cvref_t<decltype(sum)>;
    using V = primal_of<real>;
    const mask_of<V> good = is_good<V>();
    return real(where(good, sum, real(negative_infinity)));
  }

  auto support() const {
    if constexpr (have_one_support<D...>) return std::get<0>(of.all).support();
    else return hull();
  }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t k = 0; k < of.size(); ++k) {
      const auto w = element_at{k}(numbers());
      if constexpr (by_logits) visit("weights", w, w < decltype(w)(positive_infinity), "must be logarithms, not NaN or ∞, and not all −∞");
      else visit("weights", w, both(is_probability(w), sums_to_one()), "must be between 0 and 1 and sum to 1");
    }
    of.each([&](std::size_t, const auto& d) { d.parameters(visit); });
  }

 private:
  // From the least number of all components to the greatest.
  auto hull() const {
    promote<double> lo = positive_infinity, hi = negative_infinity;
    of.each([&](std::size_t, const auto& d) {
      const auto s = d.support();
      lo = min(lo, lowest_lane(least_in(s)));
      hi = max(hi, -lowest_lane(-greatest_in(s)));
    });
    if constexpr (std::is_same_v<value<double>, double>) return bounded{lo, hi};
    else return whole_range{static_cast<long>(max(lo, -9007199254740992.0)), static_cast<long>(min(hi, 9007199254740992.0))};
  }
  // A draw that follows its component also follows the weights w_k, which sum to 1: ∂x/∂w_k = −F_k(x) / f(x), or as they sum to 1 (1 − F_k(x)) / f(x).
  template <class R> R following_weights(const R& x) const {
    using V = primal_of<R>;
    const V at = x.value(), density = exp(V(primal(log_density(at)))), middle = V(primal(total()));
    V below(0);
    of.each([&](std::size_t k, const auto& d) { below = below + V(primal(weight(k))) * exp(V(primal(log_cdf(d, at)))); });
    const auto lower = below < 0.5 * middle;
    const R sum = R(total());
    R moved(0);
    of.each([&](std::size_t k, const auto& d) {
      const V shift = where(lower, V(-exp(V(primal(log_cdf(d, at))))), V(exp(V(primal(log_survival(d, at)))))) / density;
      const R w = R(weight(k)) / sum;
      moved = moved + map_derivatives(V(0), w, [&](const V& by) { return passed_on(by, shift); });
    });
    const auto same = [](const V& by) { return by; };
    return join(at, x, same, moved, same);
  }
  // The logarithm of the sum of the components' densities, times their weights.
  template <class X, class F> auto weighted(F log_density_of) const {
    using weight_type = element_of<std::remove_cvref_t<decltype(numbers())>>;
    using real = promote<weight_type, typename components::template density<X>>;
    vector<real> terms(of.size());
    of.each([&](std::size_t k, const auto& d) { terms[k] = real(log_weight(k) + log_density_of(d)); });
    return never_nan(where(is_good<real>(), real(log_sum_exp(terms) - log_total()), real(negative_infinity)));
  }
  [[noreturn, gnu::cold, gnu::noinline]] static void throw_wrong_number_of_weights(std::size_t weights, std::size_t components) {
    throw std::invalid_argument("mixture: expected a weight for each of " + std::to_string(components) + " components but received " + std::to_string(weights));
  }
  const auto& numbers() const {
    if constexpr (by_logits) return weights.values;
    else return weights;
  }
  auto highest() const {
    auto top = element_at{0}(numbers());
    for (std::size_t k = 1; k < of.size(); ++k) top = max(top, element_at{k}(numbers()));
    return top;
  }
  auto weight(std::size_t k) const {
    if constexpr (by_logits) return exp(element_at{k}(numbers()) - highest());
    else return element_at{k}(numbers());
  }
  auto log_weight(std::size_t k) const {
    if constexpr (by_logits) return element_at{k}(numbers()) - highest();
    else return log(element_at{k}(numbers()));
  }
  auto total() const {
    auto sum = weight(0);
    for (std::size_t k = 1; k < of.size(); ++k) sum = sum + weight(k);
    return sum;
  }
  auto log_total() const {
    if constexpr (by_logits) return log(total());
    else return 0.0;
  }
  auto sums_to_one() const {
    const auto sum = total();
    const double tolerance = sizeof(scalar_of<std::remove_cvref_t<decltype(sum)>>) == 8 ? 1e-8 : 1e-4;
    return both(sum >= 1 - tolerance, sum <= 1 + tolerance);
  }
  template <class R> mask_of<R> is_good() const {
    mask_of<R> good(true);
    if constexpr (by_logits) {
      good = both(good, is_positive_finite(total()));
    } else {
      good = both(good, sums_to_one());
      for (std::size_t k = 0; k < of.size(); ++k) good = both(good, is_probability(element_at{k}(numbers())));
    }
    of.each([&](std::size_t, const auto& d) { good = both(good, has_good_parameters<R>(d)); });
    return good;
  }
  template <class X> static double lowest_lane(const X& x) {
    const auto p = primal(x);
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(p)>>) return static_cast<double>(p);
    else return static_cast<double>(min_lane(p));
  }
};
template <class W> struct held_weights {
  using type = held<W>;
};
template <class V> struct held_weights<logits_of<V>> {
  using type = logits_of<V>;
};
template <class W, class... D> mixture(W&&, D...) -> mixture<typename held_weights<std::conditional_t<are_logits<std::remove_cvref_t<W>>, std::remove_cvref_t<W>, W>>::type, D...>;

}  // namespace starling
