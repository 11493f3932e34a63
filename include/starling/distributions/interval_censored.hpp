// interval_censored(d, edges): in which interval a draw of d falls: k of 0, …, n where edges[k − 1] < draw ≤ edges[k], n the number of edges, which ascend; nothing
// bounds the first and the last. Exact however far out, in logarithms.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/truncated.hpp>

namespace starling {

template <class D, class Edges> struct interval_censored : distribution {
  static constexpr bool can_be = has_log_tails<D>;
  static_assert(can_be, "sl::interval_censored(d, edges) needs a scalar distribution that knows its tails (distributions/probabilities.hpp)");
  static constexpr std::string_view name = "interval_censored";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = whole_of<V>;

  D of;
  Edges edges;

  interval_censored(D d, Edges e) : of(std::move(d)), edges(std::move(e)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V x = V(as_real(of.sample(rng)));
    V k(0);
    for (std::size_t i = 0; i < edges.size(); ++i) k = k + where(x > V(element_at{i}(edges)), V(1), V(0));
    return drawn_whole(V(where(both(has_good_parameters<V>(of), ascend()), k, V(not_a_number))));
  }

  template <class X> auto log_density(const X& x) const {
    const auto k = as_real(x);
    using tail = std::remove_cvref_t<decltype(log_cdf(of, element_at{0}(edges)))>;
    using real = promote<tail, std::remove_cvref_t<decltype(primal(k))>>;
    real lp(negative_infinity);
    log_tails<tail> below{tail(negative_infinity), tail(0)};
    for (std::size_t i = 0; i <= edges.size(); ++i) {
      log_tails<tail> above{tail(0), tail(negative_infinity)};
      if (i < edges.size()) above = {log_cdf(of, element_at{i}(edges)), log_survival(of, element_at{i}(edges))};
      lp = where(primal(k) == static_cast<double>(i), real(log_between(below, above)), lp);
      below = above;
    }
    return never_nan(real(where(ascend(), lp, real(negative_infinity))));
  }

  auto support() const { return whole_range{0L, static_cast<long>(edges.size())}; }

  template <class Visit> void parameters(Visit&& visit) const {
    of.parameters(visit);
    for (std::size_t i = 0; i < edges.size(); ++i) visit("edges", element_at{i}(edges), is_edge(i), "must be finite and greater than the one before");
  }

 private:
  auto is_edge(std::size_t i) const {
    const auto e = element_at{i}(edges);
    return i == 0 ? is_finite(e) : both(is_finite(e), e > element_at{i - 1}(edges));
  }
  auto ascend() const {
    mask_of<promote<element_of<Edges>>> good(true);
    for (std::size_t i = 0; i < edges.size(); ++i) good = both(good, is_edge(i));
    return good;
  }
};
template <class D, class E> interval_censored(D, E&&) -> interval_censored<D, held<E>>;

}  // namespace starling
