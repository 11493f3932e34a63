#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/values/counts.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace starling::kernels {

gradient_kernel::gradient_kernel(gradient_settings settings) : settings_(std::move(settings)) {
  const auto& s = settings_;
  const auto require = [&](bool holds, const char* what, double value) {
    if (!holds) throw std::invalid_argument(std::string(s.name) + ": " + what + "; it is " + std::to_string(value));
  };
  require(s.target_acceptance > 0 && s.target_acceptance < 1, "target_acceptance must be between 0 and 1", s.target_acceptance);
  require(s.step_size >= 0 && std::isfinite(s.step_size), "step_size must be positive, or 0 to have it found", s.step_size);
  require(s.max_energy_error > 0, "max_energy_error must be positive", s.max_energy_error);
  require(s.initial_radius >= 0 && std::isfinite(s.initial_radius), "initial_radius must not be negative", s.initial_radius);
  require(s.max_depth >= 1 && s.max_depth <= 30, "max_depth must be between 1 and 30", s.max_depth);
  require_count(s.name, "steps", s.steps, 1, largest_count);
  require(s.jitter >= 0 && s.jitter <= 1, "jitter must be between 0 and 1", s.jitter);
}

std::string gradient_kernel::mark() const {
  const auto& s = settings_;
  std::string of = std::string(s.name) + " " + std::to_string(static_cast<int>(s.metric)) + " " + std::to_string(static_cast<int>(s.start));
  for (const double x : {s.target_acceptance, s.step_size, s.max_energy_error, s.initial_radius, static_cast<double>(s.max_depth), static_cast<double>(s.steps), s.jitter})
    of += exactly(x);
  for (const double x : s.inverse_metric) of += exactly(x);
  return of;
}

}  // namespace starling::kernels
