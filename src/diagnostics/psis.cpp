#include <starling/diagnostics/psis.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace starling {

namespace {

struct pareto {
  double k, sigma;
};

// x ascending and positive.
pareto fit_tail(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  const std::size_t m = 30 + static_cast<std::size_t>(std::sqrt(n));
  const double quarter = x[static_cast<std::size_t>(n / 4 + 0.5) - 1];
  std::vector<double> b(m), score(m);
  const auto mean_log = [&](double at) {
    double sum = 0;
    for (const double y : x) sum += std::log1p(-at * y);
    return sum / n;
  };
  for (std::size_t i = 0; i < m; ++i) {
    b[i] = (1 - std::sqrt(static_cast<double>(m) / (static_cast<double>(i) + 0.5))) / (3 * quarter) + 1 / x.back();
    const double k = mean_log(b[i]);
    score[i] = n * (std::log(-b[i] / k) - k - 1);
  }
  double total = 0, b_mean = 0;
  const double top = *std::max_element(score.begin(), score.end());
  double all = 0;
  for (const double s : score) all += std::exp(s - top);
  for (std::size_t i = 0; i < m; ++i) {
    const double w = std::exp(score[i] - top) / all;
    if (!(w >= 10 * std::numeric_limits<double>::epsilon())) continue;
    total += w;
    b_mean += w * b[i];
  }
  b_mean /= total;
  const double k = mean_log(b_mean);
  return {(n * k + 10 * 0.5) / (n + 10), -k / b_mean};
}

double pareto_quantile(double p, const pareto& f) {
  const double t = std::log1p(-p);
  return f.sigma * (std::abs(f.k) < std::numeric_limits<double>::epsilon() ? -t : std::expm1(-f.k * t) / f.k);
}

}  // namespace

smoothed_weights psis(std::span<const double> log_ratios, double relative_efficiency) {
  if (!(relative_efficiency > 0 && std::isfinite(relative_efficiency)))
    throw std::invalid_argument("psis: the relative efficiency must be positive and finite");
  smoothed_weights r{{log_ratios.begin(), log_ratios.end()}, std::numeric_limits<double>::infinity()};
  auto& x = r.log_weights;
  for (const double v : x)
    if (!(v < std::numeric_limits<double>::infinity())) throw std::invalid_argument("psis: a log ratio is NaN or +infinity");
  const double top = x.empty() ? -std::numeric_limits<double>::infinity() : *std::max_element(x.begin(), x.end());
  if (!std::isfinite(top)) throw std::invalid_argument("psis: there is no finite log ratio");
  for (double& v : x) v -= top;
  const auto n = static_cast<double>(x.size());
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  const auto tail = static_cast<std::size_t>(std::ceil(std::min(n / 5, 3 * std::sqrt(n / relative_efficiency))));
  if (tail + 1 <= x.size()) {
    const double cut = std::max(x[order[x.size() - tail - 1]], std::log(std::numeric_limits<double>::min()));
    std::vector<std::size_t> places;
    std::vector<double> excess;
    for (const auto i : order)
      if (x[i] > cut) {
        places.push_back(i);
        excess.push_back(std::exp(x[i]) - std::exp(cut));
      }
    if (excess.size() > 4) {
      const pareto f = fit_tail(excess);
      r.pareto_k = f.k;
      if (std::isfinite(f.k))
        for (std::size_t i = 0; i < places.size(); ++i) {
          const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(places.size());
          x[places[i]] = std::min(0.0, std::log(pareto_quantile(p, f) + std::exp(cut)));
        }
    }
  }
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  for (double& v : x) v -= std::log(sum);
  return r;
}

}  // namespace starling
