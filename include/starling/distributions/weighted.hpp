// weighted(values, weights): values[k] with probability weights[k] / Σ weights; values that are alike count together. Weights ≥ 0, one at least positive; values finite.
#pragma once

#include <cstddef>

#include <starling/distributions/category_draws.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class Values, class Weights> struct weighted : distribution {
  static_assert(sequence<Values> && sequence<Weights>, "sl::weighted(values, weights): both are vectors");
  static constexpr std::string_view name = "weighted";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = V;

  Values values;
  Weights weights;

  // Throws std::invalid_argument where the sizes differ, or are 0.
  weighted(Values v, Weights w) : values(std::move(v)), weights(std::move(w)) {
    if (values.size() == 0 || values.size() != weights.size()) [[unlikely]]
      throw_wrong_size("weighted: the weights", values.size(), weights.size());
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V k = V(as_real(draw_category(rng, values.size(), [&](std::size_t j) { return V(element_at{j}(weights)); })));
    V x = V(element_at{0}(values));
    for (std::size_t j = 1; j < values.size(); ++j) x = where(k == V(static_cast<double>(j)), V(element_at{j}(values)), x);
    return V(where(is_good(), x, V(not_a_number)));
  }

  template <class X> auto log_density(const X& x) const {
    const auto at = primal(as_real(x));
    using real = promote<element_of<Weights>, element_of<Values>, std::remove_cvref_t<decltype(at)>>;
    real found(0), total(0);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto w = element_at{k}(weights);
      total = total + w;
      found = found + where(at == primal(element_at{k}(values)), real(w), real(0));
    }
    return never_nan(real(where(both(is_good(), found > real(0)), log(found / total), real(negative_infinity))));
  }

  // From the least to the greatest value.
  auto support() const {
    auto lo = primal(element_at{0}(values)), hi = lo;
    for (std::size_t k = 1; k < values.size(); ++k) {
      lo = min(lo, primal(element_at{k}(values)));
      hi = max(hi, primal(element_at{k}(values)));
    }
    return interval{lo, hi};
  }
  auto mean() const {
    return moment([](const auto& v) { return v; });
  }
  auto variance() const {
    const auto centre = mean();
    return moment([&](const auto& v) { return (v - centre) * (v - centre); });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t k = 0; k < values.size(); ++k) visit("values", element_at{k}(values), is_finite(element_at{k}(values)), "must be finite");
    const auto some = is_positive_finite(total());
    for (std::size_t k = 0; k < weights.size(); ++k) visit("weights", element_at{k}(weights), both(element_at{k}(weights) >= 0.0, some), "must be 0 or more, finite, and not all 0");
  }

 private:
  auto total() const {
    auto sum = element_at{0}(weights);
    for (std::size_t k = 1; k < weights.size(); ++k) sum = sum + element_at{k}(weights);
    return sum;
  }
  template <class F> auto moment(F f) const {
    promote<element_of<Values>, element_of<Weights>> sum(0);
    for (std::size_t k = 0; k < values.size(); ++k) sum = sum + element_at{k}(weights)*f(element_at{k}(values));
    return sum / total();
  }
  auto is_good() const {
    mask_of<promote<element_of<Values>, element_of<Weights>>> good(true);
    parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
    return good;
  }
};
template <class V, class W> weighted(V&&, W&&) -> weighted<held<V>, held<W>>;

}  // namespace starling
