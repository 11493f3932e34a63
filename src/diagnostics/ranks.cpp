#include <starling/diagnostics/ranks.hpp>

#include <starling/values/normal_functions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace starling {

std::vector<std::uint32_t> ascending_order(std::span<const double> values) {
  if (values.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("ascending_order sorts at most 2^32 - 1 values at a time.");
  struct entry {
    double value;
    std::uint32_t position;
  };
  std::vector<entry> entries(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) entries[i] = {values[i], static_cast<std::uint32_t>(i)};
  std::sort(entries.begin(), entries.end(), [](const entry& a, const entry& b) { return a.value < b.value; });
  std::vector<std::uint32_t> order(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) order[i] = entries[i].position;
  return order;
}

std::vector<std::uint32_t> folded_order(std::span<const double> values, std::span<const std::uint32_t> ascending, double centre) {
  // Distances ascend downwards from the centre and upwards from it; two fingers take the nearer one each time.
  const auto middle = std::partition_point(ascending.begin(), ascending.end(),
                                           [&](std::uint32_t i) { return values[i] < centre; });
  auto down = middle;
  auto up = middle;
  std::vector<std::uint32_t> order;
  order.reserve(values.size());
  while (order.size() < ascending.size()) {
    const bool take_lower = down != ascending.begin() &&
                            (up == ascending.end() || std::abs(values[*(down - 1)] - centre) < std::abs(values[*up] - centre));
    order.push_back(take_lower ? *--down : *up++);
  }
  return order;
}

std::vector<double> normal_scores(std::span<const double> values, std::span<const std::uint32_t> ascending) {
  const std::size_t n = values.size();
  std::vector<double> sorted(n);
  for (std::size_t first = 0, last = 0; first < n; first = last) {
    const double value = values[ascending[first]];
    while (last < n && values[ascending[last]] == value) ++last;
    const double rank = 0.5 * static_cast<double>(first + 1 + last);
    std::fill(sorted.begin() + static_cast<std::ptrdiff_t>(first), sorted.begin() + static_cast<std::ptrdiff_t>(last),
              (rank - 0.375) / (static_cast<double>(n) + 0.25));
  }
  constexpr std::size_t width = native_width<double>;
  std::size_t i = 0;
  for (; i + width <= n; i += width) normal_quantile(native_pack<double>::load(&sorted[i])).store(&sorted[i]);
  for (; i < n; ++i) sorted[i] = normal_quantile(sorted[i]);
  std::vector<double> scores(n);
  for (std::size_t k = 0; k < n; ++k) scores[ascending[k]] = sorted[k];
  return scores;
}

}  // namespace starling
