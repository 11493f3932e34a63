// dirichlet(concentration): Γ(Σ a) / Π Γ(a_k) · Π x_k^(a_k − 1) on the simplex; one vector-valued choice.
#pragma once

#include <cstddef>

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/distributions/gamma_draws.hpp>
#include <starling/distributions/log_of_parameter.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/gamma_function.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class Concentration> struct dirichlet : distribution {
  static constexpr std::string_view name = "dirichlet";
  static constexpr auto draws_follow = draw_derivative::implicit;
  template <class V> using value = vector<V>;

  Concentration concentration;

  explicit dirichlet(Concentration a) : concentration(std::move(a)) {}

  std::size_t size() const { return concentration.size(); }

  // Independent gamma draws over their sum; small concentrations underflow, so that the boosts stay logarithms until the largest is known.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    vector<V> boosts(size());
    const auto x = draw_elements<V>(rng, size(), [&](auto& r, auto at) {
      const auto g = draw_gamma(r, at(concentration));
      store_element(g.log_boost, boosts, at);
      return g.factor;
    });
    V top = boosts[0], largest = x[0];
    for (std::size_t k = 1; k < size(); ++k) top = max(top, boosts[k]), largest = max(largest, x[k]);
    V total(0);
    for (std::size_t k = 0; k < size(); ++k) {
      x[k] = x[k] / largest;
      if (any(primal(boosts[k]) != primal(top))) x[k] = x[k] * exp(boosts[k] - top);
      total = total + x[k];
    }
    const auto good = is_good();
    for (std::size_t k = 0; k < size(); ++k)
      x[k] = where(good, into_unit_interval(V(x[k] / total)), V(not_a_number));
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    const auto lp = log_density_of(x, [](const auto& xk) { return log(xk); });
    return never_nan(where(simplex{size()}.contains(x), lp, decltype(lp)(negative_infinity)));
  }
  // At a point inside, given with the logarithms of its elements (inner_simplex).
  template <class Point> auto log_density_inside(const Point& point) const {
    return never_nan(log_density_of(point.log_x, [](const auto& log_xk) { return log_xk; }));
  }

  auto support() const { return simplex{size()}; }

  auto mean() const {
    const auto total = sum_of_elements(concentration);
    return vector_where<promote<element_of<Concentration>>>(is_good(), size(), [&](std::size_t i) { return element_at{i}(concentration) / total; });
  }
  auto variance() const {
    const auto total = sum_of_elements(concentration);
    return vector_where<promote<element_of<Concentration>>>(is_good(), size(), [&](std::size_t i) {
      const auto a = element_at{i}(concentration);
      return a / total * ((total - a) / total) / (total + 1.0);
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t k = 0; k < size(); ++k) {
      const auto a = element_at{k}(concentration);
      visit("concentration", a, is_positive_finite(a), "must be positive and finite");
    }
  }

 private:
  template <class X, class LogOf> auto log_density_of(const X& x, LogOf log_of) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    auto sum_of_concentrations = element_at{0}(concentration);
    for (std::size_t k = 1; k < size(); ++k)
      sum_of_concentrations = sum_of_concentrations + element_at{k}(concentration);
    using real = promote<element_of<X>, element_of<Concentration>>;
    // Of few plain concentrations what depends on them only is remembered.
    const bool few = std::is_same_v<element_of<Concentration>, double> && size() <= 8;
    constexpr auto log_gamma = [](const auto& a) { return lgamma(a); };
    real lp(of_parameters_only(log_gamma, sum_of_concentrations));
    if (few)
      for (std::size_t k = 0; k < size(); ++k) lp = lp - of_parameters_only(log_gamma, element_at{k}(concentration));
    lp = lp + sum_elements<real>(name, size(), x, [&](const auto& xk, auto at) {
           const auto a = at(concentration);
           const auto power = (a - 1.0) * log_of(xk);
           return few ? std::remove_cvref_t<decltype(power - lgamma(a))>(power) : power - lgamma(a);
         });
    return where(is_good(), lp, real(negative_infinity));
  }
  auto is_good() const {
    auto good = is_positive_finite(element_at{0}(concentration));
    for (std::size_t k = 1; k < size(); ++k) good = both(good, is_positive_finite(element_at{k}(concentration)));
    return good;
  }
};
template <class A> dirichlet(A&&) -> dirichlet<held<A>>;

}  // namespace starling
