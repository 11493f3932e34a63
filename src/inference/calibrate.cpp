#include <starling/inference/calibrate.hpp>

#include <starling/diagnostics/ess.hpp>
#include <starling/random/stream.hpp>

#include "diagnostics/number_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

namespace starling {

namespace {

// Of Kolmogorov and Smirnov's statistic, with Stephens' correction for few places.
double kolmogorov_p_value(std::vector<double> places) {
  std::sort(places.begin(), places.end());
  const auto n = static_cast<double>(places.size());
  double d = 0;
  for (std::size_t i = 0; i < places.size(); ++i)
    d = std::max({d, places[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - places[i]});
  const double x = d * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
  if (x < 0.2) return 1;  // the series converges slowly there, and is 1 to 12 digits
  double p = 0;
  for (int j = 1; j <= 100; ++j) p += (j % 2 == 1 ? 2 : -2) * std::exp(-2.0 * j * j * x * x);
  return std::clamp(p, 0.0, 1.0);
}

// What the shape of the histogram says, in words.
std::string meaning(const std::vector<double>& places) {
  const auto n = static_cast<double>(places.size());
  double mean = 0, spread = 0;
  for (const double u : places) mean += u / n;
  for (const double u : places) spread += (u - 0.5) * (u - 0.5) / n;
  const double shifted = std::abs(mean - 0.5) * std::sqrt(12 * n);             // standard errors, for uniform places
  const double widened = std::abs(spread - 1.0 / 12) * std::sqrt(180 * n);
  if (shifted >= widened)
    return mean > 0.5 ? "the truth lies above the draws too often: the posteriors are too low" : "the truth lies below the draws too often: the posteriors are too high";
  return spread > 1.0 / 12 ? "the truth lies outside the draws too often: the posteriors are too narrow"
                           : "the truth lies in the middle of the draws too often: the posteriors are too wide";
}

}  // namespace

void rank_tally::add(const std::vector<variable>& truth, const result& fit, const key& k) {
  const bool first = so_far_.data_sets == 0;
  std::size_t row = 0;
  for (const auto& v : truth) {
    const variable* drawn = fit.posterior.find(v.name);
    if (!drawn || drawn->shape != v.shape)
      throw std::invalid_argument("calibrate: the choice " + v.name + " was simulated, and the fit has no such latent of its shape");
    for (std::size_t e = 0; e < v.elements(); ++e) {
      const double x = v.values[e];
      if (std::isnan(x)) continue;  // a hole between the members of a family
      if (first) so_far_.rows.push_back({v.element_name(e), {}, 1});
      if (row >= so_far_.rows.size() || so_far_.rows[row].name != v.element_name(e))
        throw std::invalid_argument("calibrate: the latents differ from one data set to the next; condition on what decides which there are");
      const auto draws = drawn->element(e);
      const auto below = static_cast<double>(std::count_if(draws.begin(), draws.end(), [&](double d) { return d < x; }));
      const auto ties = static_cast<double>(std::count(draws.begin(), draws.end(), x));
      stream<double> numbers(k, row);
      numbers.visit(0);
      so_far_.rows[row].places.push_back((below + numbers.uniform() * (ties + 1)) / static_cast<double>(draws.size() + 1));
      const double ess = ess_bulk(draws, fit.posterior.chains);
      if (std::isfinite(ess)) {
        independent_ += std::min(ess, static_cast<double>(draws.size()));
        drawn_ += static_cast<double>(draws.size());
      }
      ++row;
    }
  }
  ++so_far_.data_sets;
}

calibration rank_tally::finish(bool interrupted) const {
  calibration c = so_far_;
  c.interrupted = interrupted;
  for (auto& row : c.rows) {
    row.p_value = row.places.empty() ? 1 : kolmogorov_p_value(row.places);
    if (row.p_value * static_cast<double>(c.rows.size()) < 0.01)
      c.warnings.push_back(row.name + " is not calibrated (p = " + number_text(row.p_value, "%.1e") + " that its ranks are uniform): " + meaning(row.places));
  }
  if (independent_ < 0.5 * drawn_)
    c.warnings.push_back("the draws depend on each other (" + number_text(100 * independent_ / drawn_, "%.0f") +
                         " % of them count as independent), which makes ranks gather at both ends: raise .run.thin");
  return c;
}

std::ostream& operator<<(std::ostream& to, const calibration& c) {
  static constexpr std::array bars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::size_t bins = 20;
  std::size_t width = 4;
  for (const auto& row : c.rows) width = std::max(width, row.name.size());
  to << "ranks of the truth among the draws, " << c.data_sets << " data sets" << (c.interrupted ? " (interrupted)" : "") << "; flat where inference is right\n";
  for (const auto& row : c.rows) {
    std::array<std::size_t, bins> counts{};
    for (const double u : row.places) ++counts[std::min(bins - 1, static_cast<std::size_t>(u * bins))];
    to << row.name << std::string(width - row.name.size(), ' ') << "  |";
    // Half a bar is what a flat histogram has.
    for (const auto n : counts)
      to << bars[std::min<std::size_t>(8, static_cast<std::size_t>(std::lround(4.0 * static_cast<double>(n * bins) / static_cast<double>(std::max<std::size_t>(1, row.places.size())))))];
    to << "|  p = " << number_text(row.p_value, "%.3g") << '\n';
  }
  for (const auto& w : c.warnings) to << "warning: " << w << '\n';
  return to;
}

}  // namespace starling
