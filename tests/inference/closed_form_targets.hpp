// Targets with hand-written gradients and known moments, for every value type; and the view that leaves points as they are.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/target.hpp>
#include <starling/values/math.hpp>

namespace closed_form {

namespace sl = starling;

// normal(mean, S R S), where R has correlation rho between neighbours (an AR(1) process): its precision is tridiagonal.
struct gaussian {
  std::vector<double> mean, scale;
  double rho = 0;

  std::size_t dimension() const { return mean.size(); }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    const std::size_t d = mean.size();
    V density(0);
    const double inner = 1 / (1 - rho * rho);
    for (std::size_t i = 0; i < d; ++i) {
      const auto z = [&](std::size_t j) { return (q[j] - V(mean[j])) * V(1 / scale[j]); };
      const bool end = i == 0 || i + 1 == d;
      V pull = V(d == 1 ? 1.0 : end ? inner
                                    : inner * (1 + rho * rho)) *
               z(i);
      if (i > 0) pull = pull - V(rho * inner) * z(i - 1);
      if (i + 1 < d) pull = pull - V(rho * inner) * z(i + 1);
      density = density - V(0.5) * z(i) * pull;
      gradient[i] = -pull * V(1 / scale[i]);
    }
    return density;
  }
  double covariance(std::size_t i, std::size_t j) const {
    const double steps = i > j ? static_cast<double>(i - j) : static_cast<double>(j - i);
    return scale[i] * scale[j] * std::pow(rho, steps);
  }
};

// Independent elements log(x), x ~ gamma(shape, 1): skewed, with an exponential tail to one side. Mean digamma(shape), variance trigamma(shape).
struct log_gamma {
  std::size_t d = 1;
  double shape = 1;
  std::size_t dimension() const { return d; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    V density(0);
    for (std::size_t i = 0; i < d; ++i) {
      const V x = sl::exp(q[i]);
      density = density + V(shape) * q[i] - x;
      gradient[i] = V(shape) - x;
    }
    return density;
  }
};

// Neal's funnel, non-centred: independent standard normals; the centred x_i = z_i exp(3 v / 2) are what the view of it would show.
inline gaussian funnel(std::size_t d) { return {std::vector<double>(d, 0.0), std::vector<double>(d, 1.0), 0.0}; }

// One number with two modes: normal(−10, 1) and, 20 nats lower, normal(10, 1), so that next to nothing of the mass lies at 10. The ridge is at 1.
struct unequal_modes {
  std::size_t dimension() const { return 1; }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    const V a = q[0] + V(10), b = q[0] - V(10);
    const V low = V(-0.5) * (a * a), high = V(-0.5) * (b * b) - V(20);
    const V share = sl::inverse_logit(high - low);
    g[0] = -a * (V(1) - share) - b * share;
    return sl::log_sum_exp(low, high);
  }
};

// Bernoulli logistic regression, normal(0, 1) priors: n × d design matrix, row-major.
struct logistic {
  std::size_t n, d;
  std::vector<double> x, y;

  logistic(std::size_t n_, std::size_t d_) : n(n_), d(d_), x(n_ * d_), y(n_) {
    // Quasi-random numbers are enough for a design matrix.
    for (std::size_t i = 0; i < n; ++i) {
      double linear = 0;
      for (std::size_t j = 0; j < d; ++j) {
        const double u = std::fmod(0.5 + static_cast<double>(i * d + j + 1) * 0.6180339887498949 + static_cast<double>(j * j) * 0.324717957, 1.0);
        x[i * d + j] = sl::normal_quantile(std::min(std::max(u, 1e-9), 1 - 1e-9));
        linear += x[i * d + j] * (j % 2 == 0 ? 0.5 : -0.5);
      }
      const double u = std::fmod(0.5 + static_cast<double>(i + 1) * 0.7548776662466927, 1.0);
      y[i] = u < 1 / (1 + std::exp(-linear)) ? 1.0 : 0.0;
    }
  }
  std::size_t dimension() const { return d; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    V density(0);
    for (std::size_t j = 0; j < d; ++j) {
      density = density - V(0.5) * q[j] * q[j];
      gradient[j] = -q[j];
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double* row = x.data() + i * d;
      V linear(0);
      for (std::size_t j = 0; j < d; ++j) linear = linear + V(row[j]) * q[j];
      density = density + V(y[i]) * linear - sl::log1p_exp(linear);
      const V residual = V(y[i]) - sl::inverse_logit(linear);
      for (std::size_t j = 0; j < d; ++j) gradient[j] = gradient[j] + V(row[j]) * residual;
    }
    return density;
  }
};

// Points as they are, as one vector "x".
class identity_view final : public sl::draw_view {
 public:
  explicit identity_view(std::size_t d, std::size_t lanes = 3) : d_(d), lanes_(lanes) {
    layout_.add(sl::path("x"), {sl::value_kind::real, 1, static_cast<std::uint32_t>(d), 1});
  }
  const sl::draw_layout& layout() const override { return layout_; }
  std::size_t lanes() const override { return lanes_; }
  void write(const double* const* q, double* const* to) const override {
    for (std::size_t l = 0; l < lanes_; ++l)
      for (std::size_t i = 0; i < d_; ++i) to[l][i] = q[l][i];
  }

 private:
  std::size_t d_, lanes_;
  sl::draw_layout layout_;
};

}  // namespace closed_form
