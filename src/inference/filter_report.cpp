#include <starling/inference/filter_report.hpp>

#include <algorithm>

#include "diagnostics/number_text.hpp"

namespace starling {

void filter_report::collapse::add(std::size_t step, double count) {
  if (steps == 0 || count < worst) worst = count, worst_step = step;
  ++steps;
}

void filter_report::add(std::size_t step, const filter_step& told) {
  const auto n = static_cast<double>(particles_);
  const double few = std::min(std::max(10.0, n / 100), n / 10);
  if (told.ess < few) weights_.add(step, told.ess);
  if (static_cast<double>(told.distinct) < few) ancestors_.add(step, static_cast<double>(told.distinct));
}

std::vector<std::string> filter_report::warnings() const {
  std::vector<std::string> all;
  const auto tell = [&](const collapse& c, const char* what, const char* remedy) {
    if (c.steps == 0) return;
    all.push_back(std::string(what) + number_text(c.worst, "%.3g") + " of " + std::to_string(particles_) + " at step " + std::to_string(c.worst_step) +
                  (c.steps == 1 ? "" : ", the lowest of " + std::to_string(c.steps) + " steps that are as bad") + ": " + remedy);
  };
  tell(weights_, "the effective number of particles fell to ",
       "what was observed there is far from what the kernel draws; more particles, or a kernel with wider noise, may help");
  tell(ancestors_, "the particles that have descendants fell to ", "histories before it are almost one history");
  return all;
}

}  // namespace starling
