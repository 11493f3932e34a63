#include <starling/inference/ancestors.hpp>

#include <algorithm>

namespace starling {

namespace {

template <class T>
void systematic(const T* weights, std::size_t n, double total, double u, std::uint32_t* ancestors) {
  const double scale = static_cast<double>(n) / total;
  double sum = 0;
  std::size_t k = 0;
  std::uint32_t last = 0;  // that has a weight
  for (std::size_t i = 0; i < n; ++i) {
    sum += static_cast<double>(weights[i]);
    // The places below the cumulative weight: the smallest k with k + u ≥ n·sum/total.
    const double place = sum * scale - u;
    const auto whole = static_cast<std::int64_t>(place);
    const auto end = std::min(static_cast<std::size_t>(std::max<std::int64_t>(whole + (place > static_cast<double>(whole)), 0)), n);
    last = end > k ? static_cast<std::uint32_t>(i) : last;
    // Eight at once, without a branch that cannot be foretold: what is too many is overwritten by the next.
    for (std::size_t j = k; j < end + 1; j += 8) std::fill_n(ancestors + j, 8, static_cast<std::uint32_t>(i));
    k = std::max(k, end);
  }
  if (k < n) std::fill(ancestors + k, ancestors + n, last);  // where rounding left some over
}

}  // namespace

void systematic_ancestors(const double* weights, std::size_t n, double total, double u, std::uint32_t* ancestors) {
  systematic(weights, n, total, u, ancestors);
}
void systematic_ancestors(const float* weights, std::size_t n, double total, double u, std::uint32_t* ancestors) {
  systematic(weights, n, total, u, ancestors);
}

}  // namespace starling
