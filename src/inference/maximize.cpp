#include <starling/inference/maximize.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

#include "diagnostics/number_text.hpp"
#include "inference/lane_loop.hpp"
#include "inference/normal_approximation.hpp"
#include "inference/optimizers/adam.hpp"
#include "inference/optimizers/lbfgs.hpp"
#include "inference/searches.hpp"
#include <starling/execution/executor.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

// Of a search that did not begin.
const maximum not_begun{{}, {}, -__builtin_inf(), false, "it was stopped", 0, 0, true};

void stop(maximum& m) {
  m.converged = false;
  m.interrupted = true;
  m.reason = not_begun.reason;
}

maximum summary_of(const optimizers::lbfgs& m) {
  if (m.path().empty()) return {{}, {}, -__builtin_inf(), false, m.reason(), 0, m.evaluations()};
  const auto& last = m.path().back();
  return {last.q, last.gradient, last.log_density, m.converged(), m.reason(), m.path().size() - 1, m.evaluations()};
}
maximum summary_of(const optimizers::adam& m) {
  if (m.last().q.empty()) return {{}, {}, -__builtin_inf(), false, m.reason(), 0, 1};
  return {m.last().q, m.last().gradient, m.last().log_density, m.converged(), m.reason(), m.steps(), m.steps() + 1};
}

// A search that leaves its result where it belongs.
template <class Method>
struct search {
  Method method;
  maximum& to;
  const double* point() const { return method.point(); }
  double* gradient() { return method.gradient(); }
  bool receive(double log_density) {
    if (method.receive(log_density)) return true;
    to = summary_of(method);
    return false;
  }
  void stop() {
    to = summary_of(method);
    starling::stop(to);
  }
};

template <class Method, class Settings>
std::vector<maximum> search_all(const target& density, const Settings& settings, std::span<const double> starts, std::size_t threads, const progress* watch) {
  const std::size_t d = density.dimension(), count = starts.size() / d, lanes = density.lanes();
  std::vector<maximum> found(count, not_begun);
  std::atomic<std::size_t> next{0};
  parallel_for(
      (count + lanes - 1) / lanes,
      [&](std::size_t) {
        const auto another = [&]() -> std::unique_ptr<search<Method>> {
          const std::size_t i = next.fetch_add(1);
          if (i >= count || is_stopped(watch)) return nullptr;
          return std::unique_ptr<search<Method>>(new search<Method>{Method(starts.data() + i * d, d, settings), found[i]});
        };
        run_lanes<search<Method>>(density, another, [&](auto busy) {
          if (!is_stopped(watch)) return true;
          for (const auto& one : busy) one->stop();
          return false;
        });
      },
      threads);
  return found;
}

// Whether the log density has a slope at the end of a search along an element of which no scale is known, which a step upwards does not lessen, and which
// would gain more than is `enough`: then it is no top, as where it grows without bound or where numbers are coarser than the elements.
bool has_slope_left(const target& density, const maximum& m, const std::vector<double>& scales, double enough, std::size_t threads, const progress* watch) {
  const std::size_t d = m.point.size();
  std::vector<double> points, gradients;
  std::vector<std::size_t> elements;
  for (std::size_t i = 0; i < d; ++i) {
    const double size = std::max(1.0, std::abs(m.point[i]));
    if (scales[i] > 0 || !(std::abs(m.gradient[i]) * size > enough)) continue;
    elements.push_back(i);
    points.insert(points.end(), m.point.begin(), m.point.end());
    points[points.size() - d + i] += std::copysign(1e-6 * size, m.gradient[i]);
  }
  if (elements.empty()) return false;
  densities_at(density, points, &gradients, threads, watch);
  for (std::size_t j = 0; j < elements.size(); ++j) {
    const double before = m.gradient[elements[j]], after = gradients[j * d + elements[j]];
    if (std::isfinite(after) && after / before > 0.5) return true;
  }
  return false;
}

// A search judges itself by gains in its own coordinates: next to an element of size 1 it takes one of size 1e9 for flat. Whether it is at a mode is
// therefore judged in the scales of the elements there, and where it is not, the search goes on in them. Begins with `scales` where these are known, as
// from another search; leaves those that it knows of.
void judge(const target& density, const maximize_options& o, maximum& m, std::vector<double>& scales, const progress* watch) {
  if (m.point.empty() || m.interrupted) return;
  for (int round = 0; round < 5; ++round) {
    const double enough = std::max(1e-9, 2.2e-12 * std::abs(m.log_density));
    if (round > 0 || scales.empty()) scales = element_scales(density, m.point, o.threads, watch);
    if (is_stopped(watch)) return stop(m);
    if (gain_within(scales, m.gradient) <= enough) {
      if (o.method == optimizer::lbfgs && !m.converged) m.reason = "the log density can rise no more";
      m.converged = true;
      return;
    }
    if (o.method == optimizer::adam || m.iterations >= o.max_iterations) {
      m.converged = false;
      return;
    }
    const auto again = climb_in_scales(density, m.point, scales, {.history = o.history, .max_iterations = o.max_iterations - m.iterations}, watch);
    maximum next = summary_of(again.method());
    again.place(next.point, next.gradient);
    if (is_stopped(watch)) {
      if (next.log_density > m.log_density) m = std::move(next);
      return stop(m);
    }
    const double gained = next.log_density - m.log_density;
    next.iterations += m.iterations;
    next.evaluations += m.evaluations;
    if (gained <= enough) {
      // Where scales are right and nothing is gained, this is as high as it goes.
      m.iterations = next.iterations;
      m.evaluations = next.evaluations;
      m.converged = !has_slope_left(density, m, scales, enough, o.threads, watch);
      m.reason = m.converged ? "the log density rises no more"
                             : "the log density rises no more, though it has a slope: it grows without bound, or the numbers are too coarse for it";
      return;
    }
    m = std::move(next);
    m.converged = false;
    m.reason = "the log density was still rising when the search ended: it rose by " + number_text(gained) + " when it began anew in the scales of the elements";
  }
}

}  // namespace

std::vector<maximum> maximize(const target& density, const maximize_options& o, const key& k, std::span<const double> starts, const progress* watch) {
  const std::size_t d = density.dimension();
  if (d == 0) throw std::invalid_argument("maximize: the posterior has no real-valued latent to move");
  if (starts.size() % d != 0 || (starts.empty() && o.starts == 0))
    throw std::invalid_argument("maximize: at least one starting point is needed, of " + std::to_string(d) + " elements each");
  if (starts.empty()) require_count("maximize", "starts", o.starts, 1, largest_lanes);
  require_count("maximize", "max_iterations", o.max_iterations, 0, largest_count);
  require_count("maximize", "history", o.history, 0, largest_rows);
  require_number("maximize", "rate", o.rate);
  std::vector<double> drawn;
  if (starts.empty()) {
    drawn = random_starts(density, o.starts, o.initial_radius, k, watch);
    if (is_stopped(watch)) return std::vector<maximum>(o.starts, not_begun);
    starts = drawn;
  }
  auto found = o.method == optimizer::adam
                   ? search_all<optimizers::adam>(density, optimizers::adam_settings{.iterations = o.max_iterations, .rate = o.rate}, starts, o.threads, watch)
                   : search_all<optimizers::lbfgs>(density, optimizers::lbfgs_settings{.history = o.history, .max_iterations = o.max_iterations}, starts, o.threads, watch);
  const auto sort = [&] { std::stable_sort(found.begin(), found.end(), [](const maximum& a, const maximum& b) { return a.log_density > b.log_density; }); };
  sort();
  std::vector<double> scales;
  for (maximum& m : found) judge(density, o, m, scales, watch);
  sort();
  return found;
}

result named_mode(const maximum& mode, const draw_view& view) {
  if (mode.interrupted && mode.point.empty()) return stopped_without_draws();
  result r = result_of_points(mode.point, std::span(&mode.log_density, 1), view, 1);
  r.interrupted = mode.interrupted;
  r.checked = true;
  r.attributes = {{"kernel", "maximize"}, {"iterations", std::to_string(mode.iterations)}, {"reason", mode.reason}};
  if (!mode.converged) r.warnings.push_back("the search for the mode did not converge: " + mode.reason);
  return r;
}

}  // namespace starling
