// The gradient of a posterior as a work, its answer checked against six-point differences of the density.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/unconstrained.hpp>

#include "works/work.hpp"

namespace bench {

// The derivative of the density of lane 0 along direction u at q, by differences.
template <class V, class Density> double difference(const Density& density, const std::vector<double>& q, const std::vector<double>& u) {
  const auto at = [&](double t) {
    std::vector<V> p(q.size()), values(density.starting_values());
    for (std::size_t j = 0; j < q.size(); ++j) p[j] = V(q[j] + t * u[j]);
    return starling::lane_of(density.choices(p.data(), values.data()), 0);
  };
  const double h = 1e-3 / std::sqrt(static_cast<double>(q.size()));
  return (45 * (at(h) - at(-h)) - 9 * (at(2 * h) - at(-2 * h)) + (at(3 * h) - at(-3 * h))) / (60 * h);
}

// The gradient in the lanes of V at points near 0, one a lane; the time is that of one lane's.
template <class V, class Posterior> prepared_work gradient_of(Posterior post, std::size_t repetitions) {
  using density_type = starling::unconstrained_posterior<V, Posterior>;
  constexpr std::size_t lanes = starling::lanes_of<V>;
  struct state {
    Posterior post;
    density_type density{post};
    std::vector<std::vector<double>> q, slopes;
    double values[starling::target::most_lanes];
    explicit state(Posterior p) : post(std::move(p)) {}
  };
  const auto s = std::make_shared<state>(std::move(post));
  const std::size_t d = s->density.dimension();
  for (std::size_t l = 0; l < lanes; ++l) {
    s->q.emplace_back(d);
    s->slopes.emplace_back(d);
    for (std::size_t j = 0; j < d; ++j) s->q.back()[j] = 0.1 * std::sin(static_cast<double>(j) + 1.0) + 1e-3 * static_cast<double>(l);
  }
  return {[s, repetitions] {
            const double* q[starling::target::most_lanes];
            double* slopes[starling::target::most_lanes];
            for (std::size_t l = 0; l < lanes; ++l) {
              q[l] = s->q[l].data();
              slopes[l] = s->slopes[l].data();
            }
            const auto target = starling::target_of(s->density);
            for (std::size_t r = 0; r < repetitions; ++r) target.evaluate(q, s->values, slopes);
          },
          [s, d] {
            double worst = 0;
            for (std::size_t trial = 0; trial < 3; ++trial) {
              std::vector<double> u(d);
              double exact = 0, size = 1;
              for (std::size_t j = 0; j < d; ++j) {
                u[j] = std::cos(3.0 * static_cast<double>(j * (trial + 1)) + static_cast<double>(trial));
                exact += u[j] * s->slopes[0][j];
                size += std::abs(u[j] * s->slopes[0][j]);
              }
              worst = std::max(worst, std::abs(exact - difference<V>(s->density, s->q[0], u)) / size);
            }
            return verdict{"density " + std::to_string(s->values[0]) + ", gradient off by " + std::to_string(worst), worst < 1e-6};
          },
          repetitions * lanes};
}

}  // namespace bench
