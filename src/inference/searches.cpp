#include "inference/searches.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include <starling/execution/executor.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

namespace starling {

bool is_stopped(const progress* watch) { return watch != nullptr && watch->stop_requested(); }

std::vector<double> densities_at(const target& density, std::span<const double> points, std::vector<double>* gradients, std::size_t threads,
                                 const progress* watch) {
  const std::size_t d = density.dimension(), n = points.size() / d, lanes = density.lanes();
  std::vector<double> values(n, -__builtin_inf());
  if (gradients != nullptr) gradients->assign(n * d, 0.0);
  parallel_for(
      (n + lanes - 1) / lanes,
      [&](std::size_t block) {
        if (is_stopped(watch)) return;
        std::vector<double> spare(lanes * d);
        const double* from[target::most_lanes];
        double* to[target::most_lanes];
        double log_densities[target::most_lanes];
        for (std::size_t l = 0; l < lanes; ++l) {
          const std::size_t i = std::min(block * lanes + l, n - 1);
          from[l] = points.data() + i * d;
          to[l] = spare.data() + l * d;
        }
        density.evaluate(from, log_densities, to);
        for (std::size_t l = 0; l < lanes && block * lanes + l < n; ++l) {
          values[block * lanes + l] = log_densities[l];
          if (gradients != nullptr) std::copy_n(to[l], d, gradients->data() + (block * lanes + l) * d);
        }
      },
      threads);
  return values;
}

std::vector<double> element_scales(const target& density, std::span<const double> q, std::size_t threads, const progress* watch) {
  struct probe {
    std::size_t element;
    double step, near, far;  // the last step, and those that were too short and too long
  };
  const std::size_t d = q.size();
  const double infinity = __builtin_inf();
  std::vector<double> slopes, scales(d, 0.0), points, gradients;
  const double top = densities_at(density, q, &slopes, threads, watch)[0];
  std::vector<probe> open;
  for (std::size_t i = 0; i < d; ++i) open.push_back({i, 1, 0, infinity});
  for (std::size_t round = 0; round < 100 && !open.empty(); ++round) {
    points.clear();
    for (auto& p : open) {
      points.insert(points.end(), q.begin(), q.end());
      double& x = points[points.size() - d + p.element];
      x += p.step;
      p.step = x - q[p.element];  // as rounded
    }
    const auto values = densities_at(density, points, &gradients, threads, watch);
    std::vector<probe> left;
    for (std::size_t j = 0; j < open.size(); ++j) {
      auto p = open[j];
      const double slope = gradients[j * d + p.element], curved = -p.step * (slope - slopes[p.element]);  // in units of the log density
      const bool usable = values[j] > -infinity && std::isfinite(slope);
      if (usable && curved >= 0.01 && curved <= 1) {
        scales[p.element] = p.step / std::sqrt(curved);
        continue;
      }
      const bool too_far = !usable || curved > 1 || (curved < 0 && values[j] < top - 1);
      (too_far ? p.far : p.near) = p.step;
      // Where the curvature is constant, the step that curves by a tenth.
      const double guess = usable && curved > 0 ? p.step * std::sqrt(0.1 / curved) : 0;
      if (guess > p.near && guess < p.far && (too_far || guess < 1e6 * p.step)) p.step = guess;
      else if (p.near > 0 && p.far < infinity) p.step = std::sqrt(p.near) * std::sqrt(p.far);
      else p.step = too_far ? 1e-3 * p.far : 1e3 * std::max(p.near, 1e-16 * std::abs(q[p.element]));
      const bool ends = p.step < 1e-300 || p.step > 1e300 || p.far <= 1.001 * p.near || (too_far && q[p.element] + p.step == q[p.element]);
      if (!ends) left.push_back(p);
    }
    open = std::move(left);
  }
  return scales;
}

double gain_within(const std::vector<double>& scales, const std::vector<double>& gradient) {
  double gain = 0;
  for (std::size_t i = 0; i < scales.size(); ++i)
    if (gradient[i] != 0) gain += scales[i] > 0 ? 0.5 * std::pow(gradient[i] * scales[i], 2) : __builtin_inf();
  return gain;
}

optimizers::in_scales<optimizers::lbfgs> climb_in_scales(const target& density, const std::vector<double>& origin, std::vector<double> scales,
                                                         const optimizers::lbfgs_settings& settings, const progress* watch) {
  for (double& s : scales) s = s > 0 ? s : 1;
  optimizers::in_scales<optimizers::lbfgs> search(origin, std::move(scales), settings);
  std::vector<double> unread(origin.size());
  const double* points[target::most_lanes];
  double* gradients[target::most_lanes];
  double log_densities[target::most_lanes];
  do {
    for (std::size_t l = 0; l < density.lanes(); ++l) {
      points[l] = search.point();
      gradients[l] = l == 0 ? search.gradient() : unread.data();
    }
    density.evaluate(points, log_densities, gradients);
  } while (search.receive(log_densities[0]) && !is_stopped(watch));
  return search;
}

std::vector<double> random_starts(const target& density, std::size_t count, double radius, const key& k, const progress* watch) {
  require_number_or_0("starting points", "initial_radius", radius, "to start at the origin");
  const std::size_t d = density.dimension();
  std::vector<double> starts(count * d), gradients;
  std::vector<bool> found(count);
  for (std::size_t attempt = 0; attempt < 100; ++attempt) {
    for (std::size_t c = 0; c < count; ++c) {
      if (found[c]) continue;
      stream<double> numbers(fold_in(k.scope(hash_text("start")), attempt), c);
      for (std::size_t i = 0; i < d; ++i) {
        numbers.visit(static_cast<std::uint32_t>(i));
        starts[c * d + i] = radius * (2 * numbers.uniform() - 1);
      }
    }
    const auto values = densities_at(density, starts, &gradients, 1, watch);
    if (is_stopped(watch)) return starts;
    bool all = true;
    for (std::size_t c = 0; c < count; ++c) {
      bool good = values[c] > -__builtin_inf();
      for (std::size_t i = 0; i < d; ++i) good = good && std::isfinite(gradients[c * d + i]);
      found[c] = good;
      all = all && good;
    }
    if (all) return starts;
  }
  std::size_t lost = 0;
  while (found[lost]) ++lost;
  throw std::runtime_error("no starting point with a finite log density and gradient was found in 100 tries; at the last one " +
                           density.trouble_at(starts.data() + lost * d) + ". Check the observations and the priors, or give starting points");
}

}  // namespace starling
