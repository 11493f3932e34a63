#include "inference/variational/fits.hpp"

#include <algorithm>
#include <cmath>

#include "inference/optimizers/lbfgs.hpp"
#include "inference/searches.hpp"
#include "inference/variational/elbo_objective.hpp"
#include <starling/diagnostics/moments.hpp>
#include <starling/traces/address.hpp>

namespace starling::variational {

guide_draws draw_guide(const target& density, const gaussian_guide& g, std::size_t n, const key& k, std::size_t threads, const progress* watch) {
  guide_draws r{g.draw(n, k), {}, std::vector<double>(n), {}};
  r.log_p = densities_at(density, r.points, nullptr, threads, watch);
  std::vector<double> ratios(n);
  for (std::size_t s = 0; s < n; ++s) {
    r.log_q[s] = g.log_density(r.points.data() + s * g.dimension());
    ratios[s] = r.log_p[s] - r.log_q[s];
  }
  r.elbo = {0, mean(ratios), std::sqrt(variance(ratios) / static_cast<double>(n))};
  return r;
}

guide_climb climb(elbo_objective& objective, const std::vector<double>& phi) {
  optimizers::lbfgs search(phi.data(), phi.size(), {.history = 10, .max_iterations = 500, .relative_tolerance = 1e-10});
  while (search.receive(objective.evaluate(search.point(), search.gradient())) && !is_stopped(objective.watch())) {
  }
  if (search.path().empty()) return {{}, -__builtin_inf(), false, search.reason(), 0};
  const auto& last = search.path().back();
  return {last.q, last.log_density, search.converged(), search.reason(), search.evaluations() * objective.draws()};
}

guide_fit fit_by_fixed_draws(const target& density, const guide_coordinates& start, const advi_options& o, const key& k, const progress* watch) {
  // Twice the pairs that the moments of the noise need, where that is no more than allowed.
  std::size_t draws = 64;
  while (draws < 4 * start.noise() && 2 * draws <= o.max_fixed_draws) draws *= 2;
  guide_fit fit{{}, 0, false, "", {}};
  std::vector<double> phi = start.start(k.scope(hash_text("columns"))), unread(phi.size());
  std::size_t gradients = 0;
  for (std::uint32_t round = 0;; ++round, draws *= 2) {
    const auto own = fold_in(k.scope(hash_text("fixed")), round);
    elbo_objective objective(density, start, draws, o.threads, watch);
    objective.draw_noise(own);
    objective.match_moments();
    const auto top = climb(objective, phi);
    if (top.phi.empty()) {
      fit.reason = top.reason;
      return fit;
    }
    phi = top.phi;
    if (is_stopped(watch)) {
      fit.guide = start.guide(phi.data());
      fit.reason = "it was stopped";
      return fit;
    }
    running_moments fresh;
    std::uint32_t others = 0;
    const auto error = [&] { return std::sqrt(fresh.variance() / others); };
    for (; !is_stopped(watch) && (others < 8 || (others < 32 && 2 * error() > o.tolerance)); ++others) {
      objective.draw_noise(fold_in(own.scope(hash_text("others")), others));
      objective.match_moments();
      fresh.add(objective.evaluate(phi.data(), unread.data()));
    }
    gradients += top.gradients + others * draws;
    fit.elbo = fresh.mean();
    fit.history.push_back({gradients, fit.elbo, error()});
    const bool holds = top.elbo - fit.elbo <= std::max(o.tolerance, 2 * error());
    if (!holds && 2 * draws <= o.max_fixed_draws && !is_stopped(watch)) continue;
    fit.guide = start.guide(phi.data());
    fit.converged = top.converged && holds;
    fit.reason = holds ? top.reason : "the ELBO of the fixed draws does not hold for others";
    return fit;
  }
}

}  // namespace starling::variational
