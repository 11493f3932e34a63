#include <starling/diagnostics/convergence.hpp>
#include <starling/inference/laplace.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <Eigen/Dense>

#include "diagnostics/number_text.hpp"
#include "inference/normal_approximation.hpp"
#include "inference/searches.hpp"
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/psis.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

// ∂g_j/∂q_i ≈ (8 (g(q + h) − g(q − h)) − (g(q + 2h) − g(q − 2h))) / 12h, a row for each i.
std::vector<double> differences(const target& density, const std::vector<double>& q, const std::vector<double>& steps, std::size_t threads, const progress* watch) {
  const std::size_t d = q.size();
  const double places[] = {-2, -1, 1, 2}, weights[] = {1, -8, 8, -1};
  std::vector<double> points, gradients;
  for (std::size_t i = 0; i < d; ++i)
    for (const double place : places) {
      points.insert(points.end(), q.begin(), q.end());
      points[points.size() - d + i] += place * steps[i];
    }
  densities_at(density, points, &gradients, threads, watch);
  std::vector<double> rows(d * d);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t p = 0; p < 4; ++p)
      for (std::size_t j = 0; j < d; ++j) rows[i * d + j] -= weights[p] * gradients[(i * 4 + p) * d + j] / (12 * steps[i]);
  return rows;
}

}  // namespace

std::vector<double> curvature(const target& density, const std::vector<double>& q, std::size_t threads, const progress* watch) {
  const std::size_t d = q.size();
  auto steps = element_scales(density, q, threads, watch);
  for (std::size_t i = 0; i < d; ++i) steps[i] = steps[i] > 0 ? 1e-2 * steps[i] : 1e-4 * std::max(1.0, std::abs(q[i]));
  const auto rough = differences(density, q, steps, threads, watch);
  for (std::size_t i = 0; i < d; ++i)
    if (rough[i * d + i] > 0 && std::isfinite(rough[i * d + i])) steps[i] = 1e-2 / std::sqrt(rough[i * d + i]);
  auto rows = differences(density, q, steps, threads, watch);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < i; ++j) rows[i * d + j] = rows[j * d + i] = 0.5 * (rows[i * d + j] + rows[j * d + i]);
  return rows;
}

result laplace(const target& density, const maximum& mode, const draw_view& view, const laplace_options& o, const key& k, const progress* watch) {
  if (is_stopped(watch)) return stopped_without_draws();
  const std::size_t d = density.dimension();
  if (mode.point.size() != d)
    throw std::invalid_argument("laplace: the mode has " + std::to_string(mode.point.size()) + " elements, the target " + std::to_string(d));
  require_count("laplace", "draws", o.draws, 1, largest_count);
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = curvature(density, mode.point, o.threads, watch);
  if (is_stopped(watch)) return stopped_without_draws();
  const matrix hessian = Eigen::Map<const matrix>(rows.data(), static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
  const Eigen::LLT<matrix> precision(hessian);
  if (!hessian.allFinite() || precision.info() != Eigen::Success)
    throw std::runtime_error("laplace: the log density does not curve downwards in every direction at the mode: the search has not converged (" + mode.reason +
                             "), or the posterior has no isolated mode");
  const matrix covariance = precision.solve(matrix::Identity(hessian.rows(), hessian.cols()));
  const Eigen::LLT<matrix> factor(covariance);
  const matrix lower = factor.matrixL();
  normal_approximation q{mode.point, std::vector<double>(d, 1.0), {}, {lower.data(), lower.data() + d * d}, 0};
  q.finish();
  const auto z = standard_normals(o.draws, d, k, 0);
  std::vector<double> points(o.draws * d), log_q(o.draws);
  for (std::size_t s = 0; s < o.draws; ++s) log_q[s] = q.draw(z.data() + s * d, points.data() + s * d);
  const auto log_p = densities_at(density, points, nullptr, o.threads, watch);
  if (is_stopped(watch)) return stopped_without_draws();
  result r = result_of_points(points, log_p, log_q, view, o.threads);
  r.log_evidence = mode.log_density + q.log_determinant + 0.5 * static_cast<double>(d) * std::log(2 * 3.14159265358979323846);
  std::vector<double> ratios(o.draws);
  for (std::size_t s = 0; s < o.draws; ++s) ratios[s] = log_p[s] - log_q[s];
  const auto smoothed = psis(ratios);
  if (!mode.converged) r.warnings.push_back("the search for the mode did not converge: " + mode.reason);
  if (const auto trouble = trouble_of_weights(ratios, smoothed.pareto_k); !trouble.empty())
    r.warnings.push_back(trouble + ": the posterior is not close to normal, so use nuts, or weights only with care");
  if (o.weighted) {
    r.log_weights = smoothed.log_weights;
    r.ess = weighted_ess(r.log_weights);
    for (auto& sentence : weight_warnings(*r.ess)) r.warnings.push_back(std::move(sentence));
  }
  r.checked = true;  // no chains, nothing to converge
  r.attributes = {{"kernel", "laplace"}, {"pareto_k", number_text(smoothed.pareto_k, "%.17g")}};
  return r;
}

}  // namespace starling
