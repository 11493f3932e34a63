#include <starling/inference/advi.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>

#include "diagnostics/number_text.hpp"
#include "inference/normal_approximation.hpp"
#include "inference/searches.hpp"
#include "inference/variational/fits.hpp"
#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/psis.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/execution/executor.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

using variational::guide_coordinates;
using variational::guide_fit;

void check(const advi_options& o, std::size_t d) {
  const auto require = [](bool good, const char* what) {
    if (!good) throw std::invalid_argument(std::string("advi: ") + what);
  };
  require(d != 0, "the posterior has no real-valued latent");
  require_count("advi", "starts", o.starts, 1, largest_lanes);
  require_count("advi", "draws", o.draws, 1, largest_count);
  require_count("advi", "max_steps", o.max_steps, 1, largest_count);
  require_count("advi", "max_fixed_draws", o.max_fixed_draws, 64, largest_count);
  require_count("advi", "draws_per_step", o.draws_per_step, 2, largest_count);
  require(o.draws_per_step % 2 == 0, "draws_per_step must be even: draws come in mirrored pairs");
  require_number("advi", "rate", o.rate);
  require_number("advi", "initial_radius", o.initial_radius);
  require_number("advi", "initial_sd", o.initial_sd);
  require_number("advi", "tolerance", o.tolerance);
  require(o.guide != guide_family::low_rank || o.rank <= d, "rank is larger than the number of elements");
}

// [start][element]: random points and their mirror images, so that both modes of a symmetric density are met.
std::vector<double> mirrored_starts(const target& density, const advi_options& o, const key& k, const progress* watch) {
  const std::size_t d = density.dimension();
  auto points = random_starts(density, (o.starts + 1) / 2, o.initial_radius, k, watch);
  const std::size_t given = points.size() / d;
  std::vector<double> images(points), gradients;
  for (double& x : images) x = -x;
  const auto values = densities_at(density, images, &gradients, 1, watch);
  for (std::size_t s = 0; s < given && points.size() < o.starts * d; ++s)
    if (std::isfinite(values[s])) points.insert(points.end(), images.begin() + static_cast<std::ptrdiff_t>(s * d), images.begin() + static_cast<std::ptrdiff_t>((s + 1) * d));
  return points;
}

// Where a search from `point` begins: the middle and the widths of a mean-field guide.
struct beginning {
  std::vector<double> middle, widths;
};
beginning beginning_at(const target& density, std::span<const double> point, const advi_options& o, const key& k, const progress* watch) {
  const std::size_t d = density.dimension();
  const auto usable = [](double sd) { return std::isfinite(sd) && sd > 0; };
  try {
    if (o.start == advi_start::pathfinder) {
      constexpr std::size_t n = 100;
      const auto found = find_pathfinder_points(density, {.paths = 1, .draws = n, .draws_per_path = n, .threads = o.threads}, k, point, watch);
      if (found.points.size() < n * d) return {{point.begin(), point.end()}, std::vector<double>(d, o.initial_sd)};  // it was stopped
      beginning b{std::vector<double>(d), found.variances};
      for (std::size_t i = 0; i < n * d; ++i) b.middle[i % d] += found.points[i] / static_cast<double>(n);
      for (double& v : b.widths) v = std::sqrt(v);
      if (std::all_of(b.widths.begin(), b.widths.end(), usable)) return b;
    } else if (o.start == advi_start::laplace) {
      const auto mode = maximize(density, {.starts = 1, .threads = o.threads}, k, point, watch).front();
      if (!mode.point.empty()) {
        const auto h = curvature(density, mode.point, o.threads, watch);
        beginning b{mode.point, std::vector<double>(d)};
        for (std::size_t i = 0; i < d; ++i) b.widths[i] = 1 / std::sqrt(h[i * d + i]);
        for (double& w : b.widths)
          if (!usable(w)) w = o.initial_sd;
        return b;
      }
    }
  } catch (const std::runtime_error&) {
    // The search failed: the point itself will do.
  }
  return {{point.begin(), point.end()}, std::vector<double>(d, o.initial_sd)};
}

// A quick mean-field fit from there; narrower where not all draws have a density.
guide_fit scout(const target& density, beginning b, const advi_options& o, const key& k, const progress* watch) {
  for (int tries = 0;; ++tries) {
    const guide_coordinates from(guide_family::mean_field, 0, b.middle, b.widths);
    variational::elbo_objective objective(density, from, 32, o.threads, watch);
    objective.draw_noise(k);
    objective.match_moments();
    const auto top = variational::climb(objective, std::vector<double>(from.parameters()));
    if (!top.phi.empty()) return {from.guide(top.phi.data()), top.elbo, top.converged, top.reason, {}};
    if (tries == 60 || is_stopped(watch)) return {{}, top.elbo, false, top.reason, {}};
    for (double& w : b.widths) w *= 0.5;
  }
}

// The element by which two fits lie farthest apart, in the larger of their standard deviations.
std::pair<std::size_t, double> distance(const gaussian_guide& a, const gaussian_guide& b) {
  std::pair<std::size_t, double> worst{0, 0};
  for (std::size_t i = 0; i < a.dimension(); ++i) {
    const double apart = std::abs(a.mean()[i] - b.mean()[i]) / std::max(a.scale()[i], b.scale()[i]);
    if (apart > worst.second) worst = {i, apart};
  }
  return worst;
}

// Importance weights only see where the guide has draws. Chains that begin there see what lies around: the quantity in which most of them end
// outside of the guide's central 95 %, where those are more than chance would have.
void check_width(const target& density, const draw_view& view, const std::vector<double>& points, advi_result& r, const advi_options& o, const key& k, const progress* watch) {
  const std::size_t d = density.dimension(), n = std::min(o.check_chains, o.draws);
  std::vector<double> variances = r.guide.sd();
  for (double& v : variances) v *= v;
  result ends;
  stop_only quiet(watch);
  try {
    // Too short a warm-up for a metric of their own.
    ends = run_gradient(kernels::nuts({.max_depth = 6, .metric = kernels::metric_kind::diag_e, .inverse_metric = variances}), density, view,
                        {.chains = n, .draws = 1, .warmup = 15, .thin = 15, .threads = o.threads}, k, quiet, {.starts = std::span(points).first(n * d)});
  } catch (const std::runtime_error&) {
    return;  // some draw has no density: the weights say so
  }
  if (ends.interrupted) return;
  std::size_t most = 0;
  std::string where;
  for (std::size_t v = 0; v < r.posterior.variables.size(); ++v) {
    const auto& drawn = r.posterior.variables[v];
    for (std::size_t e = 0; e < drawn.elements(); ++e) {
      const auto x = drawn.element(e), end = ends.posterior.variables[v].element(e);
      std::vector<std::size_t> order(x.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
      std::vector<double> sorted, weights;
      for (const std::size_t i : order) {
        sorted.push_back(x[i]);
        weights.push_back(r.log_weights.empty() ? 1 : std::exp(r.log_weights[i]));
      }
      const double low = sorted_weighted_quantile(sorted, weights, 0.025), high = sorted_weighted_quantile(sorted, weights, 0.975);
      const auto outside = static_cast<std::size_t>(std::count_if(end.begin(), end.end(), [&](double y) { return y < low || y > high; }));
      if (outside > most) {
        most = outside;
        where = drawn.element_name(e);
      }
    }
  }
  if (static_cast<double>(most) < 0.05 * static_cast<double>(n) + 6 * std::sqrt(0.0475 * static_cast<double>(n))) return;
  r.warnings.push_back(std::to_string(most) + " of " + std::to_string(n) + " short chains that began at its draws ended outside of its central 95 % in " + where +
                       ": the approximation is too narrow there. Use a richer guide, or nuts");
}

}  // namespace

advi_result advi(const target& density, const draw_view& view, const advi_options& o, const key& k, const progress* watch) {
  const std::size_t d = density.dimension();
  check(o, d);
  advi_result r;
  // Stopped: with what there is.
  const auto stopped = [&](gaussian_guide reached) {
    static_cast<result&>(r) = stopped_without_draws();
    r.guide = std::move(reached);
    if (r.guide.dimension() != 0) r.warnings = {"stopped before the fit was done: the guide that was reached is here, but there are no draws"};
    return r;
  };
  const auto starts = mirrored_starts(density, o, k.scope(hash_text("starts")), watch);
  if (is_stopped(watch)) return stopped({});
  // Side by side, each on one thread: their own work is too small to share.
  advi_options alone = o;
  alone.threads = 1;
  std::vector<guide_fit> scouts(starts.size() / d);
  parallel_for(
      scouts.size(),
      [&](std::size_t s) {
        const auto own = fold_in(k.scope(hash_text("scout")), s);
        scouts[s] = scout(density, beginning_at(density, std::span(starts).subspan(s * d, d), alone, own, watch), alone, own.scope(hash_text("climb")), watch);
      },
      o.threads);
  const char* const failure = scouts.front().reason;
  std::erase_if(scouts, [](const guide_fit& f) { return f.guide.dimension() == 0; });
  if (scouts.empty() && is_stopped(watch)) return stopped({});
  if (scouts.empty()) throw std::runtime_error(std::string("advi: no start gave a first approximation: ") + failure);
  std::stable_sort(scouts.begin(), scouts.end(), [](const guide_fit& a, const guide_fit& b) { return a.elbo > b.elbo; });
  if (is_stopped(watch)) return stopped(scouts.front().guide);
  std::size_t elsewhere = 0;
  std::pair<std::size_t, double> farthest{0, 0};
  for (const auto& s : scouts) {
    const auto apart = distance(scouts.front().guide, s.guide);
    if (s.elbo < scouts.front().elbo - 10 || apart.second < 4) continue;
    ++elsewhere;
    farthest = std::max(farthest, apart, [](const auto& a, const auto& b) { return a.second < b.second; });
  }
  if (elsewhere != 0)
    r.warnings.push_back(std::to_string(elsewhere) + " of " + std::to_string(scouts.size()) + " searches ended elsewhere, up to " + number_text(farthest.second, "%.3g") +
                         " standard deviations away in free number " + std::to_string(farthest.first) +
                         ", at an ELBO less than 10 nats lower: the posterior has several modes, and the approximation covers one of them. Use run_tempered");

  const std::size_t rank = o.rank != 0 ? o.rank : std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(d)))));
  const guide_coordinates from(o.guide, rank, scouts.front().guide.mean(), scouts.front().guide.scale());
  const bool fixed = o.engine == advi_engine::fixed_draws || (o.engine == advi_engine::automatic && from.parameters() <= 5000);
  const auto search = k.scope(hash_text("fit"));
  const guide_fit fit = fixed ? variational::fit_by_fixed_draws(density, from, o, search, watch) : variational::fit_stochastically(density, from, o, search, watch);
  if (is_stopped(watch)) return stopped(fit.guide.dimension() == 0 ? scouts.front().guide : fit.guide);
  if (fit.guide.dimension() == 0) throw std::runtime_error(std::string("advi: ") + fit.reason);

  auto drawn = variational::draw_guide(density, fit.guide, o.draws, k.scope(hash_text("draws")), o.threads, watch);
  if (is_stopped(watch)) return stopped(fit.guide);
  static_cast<result&>(r) = [&] {
    auto named = result_of_points(drawn.points, drawn.log_p, drawn.log_q, view, o.threads);
    named.warnings = r.warnings;
    return named;
  }();
  r.guide = fit.guide;
  r.elbo = drawn.elbo.elbo;
  r.elbo_error = drawn.elbo.standard_error;
  r.converged = fit.converged;
  r.history = fit.history;
  std::vector<double> ratios(o.draws);
  for (std::size_t s = 0; s < o.draws; ++s) ratios[s] = drawn.log_p[s] - drawn.log_q[s];
  if (std::none_of(ratios.begin(), ratios.end(), [](double x) { return x > -__builtin_inf(); }))
    throw std::runtime_error("advi: no draw of the fitted guide has a density");
  const auto smoothed = psis(ratios);
  r.pareto_k = smoothed.pareto_k;
  if (!fit.converged) r.warnings.push_back("the fit did not converge: " + std::string(fit.reason) + ". What was reached is here");
  if (!(r.pareto_k <= 0.7))
    r.warnings.push_back(said_of_pareto_k("approximation", r.pareto_k, 0.7) + ": do not use it for estimates. Use a richer guide, or nuts");
  else if (r.pareto_k > 0.5 && !o.weighted)
    r.warnings.push_back(said_of_pareto_k("approximation", r.pareto_k, 0.5) + ": use its draws with weights (.weighted = true)");
  if (r.pareto_k <= 0.7) {
    const double top = *std::max_element(ratios.begin(), ratios.end());
    double sum = 0;
    for (const double x : ratios) sum += std::exp(x - top);
    r.log_evidence = top + std::log(sum / static_cast<double>(o.draws));
  }
  if (o.weighted) {
    r.log_weights = smoothed.log_weights;
    r.ess = weighted_ess(r.log_weights);
  }
  if (o.check_chains != 0) check_width(density, view, drawn.points, r, o, k.scope(hash_text("check")), watch);
  r.checked = true;  // no chains, nothing to converge
  const char* const names[] = {"mean_field", "low_rank", "full_rank"};
  r.attributes = {{"kernel", "advi"},
                  {"guide", names[static_cast<int>(o.guide)]},
                  {"engine", fixed ? "fixed_draws" : "stochastic"},
                  {"elbo", number_text(r.elbo, "%.17g")},
                  {"elbo_error", number_text(r.elbo_error, "%.17g")},
                  {"pareto_k", number_text(r.pareto_k, "%.17g")}};
  return r;
}

}  // namespace starling
