#include "inference/normal_approximation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "diagnostics/number_text.hpp"
#include "inference/gradient_record.hpp"
#include "inference/trajectories/momentum.hpp"

namespace starling {

using trajectories::dot;

void normal_approximation::finish() {
  log_determinant = 0;
  for (const double s : scales) log_determinant += std::log(s);
  const std::size_t k = basis.empty() ? mean.size() : basis.size() / mean.size();
  for (std::size_t i = 0; i < k; ++i) log_determinant += std::log(lower[i * k + i]);
}

double normal_approximation::draw(const double* z, double* x) const {
  const std::size_t d = mean.size(), k = basis.empty() ? d : basis.size() / d;
  std::vector<double> inner(k);
  for (std::size_t i = 0; i < k; ++i) inner[i] = basis.empty() ? z[i] : dot(basis.data() + i * d, z, d);
  for (std::size_t i = 0; i < d; ++i) x[i] = z[i];
  for (std::size_t i = 0; i < k; ++i) {
    const double along = dot(lower.data() + i * k, inner.data(), i + 1) - inner[i];
    if (basis.empty()) x[i] += along;
    else
      for (std::size_t e = 0; e < d; ++e) x[e] += along * basis[i * d + e];
  }
  for (std::size_t i = 0; i < d; ++i) x[i] = mean[i] + scales[i] * x[i];
  return -0.5 * dot(z, z, d) - log_determinant - 0.5 * static_cast<double>(d) * std::log(2 * 3.14159265358979323846);
}

std::string said_of_pareto_k(const std::string& of, double pareto_k, double above) {
  return "Pareto's k of the " + of + " is " + number_text(pareto_k, "%.2f") + " (above " + number_text(above, "%.1f") + ")";
}

std::string trouble_of_weights(std::span<const double> log_ratios, double pareto_k) {
  if (pareto_k <= 0.7) return {};
  const auto [lowest, highest] = std::minmax_element(log_ratios.begin(), log_ratios.end());
  if (log_ratios.size() > 1 && *highest - *lowest <= 1e-6) return {};  // it is exact
  if (std::isfinite(pareto_k)) return said_of_pareto_k("approximation", pareto_k, 0.7);
  const auto weighty = std::count_if(log_ratios.begin(), log_ratios.end(), [&](double x) { return x > *highest - 700; });
  return "Pareto's k of the approximation cannot be computed (" + std::to_string(weighty) + " of " + std::to_string(log_ratios.size()) + " draws have a weight above 0)";
}

std::vector<double> standard_normals(std::size_t draws, std::size_t d, const key& k, std::size_t chain) {
  std::vector<double> z(draws * d), row(trajectories::padded(d));
  for (std::size_t s = 0; s < draws; ++s) {
    stream<double> numbers(fold_in(k, s), chain);
    trajectories::draw_normals(numbers, 0, d, row.data());
    std::copy_n(row.data(), d, z.data() + s * d);
  }
  return z;
}

result result_of_points(std::span<const double> points, std::span<const double> log_p, const draw_view& view, std::size_t threads) {
  const std::size_t n = log_p.size(), d = points.size() / n;
  result r;
  r.posterior.chains = r.sample_stats.chains = 1;
  r.posterior.draws = r.sample_stats.draws = n;
  r.posterior.variables = view.layout().variables(1, n);
  std::vector<const double*> at;
  for (std::size_t i = 0; i < n; ++i) at.push_back(points.data() + i * d);
  write_points(at, view, threads, r.posterior);
  r.sample_stats.variables = {{"lp", {}, {log_p.begin(), log_p.end()}}};
  return r;
}

result result_of_points(std::span<const double> points, std::span<const double> log_p, std::span<const double> log_q, const draw_view& view,
                        std::size_t threads) {
  result r = result_of_points(points, log_p, view, threads);
  r.sample_stats.variables.push_back({"lp_approx", {}, {log_q.begin(), log_q.end()}});
  return r;
}

result stopped_without_draws() {
  result none;
  none.interrupted = true;
  none.warnings = {"stopped before there was an approximation: there are no draws"};
  return none;
}

}  // namespace starling
