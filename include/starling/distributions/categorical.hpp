// categorical(probabilities): k with probability probabilities[k], k = 0, …, n − 1; they sum to 1. Of thousands of plain probabilities a table is made once, when the
// distribution is: a draw or a density in a lane then costs the same for any n.
#pragma once

#include <cstddef>

#include <starling/distributions/category_draws.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/log.hpp>

namespace starling {

template <class Probabilities> struct categorical : distribution {
  static constexpr std::string_view name = "categorical";
  template <class V> using value = whole_of<V>;

  static constexpr bool may_have_table = std::is_same_v<element_of<Probabilities>, double>;

  Probabilities probabilities;
  category_table table;

  explicit categorical(Probabilities p) : probabilities(std::move(p)) {
    if constexpr (may_have_table)
      if (probabilities.size() >= category_table::worth_it) table = category_table(probabilities);
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    if constexpr (may_have_table && takes_category_table<V>)
      if (!table.empty()) return is_good() ? drawn_whole(V(table(V(rng.uniform())))) : no_value<whole_of<V>>();
    const auto k = draw_category(rng, probabilities.size(), [&](std::size_t j) { return V(element_at{j}(probabilities)); });
    return where(is_good(), k, no_value<whole_of<V>>());
  }

  template <class X> auto log_density(const X& k) const {
    const auto p = element_or_nan(probabilities, as_real(k));
    return never_nan(where(is_good(), log(p), negative_infinity));
  }

  auto support() const { return whole_range{0L, static_cast<long>(probabilities.size()) - 1}; }

  template <class Visit> void parameters(Visit&& visit) const {
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
      const auto p = element_at{k}(probabilities);
      visit("probabilities", p, both(is_probability(p), sums_to_one()), "must be between 0 and 1 and sum to 1");
    }
  }

 private:
  auto sums_to_one() const {
    if constexpr (may_have_table)
      if (!table.empty()) return table.total() >= 1 - 1e-8 && table.total() <= 1 + 1e-8;
    auto total = element_at{0}(probabilities);
    for (std::size_t k = 1; k < probabilities.size(); ++k) total = total + element_at{k}(probabilities);
    const double tolerance = sizeof(scalar_of<decltype(total)>) == 8 ? 1e-8 : 1e-4;
    return both(total >= 1 - tolerance, total <= 1 + tolerance);
  }
  auto is_good() const {
    auto good = sums_to_one();
    if constexpr (may_have_table)
      if (!table.empty()) return good && table.all_nonnegative;
    for (std::size_t k = 0; k < probabilities.size(); ++k)
      good = both(good, element_at{k}(probabilities) >= decltype(element_at{k}(probabilities))(0));
    return good;
  }
};
template <class P> categorical(P&&) -> categorical<held<P>>;

}  // namespace starling
