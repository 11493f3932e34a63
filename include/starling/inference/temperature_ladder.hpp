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

// Σ exp x as exp(top) · sum.
struct log_sum {
  double top = -__builtin_inf(), sum = 0;
  void add(const log_sum& other);
  void add(double x) { add({x, x > -__builtin_inf() ? 1.0 : 0.0}); }
  double log() const;
};

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
  // Σ log mean exp((β_i − β_(i+1)) L), L of the replica at i + 1.
  double stepping_stone() const;
  // What each of up to 128 stretches of equal length adds to the relative error of the stepping stones, in order: their mean is 0, and how they differ
  // tells how far stepping_stone() is off. All stones of a step count together, since exchanges tie them.
  std::vector<double> stone_errors() const;

 private:
  bool accepts(std::size_t i, const std::vector<double>& log_likelihoods, double uniform);
  void count_likelihoods(const std::vector<double>& log_likelihoods);
  // Moves the inner temperatures to where the refusals so far, spread evenly over each interval, add up equally; forgets the refusals.
  void move();

  std::vector<double> betas_, refusals_, tries_;
  std::vector<running_moments> likelihoods_;
  std::vector<log_sum> stones_;  // stone i: Σ exp((β_(i−1) − β_i) L) over the replica at i
  // The same of stretches of `length_` steps, [stretch][stone]; of the one that is not complete, the last, there are `filled_` steps.
  static constexpr std::size_t most_stretches = 128;
  std::vector<std::vector<log_sum>> stretches_;
  std::size_t length_ = 1, filled_ = 0;
};

}  // namespace starling
