#include "inference/variational/guide_coordinates.hpp"

#include <cmath>
#include <utility>

#include <Eigen/Dense>

#include "inference/normal_approximation.hpp"
#include "inference/trajectories/arrays.hpp"

namespace starling::variational {

using trajectories::add_multiple;
using trajectories::dot;

guide_coordinates::guide_coordinates(guide_family family, std::size_t rank, std::vector<double> origin, std::vector<double> unit)
    : family_(family),
      rank_(family == guide_family::low_rank ? rank : 0),
      origin_(std::move(origin)),
      unit_(std::move(unit)),
      scales_(origin_.size()),
      spare_(origin_.size() + rank_) {
  for (const double u : unit_) log_unit_ += std::log(u);
}

std::size_t guide_coordinates::parameters() const {
  const std::size_t d = dimension();
  return family_ == guide_family::full_rank ? 2 * d + d * (d - 1) / 2 : 2 * d + d * rank_;
}

std::vector<double> guide_coordinates::start(const key& k) const {
  std::vector<double> phi(parameters(), 0.0);
  if (rank_ == 0) return phi;
  const auto numbers = standard_normals(1, dimension() * rank_, k, 0);
  for (std::size_t i = 0; i < numbers.size(); ++i) phi[2 * dimension() + i] = 0.1 * numbers[i];
  return phi;
}

gaussian_guide guide_coordinates::guide(const double* phi) const {
  const std::size_t d = dimension();
  std::vector<double> mean(origin_), scale(d), factor;
  for (std::size_t i = 0; i < d; ++i) {
    mean[i] += unit_[i] * phi[i];
    scale[i] = unit_[i] * (std::exp(phi[d + i]) + floor());
  }
  if (family_ != guide_family::full_rank) {
    for (std::size_t i = 0; i < d * rank_; ++i) factor.push_back(unit_[i / rank_] * phi[2 * d + i]);
    return {family_, std::move(mean), std::move(scale), std::move(factor)};
  }
  factor.assign(d * d, 0.0);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) factor[i * d + j] = unit_[i] * phi[row(i) + j];
    factor[i * d + i] = scale[i];
  }
  return {family_, std::move(mean), {}, std::move(factor)};
}

void guide_coordinates::prepare(const double* phi) {
  const std::size_t d = dimension();
  for (std::size_t i = 0; i < d; ++i) scales_[i] = std::exp(phi[d + i]) + floor();
  if (rank_ == 0) return;
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(d), r = static_cast<Eigen::Index>(rank_);
  along_.resize(d * rank_);
  across_.resize(d * rank_);
  for (std::size_t i = 0; i < d * rank_; ++i) along_[i] = phi[2 * d + i] / scales_[i / rank_];
  const Eigen::Map<const matrix> along(along_.data(), rows, r);
  const Eigen::LLT<matrix> factor(matrix::Identity(r, r) + along.transpose() * along);
  Eigen::Map<matrix>(across_.data(), rows, r) = factor.solve(along.transpose()).transpose();
  log_inner_ = factor.matrixLLT().diagonal().array().log().sum();
}

void guide_coordinates::place(const double* phi, const double* noise, double* z) const {
  const std::size_t d = dimension();
  const bool full = family_ == guide_family::full_rank;
  for (std::size_t i = 0; i < d; ++i) {
    const double along = !full ? dot(phi + 2 * d + i * rank_, noise + d, rank_) : i == 0 ? 0
                                                                                         : dot(phi + row(i), noise, i);
    z[i] = origin_[i] + unit_[i] * (phi[i] + scales_[i] * noise[i] + along);
  }
}

void guide_coordinates::to_units(double* gradient) const {
  for (std::size_t i = 0; i < dimension(); ++i) gradient[i] *= unit_[i];
}

void guide_coordinates::subtract_score(const double* phi, const double* noise, double* gradient) const {
  const std::size_t d = dimension();
  if (family_ == guide_family::mean_field) {
    for (std::size_t i = 0; i < d; ++i) gradient[i] += noise[i] / scales_[i];
    return;
  }
  double* const v = spare_.data();
  if (family_ == guide_family::full_rank) {
    // M⁻ᵀ ε, from the last element back.
    for (std::size_t i = 0; i < d; ++i) v[i] = noise[i];
    for (std::size_t i = d; i-- > 0;) {
      v[i] /= scales_[i];
      if (i != 0) add_multiple(-v[i], phi + row(i), v, i);
      gradient[i] += v[i];
    }
    return;
  }
  // Σ⁻¹ (y − m) = (v − A (I + Aᵀ A)⁻¹ Aᵀ v) / scales, v = (y − m) / scales.
  double* const sums = spare_.data() + d;
  for (std::size_t j = 0; j < rank_; ++j) sums[j] = 0;
  for (std::size_t i = 0; i < d; ++i) {
    v[i] = noise[i] + dot(phi + 2 * d + i * rank_, noise + d, rank_) / scales_[i];
    for (std::size_t j = 0; j < rank_; ++j) sums[j] += along_[i * rank_ + j] * v[i];
  }
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < rank_; ++j) v[i] -= across_[i * rank_ + j] * sums[j];
    gradient[i] += v[i] / scales_[i];
  }
}

void guide_coordinates::add(const double* noise, const double* gradient, double weight, double* to) const {
  const std::size_t d = dimension();
  for (std::size_t i = 0; i < d; ++i) {
    const double g = weight * gradient[i];
    to[i] += g;
    to[d + i] += g * noise[i] * (scales_[i] - floor());
    if (family_ == guide_family::full_rank && i != 0) add_multiple(g, noise, to + row(i), i);
    add_multiple(g, noise + d, to + 2 * d + i * rank_, rank_);
  }
}

double guide_coordinates::log_scale(const double* phi, double* gradient) const {
  const std::size_t d = dimension();
  double sum = log_unit_ + log_inner_;
  for (std::size_t i = 0; i < d; ++i) sum += rank_ == 0 ? phi[d + i] : std::log(scales_[i]);
  if (gradient == nullptr) return sum;
  for (std::size_t i = 0; i < d; ++i) {
    double by_log = 1;
    for (std::size_t j = 0; j < rank_; ++j) {
      by_log -= along_[i * rank_ + j] * across_[i * rank_ + j];
      gradient[2 * d + i * rank_ + j] += across_[i * rank_ + j] / scales_[i];
    }
    gradient[d + i] += by_log * (1 - floor() / scales_[i]);
  }
  return sum;
}

}  // namespace starling::variational
