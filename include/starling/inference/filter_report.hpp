// What a step of a particle filter tells, and where a filter has lost its particles.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace starling {

// What a step tells.
struct filter_step {
  double log_evidence = 0;   // of this step's observations given those before
  double ess = 0;            // effective sample size after it, (Σ w)² / Σ w²
  bool resampled = false;    // before it
  std::size_t distinct = 0;  // particles before the step that have descendants in it; all, where it was not resampled
};

// The steps after which less than a hundredth of the particles, or fewer than 10, count (ess), and those that so few particles
// have descendants in (distinct). Filters of fewer than 100 particles are told below a tenth.
class filter_report {
 public:
  explicit filter_report(std::size_t particles) : particles_(particles) {}
  void add(std::size_t step, const filter_step& told);
  std::vector<std::string> warnings() const;

 private:
  struct collapse {
    std::size_t steps = 0, worst_step = 0;
    double worst = 0;
    void add(std::size_t step, double count);
  };
  std::size_t particles_;
  collapse weights_, ancestors_;
};

}  // namespace starling
