// piecewise_uniform(edges, probabilities): uniform in each of n intervals, edges[i] to edges[i + 1] with probability probabilities[i]; n + 1 edges
// ascend, the probabilities sum to 1. An inner edge belongs to the interval above it.
#pragma once

#include <cstddef>
#include <string>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/probabilities.hpp>

namespace starling {

template <class Edges, class Probabilities> struct piecewise_uniform : distribution {
  static constexpr std::string_view name = "piecewise_uniform";
  static constexpr auto draws_follow = draw_derivative::implicit;

  Edges edges;
  Probabilities probabilities;

  // Throws std::invalid_argument where the sizes do not fit.
  piecewise_uniform(Edges e, Probabilities p) : edges(std::move(e)), probabilities(std::move(p)) {
    if (probabilities.size() == 0 || edges.size() != probabilities.size() + 1) [[unlikely]]
      throw_wrong_number_of_edges(edges.size(), probabilities.size());
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V u = rng.uniform(), within = rng.uniform();
    V reached(0), before(0), p(element_at{0}(probabilities)), lo(element_at{0}(edges)), hi(element_at{1}(edges));
    for (std::size_t i = 1; i < probabilities.size(); ++i) {
      reached = reached + V(element_at{i - 1}(probabilities));
      const auto beyond = both(u > reached, element_at{i}(probabilities) > 0.0);
      lo = where(beyond, V(element_at{i}(edges)), lo);
      hi = where(beyond, V(element_at{i + 1}(edges)), hi);
      if constexpr (differentiable<V>) before = where(beyond, reached, before), p = where(beyond, V(element_at{i}(probabilities)), p);
    }
    if constexpr (differentiable<V>) {
      // With F = reached + p (x − lo) / (hi − lo) held fixed: ∂x/∂θ = −(∂F/∂θ) (hi − lo) / p.
      using plain = primal_of<V>;
      const V width = hi - lo;
      const plain x = where(mask_of<plain>(is_good()), min(plain(lo.value() + width.value() * within.value()), hi.value()), plain(not_a_number));
      const V passed = before + p * ((V(x) - lo) / width);
      return map_derivatives(x, passed, [&](const plain& d) { return passed_on(d, plain(-width.value() / p.value())); });
    } else {
      return V(where(is_good(), min(lo + (hi - lo) * within, hi), V(not_a_number)));
    }
  }

  template <class X> auto log_density(const X& given) const {
    const auto x = as_real(given);
    promote<X, element_of<Edges>, element_of<Probabilities>> lp(negative_infinity);
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const auto lo = element_at{i}(edges), hi = element_at{i + 1}(edges);
      const auto inside = i + 1 == probabilities.size() ? both(x >= lo, x <= hi) : both(x >= lo, x < hi);
      lp = where(inside, log(element_at{i}(probabilities)) - log(hi - lo), lp);
    }
    return never_nan(where(is_good(), lp, negative_infinity));
  }

  auto support() const { return interval{element_at{0}(edges), element_at{probabilities.size()}(edges)}; }

  auto mean() const {
    return over_pieces([](const auto& p, const auto& lo, const auto& hi) { return p * (lo + 0.5 * (hi - lo)); });
  }
  auto variance() const {
    const auto centre = mean();
    return over_pieces([&](const auto& p, const auto& lo, const auto& hi) {
      const auto off = lo + 0.5 * (hi - lo) - centre;
      return p * (off * off + (hi - lo) * (hi - lo) / 12.0);
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t i = 0; i < edges.size(); ++i) visit("edges", element_at{i}(edges), is_edge(i), "must be finite and greater than the one before");
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const auto p = element_at{i}(probabilities);
      visit("probabilities", p, both(is_probability(p), sum_to_one()), "must be between 0 and 1 and sum to 1");
    }
  }

 private:
  [[noreturn, gnu::cold, gnu::noinline]] static void throw_wrong_number_of_edges(std::size_t of_edges, std::size_t of_probabilities) {
    throw std::invalid_argument("piecewise_uniform: expected one edge more than probabilities, and a probability at least, but received " + std::to_string(of_edges) +
                                " edges and " + std::to_string(of_probabilities) + " probabilities");
  }
  template <class F> auto over_pieces(F f) const {
    promote<element_of<Edges>, element_of<Probabilities>> total(0);
    for (std::size_t i = 0; i < probabilities.size(); ++i) total = total + f(element_at{i}(probabilities), element_at{i}(edges), element_at{i + 1}(edges));
    return where(is_good(), total, decltype(total)(not_a_number));
  }
  auto is_edge(std::size_t i) const {
    const auto e = element_at{i}(edges);
    return i == 0 ? is_finite(e) : both(is_finite(e), e > element_at{i - 1}(edges));
  }
  auto sum_to_one() const {
    auto total = element_at{0}(probabilities);
    for (std::size_t i = 1; i < probabilities.size(); ++i) total = total + element_at{i}(probabilities);
    const double tolerance = sizeof(scalar_of<decltype(total)>) == 8 ? 1e-8 : 1e-4;
    return both(total >= 1 - tolerance, total <= 1 + tolerance);
  }
  auto is_good() const {
    mask_of<promote<element_of<Edges>, element_of<Probabilities>>> good(true);
    good = both(good, sum_to_one());
    for (std::size_t i = 0; i < edges.size(); ++i) good = both(good, is_edge(i));
    for (std::size_t i = 0; i < probabilities.size(); ++i) good = both(good, is_probability(element_at{i}(probabilities)));
    return good;
  }
};
template <class E, class P> piecewise_uniform(E&&, P&&) -> piecewise_uniform<held<E>, held<P>>;

}  // namespace starling
