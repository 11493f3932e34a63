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
  require_between(s.name, "target_acceptance", s.target_acceptance, 0.001, 0.99999, "between 0 and 1 (from 0.001 to 0.99999)");
  require_number_or_0(s.name, "step_size", s.step_size, "to have it found");
  require_between(s.name, "max_energy_error", s.max_energy_error, least_number, HUGE_VAL, "from 1e-150 on");
  require_number_or_0(s.name, "initial_radius", s.initial_radius, "to start at the origin");
  require_between(s.name, "max_depth", s.max_depth, 1, 30, "from 1 to 30");
  require_count(s.name, "steps", s.steps, 1, largest_count);
  require_between(s.name, "jitter", s.jitter, 0, 1, "from 0 to 1");
  require_number_or_0(s.name, "integration_time", s.integration_time, "for a number of steps");
  require_count(s.name, "windows.window", s.windows.window, 1, largest_count);
  require_count(s.name, "windows.initial_buffer", s.windows.initial_buffer, 0, largest_count);
  require_count(s.name, "windows.term_buffer", s.windows.term_buffer, 0, largest_count);
  if (s.windows != warmup_lengths{} && s.metric != metric_kind::diag_e && s.metric != metric_kind::dense_e)
    throw std::invalid_argument(std::string(s.name) + ": initial_buffer, window and term_buffer are lengths of the warm-up of the metrics diag_e and dense_e; say one of them");
}

std::string gradient_kernel::mark() const {
  const auto& s = settings_;
  std::string of = std::string(s.name) + " " + std::to_string(static_cast<int>(s.metric)) + " " + std::to_string(static_cast<int>(s.start));
  for (const double x : {s.target_acceptance, s.step_size, s.max_energy_error, s.initial_radius, static_cast<double>(s.max_depth), static_cast<double>(s.steps), s.jitter,
                         s.integration_time, s.adapts ? 1.0 : 0.0, static_cast<double>(s.windows.initial_buffer), static_cast<double>(s.windows.window),
                         static_cast<double>(s.windows.term_buffer)})
    of += exactly(x);
  for (const double x : s.inverse_metric) of += exactly(x);
  return of;
}

}  // namespace starling::kernels
