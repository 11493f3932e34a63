#include <starling/inference/maximize.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "inference/lane_loop.hpp"
#include "inference/normal_approximation.hpp"
#include "inference/optimizers/adam.hpp"
#include "inference/optimizers/lbfgs.hpp"
#include "inference/searches.hpp"
#include <starling/execution/executor.hpp>

namespace starling {

namespace {

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
};

template <class Method, class Settings>
std::vector<maximum> search_all(const target& density, const Settings& settings, std::span<const double> starts, std::size_t threads) {
  const std::size_t d = density.dimension(), count = starts.size() / d, lanes = density.lanes();
  std::vector<maximum> found(count);
  std::atomic<std::size_t> next{0};
  parallel_for(
      (count + lanes - 1) / lanes,
      [&](std::size_t) {
        run_lanes<search<Method>>(density, [&]() -> std::unique_ptr<search<Method>> {
          const std::size_t i = next.fetch_add(1);
          if (i >= count) return nullptr;
          return std::unique_ptr<search<Method>>(new search<Method>{Method(starts.data() + i * d, d, settings), found[i]});
        });
      },
      threads);
  std::stable_sort(found.begin(), found.end(), [](const maximum& a, const maximum& b) { return a.log_density > b.log_density; });
  return found;
}

}  // namespace

std::vector<maximum> maximize(const target& density, const maximize_options& o, const key& k, std::span<const double> starts) {
  const std::size_t d = density.dimension();
  if (d == 0) throw std::invalid_argument("maximize: the posterior has no real-valued latent to move");
  if (starts.size() % d != 0 || (starts.empty() && o.starts == 0))
    throw std::invalid_argument("maximize: at least one starting point is needed, of " + std::to_string(d) + " elements each");
  std::vector<double> drawn;
  if (starts.empty()) {
    drawn = random_starts(density, o.starts, o.initial_radius, k);
    starts = drawn;
  }
  if (o.method == optimizer::adam) return search_all<optimizers::adam>(density, optimizers::adam_settings{.iterations = o.max_iterations, .rate = o.rate}, starts, o.threads);
  return search_all<optimizers::lbfgs>(density, optimizers::lbfgs_settings{.history = o.history, .max_iterations = o.max_iterations}, starts, o.threads);
}

result named_mode(const maximum& mode, const draw_view& view) {
  result r = result_of_points(mode.point, std::span(&mode.log_density, 1), view, 1);
  r.attributes = {{"kernel", "maximize"}, {"iterations", std::to_string(mode.iterations)}, {"reason", mode.reason}};
  if (!mode.converged) r.warnings.push_back("the search for the mode did not converge: " + mode.reason);
  return r;
}

}  // namespace starling
