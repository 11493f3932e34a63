// The numbers by which an optimiser moves a Gaussian guide, and what derivatives with respect to its draws are with respect to them.
//
// Draws are z = origin + unit ∘ y with y = m + M ε: the guide in units of a Gaussian from which the search starts, so that numbers of size 1 mean
// steps of the posterior's own size. The numbers φ, in this order:
//   m [d]; ω [d], the logarithms of M's scales (mean_field, low_rank) or of its diagonal (full_rank); then
//   low_rank:  B, d × r row-major, where M ε = (e^ω + 1e-3) ∘ ε₁ + B ε₂;   full_rank: the rows of M below its diagonal.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/inference/gaussian_guide.hpp>

namespace starling::variational {

class guide_coordinates {
 public:
  // In units of normal(origin, diag(unit)²); the rank counts for low_rank only.
  guide_coordinates(guide_family family, std::size_t rank, std::vector<double> origin, std::vector<double> unit);

  std::size_t dimension() const { return origin_.size(); }
  std::size_t noise() const { return family_ == guide_family::low_rank ? dimension() + rank_ : dimension(); }
  std::size_t parameters() const;
  // φ of normal(origin, diag(unit)²); of low_rank with a little of each column, from `k`, without which no column could grow.
  std::vector<double> start(const key& k) const;
  gaussian_guide guide(const double* phi) const;

  // Must be called before the others, whenever φ has changed.
  void prepare(const double* phi);
  // Writes the draw of noise ε.
  void place(const double* phi, const double* noise, double* z) const;
  // A gradient with respect to z, in place, to one with respect to y.
  void to_units(double* gradient) const;
  // Takes ∇ log q with respect to y off (φ held fixed): sticking the landing (Roeder, Wu and Duvenaud, NeurIPS 2017).
  void subtract_score(const double* phi, const double* noise, double* gradient) const;
  // Adds `weight` times what a gradient with respect to y is with respect to φ.
  void add(const double* noise, const double* gradient, double weight, double* to) const;
  // log |determinant of the map from ε to z| (low_rank: ½ log |Σ|), and adds its gradient where one is wanted.
  double log_scale(const double* phi, double* gradient) const;

 private:
  std::size_t row(std::size_t i) const { return 2 * dimension() + i * (i - 1) / 2; }  // of M below the diagonal, i ≥ 1

  guide_family family_;
  std::size_t rank_;
  std::vector<double> origin_, unit_;
  double log_unit_ = 0;
  // e^ω; of low_rank e^ω + 1e-3: where the factor takes over an element whole, its own scale must not vanish.
  std::vector<double> scales_;
  double floor() const { return rank_ == 0 ? 0 : 1e-3; }
  // low_rank: A = diag(scales)⁻¹ B and A (I + Aᵀ A)⁻¹, d × r row-major, and ½ log |I + Aᵀ A|.
  std::vector<double> along_, across_;
  double log_inner_ = 0;
  mutable std::vector<double> spare_;
};

}  // namespace starling::variational
