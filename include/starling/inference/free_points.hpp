// Points of a posterior that are given by names, as free numbers: starts of chains and searches, draws of a fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include <starling/inference/predictive.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/unconstrained.hpp>

namespace starling {

// The free numbers of a latent: `count` of them, from `first` on.
struct free_latent {
  std::uint32_t site;
  std::size_t first, count;
};

// Those of all latents, in the order of their free numbers. offsets: where those of `latents` begin; negative: there are none.
std::vector<free_latent> free_latents(const std::vector<std::uint32_t>& latents, const std::vector<std::int64_t>& offsets, std::size_t dimension);
// Names of the free numbers, one a slot: those of the choice, where that has as many elements (theta[3]; the free number of a positive choice is its logarithm),
// and otherwise counted (of a simplex of 3: weights[0], weights[1]).
draw_layout names_of_free_numbers(const schema& structure, const std::vector<free_latent>& free);
// Latent by latent, `given` are the numbers of the choices: where one is NaN, all free numbers of the latent become NaN.
void mark_missing(const schema& structure, const std::vector<std::uint32_t>& latents, const std::vector<free_latent>& free, const double* given, double* numbers);

template <class Density>
std::vector<free_latent> free_latents(const Density& density) {
  std::vector<std::int64_t> offsets;
  for (const auto k : density.layout().latents) offsets.push_back(density.offset(k));
  return free_latents(density.layout().latents, offsets, density.dimension());
}
template <class Density>
draw_layout names_of_free_numbers(const Density& density) {
  return names_of_free_numbers(density.structure(), free_latents(density));
}

// [point][number]. read(point, to) writes the numbers of the latents, one after the other, NaN where they are not given; of a latent that is not given whole
// all free numbers are NaN. Where the support of a choice depends on others, they are those of the choices given.
template <class V, class Posterior, class Read>
std::vector<double> free_points(const unconstrained_posterior<V, Posterior>& density, std::size_t n, Read&& read) {
  constexpr std::size_t width = lanes_of<V>;
  const auto& structure = density.structure();
  const auto runs = element_runs(structure, density.layout().latents);
  const auto free = free_latents(density);
  const std::size_t d = density.dimension();
  std::vector<double> points(n * d);
  const std::vector<V> beginning = density.starting_values();
  std::vector<V> values = beginning, q(d);
  std::size_t numbers = 0;
  for (const auto& run : runs) numbers += run.size;
  std::vector<std::vector<double>> rows(width);
  const double* row[width];
  for (std::size_t first = 0; first < n; first += width) {
    for (std::size_t l = 0; l < width; ++l) {
      rows[l].assign(numbers, std::numeric_limits<double>::quiet_NaN());
      read(first + l < n ? first + l : n - 1, rows[l].data());
      row[l] = rows[l].data();
    }
    std::size_t i = 0;
    for (const auto& run : runs)
      for (std::uint32_t e = run.offset; e < run.offset + run.size; ++e) {
        const V given = element_of_points<V>(row, i++);
        values[e] = where(given == given, given, beginning[e]);
      }
    density.free_numbers(values.data(), q.data());
    for (std::size_t l = 0; l < width && first + l < n; ++l) {
      double* const to = points.data() + (first + l) * d;
      for (std::size_t j = 0; j < d; ++j) to[j] = static_cast<double>(number_in(q[j], static_cast<int>(l)));
      mark_missing(structure, density.layout().latents, free, row[l], to);
    }
  }
  return points;
}

// Those of all draws of a fit, by the names of its variables. Throws std::invalid_argument where it does not have one, unless partial.
template <class Density>
std::vector<double> free_points_of_draws(const Density& density, const draws& from, bool partial = false) {
  const latent_draws latents(density.structure(), density.layout().latents, from, partial);
  return free_points(density, from.chains * from.draws, [&](std::size_t point, double* to) { latents.read(point, to); });
}

// Those of choice maps; what a map leaves out is NaN. Throws std::invalid_argument where a map names something that is no latent, or of another shape.
template <class Density>
std::vector<double> free_points_of_maps(const Density& density, std::span<const choice_map> maps) {
  const auto& structure = density.structure();
  const auto& latents = density.layout().latents;
  return free_points(density, maps.size(), [&](std::size_t point, double* to) {
    std::size_t used = 0;
    for (const auto k : latents) {
      const choice_type& type = structure.sites()[k].type;
      if (const constraint_ref given = maps[point].find(structure.path_of(k))) {
        if (given.type().size() != type.size()) throw std::invalid_argument("the starting value of " + structure.path_of(k).str() + " has another shape than the choice");
        for (std::size_t e = 0; e < type.size(); ++e) to[e] = given.at(e, 0);
        used += type.size();
      }
      to += type.size();
    }
    std::size_t given = 0;
    for (const auto& e : maps[point].entries()) given += e.value.type.size();
    if (given != used)
      throw std::invalid_argument("starting point " + std::to_string(point) + " has values for something that is no latent of the posterior:\n" + maps[point].str());
  });
}

}  // namespace starling
