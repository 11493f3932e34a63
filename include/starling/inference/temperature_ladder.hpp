// The inverse temperatures of one ensemble, how often neighbours were refused, and what the log likelihoods say of the evidence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <starling/diagnostics/moments.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>

namespace starling {

class temperature_ladder {
 public:
  explicit temperature_ladder(std::vector<double> betas);
  // ((n − 1 − i)/(n − 1))³.
  static std::vector<double> cubic(std::size_t n);

  std::size_t size() const { return betas_.size(); }
  const std::vector<double>& betas() const { return betas_; }

  // After step s of ensemble c: pairs of neighbours exchange states with probability min(1, exp((β_i − β_(i+1))(L_(i+1) − L_i))), those that begin with
  // an even and an odd number in turn. Calls swap(i) where i and i + 1 do; the log likelihoods are exchanged here.
  template <class Swap>
  void exchange(const key& k, std::size_t c, std::size_t s, std::vector<double>& log_likelihoods, Swap swap) {
    stream<double> numbers(k.scope(hash_text("exchange")), c);
    for (std::size_t i = s % 2; i + 1 < betas_.size(); i += 2) {
      numbers.visit(static_cast<std::uint32_t>(i));
      if (!accepts(i, log_likelihoods, numbers.uniform())) continue;
      std::swap(log_likelihoods[i], log_likelihoods[i + 1]);
      swap(i);
    }
  }
  // The end of step s: in the warm-up the ladder may move (steps 32, 64, 128, …; true where it did), afterwards log likelihoods count.
  bool end_step(std::size_t s, std::size_t warmup, bool adapts, const std::vector<double>& log_likelihoods);
  std::vector<double> swap_rates() const;

  double thermodynamic_integral() const;
  double stepping_stone() const;

 private:
  bool accepts(std::size_t i, const std::vector<double>& log_likelihoods, double uniform);
  void count_likelihood(std::size_t i, double log_likelihood);
  // Moves the inner temperatures to where the refusals so far, spread evenly over each interval, add up equally; forgets the refusals.
  void move();

  std::vector<double> betas_, refusals_, tries_;
  std::vector<running_moments> likelihoods_;
  // Σ exp((β_i − β_(i+1)) L) over the replica at i + 1, as top + log sum.
  std::vector<double> top_, sum_;
};

}  // namespace starling
