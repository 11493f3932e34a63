// What a target says at given points of its free numbers: log densities and gradients, and whether a gradient is right.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

// Points [point][number], in which NaN are numbers that are not given, made whole: uniform in (−radius, radius), the first of 100 tries with a finite density
// and gradient; where none has one, the last. Points without NaN stay as they are.
std::vector<double> completed_points(const target& density, std::vector<double> points, double radius, const key& k);

// Of each point [point][number]: sample_stats lp, and the derivatives by the free numbers as variables "g_…". names: of the free numbers, one a slot.
result log_densities(const target& density, const draw_layout& names, std::span<const double> points, std::size_t threads = 0);

// The draws that belong to points [chain][draw][number].
draws draws_at(const draw_view& view, std::span<const double> points, std::size_t dimension, std::size_t chains, std::size_t threads = 0);

// A gradient beside finite differences of the density.
struct gradient_test {
  struct row {
    std::string name;
    double value, derivative, difference;
    bool agrees;
  };
  double log_density = 0;
  std::vector<row> rows;

  bool passed() const;
};

struct gradient_test_options {
  double epsilon = 1e-3;   // between the points of a difference, relative to the number where that is above 1
  double error = 1e-6;     // that a derivative may be wrong by, relative where it is above 1, beside what rounding of the density explains
  double initial_radius = 2;
};

// At `point`, which may have NaN (completed_points). Differences are of fourth order: (8 (f(x + ε) − f(x − ε)) − f(x + 2ε) + f(x − 2ε)) / 12 ε.
// Throws std::runtime_error where the density is not finite there.
gradient_test test_gradient(const target& density, const draw_layout& names, std::vector<double> point, const gradient_test_options& o, const key& k);

}  // namespace starling
