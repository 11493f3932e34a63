// exp(xᵢ) / Σ exp(x), without overflow.
#pragma once

#include <cstddef>

#include <starling/values/exp.hpp>
#include <starling/values/vector.hpp>

namespace starling {

template <class V> void softmax_of(const V* x, std::size_t n, V* to) {
  if (n == 0) return;
  V top = x[0];
  for (std::size_t i = 1; i < n; ++i) top = max(top, x[i]);
  V total(0);
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = exp(x[i] - top);
    total = total + to[i];
  }
  const V inverse = V(1) / total;
  for (std::size_t i = 0; i < n; ++i) to[i] = to[i] * inverse;
}

// A vector of positive numbers with sum 1.
template <plain_number R> vector<R> softmax(const vector<R>& x) {
  vector<R> r(x.size());
  softmax_of(static_cast<const R*>(x.data()), x.size(), r.data());
  return r;
}

}  // namespace starling
