// Models as people write them, of the works plain_…, groups, field, mixture, garch, ar, gp, ode, net: their bodies and their data. The peers' programs
// (bench/peers/plain_jax.py, bench/peers/stan) have the same formulas.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <starling/combinators/map.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/half_normal.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/multivariate_normal.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson_log.hpp>
#include <starling/distributions/uniform.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/posterior.hpp>
#include <starling/values/vector_math.hpp>

#include "works/hash01.hpp"

namespace bench {

namespace sl = starling;

// n numbers, hash01 of the column `at` moved and scaled.
inline std::vector<double> numbers(std::size_t n, std::size_t at, double from, double to) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = from + (to - from) * hash01(i, at);
  return x;
}

// y ~ normal(a + b x, s); a, b ~ normal(0, 5), s ~ exponential(1).
inline std::vector<double> line_data(std::size_t n) {
  auto y = numbers(n, 401, -1, 1);
  const auto x = numbers(n, 400, -2, 2);
  for (std::size_t i = 0; i < n; ++i) y[i] += 0.7 - 0.4 * x[i];
  return y;
}
inline constexpr auto line_of_sites = sl::gen([](auto& trace, const auto& x) {
  const auto a = trace("a", sl::normal(0.0, 5.0));
  const auto b = trace("b", sl::normal(0.0, 5.0));
  const auto s = trace("s", sl::exponential(1.0));
  for (std::size_t i = 0; i < x.size(); ++i) trace({"y", i}, sl::normal(a + b * x[i], s));
});
inline constexpr auto line_of_map = sl::gen([](auto& trace, const auto& x) {
  const auto a = trace("a", sl::normal(0.0, 5.0));
  const auto b = trace("b", sl::normal(0.0, 5.0));
  const auto s = trace("s", sl::exponential(1.0));
  constexpr auto row = sl::map(sl::gen([](auto& t, const auto& xi, const auto& a_, const auto& b_, const auto& s_) { return t({}, sl::normal(a_ + b_ * xi, s_)); }));
  trace("y", row, sl::each(x), a, b, s);
});
inline constexpr auto line_of_vector = sl::gen([](auto& trace, const auto& x) {
  const auto a = trace("a", sl::normal(0.0, 5.0));
  const auto b = trace("b", sl::normal(0.0, 5.0));
  const auto s = trace("s", sl::exponential(1.0));
  trace("y", sl::normal(a + b * sl::view(x), s));
});

// 50 groups, 40 rows each: y ~ normal(alpha[g] + beta[g] x, s), alpha = ma + ta za, beta = mb + tb zb, all z ~ normal(0, 1).
inline constexpr std::size_t groups = 50, rows_of_groups = 2000;
struct grouped_data {
  std::vector<double> x = numbers(rows_of_groups, 402, -2, 2);
  std::vector<std::size_t> group;
  grouped_data() {
    for (std::size_t i = 0; i < rows_of_groups; ++i) group.push_back(i % groups);
  }
};
inline std::vector<double> grouped_ys(const grouped_data& d) {
  auto y = numbers(rows_of_groups, 403, -1, 1);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 0.5 * std::sin(static_cast<double>(d.group[i])) + (0.3 + 0.2 * std::cos(static_cast<double>(d.group[i]))) * d.x[i];
  return y;
}
inline constexpr auto grouped = sl::gen([](auto& trace, const grouped_data& d) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const auto ma = trace("ma", sl::normal(0.0, 5.0));
  const auto mb = trace("mb", sl::normal(0.0, 5.0));
  const auto ta = trace("ta", sl::half_normal(1.0));
  const auto tb = trace("tb", sl::half_normal(1.0));
  const auto s = trace("s", sl::exponential(1.0));
  const auto za = trace("za", sl::iid(sl::normal(0.0, 1.0), groups));
  const auto zb = trace("zb", sl::iid(sl::normal(0.0, 1.0), groups));
  sl::vector<R> alpha(groups), beta(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    alpha[g] = ma + ta * za[g];
    beta[g] = mb + tb * zb[g];
  }
  for (std::size_t i = 0; i < d.x.size(); ++i) trace({"y", i}, sl::normal(alpha[d.group[i]] + beta[d.group[i]] * d.x[i], s));
});

// y[i] ~ poisson_log(mu + tau z[i]).
inline std::vector<long> field_data(std::size_t n) {
  std::vector<long> y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<long>(std::floor(4 * hash01(i, 404)));
  return y;
}
inline constexpr auto field = sl::gen([](auto& trace, std::size_t n) {
  const auto mu = trace("mu", sl::normal(0.0, 2.0));
  const auto tau = trace("tau", sl::half_normal(1.0));
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), n));
  trace("y", sl::poisson_log(mu + tau * z));
});

// y ~ Σ w_k normal(m_k, s_k), three components, log_sum_exp in the body; w by logits.
inline std::vector<double> mixture_data() {
  auto y = numbers(1000, 405, -1, 1);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 3.0 * (static_cast<double>(i % 3) - 1.0);
  return y;
}
inline constexpr auto three_normals = sl::gen([](auto& trace, const std::vector<double>& y) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const auto m = trace("m", sl::iid(sl::normal(0.0, 5.0), 3));
  const auto s = trace("s", sl::iid(sl::exponential(1.0), 3));
  const auto w = trace("w", sl::iid(sl::normal(0.0, 1.0), 3));
  const auto total = sl::log_sum_exp(w);
  for (const double yi : y) {
    std::array<R, 3> terms;
    for (std::size_t k = 0; k < 3; ++k) terms[k] = w[k] - total + sl::normal(m[k], s[k]).log_density(yi);
    trace.factor(sl::log_sum_exp(terms));
  }
});

// GARCH(1, 1).
inline std::vector<double> returns(std::size_t n) {
  auto y = numbers(n, 406, -2, 2);
  for (std::size_t t = 0; t < n; ++t) y[t] *= 1 + 0.5 * std::sin(0.05 * static_cast<double>(t));
  return y;
}
inline constexpr auto garch = sl::gen([](auto& trace, const std::vector<double>& y) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const R mu = trace("mu", sl::normal(0.0, 1.0));
  const R alpha0 = trace("alpha0", sl::exponential(1.0));
  const R alpha1 = trace("alpha1", sl::uniform(0.0, 1.0));
  const R beta1 = trace("beta1", sl::uniform(0.0, 1.0 - alpha1));
  R variance(1.0);
  for (std::size_t t = 0; t < y.size(); ++t) {
    if (t > 0) {
      const R shock = y[t - 1] - mu;
      variance = alpha0 + alpha1 * (shock * shock) + beta1 * variance;
    }
    trace({"y", t}, sl::normal(mu, sl::sqrt(variance)));
  }
});

// AR(5), written as a sum.
inline constexpr auto series = sl::gen([](auto& trace, const std::vector<double>& y) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const auto a = trace("a", sl::normal(0.0, 5.0));
  const auto b = trace("b", sl::iid(sl::normal(0.0, 1.0), 5));
  const auto s = trace("s", sl::exponential(1.0));
  for (std::size_t t = 5; t < y.size(); ++t) {
    R mean = a;
    for (std::size_t k = 0; k < 5; ++k) mean = mean + b[k] * y[t - 1 - k];
    trace({"y", t}, sl::normal(mean, s));
  }
});

// Gaussian process regression.
inline constexpr auto process = sl::gen([](auto& trace, const std::vector<double>& x) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const R rho = trace("rho", sl::half_normal(2.0)), alpha = trace("alpha", sl::half_normal(2.0)), sigma = trace("sigma", sl::half_normal(1.0));
  const std::size_t n = x.size();
  sl::matrix<R> covariance(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double d = x[i] - x[j];
      R c = alpha * alpha * sl::exp(-0.5 * (d * d) / (rho * rho));
      if (i == j) c = c + sigma * sigma;
      covariance(i, j) = c;
      covariance(j, i) = c;
    }
  trace("y", sl::multivariate_normal(std::vector<double>(n, 0.0), covariance));
});

// Lotka–Volterra by the classical Runge–Kutta method, 10 steps between observations of both species.
inline constexpr auto predators = sl::gen([](auto& trace, std::size_t observations) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const R alpha = trace("alpha", sl::half_normal(1.0)), beta = trace("beta", sl::half_normal(1.0)), gamma = trace("gamma", sl::half_normal(1.0)),
          delta = trace("delta", sl::half_normal(1.0)), s = trace("s", sl::exponential(1.0));
  R u = trace("u0", sl::half_normal(2.0)), v = trace("v0", sl::half_normal(2.0));
  const auto du = [&](const R& p, const R& q) { return (alpha - beta * q) * p; };
  const auto dv = [&](const R& p, const R& q) { return (delta * p - gamma) * q; };
  const double h = 0.05;
  for (std::size_t i = 0; i < observations; ++i) {
    for (int step = 0; step < 10; ++step) {
      const R u1 = du(u, v), v1 = dv(u, v);
      const R pu = u + 0.5 * h * u1, pv = v + 0.5 * h * v1, u2 = du(pu, pv), v2 = dv(pu, pv);
      const R qu = u + 0.5 * h * u2, qv = v + 0.5 * h * v2, u3 = du(qu, qv), v3 = dv(qu, qv);
      const R ru = u + h * u3, rv = v + h * v3, u4 = du(ru, rv), v4 = dv(ru, rv);
      u = u + h / 6 * (u1 + 2.0 * u2 + 2.0 * u3 + u4);
      v = v + h / 6 * (v1 + 2.0 * v2 + 2.0 * v3 + v4);
    }
    trace({"u", i}, sl::normal(u, s));
    trace({"v", i}, sl::normal(v, s));
  }
});

// A net 5-10-1 with tanh, in loops.
inline constexpr std::size_t inputs = 5, hidden = 10;
inline constexpr auto net = sl::gen([](auto& trace, const std::vector<double>& x) {
  using R = sl::real_of<std::remove_cvref_t<decltype(trace)>>;
  const auto w1 = trace("w1", sl::iid(sl::normal(0.0, 1.0), inputs * hidden));
  const auto b1 = trace("b1", sl::iid(sl::normal(0.0, 1.0), hidden));
  const auto w2 = trace("w2", sl::iid(sl::normal(0.0, 1.0), hidden));
  const auto b2 = trace("b2", sl::normal(0.0, 1.0));
  const auto s = trace("s", sl::exponential(1.0));
  for (std::size_t i = 0; i < x.size() / inputs; ++i) {
    R out = b2;
    for (std::size_t j = 0; j < hidden; ++j) {
      R in = b1[j];
      for (std::size_t k = 0; k < inputs; ++k) in = in + w1[j * inputs + k] * x[i * inputs + k];
      out = out + w2[j] * sl::tanh(in);
    }
    trace({"y", i}, sl::normal(out, s));
  }
});

}  // namespace bench
