// Limited-memory BFGS (Nocedal 1980; Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4) as a machine that is told densities; it
// maximises. The line search brackets and bisects until Armijo's and the weak Wolfe condition hold (Lewis and Overton, Mathematical
// Programming 141, 2013), so places outside the support are met like any other step that is too long. Where the rise that Armijo's asks for drowns in
// the rounding of the log density, slopes decide (Hager and Zhang, SIAM Journal on Optimization 16, 2005).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace starling::optimizers {

struct lbfgs_settings {
  std::size_t history = 6;
  std::size_t max_iterations = 1000;
  double gain_tolerance = 1e-16;        // of ½ ∇ᵀ H ∇, by which the log density would rise yet: the same in all units
  double relative_tolerance = 2.2e-12;  // of the change of the log density: Stan's 1e4 ε
};

// Whether s and y, the differences of places and of −gradients, show curvature: s·y stands out of the rounding of its terms. The same in all units of
// the elements.
bool shows_curvature(const double* s, const double* y, std::size_t d);

// An accepted place.
struct iterate {
  std::vector<double> q, gradient;
  double log_density;
};

class lbfgs {
 public:
  lbfgs(const double* start, std::size_t d, const lbfgs_settings& s);

  const double* point() const { return trial_.q.data(); }
  double* gradient() { return trial_.gradient.data(); }
  // False once it is done.
  bool receive(double log_density);

  // All iterates, the start first. Empty where the start has no finite density.
  const std::vector<iterate>& path() const { return path_; }
  bool converged() const { return converged_; }
  // Why it stopped: words for a user.
  const char* reason() const { return reason_; }
  std::size_t evaluations() const { return evaluations_; }

 private:
  bool begin_search();
  void try_step();
  bool accept();
  bool stop(bool converged, const char* reason);

  lbfgs_settings settings_;
  std::size_t d_;
  std::vector<iterate> path_;
  iterate trial_;
  std::vector<double> direction_, weights_;
  std::vector<std::vector<double>> s_, y_;  // differences of places and of −gradients, the oldest first
  double slope_ = 0, step_ = 1, low_ = 0, high_ = 0;
  bool bracketed_ = false;
  std::size_t searches_ = 0, evaluations_ = 0;
  bool converged_ = false;
  const char* reason_ = "";
};

}  // namespace starling::optimizers
