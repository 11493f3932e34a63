// empirical(values): each of the values given with the same probability: weighted(values, 1, 1, …).
#pragma once

#include <cstddef>

#include <starling/distributions/weighted.hpp>

namespace starling {

// n times 1.
struct equal_weights {
  std::size_t n;
  std::size_t size() const { return n; }
  double operator[](std::size_t) const { return 1; }
};

template <class Values> auto empirical(Values&& values) {
  const std::size_t n = values.size();
  return weighted<held<Values>, equal_weights>(held<Values>(std::forward<Values>(values)), equal_weights{n});
}

}  // namespace starling
