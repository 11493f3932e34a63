// multivariate_normal_diagonal(mean, scales): normal vectors of independent elements: normal(mean, scales) with vectors as parameters.
#pragma once

#include <starling/distributions/normal.hpp>

namespace starling {

template <class Mean, class Scales> auto multivariate_normal_diagonal(Mean&& mean, Scales&& scales) {
  static_assert(sequence<std::remove_cvref_t<Mean>> || sequence<std::remove_cvref_t<Scales>>, "sl::multivariate_normal_diagonal(mean, scales): one of them must be a vector");
  return normal(std::forward<Mean>(mean), std::forward<Scales>(scales));
}

}  // namespace starling
