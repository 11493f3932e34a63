#include "inference/trajectories/metric.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/trajectories/arrays.hpp"

namespace starling::trajectories {

metric metric::unit(std::size_t d) { return diagonal(std::vector<double>(d, 1.0)); }

metric metric::diagonal(std::vector<double> variances) {
  metric m;
  m.d_ = variances.size();
  m.root_.resize(m.d_);
  for (std::size_t i = 0; i < m.d_; ++i) {
    m.root_[i] = std::sqrt(variances[i]);
    m.valid_ = m.valid_ && variances[i] > 0 && std::isfinite(variances[i]);
  }
  m.inverse_ = std::move(variances);
  m.inverse_.resize(padded(m.d_));
  return m;
}

metric metric::dense(std::vector<double> covariance, std::size_t d) {
  metric m;
  m.kind_ = kinds::dense;
  m.d_ = d;
  m.root_.assign(d * d, 0.0);
  for (std::size_t i = 0; i < d && m.valid_; ++i) {
    double* row = m.root_.data() + i * d;
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = m.root_.data() + j * d;
      const double rest = covariance[i * d + j] - dot(row, other, j);
      if (j < i) row[j] = rest / other[j];
      else row[i] = std::sqrt(rest);
    }
    m.valid_ = row[i] > 0 && std::isfinite(row[i]);
  }
  m.inverse_ = std::move(covariance);
  return m;
}

metric metric::low_rank(std::vector<double> scales, std::vector<double> vectors, std::vector<double> values) {
  metric m;
  m.kind_ = kinds::low_rank;
  m.d_ = scales.size();
  for (const double s : scales) m.valid_ = m.valid_ && s > 0 && std::isfinite(s);
  for (const double l : values) m.valid_ = m.valid_ && l > 0 && std::isfinite(l);
  m.inverse_ = std::move(scales);
  m.vectors_ = std::move(vectors);
  m.values_ = std::move(values);
  m.multiply_out();
  return m;
}

namespace {
constexpr std::size_t stretch = 8;
std::size_t in_stretches(std::size_t d) { return (d + stretch - 1) / stretch * stretch; }
}  // namespace

// Where a product with M⁻¹ costs no more than two with each vector, or little.
void metric::multiply_out() {
  product_.clear();
  const std::size_t rank = values_.size(), rows = in_stretches(d_);
  if (kind_ != kinds::low_rank || rank == 0 || rows > std::max<std::size_t>(16, 4 * rank)) return;
  product_.resize(d_ * rows);
  for (std::size_t j = 0; j < d_; ++j) {
    double* const column = product_.data() + j * rows;
    column[j] = 1;
    for (std::size_t k = 0; k < rank; ++k) add_multiple((values_[k] - 1) * vectors_[k * d_ + j], vectors_.data() + k * d_, column, d_);
    for (std::size_t i = 0; i < d_; ++i) column[i] *= inverse_[i] * inverse_[j];
  }
}

bool metric::has_sizes_of_kind() const {
  const bool is_low = kind_ == kinds::low_rank;
  const std::size_t d = d_, rank = values_.size();
  if (d > inverse_.size()) return false;
  if (kind_ == kinds::dense) return d < (std::size_t{1} << 31) && inverse_.size() == d * d && root_.size() == d * d && rank == 0;
  return inverse_.size() == (is_low ? d : padded(d)) && root_.size() == (is_low ? 0 : d) && rank <= d && vectors_.size() == rank * d;
}

std::vector<double> metric::marginal_variances() const {
  if (kind_ == kinds::diagonal) return {inverse_.begin(), inverse_.begin() + static_cast<std::ptrdiff_t>(d_)};
  std::vector<double> result(d_);
  for (std::size_t i = 0; i < d_; ++i) {
    if (kind_ == kinds::dense) {
      result[i] = inverse_[i * d_ + i];
      continue;
    }
    double inner = 1;
    for (std::size_t k = 0; k < values_.size(); ++k) inner += (values_[k] - 1) * vectors_[k * d_ + i] * vectors_[k * d_ + i];
    result[i] = inner * inverse_[i] * inverse_[i];
  }
  return result;
}

void metric::velocity(const double* p, double* v) const {
  if (kind_ == kinds::low_rank) return apply_low_rank(transforms::velocity, p, v);
  for (std::size_t i = 0; i < d_; ++i) v[i] = kind_ == kinds::diagonal ? inverse_[i] * p[i] : dot(inverse_.data() + i * d_, p, d_);
}

void metric::momentum(const double* z, double* p) const {
  if (kind_ == kinds::low_rank) return apply_low_rank(transforms::momentum, z, p);
  if (kind_ == kinds::diagonal) {
    for (std::size_t i = 0; i < d_; ++i) p[i] = z[i] / root_[i];
    return;
  }
  for (std::size_t i = 0; i < d_; ++i) p[i] = z[i];
  for (std::size_t i = d_; i-- > 0;) {  // Lᵀ p = z
    p[i] /= root_[i * d_ + i];
    for (std::size_t j = 0; j < i; ++j) p[j] -= root_[i * d_ + j] * p[i];
  }
}

void metric::step(const double* z, double* x) const {
  if (kind_ == kinds::low_rank) return apply_low_rank(transforms::step, z, x);
  for (std::size_t i = 0; i < d_; ++i) x[i] = kind_ == kinds::diagonal ? root_[i] * z[i] : dot(root_.data() + i * d_, z, i + 1);
}

void metric::whiten(const double* g, double* c) const {
  if (kind_ == kinds::low_rank) return apply_low_rank(transforms::whiten, g, c);
  if (kind_ == kinds::diagonal) {
    for (std::size_t i = 0; i < d_; ++i) c[i] = root_[i] * g[i];
    return;
  }
  for (std::size_t j = 0; j < d_; ++j) c[j] = 0;
  for (std::size_t i = 0; i < d_; ++i)
    for (std::size_t j = 0; j <= i; ++j) c[j] += root_[i * d_ + j] * g[i];
}

// With R = I + U (Λ^e − I) Uᵀ: velocity S R S (e = 1), momentum S⁻¹ R (e = −½), step S R (e = ½), whiten R S (e = ½).
void metric::apply_low_rank(transforms which, const double* in, double* out) const {
  const double* s = inverse_.data();
  if (which == transforms::velocity && !product_.empty()) {
    using V = element_pack;
    static_assert(stretch % (4 * element_width) == 0);
    const std::size_t rows = in_stretches(d_);
    for (std::size_t first = 0; first < d_; first += 4 * element_width) {
      V s0(0), s1(0), s2(0), s3(0);
      const double* column = product_.data() + first;
      for (std::size_t j = 0; j < d_; ++j, column += rows) {
        const V x(in[j]);
        s0 += V::load(column) * x;
        s1 += V::load(column + element_width) * x;
        s2 += V::load(column + 2 * element_width) * x;
        s3 += V::load(column + 3 * element_width) * x;
      }
      double sums[4 * element_width];
      s0.store(sums);
      s1.store(sums + element_width);
      s2.store(sums + 2 * element_width);
      s3.store(sums + 3 * element_width);
      std::copy_n(sums, std::min(4 * element_width, d_ - first), out + first);
    }
    return;
  }
  const bool scale_before = which == transforms::velocity || which == transforms::whiten;
  for (std::size_t i = 0; i < d_; ++i) out[i] = scale_before ? s[i] * in[i] : in[i];
  // The vectors are orthonormal: each projection may be taken of what the ones before have left.
  for (std::size_t k = 0; k < values_.size(); ++k) {
    const double* u = vectors_.data() + k * d_;
    const double power = which == transforms::velocity   ? values_[k]
                         : which == transforms::momentum ? 1 / std::sqrt(values_[k])
                                                         : std::sqrt(values_[k]);
    add_multiple((power - 1) * dot(u, out, d_), u, out, d_);
  }
  if (which == transforms::velocity || which == transforms::step)
    for (std::size_t i = 0; i < d_; ++i) out[i] *= s[i];
  if (which == transforms::momentum)
    for (std::size_t i = 0; i < d_; ++i) out[i] /= s[i];
}

}  // namespace starling::trajectories
