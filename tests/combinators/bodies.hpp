// Small generative functions that the tables of combinators are made of, and their densities by hand.
#pragma once

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>

#include "models/law_rows.hpp"

namespace laws {

using choices = const sl::choice_map&;

// One choice where the call stands, one choice under a name.
constexpr auto noisy = sl::gen([](auto& trace, const auto& x, const auto& slope) { return trace({}, sl::normal(slope * x, 1.0)); });
constexpr auto named = sl::gen([](auto& trace, const auto& m) { return trace("x", sl::normal(m, 1.0)); });

// Branches that share "x"; `low` has "only" of its own, `flat_one` none of theirs.
constexpr auto low = sl::gen([](auto& trace, const auto& m) {
  const auto x = trace("x", sl::normal(m, 1.0));
  trace("only", sl::exponential(1.0));
  return x;
});
constexpr auto high = sl::gen([](auto& trace, const auto& m) { return trace("x", sl::normal(m + 1.0, 3.0)); });
constexpr auto apart = sl::gen([](auto& trace, const auto& m) { return 2.0 * trace("apart", sl::normal(m, 0.5)); });
inline void low_by_hand(choices c, const sl::path& here, double m, densities& lp) {
  lp(at(here, "x"), normal(c[at(here, "x")], m, 1));
  lp(at(here, "only"), exponential(c[at(here, "only")], 1));
}
inline void high_by_hand(choices c, const sl::path& here, double m, densities& lp) { lp(at(here, "x"), normal(c[at(here, "x")], m + 1, 3)); }
inline void apart_by_hand(choices c, const sl::path& here, double m, densities& lp) { lp(at(here, "apart"), normal(c[at(here, "apart")], m, 0.5)); }

// "v" is real in one and whole in the other; "w" has another width.
constexpr auto real_v = sl::gen([](auto& trace) {
  const auto w = trace("w", sl::iid(sl::normal(0.0, 1.0), 2));
  return trace("v", sl::normal(0.0, 1.0)) + w[1];
});
constexpr auto whole_v = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  trace("w", sl::iid(sl::normal(0.0, 1.0), 3));
  return R(0.5) * trace("v", sl::poisson(3.0));
});

}  // namespace laws
