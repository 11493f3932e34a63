#include "inference/searches.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <starling/execution/executor.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>

namespace starling {

std::vector<double> densities_at(const target& density, std::span<const double> points, std::vector<double>* gradients, std::size_t threads) {
  const std::size_t d = density.dimension(), n = points.size() / d, lanes = density.lanes();
  std::vector<double> values(n);
  if (gradients != nullptr) gradients->assign(n * d, 0.0);
  parallel_for(
      (n + lanes - 1) / lanes,
      [&](std::size_t block) {
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

std::vector<double> random_starts(const target& density, std::size_t count, double radius, const key& k) {
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
    const auto values = densities_at(density, starts, &gradients, 1);
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
