#include <starling/inference/gaussian_guide.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include "inference/normal_approximation.hpp"
#include "inference/trajectories/arrays.hpp"
#include <starling/values/log_functions.hpp>

namespace starling {

namespace {

using trajectories::dot;
using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr double log_two_pi = 2 * half_log_two_pi;

void require(bool good, const char* what) {
  if (!good) throw std::invalid_argument(std::string("gaussian_guide: ") + what);
}

// Solves L y = x in place, L the lower triangle n rows of n numbers.
void solve_lower(const double* lower, std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i) x[i] = (x[i] - dot(lower + i * n, x, i)) / lower[i * n + i];
}

}  // namespace

gaussian_guide::gaussian_guide(guide_family family, std::vector<double> mean, std::vector<double> scale, std::vector<double> factor)
    : family_(family), mean_(std::move(mean)), scale_(std::move(scale)), factor_(std::move(factor)) {
  const std::size_t d = mean_.size();
  require(d != 0, "it needs at least one element");
  for (const double m : mean_) require(std::isfinite(m), "a mean is not finite");
  if (family_ == guide_family::full_rank) {
    scale_.clear();
    require(factor_.size() == d * d, "the factor of a full-rank guide has dimension × dimension numbers");
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) require(std::isfinite(factor_[i * d + j]), "an element of the factor is not finite");
      for (std::size_t j = i + 1; j < d; ++j) factor_[i * d + j] = 0;
      require(factor_[i * d + i] > 0, "an element of the factor's diagonal is not positive");
      log_determinant_ += std::log(factor_[i * d + i]);
    }
    return;
  }
  require(scale_.size() == d, "the scale has as many elements as the mean");
  for (const double s : scale_) {
    require(std::isfinite(s) && s > 0, "a scale is not positive and finite");
    log_determinant_ += std::log(s);
  }
  if (family_ == guide_family::mean_field) {
    require(factor_.empty(), "a mean-field guide has no factor");
    return;
  }
  require(factor_.size() % d == 0, "the factor of a low-rank guide has as many rows as the mean has elements");
  for (const double u : factor_) require(std::isfinite(u), "an element of the factor is not finite");
  const auto r = static_cast<Eigen::Index>(rank());
  row_major scaled = Eigen::Map<const row_major>(factor_.data(), static_cast<Eigen::Index>(d), r);
  for (std::size_t i = 0; i < d; ++i) scaled.row(static_cast<Eigen::Index>(i)) /= scale_[i];
  const row_major inner = row_major::Identity(r, r) + scaled.transpose() * scaled;
  const row_major lower = Eigen::LLT<row_major>(inner).matrixL();
  inner_.assign(lower.data(), lower.data() + lower.size());
  for (Eigen::Index j = 0; j < r; ++j) log_determinant_ += std::log(lower(j, j));
}

std::vector<double> gaussian_guide::sd() const {
  const std::size_t d = dimension(), r = rank();
  std::vector<double> all(d);
  for (std::size_t i = 0; i < d; ++i) {
    const double own = family_ == guide_family::full_rank ? 0 : scale_[i] * scale_[i];
    all[i] = std::sqrt(own + dot(factor_.data() + i * r, factor_.data() + i * r, r));
  }
  return all;
}

std::vector<double> gaussian_guide::covariance() const {
  const std::size_t d = dimension(), r = rank();
  std::vector<double> all(d * d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) all[i * d + j] = dot(factor_.data() + i * r, factor_.data() + j * r, r);
    if (family_ != guide_family::full_rank) all[i * d + i] += scale_[i] * scale_[i];
  }
  return all;
}

double gaussian_guide::log_density(const double* z) const {
  const std::size_t d = dimension(), r = rank();
  std::vector<double> x(d);
  for (std::size_t i = 0; i < d; ++i) x[i] = z[i] - mean_[i];
  double square = 0;
  if (family_ == guide_family::full_rank) {
    solve_lower(factor_.data(), d, x.data());
    square = dot(x.data(), x.data(), d);
  } else {
    for (std::size_t i = 0; i < d; ++i) x[i] /= scale_[i];
    square = dot(x.data(), x.data(), d);
    // Woodbury: Σ⁻¹ = D⁻² − D⁻² U (I + Uᵀ D⁻² U)⁻¹ Uᵀ D⁻².
    std::vector<double> along(r);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < r; ++j) along[j] += factor_[i * r + j] / scale_[i] * x[i];
    solve_lower(inner_.data(), r, along.data());
    square -= dot(along.data(), along.data(), r);
  }
  return -0.5 * (square + static_cast<double>(d) * log_two_pi) - log_determinant_;
}

double gaussian_guide::entropy() const { return 0.5 * static_cast<double>(dimension()) * (1 + log_two_pi) + log_determinant_; }

std::vector<double> gaussian_guide::draw(std::size_t n, const key& k) const {
  const std::size_t d = dimension(), r = rank();
  const bool full = family_ == guide_family::full_rank;
  const auto noise = standard_normals(n, full ? d : d + r, k, 0);
  std::vector<double> z(n * d);
  for (std::size_t s = 0; s < n; ++s) {
    const double* const e = noise.data() + s * (full ? d : d + r);
    for (std::size_t i = 0; i < d; ++i)
      z[s * d + i] = mean_[i] + (full ? dot(factor_.data() + i * d, e, i + 1) : scale_[i] * e[i] + dot(factor_.data() + i * r, e + d, r));
  }
  return z;
}

}  // namespace starling
