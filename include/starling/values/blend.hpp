// Values of any shape put together lane by lane.
#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/values/lift.hpp>

namespace starling {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_branches_differ(std::size_t a, std::size_t b) {
  throw std::invalid_argument("branches that run in different lanes gave vectors of " + std::to_string(a) + " and of " + std::to_string(b) + " elements");
}

// f applied to the leaves of a and b, which have the same shape (parts.hpp); what has no parts is a's. Throws where sizes differ.
template <class F, class X>
X map_leaves(F&& f, const X& a, const X& b) {
  if constexpr (value<X>) {
    return f(a, b);
  } else if constexpr (parts_kind<X> == made::whole) {
    return a;
  } else {
    if (!are_alike(a, b)) throw_branches_differ(parts_count(a), parts_count(b));
    return rebuilt<X>([&](const auto& x, const auto& y) { return map_leaves(f, x, y); }, a, b);
  }
}

// a where the mask holds, b elsewhere, leaf by leaf.
template <class M, class X>
X blend(const M& m, const X& a, const X& b) {
  if constexpr (std::same_as<M, bool>) {
    return m ? a : b;
  } else {
    return map_leaves([&](const auto& x, const auto& y) -> std::decay_t<decltype(x)> {
      if constexpr (lanes_of<std::decay_t<decltype(x)>> == 1) return x;
      else return where(m, x, y);
    },
                      a, b);
  }
}

}  // namespace starling
