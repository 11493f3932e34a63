// Compiled without the vectoriser (bench/CMakeLists.txt): in one lane each number is computed by itself, as on a tape.
#include "works/robust_regression.hpp"

#include <starling/inference/posterior_gradient.hpp>

namespace bench {

template <class V> V robust_regression::density_by_hand(const V* p, V* slope) const {
  namespace sl = starling;
  const V inverse = V(1) / p[2], log_scale = sl::log(p[2]);
  V total(0), by_a(0), by_b(0), by_s(0);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const V mean = sl::tanh(p[0] + p[1] * xs[i]);
    const V z = (ys[i] - mean) * inverse, square = z * z;
    total = total - sl::log1p(square) - log_scale;
    const V by_z = -2.0 * z / (1.0 + square);
    const V by_linear = by_z * inverse * (mean * mean - 1.0);
    by_a += by_linear;
    by_b += by_linear * xs[i];
    by_s -= (by_z * z + 1.0) * inverse;
  }
  slope[0] = by_a;
  slope[1] = by_b;
  slope[2] = by_s;
  return total;
}

template double robust_regression::density_by_hand(const double*, double*) const;
template starling::gradient_pack robust_regression::density_by_hand(const starling::gradient_pack*, starling::gradient_pack*) const;

}  // namespace bench
