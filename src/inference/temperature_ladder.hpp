// The inverse temperatures of one ensemble, how often neighbours were refused, and what the log likelihoods say of the evidence.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/diagnostics/moments.hpp>

namespace starling {

class temperature_ladder {
 public:
  explicit temperature_ladder(std::vector<double> betas);
  // ((n − 1 − i)/(n − 1))³.
  static std::vector<double> cubic(std::size_t n);

  std::size_t size() const { return betas_.size(); }
  const std::vector<double>& betas() const { return betas_; }

  // An exchange of i and i + 1 would be accepted with this probability.
  void count_exchange(std::size_t i, double probability);
  // The log likelihood of the replica at temperature i, in a step that counts.
  void count_likelihood(std::size_t i, double log_likelihood);

  // Moves the inner temperatures to where the refusals so far, spread evenly over each interval, add up equally; forgets the refusals.
  void move();
  std::vector<double> swap_rates() const;

  double thermodynamic_integral() const;
  double stepping_stone() const;

 private:
  std::vector<double> betas_, refusals_, tries_;
  std::vector<running_moments> likelihoods_;
  // Σ exp((β_i − β_(i+1)) L) over the replica at i + 1, as top + log sum.
  std::vector<double> top_, sum_;
};

}  // namespace starling
