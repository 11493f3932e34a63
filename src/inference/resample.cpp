#include <starling/inference/resample.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

#include "diagnostics/number_text.hpp"

namespace starling {

std::vector<std::size_t> resampled_indices(std::span<const double> log_weights, std::size_t n, const key& k, resampling how) {
  double top = -INFINITY;
  for (const double w : log_weights) {
    if (std::isnan(w) || w == INFINITY) throw std::runtime_error("resample: a log weight is " + number_text(w));
    top = std::max(top, w);
  }
  if (top == -INFINITY) throw std::runtime_error("resample: every weight is 0 (log weight -inf)");
  std::vector<double> sums;
  double total = 0;
  for (const double w : log_weights) sums.push_back(total += std::exp(w - top));
  std::vector<std::size_t> taken(n);
  stream<double> numbers(k.scope(hash_text("resample")));
  numbers.visit(0);
  const double offset = numbers.uniform();
  for (std::size_t i = 0; i < n; ++i) {
    double u = (static_cast<double>(i) + offset) / static_cast<double>(n);
    if (how == resampling::multinomial && i > 0) {
      numbers.visit(static_cast<std::uint32_t>(i));
      u = numbers.uniform();
    } else if (how == resampling::multinomial) {
      u = offset;
    }
    // The first sum above u: a draw of weight 0 is never taken.
    const auto it = std::upper_bound(sums.begin(), sums.end(), u * total);
    taken[i] = std::min<std::size_t>(static_cast<std::size_t>(it - sums.begin()), sums.size() - 1);
    while (taken[i] > 0 && log_weights[taken[i]] == -INFINITY) --taken[i];
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

namespace {
void keep(draws& d, const std::vector<std::size_t>& taken) {
  if (d.empty()) return;
  for (auto& v : d.variables) {
    const std::size_t width = v.elements();
    std::vector<double> values;
    values.reserve(taken.size() * width);
    for (const auto i : taken) values.insert(values.end(), v.values.begin() + static_cast<std::ptrdiff_t>(i * width), v.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
    v.values = std::move(values);
  }
  d.chains = 1;
  d.draws = taken.size();
}
}  // namespace

result resample(const result& weighted, std::size_t n, const key& k, resampling how) {
  require_count("resample", "the number of draws", n, 1, largest_count);
  if (weighted.log_weights.empty()) throw std::invalid_argument("resample: the fit has no weights: its draws are equally weighted already, or were not kept");
  result r = weighted;
  const auto taken = resampled_indices(weighted.log_weights, n, k, how);
  keep(r.posterior, taken);
  keep(r.sample_stats, taken);
  keep(r.posterior_predictive, taken);
  keep(r.log_likelihood, taken);
  r.log_weights.clear();
  r.attributes.emplace_back("resampled", how == resampling::systematic ? "systematic" : "multinomial");
  return r;
}

}  // namespace starling
