// Where the derivatives of many numbers go.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/values/differentiable.hpp>
#include <starling/values/matrix_kernels.hpp>

namespace starling {

// The cells of n numbers: in a row from `cells` on, or anywhere (`each`, null for constants) with their own factors `by`;
// where some have a second cell, these too.
template <class V> struct captured_cells {
  std::size_t n = 0;
  V* cells = nullptr;
  V** each = nullptr;
  const V* by = nullptr;
  V** other = nullptr;
  const V* by_other = nullptr;

  [[gnu::always_inline]] void add(std::size_t i, const V& d) const {
    if (!each) {
      cells[i] += d;
      return;
    }
    if (each[i]) *each[i] += passed_on(d, by[i]);
    if (other && other[i]) *other[i] += passed_on(d, by_other[i]);
  }
  // Adds d[0], d[1], … to the derivatives.
  void add_all(const V* d) const {
    add_all_of([&]<class P>(std::size_t i) { return P::load(d + i); }, [&](std::size_t i) { return d[i]; });
  }
  // The same of functions: packs.template operator()<P>(i), of elements i, i + 1, … in one lane; one(i), of an element.
  template <class Packs, class One> [[gnu::always_inline]] void add_all_of(Packs packs, One one) const {
    if constexpr (std::is_arithmetic_v<V>)
      if (!each) return in_packs<V>(n, [&]<class P>(std::size_t i) { (P::load(cells + i) + packs.template operator()<P>(i)).store(cells + i); });
    for (std::size_t i = 0; i < n; ++i) add(i, one(i));
  }
  explicit operator bool() const { return n != 0; }
};

}  // namespace starling
