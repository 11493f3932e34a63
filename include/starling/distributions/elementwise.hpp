// Scalar distributions, and the same with vector parameters.
//
// A scalar distribution is written as formulas over numbers of any type:
//   struct normal_formulas : real_valued {
//     static constexpr std::string_view name = "normal";
//     template <class Rng, class L, class S> static auto sample(Rng& rng, const L& location, const S& scale);
//     template <class X, class L, class S> static auto log_density(const X& x, const L& location, const S& scale);
//     template <class L, class S> static auto support(const L&, const S&);
//     template <class Visit, class L, class S> static void parameters(Visit&& visit, const L& location, const S& scale);
//   };
// x and the parameters arrive as reals. `elementwise` adds the rest: NaN densities become −∞, draws with bad parameters
// become `no_value`, and where any parameter is a vector (sl::vector, std::vector, std::array, std::span) the
// distribution is that of one vector of independent elements: the density is the sum, a draw an sl::vector.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/fused.hpp>
#include <starling/distributions/supports.hpp>

namespace starling {

// Bases of formulas: what a draw is.
struct real_valued {
  template <class V> using value = V;
};
struct whole_valued {
  template <class V> using value = whole_of<V>;
};
struct boolean_valued {
  template <class V> using value = mask_of<V>;
};

// Whether all parameters are good, as told by the formulas' own visitor: a boolean, or a mask where one is in lanes.
template <class Formulas, class... P> auto are_valid(const P&... p) {
  mask_of<promote<P...>> valid(true);
  Formulas::parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { valid = both(valid, ok); },
                       p...);
  return valid;
}

// A draw, put into the support where it under- or overflowed, with `no_value` where a parameter is bad.
template <class Formulas, class Rng, class... P>
  requires(!differentiable<typename Rng::real>)
[[gnu::always_inline]] inline auto draw_element(Rng& rng, const P&... p) {
  using result = typename Formulas::template value<typename Rng::real>;
  result x(Formulas::sample(rng, p...));
  if constexpr (requires { Formulas::support(p...).nearest(x); }) x = Formulas::support(p...).nearest(x);
  return where(are_valid<Formulas>(p...), x, no_value<result>());
}
// The same draw where derivatives flow: it carries those with respect to the parameters that it follows.
template <class Formulas, class Rng, class... P>
  requires(differentiable<typename Rng::real>)
auto draw_element(Rng& rng, const P&... p) {
  if constexpr (draws_follow_of<Formulas>() == draw_derivative::none) {
    return draw_element<Formulas>(rng.plain(), primal(p)...);
  } else {
    using R = typename Rng::real;
    using V = primal_of<R>;
    const R x(Formulas::sample(rng, p...));
    V inside = x.value();
    if constexpr (requires { Formulas::support(primal(p)...).nearest(inside); }) inside = V(Formulas::support(primal(p)...).nearest(inside));
    const V value = where(mask_of<V>(are_valid<Formulas>(primal(p)...)), inside, V(not_a_number));
    const auto kept = value == x.value();
    if (all(kept)) return x;
    return map_derivatives(value, x, [&](const V& d) { return V(where(kept, d, V(0))); });
  }
}

template <class Formulas, class... Parameters> class elementwise : public distribution {
 public:
  using formulas = Formulas;
  static constexpr std::string_view name = Formulas::name;
  static constexpr bool is_vector = (sequence<Parameters> || ...);
  template <class V>
  using value = vector_if<is_vector, typename Formulas::template value<V>>;

  // By reference: a number that was copied before the others are worked out would have to wait for them in memory.
  template <class... P>
    requires(sizeof...(P) == sizeof...(Parameters) && (std::is_constructible_v<Parameters, P> && ...))
  explicit(sizeof...(Parameters) == 1) elementwise(P&&... p) : parameters_(std::forward<P>(p)...) {
    if constexpr (is_vector) size_ = std::apply([](const auto&... q) { return common_size(name, q...); }, parameters_);
  }

  std::size_t size() const
    requires(is_vector)
  {
    return size_;
  }
  // The parameters as they were given.
  const std::tuple<Parameters...>& values() const { return parameters_; }

  template <class Rng> [[gnu::always_inline]] auto sample(Rng& rng) const { return sample_of(rng, std::index_sequence_for<Parameters...>()); }

  // Inline to the last, so that what constant parameters give (a logarithm of 1) is computed by the compiler.
  template <class X> [[gnu::always_inline]] auto log_density(const X& x) const {
    return log_density_of(x, std::index_sequence_for<Parameters...>());
  }

  // The log density of element i of x by itself: elements are independent.
  template <class X> auto element_log_density(const X& x, std::size_t i) const
    requires(is_vector)
  {
    return std::apply([&](const auto&... p) { return never_nan(Formulas::log_density(element_at{i}(x), element_at{i}(p)...)); }, parameters_);
  }

  // The same with its derivatives, where x or a parameter is an adjoint: nothing is put on the tape.
  template <class X> auto fused_log_density(const X& x) const
    requires(!is_vector && any_adjoint<X, Parameters...>)
  {
    return std::apply(
        [&](const auto&... p) {
          return fused([](const auto& y, const auto&... q) { return never_nan(Formulas::log_density(y, q...)); }, as_real(x), p...);
        },
        parameters_);
  }
  // The log density by its ordinary terms (ordinary.hpp), its derivatives added to the cells; false where these do not hold: then nothing was done.
  template <class X, class V> [[gnu::always_inline]] bool pass_on_ordinary(const X& x, V& value) const
    requires(!is_vector && any_adjoint<X, Parameters...> && has_ordinary<Formulas, pack_for<V>>)
  {
    return std::apply(
        [&](const auto&... p) __attribute__((always_inline)) { return starling::pass_on_ordinary<Formulas>(value, as_real(x), p...); }, parameters_);
  }
  // The log density of n values of which each is drawn by itself, for a scalar distribution; some number is an adjoint.
  template <bool PassedOn = false, class X> auto fused_log_density_of_all(const X& x) const
    requires(!is_vector && any_adjoint<X, Parameters...>)
  {
    return std::apply(
        [&](const auto&... p) { return fused_sum<PassedOn>(x.size(), log_density_function<Formulas>(), x, p...); },
        parameters_);
  }
  // The log density of a vector; its derivatives are added to the cells at once: nothing is put on the tape.
  template <class X> auto pass_on_log_density(const X& x) const
    requires(is_vector && any_adjoint<X, Parameters...>)
  {
    return never_nan(std::apply([&](const auto&... p) { return fused_sum_of_elements<true>(x, p...); }, parameters_));
  }

  // The same for sums that are checked as a whole: NaN may stand for −∞.
  template <class X> auto unguarded_log_density(const X& x) const
    requires(!is_vector && !any_adjoint<X, Parameters...>)
  {
    return std::apply([&](const auto&... p) { return Formulas::log_density(as_real(x), p...); }, parameters_);
  }

  // −E log p(x), where the formulas say it: `entropy`. Of a vector that of all elements together.
  auto entropy() const
    requires requires(const element_of<Parameters>&... p) { Formulas::entropy(p...); }
  {
    return std::apply(
        [&](const auto&... p) {
          if constexpr (is_vector) {
            promote<element_of<Parameters>...> total(0.0);
            for (std::size_t i = 0; i < size(); ++i) total = total + Formulas::entropy(element_at{i}(p)...);
            return total;
          } else {
            return Formulas::entropy(p...);
          }
        },
        parameters_);
  }

  auto support() const {
    return std::apply(
        [&](const auto&... p) {
          if constexpr (is_vector)
            return vector_of{[parameters = parameters_](std::size_t i) {
                               return std::apply([&](const auto&... q) { return Formulas::support(element_at{i}(q)...); },
                                                 parameters);
                             },
                             size()};
          else
            return Formulas::support(p...);
        },
        parameters_);
  }

  template <class Visit> void parameters(Visit&& visit) const {
    std::apply(
        [&](const auto&... p) {
          if constexpr (is_vector)
            for (std::size_t i = 0; i < size(); ++i) Formulas::parameters(visit, element_at{i}(p)...);
          else
            Formulas::parameters(visit, p...);
        },
        parameters_);
  }

 private:
  template <class Rng, std::size_t... I> [[gnu::always_inline]] auto sample_of(Rng& rng, std::index_sequence<I...>) const {
    if constexpr (is_vector)
      return draw_elements<typename Formulas::template value<typename Rng::real>>(
          rng, size(), [&](auto& r, auto at) { return draw_element<Formulas>(r, at(std::get<I>(parameters_))...); });
    else
      return draw_element<Formulas>(rng, std::get<I>(parameters_)...);
  }
  template <class X, std::size_t... I> [[gnu::always_inline]] auto log_density_of(const X& x, std::index_sequence<I...>) const {
    constexpr bool on_tape = any_adjoint<X, Parameters...>;
    if constexpr (is_vector && on_tape)
      return never_nan(fused_sum_of_elements(x, std::get<I>(parameters_)...));
    else if constexpr (is_vector)
      return never_nan(sum_elements<promote<element_of<X>, element_of<Parameters>...>>(
          name, size(), x, [&](const auto& xi, auto at) __attribute__((always_inline)) { return Formulas::log_density(xi, at(std::get<I>(parameters_))...); }));
    else if constexpr (on_tape)
      return number_on_tape(x, std::get<I>(parameters_)...);
    else
      return never_nan(Formulas::log_density(as_real(x), std::get<I>(parameters_)...));
  }
  template <class X, class... P> [[gnu::always_inline]] auto number_on_tape(const X& x, const P&... p) const {
    using V = common_primal<X, P...>;
    if constexpr (has_ordinary<Formulas, pack_for<V>>) {
      adjoint<V> r;
      if (ordinary_number<Formulas>(r, as_real(x), p...)) [[likely]]
        return r;
    }
    return adjoint<V>(fused_log_density(x));
  }
  template <bool PassedOn = false, class X, class... P> auto fused_sum_of_elements(const X& x, const P&... p) const {
    static_assert(sequence<X>, "the value of a distribution with vector parameters is a vector");
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    return fused_sum<PassedOn>(size(), log_density_function<Formulas>(), x, p...);
  }

  struct nothing {};
  std::tuple<Parameters...> parameters_;
  [[no_unique_address]] std::conditional_t<is_vector, std::size_t, nothing> size_{};
};

}  // namespace starling
