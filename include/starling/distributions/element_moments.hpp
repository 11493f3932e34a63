// Means and variances of vectors and matrices, element by element: members mean() and variance() of their distributions, in the run's arena.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// f(0), …, f(n − 1), NaN where not good; R: a number that holds all parameters.
template <class R, class Good, class F> vector<R> vector_where(const Good& good, std::size_t n, F f) {
  const vector<R> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = where(good, R(f(i)), R(not_a_number));
  return r;
}
// f(i, j) for each row i and column j, NaN where not good.
template <class R, class Good, class F> matrix<R> matrix_where(const Good& good, std::size_t rows, std::size_t cols, F f) {
  const matrix<R> r(rows, cols);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) r(i, j) = where(good, R(f(i, j)), R(not_a_number));
  return r;
}
// Element (i, j) of L Lᵀ, L lower triangular.
template <class Factor> auto square_of_lower_at(const Factor& l, std::size_t i, std::size_t j) {
  auto sum = l(i, 0) * l(j, 0);
  for (std::size_t k = 1; k <= i && k <= j; ++k) sum = sum + l(i, k) * l(j, k);
  return sum;
}
// The sum of a sequence's elements.
template <class S> auto sum_of_elements(const S& s) {
  promote<element_of<S>> total = element_at{0}(s);
  for (std::size_t i = 1; i < s.size(); ++i) total = total + element_at{i}(s);
  return total;
}

}  // namespace starling
