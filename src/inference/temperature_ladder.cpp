#include <starling/inference/temperature_ladder.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace starling {

void log_sum::add(const log_sum& other) {
  if (!(other.sum > 0)) return;
  if (other.top > top) {
    sum *= std::exp(top - other.top);
    top = other.top;
  }
  sum += other.sum * std::exp(other.top - top);
}
double log_sum::log() const { return top + std::log(sum); }

temperature_ladder::temperature_ladder(std::vector<double> betas)
    : betas_(std::move(betas)),
      refusals_(betas_.size()),
      tries_(betas_.size()),
      likelihoods_(betas_.size()),
      stones_(betas_.size()) {}

std::vector<double> temperature_ladder::cubic(std::size_t n) {
  std::vector<double> betas(n);
  for (std::size_t i = 0; i < n; ++i) betas[i] = n == 1 ? 1 : std::pow(static_cast<double>(n - 1 - i) / static_cast<double>(n - 1), 3.0);
  return betas;
}

bool temperature_ladder::accepts(std::size_t i, const std::vector<double>& log_likelihoods, double uniform) {
  const double gain = (betas_[i] - betas_[i + 1]) * (log_likelihoods[i + 1] - log_likelihoods[i]);
  const double probability = gain == gain ? std::exp(std::min(gain, 0.0)) : 0.0;
  refusals_[i] += 1 - probability;
  tries_[i] += 1;
  return uniform < probability;
}

bool temperature_ladder::end_step(std::size_t s, std::size_t warmup, bool adapts, const std::vector<double>& log_likelihoods) {
  if (s >= warmup) count_likelihoods(log_likelihoods);
  const bool moves = adapts && s < warmup && s >= 32 && (s & (s - 1)) == 0;
  if (moves) move();
  return moves;
}

void temperature_ladder::count_likelihoods(const std::vector<double>& log_likelihoods) {
  if (filled_ == 0) stretches_.emplace_back(betas_.size());
  for (std::size_t i = 0; i < betas_.size(); ++i) {
    likelihoods_[i].add(log_likelihoods[i]);
    if (i == 0) continue;
    const double x = (betas_[i - 1] - betas_[i]) * log_likelihoods[i];
    stones_[i].add(x);
    stretches_.back()[i].add(x);
  }
  if (++filled_ == length_) filled_ = 0;
  if (filled_ != 0 || stretches_.size() < most_stretches) return;
  for (std::size_t b = 0; b < most_stretches; b += 2) {
    for (std::size_t i = 1; i < betas_.size(); ++i) stretches_[b][i].add(stretches_[b + 1][i]);
    if (b != 0) stretches_[b / 2] = std::move(stretches_[b]);
  }
  stretches_.resize(most_stretches / 2);
  length_ *= 2;
}

void temperature_ladder::move() {
  const std::size_t n = betas_.size();
  std::vector<double> barrier(n);  // refusals from temperature 0 to i
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double rate = tries_[i] > 0 ? refusals_[i] / tries_[i] : 0;
    barrier[i + 1] = barrier[i] + std::max(rate, 1e-3);
    refusals_[i] = tries_[i] = 0;
  }
  auto next = betas_;
  std::size_t at = 0;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double wanted = barrier[n - 1] * static_cast<double>(i) / static_cast<double>(n - 1);
    while (barrier[at + 1] < wanted) ++at;
    next[i] = betas_[at] + (betas_[at + 1] - betas_[at]) * (wanted - barrier[at]) / (barrier[at + 1] - barrier[at]);
  }
  betas_ = std::move(next);
}

std::vector<double> temperature_ladder::swap_rates() const {
  std::vector<double> rates;
  for (std::size_t i = 0; i + 1 < betas_.size(); ++i) rates.push_back(tries_[i] > 0 ? 1 - refusals_[i] / tries_[i] : 0);
  return rates;
}

double temperature_ladder::thermodynamic_integral() const {
  double integral = 0;
  for (std::size_t i = 0; i + 1 < betas_.size(); ++i) {
    const double width = betas_[i] - betas_[i + 1];
    const auto &high = likelihoods_[i], &low = likelihoods_[i + 1];
    const double trapezoid = 0.5 * width * (high.mean() + low.mean()), corrected = trapezoid - width * width / 12 * (high.variance() - low.variance());
    // E_β[L] grows with β, so an interval's integral lies between those of its ends.
    integral += corrected == corrected ? std::clamp(corrected, width * low.mean(), std::max(width * low.mean(), width * high.mean())) : trapezoid;
  }
  return integral;
}

double temperature_ladder::stepping_stone() const {
  double total = 0;
  for (std::size_t i = 1; i < betas_.size(); ++i) total += stones_[i].log() - std::log(static_cast<double>(likelihoods_[i].count()));
  return total;
}

std::vector<double> temperature_ladder::stone_errors() const {
  const std::size_t whole = stretches_.size() - (filled_ != 0 ? 1 : 0);
  std::vector<double> errors(whole);
  for (std::size_t i = 1; i < betas_.size(); ++i) {
    log_sum all;
    for (std::size_t b = 0; b < whole; ++b) all.add(stretches_[b][i]);
    for (std::size_t b = 0; b < whole; ++b) errors[b] += std::exp(stretches_[b][i].log() - all.log()) * static_cast<double>(whole) - 1;
  }
  return errors;
}

}  // namespace starling
