// What searches of a target share: starting points, and densities at many points.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inference/optimizers/in_scales.hpp"
#include "inference/optimizers/lbfgs.hpp"
#include <starling/inference/progress.hpp>
#include <starling/inference/target.hpp>
#include <starling/random/key.hpp>

namespace starling {

// [search][element]: uniform(−radius, radius), the first of 100 tries with a finite density and gradient. Throws std::runtime_error.
// With `watch`, whatever there is once that wants to stop.
std::vector<double> random_starts(const target& density, std::size_t count, double radius, const key& k, const progress* watch = nullptr);

// Log densities at points [point][element], on up to `threads` threads; gradients too, [point][element], where `gradients` is not null. Once `watch` wants to stop
// the rest are −∞.
std::vector<double> densities_at(const target& density, std::span<const double> points, std::vector<double>* gradients, std::size_t threads,
                                 const progress* watch = nullptr);

// Says nothing, and stops when another does.
class stop_only final : public progress {
 public:
  explicit stop_only(const progress* of) : of_(of) {}
  bool stop_requested() const override { return of_ != nullptr && of_->stop_requested(); }

 private:
  const progress* of_;
};

// Whether there is somebody who wants a search to stop.
bool is_stopped(const progress* watch);

// The distance s of each element, the others at q, over which the log density curves by ½: s² = −1/∂². From gradients that stand a tenth to one s
// apart, whatever the unit of the element; 0 where there is none: flat, or curved upwards.
std::vector<double> element_scales(const target& density, std::span<const double> q, std::size_t threads, const progress* watch = nullptr);

// What Newton's steps of single elements would gain; infinite where an element has a slope and no scale.
double gain_within(const std::vector<double>& scales, const std::vector<double>& gradient);

// L-BFGS from `origin` in coordinates in which the scales are 1 (those that are 0 stay as they are). What it takes for flat beside larger elements
// elsewhere it sees here.
optimizers::in_scales<optimizers::lbfgs> climb_in_scales(const target& density, const std::vector<double>& origin, std::vector<double> scales,
                                                         const optimizers::lbfgs_settings& settings, const progress* watch = nullptr);

}  // namespace starling
