#include <starling/diagnostics/moments.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace starling {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Eight partial sums: quick, and an eighth of the rounding of one.
template <class Term>
double sum(std::span<const double> values, Term term) {
  std::array<double, 8> parts{};
  std::size_t i = 0;
  for (; i + parts.size() <= values.size(); i += parts.size())
    for (std::size_t k = 0; k < parts.size(); ++k) parts[k] += term(values[i + k]);
  for (std::size_t k = 0; i < values.size(); ++i, ++k) parts[k] += term(values[i]);
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return nan;
  return sum(values, [](double x) { return x; }) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  if (values.size() < 2) return nan;
  // The mean of equal numbers may round to another number.
  if (std::all_of(values.begin(), values.end(), [&](double x) { return x - values.front() == 0.0; })) return 0.0;
  const double centre = mean(values);
  return sum(values, [&](double x) { return (x - centre) * (x - centre); }) / static_cast<double>(values.size() - 1);
}

void running_moments::merge(const running_moments& other) {
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = other;
    return;
  }
  const auto mine = static_cast<double>(count_);
  const auto theirs = static_cast<double>(other.count_);
  const double step = other.mean_ - mean_;
  mean_ += step * (theirs / (mine + theirs));
  squares_ += other.squares_ + step * step * (mine * theirs / (mine + theirs));
  count_ += other.count_;
}

double running_moments::mean() const { return count_ == 0 ? nan : mean_; }

double running_moments::variance() const { return count_ < 2 ? nan : squares_ / static_cast<double>(count_ - 1); }

}  // namespace starling
