// switch_(f0, f1, …): runs the branch that an index names.
//
//   constexpr auto shape = sl::switch_(square, circle);
//   trace("shape", shape, trace("which", sl::bernoulli(0.5)), args…);
//
// The index is the first argument: given or random, 0 … n − 1 (a boolean counts as 0 or 1); the others go to the branch. The branch's
// choices stand directly under the address of the call. In lanes each lane runs its own branch. Returns what the branch returns.
// Density: that of the branch that runs. On a change of branch: see branches.hpp and the laws of update and regenerate.
// Throws std::out_of_range for another index.
#pragma once

#include <limits>

#include <starling/combinators/branches.hpp>

namespace starling {

template <generative_function... Branch>
struct switch_model : generative {
  static constexpr bool is_dynamic = (Branch::is_dynamic || ...);
  static constexpr bool is_stateless = (Branch::is_stateless && ...);
  std::tuple<Branch...> branches;
  constexpr explicit switch_model(Branch... b) : branches(std::move(b)...) {}

  template <class Handler, class Index, class... Args>
  auto run(Handler& trace, const Index& index, const Args&... args) const {
    const auto which = named(trace, index);
    const auto holds = [&](std::size_t i) { return typename Handler::mask(which == static_cast<long>(i)); };
    return run_branches(trace, branches, holds, [&](std::size_t) { return arguments<const Args&...>{std::tuple<const Args&...>(args...)}; });
  }

 private:
  // The index as a whole number, checked. An index without a value (its distribution's parameters were bad) counts as 0.
  template <class Handler, class Index>
  static auto named(const Handler& trace, const Index& index) {
    constexpr long n = sizeof...(Branch);
    if constexpr (lanes_of<Index> == 1) {
      const long i = static_cast<long>(index);
      if (i == std::numeric_limits<long>::min()) return 0L;
      if ((i < 0 || i >= n) && any(trace.active())) refuse(trace, i);
      return i;
    } else {
      const auto x = to_real(index);
      using V = std::decay_t<decltype(x)>;
      const V i = where(x == x, x, V(0));
      const auto outside = trace.active() & ((i < V(0)) | !(i < V(static_cast<scalar_of<V>>(n))));
      if (any(outside)) {
        int l = 0;
        while (!outside[l]) ++l;
        refuse(trace, static_cast<long>(i[l]));
      }
      return whole_of<V>::from(i);
    }
  }
  template <class Handler>
  [[noreturn, gnu::cold]] static void refuse(const Handler& trace, long index) {
    throw std::out_of_range("switch_ at " + trace.here().str() + ": there is no branch " + std::to_string(index) + "; it has " +
                            std::to_string(sizeof...(Branch)) + ", from 0 on");
  }
};

template <generative_function... Branch>
constexpr auto switch_(Branch... branches) {
  static_assert(sizeof...(Branch) > 0, "switch_ needs at least one branch");
  return switch_model<Branch...>(std::move(branches)...);
}

}  // namespace starling
