// Normal distributions over a posterior's free numbers, as variational inference fits them: kept, drawn from and scored without the posterior.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/random/key.hpp>

namespace starling {

enum class guide_family {
  mean_field,  // independent elements: Σ = diag(scale)²
  low_rank,    // Σ = diag(scale)² + U Uᵀ, U of d × r (Ong, Nott and Smith, JCGS 27, 2018)
  full_rank    // Σ = L Lᵀ, L lower triangular
};

class gaussian_guide {
 public:
  gaussian_guide() = default;
  // `scale`: d positive numbers (full_rank: unread, may be empty). `factor`, row-major: nothing, U (d × r), or L (d × d, positive on its diagonal;
  // what stands above it is unread). Throws std::invalid_argument where sizes do not fit or a number is not finite or not positive.
  gaussian_guide(guide_family family, std::vector<double> mean, std::vector<double> scale, std::vector<double> factor);

  guide_family family() const { return family_; }
  std::size_t dimension() const { return mean_.size(); }
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& scale() const { return scale_; }
  const std::vector<double>& factor() const { return factor_; }
  // Marginal standard deviations, [element]; the covariance, d × d row-major.
  std::vector<double> sd() const;
  std::vector<double> covariance() const;

  // log q(z), normalised; z has d elements.
  double log_density(const double* z) const;
  // d/2 (1 + log 2π) + ½ log |Σ|.
  double entropy() const;
  // n independent draws, [draw][element]: draw i depends on the key and on i alone.
  std::vector<double> draw(std::size_t n, const key& k) const;

 private:
  std::size_t rank() const { return mean_.empty() ? 0 : factor_.size() / mean_.size(); }

  guide_family family_ = guide_family::mean_field;
  std::vector<double> mean_, scale_, factor_;
  std::vector<double> inner_;  // low_rank: the Cholesky factor of I + Uᵀ diag(scale)⁻² U
  double log_determinant_ = 0;  // ½ log |Σ|
};

}  // namespace starling
