// What searches of a target share: starting points, and densities at many points.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

// [search][element]: uniform(−radius, radius), the first of 100 tries with a finite density and gradient. Throws std::runtime_error.
std::vector<double> random_starts(const target& density, std::size_t count, double radius, const key& k);

// Log densities at points [point][element], on up to `threads` threads; gradients too, [point][element], where `gradients` is not null.
std::vector<double> densities_at(const target& density, std::span<const double> points, std::vector<double>* gradients, std::size_t threads);

}  // namespace starling
