#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/stillness.hpp>

#include <algorithm>
#include <cmath>

namespace starling {

bool moves_by_rounding_only(std::span<const double> values) {
  if (values.empty()) return false;
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  const double range = *largest - *smallest;
  return std::isfinite(range) && range <= 1e-12 * std::abs(mean(values));
}

}  // namespace starling
