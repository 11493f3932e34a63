#include <starling/diagnostics/ranks.hpp>

#include <starling/values/normal_functions.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace starling {

namespace {

struct entry {
  std::uint64_t key;
  std::uint32_t position;
};

// Whole numbers in the order of the values; every NaN after +infinity.
std::uint64_t key_of(double x) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  if (std::isnan(x)) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

// Sorts by eleven bits at a time, from the lowest up; bits that all keys share are passed over.
void radix_sort(std::vector<entry>& entries) {
  constexpr int bits = 11, passes = 6;
  constexpr std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::vector<std::array<std::uint32_t, mask + 1>> counts(passes);
  for (const entry& e : entries)
    for (std::size_t p = 0; p < passes; ++p) ++counts[p][(e.key >> (p * bits)) & mask];
  std::vector<entry> spare(entries.size());
  for (std::size_t p = 0; p < passes; ++p) {
    auto& count = counts[p];
    if (count[(entries[0].key >> (p * bits)) & mask] == entries.size()) continue;
    std::uint32_t before = 0;
    for (auto& c : count) before += std::exchange(c, before);
    for (const entry& e : entries) spare[count[(e.key >> (p * bits)) & mask]++] = e;
    entries.swap(spare);
  }
}

}  // namespace

std::vector<std::uint32_t> ascending_order(std::span<const double> values) {
  if (values.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("ascending_order sorts at most 2^32 - 1 values at a time.");
  std::vector<entry> entries(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) entries[i] = {key_of(values[i]), static_cast<std::uint32_t>(i)};
  if (values.size() < 512) std::sort(entries.begin(), entries.end(), [](const entry& a, const entry& b) { return a.key < b.key; });
  else radix_sort(entries);
  std::vector<std::uint32_t> order(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) order[i] = entries[i].position;
  return order;
}

std::vector<std::uint32_t> folded_order(std::span<const double> values, std::span<const std::uint32_t> ascending, double centre) {
  if (!std::isfinite(centre) || (!ascending.empty() && std::isnan(values[ascending.back()]))) {
    std::vector<double> distances(values.begin(), values.end());
    for (double& x : distances) x = std::abs(x - centre);
    return ascending_order(distances);
  }
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

namespace {

double score_of(double rank, std::size_t n) { return (rank - 0.375) / (static_cast<double>(n) + 0.25); }

// The scores of ranks 1 to n.
std::vector<double> all_scores(std::size_t n) {
  std::vector<double> scores(n);
  for (std::size_t i = 0; i < n; ++i) scores[i] = score_of(static_cast<double>(i + 1), n);
  constexpr std::size_t width = native_width<double>;
  std::size_t i = 0;
  for (; i + width <= n; i += width) normal_quantile(native_pack<double>::load(&scores[i])).store(&scores[i]);
  for (; i < n; ++i) scores[i] = normal_quantile(scores[i]);
  return scores;
}

}  // namespace

std::vector<double> normal_scores(std::span<const double> values, std::span<const std::uint32_t> ascending) {
  const std::size_t n = values.size();
  if (n != 0 && std::isnan(values[ascending[n - 1]])) return std::vector<double>(n, values[ascending[n - 1]]);
  // The quantities of a fit have as many draws as each other.
  constexpr std::size_t most_kept = 1 << 16;
  thread_local std::vector<double> kept;
  std::vector<double> made;
  if (n > most_kept) made = all_scores(n);
  else if (kept.size() != n) kept = all_scores(n);
  const std::vector<double>& of_rank = n > most_kept ? made : kept;
  std::vector<double> scores(n);
  for (std::size_t first = 0, last = 0; first < n; first = last) {
    const double value = values[ascending[first]];
    for (++last; last < n && values[ascending[last]] == value;) ++last;
    double score = of_rank[first];
    if (last - first > 1) score = normal_quantile(score_of(0.5 * static_cast<double>(first + 1 + last), n));
    for (std::size_t k = first; k < last; ++k) scores[ascending[k]] = score;
  }
  return scores;
}

}  // namespace starling
