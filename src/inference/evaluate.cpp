#include <starling/inference/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "inference/gradient_record.hpp"
#include "inference/searches.hpp"
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

namespace starling {

std::vector<double> completed_points(const target& density, std::vector<double> points, double radius, const key& k) {
  const std::size_t d = density.dimension();
  for (std::size_t p = 0; p * d < points.size(); ++p) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(p * d);
    const std::vector<double> given(begin, begin + static_cast<std::ptrdiff_t>(d));
    if (std::none_of(given.begin(), given.end(), [](double x) { return std::isnan(x); })) continue;
    for (std::uint64_t attempt = 0; attempt < 100; ++attempt) {
      stream<double> numbers(fold_in(k.scope(hash_text("completed")), attempt), p);
      for (std::size_t i = 0; i < d; ++i) {
        numbers.visit(static_cast<std::uint32_t>(i));
        const double u = radius * (2 * numbers.uniform() - 1);
        points[p * d + i] = std::isnan(given[i]) ? u : given[i];
      }
      std::vector<double> gradient;
      const double lp = densities_at(density, std::span(points).subspan(p * d, d), &gradient, 1)[0];
      if (std::isfinite(lp) && std::all_of(gradient.begin(), gradient.end(), [](double g) { return std::isfinite(g); })) break;
    }
  }
  return points;
}

result log_densities(const target& density, const draw_layout& names, std::span<const double> points, std::size_t threads) {
  const std::size_t d = density.dimension(), n = points.size() / d;
  result r;
  std::vector<double> gradients;
  r.sample_stats = {1, n, {{"lp", {}, densities_at(density, points, &gradients, threads)}}};
  r.posterior = {1, n, names.variables(1, n)};
  const auto targets = names.targets();
  for (std::size_t i = 0; i < d; ++i) {
    auto& v = r.posterior.variables[targets[i].variable];
    for (std::size_t p = 0; p < n; ++p) v.values[p * v.elements() + targets[i].element] = gradients[p * d + i];
  }
  for (auto& v : r.posterior.variables) v.name.insert(0, "g_");
  r.checked = true;
  return r;
}

draws draws_at(const draw_view& view, std::span<const double> points, std::size_t dimension, std::size_t chains, std::size_t threads) {
  const std::size_t n = points.size() / dimension;
  std::vector<const double*> places;
  for (std::size_t p = 0; p < n; ++p) places.push_back(points.data() + p * dimension);
  draws to{chains, n / chains, view.layout().variables(chains, n / chains)};
  write_points(places, view, threads, to);
  return to;
}

bool gradient_test::passed() const {
  return std::all_of(rows.begin(), rows.end(), [](const row& r) { return r.agrees; });
}

gradient_test test_gradient(const target& density, const draw_layout& names, std::vector<double> point, const gradient_test_options& o, const key& k) {
  const std::size_t d = density.dimension();
  require_number("test_gradient", "epsilon", o.epsilon);
  require_number("test_gradient", "error", o.error);
  point = completed_points(density, std::move(point), o.initial_radius, k);
  gradient_test test;
  std::vector<double> gradient;
  test.log_density = densities_at(density, point, &gradient, 1)[0];
  if (!std::isfinite(test.log_density)) throw std::runtime_error("the log density is not finite at this point: " + density.trouble_at(point.data()));
  const auto slots = names.slot_names();
  for (std::size_t i = 0; i < d; ++i) {
    const double step = o.epsilon * std::max(1.0, std::abs(point[i]));
    std::vector<double> around;
    for (const double times : {1.0, -1.0, 2.0, -2.0}) {
      around.insert(around.end(), point.begin(), point.end());
      around[around.size() - d + i] += times * step;
    }
    const auto f = densities_at(density, around, nullptr, 1);
    const double difference = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step);
    // Of sums of many terms the last digits are lost.
    const double rounding = 64 * std::numeric_limits<double>::epsilon() * std::abs(test.log_density) / step;
    const bool agrees = std::abs(difference - gradient[i]) <= o.error * std::max(1.0, std::abs(gradient[i])) + rounding;
    test.rows.push_back({slots[i], point[i], gradient[i], difference, agrees});
  }
  return test;
}

}  // namespace starling
