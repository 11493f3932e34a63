// Notation as in the paper: α the diagonal of the inverse Hessian's estimate Σ = diag(α) + β γ βᵀ, β = [diag(α) Y, S], and with R the upper
// triangle of Sᵀ Y, E its diagonal: γ = [[0, −R⁻¹], [−R⁻ᵀ, R⁻ᵀ (E + Yᵀ diag(α) Y) R⁻¹]]. With B = diag(α)^(−½) β = Q R', Σ's root is
// diag(α)^½ (I + Q (L − I) Qᵀ), L Lᵀ = I + R' γ R'ᵀ.
#include <starling/inference/pathfinder.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include "diagnostics/number_text.hpp"
#include "inference/lane_loop.hpp"
#include "inference/normal_approximation.hpp"
#include "inference/optimizers/lbfgs.hpp"
#include "inference/searches.hpp"
#include <starling/diagnostics/psis.hpp>
#include <starling/execution/executor.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

using optimizers::iterate;
using matrix = Eigen::MatrixXd;
using column = Eigen::VectorXd;
using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

column vector_of(const std::vector<double>& x) { return Eigen::Map<const column>(x.data(), static_cast<Eigen::Index>(x.size())); }
std::vector<double> list_of(const column& x) { return {x.data(), x.data() + x.size()}; }

// The differences of a path's iterates, and the diagonal that goes with them.
class inverse_hessian {
 public:
  inverse_hessian(std::size_t d, std::size_t history) : history_(history), alpha_(column::Ones(static_cast<Eigen::Index>(d))) {}

  void add(const iterate& from, const iterate& to) {
    const column s = vector_of(to.q) - vector_of(from.q), y = vector_of(from.gradient) - vector_of(to.gradient);
    const double b = y.dot(s);
    if (!optimizers::shows_curvature(s.data(), y.data(), static_cast<std::size_t>(s.size()))) return;
    const double a = y.cwiseAbs2().dot(alpha_), c = s.cwiseAbs2().dot(alpha_.cwiseInverse());
    alpha_ = (a / b * alpha_.cwiseInverse() + y.cwiseAbs2() / b - (a / (b * c)) * (s.array() / alpha_.array()).square().matrix()).cwiseInverse();
    if (s_.size() == history_) {
      s_.erase(s_.begin());
      y_.erase(y_.begin());
    }
    s_.push_back(s);
    y_.push_back(y);
  }

  // normal(q + Σ ∇, Σ); nothing where no curvature has been seen, or rounding has spoilt Σ.
  std::optional<normal_approximation> normal_at(const iterate& at) const {
    const Eigen::Index d = alpha_.size(), j = static_cast<Eigen::Index>(s_.size());
    if (j == 0 || !(alpha_.array() > 0).all() || !alpha_.allFinite()) return std::nullopt;
    matrix s(d, j), y(d, j);
    for (Eigen::Index k = 0; k < j; ++k) {
      s.col(k) = s_[static_cast<std::size_t>(k)];
      y.col(k) = y_[static_cast<std::size_t>(k)];
    }
    const matrix sy = s.transpose() * y;
    const matrix r = sy.triangularView<Eigen::Upper>();
    const matrix r_inverse = r.triangularView<Eigen::Upper>().solve(matrix::Identity(j, j));
    matrix gamma = matrix::Zero(2 * j, 2 * j);
    gamma.topRightCorner(j, j) = -r_inverse;
    gamma.bottomLeftCorner(j, j) = -r_inverse.transpose();
    const matrix middle = y.transpose() * alpha_.asDiagonal() * y + matrix(sy.diagonal().asDiagonal());
    gamma.bottomRightCorner(j, j) = r_inverse.transpose() * middle * r_inverse;
    matrix beta(d, 2 * j);
    beta << alpha_.asDiagonal() * y, s;
    const column root = alpha_.cwiseSqrt();
    const matrix b = root.cwiseInverse().asDiagonal() * beta;
    normal_approximation n;
    matrix small;
    if (2 * j >= d) {
      small = matrix::Identity(d, d) + b * gamma * b.transpose();
    } else {
      const Eigen::HouseholderQR<matrix> qr(b);
      const matrix q = qr.householderQ() * matrix::Identity(d, 2 * j);
      const matrix upper = qr.matrixQR().topRows(2 * j).triangularView<Eigen::Upper>();
      small = matrix::Identity(2 * j, 2 * j) + upper * gamma * upper.transpose();
      n.basis.assign(q.data(), q.data() + q.size());  // column by column: [vector][element]
    }
    const Eigen::LLT<matrix> factor(0.5 * (small + small.transpose()));
    if (!small.allFinite() || factor.info() != Eigen::Success) return std::nullopt;
    const row_major lower = matrix(factor.matrixL());
    const column g = vector_of(at.gradient);
    n.mean = list_of(vector_of(at.q) + alpha_.cwiseProduct(g) + beta * (gamma * (beta.transpose() * g)));
    n.scales = list_of(root);
    n.lower.assign(lower.data(), lower.data() + lower.size());
    n.finish();
    if (!std::isfinite(n.log_determinant) || !std::all_of(n.mean.begin(), n.mean.end(), [](double x) { return std::isfinite(x); })) return std::nullopt;
    return n;
  }

 private:
  std::size_t history_;
  column alpha_;
  std::vector<column> s_, y_;
};

// The iterates of a climb over x, where the point is origin + scales ∘ x; over the point itself where these are empty.
struct climbed {
  std::vector<iterate> iterates;
  std::vector<double> origin, scales;

  // Of the point, from one of x.
  void place(normal_approximation& n) const {
    for (std::size_t i = 0; i < origin.size(); ++i) {
      n.mean[i] = origin[i] + scales[i] * n.mean[i];
      n.scales[i] *= scales[i];
    }
    n.finish();
  }
};

struct path_machine {
  optimizers::lbfgs method;
  std::vector<iterate>& to;
  const double* point() const { return method.point(); }
  double* gradient() { return method.gradient(); }
  bool receive(double log_density) {
    if (method.receive(log_density)) return true;
    to = method.path();
    return false;
  }
};

// A climb takes elements that are much larger than others for flat. Where the elements' own scales say that there is more to gain, it goes on in these;
// and where they are very unequal at the top, it climbs again from its start in coordinates in which they are not. Begins with `known` scales where
// there are such, as from another path; leaves those that it found.
void climb_on(const target& density, const pathfinder_options& o, const double* start, climbed& path, std::vector<double>& known,
              const progress* watch) {
  const std::size_t d = density.dimension();
  const optimizers::lbfgs_settings settings{.history = o.history, .max_iterations = o.max_iterations};
  for (int round = 0; round < 3 && !path.iterates.empty() && !is_stopped(watch); ++round) {
    auto q = path.iterates.back().q, gradient = path.iterates.back().gradient;
    for (std::size_t i = 0; i < path.origin.size(); ++i) {
      q[i] = path.origin[i] + path.scales[i] * q[i];
      gradient[i] /= path.scales[i];
    }
    if (round > 0 || known.empty()) known = element_scales(density, q, o.threads, watch);
    const auto& scales = known;
    const bool is_top = gain_within(scales, gradient) <= 1e-2;
    double smallest = __builtin_inf(), largest = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double ratio = path.scales.empty() ? scales[i] : scales[i] / path.scales[i];
      if (ratio > 0) smallest = std::min(smallest, ratio);
      largest = std::max(largest, ratio);
    }
    if (is_top && !(largest > 1e4 * smallest)) return;
    const auto on = climb_in_scales(density, is_top ? std::vector<double>(start, start + d) : q, scales, settings, watch);
    const auto& found = on.method().path();
    if (found.size() < 2 || found.back().log_density < path.iterates.back().log_density + (is_top ? -1e-2 : 1e-2)) return;
    path = {found, on.origin(), on.scales()};
  }
}

std::vector<climbed> climb(const target& density, const pathfinder_options& o, std::span<const double> starts, const progress* watch) {
  const std::size_t d = density.dimension(), count = starts.size() / d, lanes = density.lanes();
  std::vector<climbed> paths(count);
  std::atomic<std::size_t> next{0};
  const optimizers::lbfgs_settings settings{.history = o.history, .max_iterations = o.max_iterations};
  parallel_for(
      (count + lanes - 1) / lanes,
      [&](std::size_t) {
        const auto another = [&]() -> std::unique_ptr<path_machine> {
          const std::size_t i = next.fetch_add(1);
          if (i >= count) return nullptr;
          return std::unique_ptr<path_machine>(new path_machine{optimizers::lbfgs(starts.data() + i * d, d, settings), paths[i].iterates});
        };
        run_lanes<path_machine>(density, another, [&](auto) { return !is_stopped(watch); });
      },
      o.threads);
  std::vector<double> scales;
  for (std::size_t p = 0; p < count; ++p) climb_on(density, o, starts.data() + p * d, paths[p], scales, watch);
  return paths;
}

struct drawn {
  std::vector<double> points, log_p, log_q;
};
drawn draw_from(const target& density, const normal_approximation& n, std::size_t count, const key& k, std::size_t path, std::size_t threads, const progress* watch) {
  const std::size_t d = density.dimension();
  const auto z = standard_normals(count, d, k, path);
  drawn r{std::vector<double>(count * d), {}, std::vector<double>(count)};
  for (std::size_t s = 0; s < count; ++s) r.log_q[s] = n.draw(z.data() + s * d, r.points.data() + s * d);
  r.log_p = densities_at(density, r.points, nullptr, threads, watch);
  return r;
}

// The normal with the highest ELBO of a path.
std::optional<normal_approximation> best_normal(const target& density, const climbed& climb, const pathfinder_options& o, const key& k,
                                                std::size_t number, double& best_elbo, const progress* watch) {
  inverse_hessian h(density.dimension(), o.history);
  std::optional<normal_approximation> best;
  best_elbo = -__builtin_inf();
  const auto& path = climb.iterates;
  for (std::size_t l = 1; l < path.size(); ++l) {
    h.add(path[l - 1], path[l]);
    auto n = h.normal_at(path[l]);
    if (!n) continue;
    climb.place(*n);
    const auto draws = draw_from(density, *n, o.elbo_draws, k.scope(hash_text("elbo")).scope(l), number, o.threads, watch);
    if (is_stopped(watch)) return std::nullopt;
    double elbo = 0;
    for (std::size_t s = 0; s < o.elbo_draws; ++s) elbo += (draws.log_p[s] - draws.log_q[s]) / static_cast<double>(o.elbo_draws);
    if (elbo > best_elbo) {
      best_elbo = elbo;
      best = n;
    }
  }
  return best;
}

std::vector<double> marginal_variances(const normal_approximation& n) {
  const std::size_t d = n.mean.size(), k = n.basis.empty() ? d : n.basis.size() / d;
  std::vector<double> v(d, 1.0);
  // Row i of I + Q (L − I) Qᵀ has the squared length 1 + 2 a·(L − I) a + |(L − I)ᵀ a|², a = row i of Q.
  for (std::size_t i = 0; i < d; ++i) {
    double cross = 0, square = 0;
    for (std::size_t c = 0; c < k; ++c) {
      double along = 0;
      for (std::size_t r = c; r < k; ++r) {
        const double a = n.basis.empty() ? (r == i ? 1.0 : 0.0) : n.basis[r * d + i];
        along += a * (n.lower[r * k + c] - (r == c ? 1 : 0));
      }
      cross += along * (n.basis.empty() ? (c == i ? 1.0 : 0.0) : n.basis[c * d + i]);
      square += along * along;
    }
    v[i] = n.scales[i] * n.scales[i] * (1 + 2 * cross + square);
  }
  return v;
}

}  // namespace

pathfinder_points find_pathfinder_points(const target& density, const pathfinder_options& o, const key& k, std::span<const double> starts, const progress* watch) {
  const std::size_t d = density.dimension();
  if (d == 0) throw std::invalid_argument("pathfinder: the posterior has no real-valued latent to move");
  require_count("pathfinder", "paths", o.paths, 1, largest_lanes);
  require_count("pathfinder", "draws", o.draws, 1, largest_count);
  require_count("pathfinder", "draws_per_path", o.draws_per_path, 1, largest_count);
  require_count("pathfinder", "elbo_draws", o.elbo_draws, 1, largest_count);
  require_count("pathfinder", "history", o.history, 1, largest_rows);
  require_count("pathfinder", "max_iterations", o.max_iterations, 0, largest_count);
  require_product("pathfinder", "paths x draws_per_path", o.paths, o.draws_per_path, largest_count);
  if (!starts.empty() && starts.size() != o.paths * d) throw std::invalid_argument("pathfinder: every path needs a starting point of " + std::to_string(d) + " elements");
  std::vector<double> random;
  if (starts.empty()) {
    random = random_starts(density, o.paths, o.initial_radius, k, watch);
    starts = random;
  }
  pathfinder_points r{};
  r.interrupted = is_stopped(watch);
  if (r.interrupted) return r;
  const auto paths = climb(density, o, starts, watch);
  drawn all;
  double best_elbo = -__builtin_inf();
  for (std::size_t p = 0; p < o.paths; ++p) {
    double elbo = 0;
    const auto n = best_normal(density, paths[p], o, k, p, elbo, watch);
    if (is_stopped(watch)) break;
    if (!n) {
      ++r.failed_paths;
      continue;
    }
    if (elbo > best_elbo) {
      best_elbo = elbo;
      r.variances = marginal_variances(*n);
    }
    const auto one = draw_from(density, *n, o.draws_per_path, k.scope(hash_text("draws")), p, o.threads, watch);
    all.points.insert(all.points.end(), one.points.begin(), one.points.end());
    all.log_p.insert(all.log_p.end(), one.log_p.begin(), one.log_p.end());
    all.log_q.insert(all.log_q.end(), one.log_q.begin(), one.log_q.end());
  }
  if (is_stopped(watch)) {
    r = {};
    r.interrupted = true;
    return r;
  }
  if (all.log_p.empty() || *std::max_element(all.log_p.begin(), all.log_p.end()) == -__builtin_inf())
    throw std::runtime_error("pathfinder: no path gave a normal approximation. Check the gradient, give starting points, or start chains uniformly (.start)");
  const std::size_t n = all.log_p.size();
  std::vector<double> ratios(n);
  for (std::size_t i = 0; i < n; ++i) ratios[i] = all.log_p[i] - all.log_q[i];
  const auto weights = psis(ratios);
  r.pareto_k = weights.pareto_k;
  r.trouble = trouble_of_weights(ratios, weights.pareto_k);
  // Resampled by the sorted uniforms of a stream, or every (n / draws)-th.
  std::vector<double> sums(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sums[i] = sum += std::exp(weights.log_weights[i]);
  std::vector<bool> taken(n);
  stream<double> numbers(k.scope(hash_text("resample")));
  for (std::size_t s = 0; s < o.draws; ++s) {
    numbers.visit(static_cast<std::uint32_t>(s));
    std::size_t i = s * n / o.draws;
    if (o.resample) i = std::min(n - 1, static_cast<std::size_t>(std::lower_bound(sums.begin(), sums.end(), numbers.uniform() * sum) - sums.begin()));
    r.points.insert(r.points.end(), all.points.begin() + static_cast<std::ptrdiff_t>(i * d), all.points.begin() + static_cast<std::ptrdiff_t>((i + 1) * d));
    r.log_p.push_back(all.log_p[i]);
    r.log_q.push_back(all.log_q[i]);
    r.different += taken[i] ? 0 : 1;
    taken[i] = true;
  }
  return r;
}

result pathfinder(const target& density, const draw_view& view, const pathfinder_options& o, const key& k, std::span<const double> starts, const progress* watch) {
  const auto found = find_pathfinder_points(density, o, k, starts, watch);
  if (found.interrupted) return stopped_without_draws();
  result r = result_of_points(found.points, found.log_p, found.log_q, view, o.threads);
  if (!found.trouble.empty()) r.warnings.push_back(found.trouble + ": draws are good for starting chains, not for estimates. Use nuts");
  if (10 * found.different < o.draws)
    r.warnings.push_back("only " + std::to_string(found.different) + " of the " + std::to_string(o.draws) + " draws differ from each other: they were taken from " +
                         std::to_string(o.paths - found.failed_paths) + " x " + std::to_string(o.draws_per_path) +
                         " (draws_per_path) draws of the paths' normals. Raise draws_per_path, or use nuts");
  if (found.failed_paths != 0) r.warnings.push_back(std::to_string(found.failed_paths) + " of " + std::to_string(o.paths) + " paths failed");
  r.checked = true;
  r.attributes = {{"kernel", "pathfinder"}, {"pareto_k", number_text(found.pareto_k, "%.17g")}};
  return r;
}

}  // namespace starling
