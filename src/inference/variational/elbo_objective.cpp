#include "inference/variational/elbo_objective.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <Eigen/Dense>

#include "inference/searches.hpp"
#include "inference/trajectories/arrays.hpp"
#include "inference/trajectories/momentum.hpp"
#include <starling/execution/executor.hpp>
#include <starling/random/stream.hpp>
#include <starling/values/log_functions.hpp>

namespace starling::variational {

elbo_objective::elbo_objective(target density, guide_coordinates coordinates, std::size_t draws, std::size_t threads, const progress* watch)
    : density_(density), watch_(watch), coordinates_(std::move(coordinates)), draws_(draws), threads_(threads) {
  const std::size_t d = coordinates_.dimension();
  noise_.resize(draws_ * coordinates_.noise() + trajectories::element_width);  // rows are written in whole registers
  points_.resize(draws_ * d);
  gradients_.resize((draws_ + density.lanes()) * d);
  log_densities_.resize(draws_ + density.lanes());
}

void elbo_objective::draw_noise(const key& k) {
  const std::size_t n = coordinates_.noise(), pairs = draws_ / 2;
  for (std::size_t s = 0; s < pairs; ++s) {
    stream<double> numbers(fold_in(k, s));
    trajectories::draw_normals(numbers, 0, n, noise_.data() + s * n);
  }
  for (std::size_t i = 0; i < pairs * n; ++i) noise_[pairs * n + i] = -noise_[i];
}

void elbo_objective::match_moments() {
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::size_t n = coordinates_.noise(), pairs = draws_ / 2;
  Eigen::Map<matrix> half(noise_.data(), static_cast<Eigen::Index>(pairs), static_cast<Eigen::Index>(n));
  if (pairs >= 2 * n) {
    const matrix covariance = half.transpose() * half / static_cast<double>(pairs);
    Eigen::LLT<matrix>(covariance).matrixU().solveInPlace<Eigen::OnTheRight>(half);
  } else {
    for (Eigen::Index i = 0; i < half.cols(); ++i) half.col(i) /= std::sqrt(half.col(i).squaredNorm() / static_cast<double>(pairs));
  }
  for (std::size_t i = 0; i < pairs * n; ++i) noise_[pairs * n + i] = -noise_[i];
}

double elbo_objective::evaluate(const double* phi, double* gradient, bool sticking) {
  const std::size_t d = coordinates_.dimension(), n = coordinates_.noise(), lanes = density_.lanes();
  coordinates_.prepare(phi);
  for (std::size_t s = 0; s < draws_; ++s) coordinates_.place(phi, noise_.data() + s * n, points_.data() + s * d);
  const std::size_t blocks = (draws_ + lanes - 1) / lanes;
  const auto evaluate_block = [&](std::size_t block) {
    if (is_stopped(watch_)) {
      std::fill_n(log_densities_.data() + block * lanes, lanes, -__builtin_inf());
      return;
    }
    const double* at[target::most_lanes];
    double* to[target::most_lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      at[l] = points_.data() + std::min(block * lanes + l, draws_ - 1) * d;
      to[l] = gradients_.data() + (block * lanes + l) * d;
    }
    density_.evaluate(at, log_densities_.data() + block * lanes, to);
  };
  // Threads cost some 10 µs to wake.
  const bool asks = threads_ == 0;
  const auto began = asks ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  if (asks || threads_ == 1) {
    for (std::size_t block = 0; block < blocks; ++block) evaluate_block(block);
  } else {
    parallel_for(blocks, evaluate_block, threads_);
  }
  if (asks) threads_ = std::chrono::steady_clock::now() - began > std::chrono::microseconds(100) ? available_threads() : 1;
  std::fill_n(gradient, coordinates_.parameters(), 0.0);
  const double weight = 1 / static_cast<double>(draws_);
  double sum = 0;
  for (std::size_t s = 0; s < draws_; ++s) {
    double* const g = gradients_.data() + s * d;
    const double* const e = noise_.data() + s * n;
    sum += log_densities_[s];
    coordinates_.to_units(g);
    if (sticking) coordinates_.subtract_score(phi, e, g);
    coordinates_.add(e, g, weight, gradient);
  }
  const double entropy = 0.5 * static_cast<double>(d) * (1 + 2 * half_log_two_pi) + coordinates_.log_scale(phi, sticking ? nullptr : gradient);
  bool finite = std::isfinite(sum);
  for (std::size_t i = 0; i < coordinates_.parameters(); ++i) finite = finite && std::isfinite(gradient[i]);
  return finite ? sum * weight + entropy : -__builtin_inf();
}

}  // namespace starling::variational
