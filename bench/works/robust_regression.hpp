// A nonlinear regression with Cauchy noise: y_i ~ cauchy(tanh(a + b x_i), s) at 200 points, but for a constant. Its log density in plain
// operators, of any numbers, and the same with its gradient written out (robust_regression_by_hand.cpp).
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace bench {

struct robust_regression {
  std::vector<double> xs, ys;
  robust_regression() {
    for (int i = 0; i < 200; ++i) {
      xs.push_back(std::sin(i));
      ys.push_back(std::cos(2 * i));
    }
  }

  // p: a, b, s.
  template <class R> R density(const R* p) const {
    R total(0.0);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const R z = (ys[i] - tanh(p[0] + p[1] * xs[i])) / p[2];
      total = total - log1p(z * z) - log(p[2]);
    }
    return total;
  }
  // The density, and its gradient to `slope`. Of double and of gradient_pack.
  template <class V> V density_by_hand(const V* p, V* slope) const;
};

}  // namespace bench
