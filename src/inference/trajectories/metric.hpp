// The metric of Hamiltonian dynamics: momenta are normal(0, M). Kept as M⁻¹, which estimates the covariance of the target.
//
// With L Lᵀ = M⁻¹: velocity v = M⁻¹ p, momentum p = L⁻ᵀ z and step x = L z of a standard normal z, whitened gradient c = Lᵀ g.
#pragma once

#include <cstddef>
#include <vector>

namespace starling::trajectories {

class metric {
 public:
  enum class kinds { diagonal,
                     dense,
                     low_rank };

  // M⁻¹ = I, diag(variances).
  static metric unit(std::size_t d);
  static metric diagonal(std::vector<double> variances);
  // M⁻¹ = covariance, d × d row-major. Where it is not positive definite `valid` is false, and the metric must not be used.
  static metric dense(std::vector<double> covariance, std::size_t d);
  // M⁻¹ = S (I + U (Λ − I) Uᵀ) S with S = diag(scales) and k orthonormal vectors U, [vector][element] (Seyboldt's
  // nutpie).
  static metric low_rank(std::vector<double> scales, std::vector<double> vectors, std::vector<double> values);

  std::size_t dimension() const { return d_; }
  kinds kind() const { return kind_; }
  bool valid() const { return valid_; }
  // M⁻¹ of a diagonal metric, padded with zeros.
  const double* variances() const { return inverse_.data(); }
  // The diagonal of M⁻¹.
  std::vector<double> marginal_variances() const;

  // In and out must not overlap.
  void velocity(const double* p, double* v) const;
  void momentum(const double* z, double* p) const;
  void step(const double* z, double* x) const;
  void whiten(const double* g, double* c) const;

  template <class Archive>
  void archive(Archive& a) {
    a(kind_, d_, valid_);
    a.of_any_size(inverse_, root_, vectors_, values_);
    a.require(kind_ >= kinds::diagonal && kind_ <= kinds::low_rank && has_sizes_of_kind());
    if constexpr (Archive::reads) multiply_out();
  }

 private:
  bool has_sizes_of_kind() const;

  enum class transforms { velocity,
                          momentum,
                          step,
                          whiten };
  void apply_low_rank(transforms which, const double* in, double* out) const;
  void multiply_out();

  kinds kind_ = kinds::diagonal;
  std::size_t d_ = 0;
  bool valid_ = true;
  std::vector<double> inverse_;  // diagonal: M⁻¹; dense: M⁻¹ row-major; low rank: S
  std::vector<double> root_;     // diagonal: its root; dense: L row-major
  std::vector<double> vectors_, values_;
  std::vector<double> product_;  // low rank of few elements or many vectors: M⁻¹, a column after the other, each in whole stretches of 8
};

}  // namespace starling::trajectories
