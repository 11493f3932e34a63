// Logistic regression, 1,000 observations and 20 covariates (../shared/peers/data.py), and its posterior's density with the gradient written out.
#pragma once

#include <cmath>
#include <vector>

#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/where.hpp>

#include "works/hash01.hpp"

namespace bench {

inline constexpr std::size_t observations = 1000, covariates = 20;

struct logistic_data {
  std::vector<double> x;  // [observation][covariate]
  std::vector<int> y;
  starling::matrix_view<double> view() const { return {x.data(), observations, covariates}; }
};
inline logistic_data make_logistic_data() {
  logistic_data data;
  for (std::size_t i = 0; i < observations; ++i) {
    double eta = 0.3;
    for (std::size_t j = 0; j < covariates; ++j) {
      data.x.push_back(std::sqrt(12.0) * (hash01(i, j) - 0.5));
      eta += data.x.back() * 0.5 * std::cos(static_cast<double>(j) + 1);
    }
    data.y.push_back(hash01(i, 99) < 1 / (1 + std::exp(-eta)) ? 1 : 0);
  }
  return data;
}

// q: the intercept, then the coefficients, all normal(0, 1) before. In V, numbers or packs; four rows at a time.
struct logistic_by_hand {
  logistic_data data = make_logistic_data();
  std::vector<double> hits = std::vector<double>(data.y.begin(), data.y.end());

  std::size_t dimension() const { return covariates + 1; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    namespace sl = starling;
    constexpr std::size_t rows = 4;
    V density(-0.91893853320467274178 * static_cast<double>(covariates + 1));
    for (std::size_t j = 0; j <= covariates; ++j) {
      density -= 0.5 * q[j] * q[j];
      gradient[j] = -q[j];
    }
    for (std::size_t i = 0; i < observations; i += rows) {
      const double* at = data.x.data() + i * covariates;
      V linear[rows], residual[rows];
      for (std::size_t r = 0; r < rows; ++r) linear[r] = q[0];
      for (std::size_t j = 0; j < covariates; ++j)
        for (std::size_t r = 0; r < rows; ++r) linear[r] = sl::multiply_add(V(at[r * covariates + j]), q[j + 1], linear[r]);
      for (std::size_t r = 0; r < rows; ++r) {
        // One exponential serves both: e = exp(−|l|), log(1 + exp l) = max(l, 0) + log1p(e).
        const V e = sl::exp(-sl::abs(linear[r]));
        density += hits[i + r] * linear[r] - sl::max(linear[r], V(0)) - sl::log1p(e);
        residual[r] = hits[i + r] - sl::where(linear[r] < V(0), e, V(1)) / (1 + e);
        gradient[0] += residual[r];
      }
      for (std::size_t j = 0; j < covariates; ++j)
        for (std::size_t r = 0; r < rows; ++r) gradient[j + 1] = sl::multiply_add(V(at[r * covariates + j]), residual[r], gradient[j + 1]);
    }
    return density;
  }
};

}  // namespace bench
