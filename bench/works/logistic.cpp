// Logistic regression with 1,000 observations and 20 covariates, as in the peers' programs: its gradient, static HMC, NUTS.
#include <algorithm>
#include <cmath>
#include <memory>

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include "works/effective_draws.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t observations = 1000, covariates = 20, chains = 4;

double hash01(std::size_t i, std::size_t j) {
  const double v = std::abs(std::sin(12.9898 * (static_cast<double>(i) + 1) + 78.233 * (static_cast<double>(j) + 1)) * 43758.5453);
  return v - std::floor(v);
}

struct design {
  std::vector<double> x;
  std::vector<int> y;
  sl::matrix_view<double> view() const { return {x.data(), observations, covariates}; }
};

constexpr auto regression = sl::gen([](auto& trace, const design& x) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  const auto b = trace("b", sl::iid(sl::normal(0.0, 1.0), covariates));
  trace("y", sl::bernoulli_logit_glm(x.view(), a, b));
});

auto logistic_posterior() {
  design x;
  for (std::size_t i = 0; i < observations; ++i) {
    double eta = 0.3;
    for (std::size_t j = 0; j < covariates; ++j) {
      x.x.push_back(std::sqrt(12.0) * (hash01(i, j) - 0.5));
      eta += x.x.back() * 0.5 * std::cos(static_cast<double>(j) + 1);
    }
    x.y.push_back(hash01(i, 99) < 1 / (1 + std::exp(-eta)) ? 1 : 0);
  }
  return sl::posterior(regression, sl::args(x), sl::observe("y", x.y));
}
using logistic = decltype(logistic_posterior());

// Log density and slope at q, written out.
double exact_density(const logistic& post, const std::vector<double>& q, std::vector<double>& slope) {
  const auto& [x, y] = std::get<0>(post.args().values);
  double density = 0;
  for (std::size_t j = 0; j < q.size(); ++j) {
    density += -0.5 * q[j] * q[j] - 0.91893853320467274178;
    slope[j] = -q[j];
  }
  for (std::size_t i = 0; i < observations; ++i) {
    double eta = q[0];
    for (std::size_t j = 0; j < covariates; ++j) eta += x[i * covariates + j] * q[j + 1];
    const double hit = y[i];
    density += hit * eta - std::log1p(std::exp(eta));
    const double residual = hit - 1 / (1 + std::exp(-eta));
    slope[0] += residual;
    for (std::size_t j = 0; j < covariates; ++j) slope[j + 1] += residual * x[i * covariates + j];
  }
  return density;
}

}  // namespace

prepared_work prepare_logistic_gradient(const work_options&) {
  using pack = sl::gradient_pack;
  struct state {
    logistic post = logistic_posterior();
    sl::unconstrained_posterior<pack, logistic> density{post};
    std::vector<std::vector<double>> q, slopes;
    double values[sl::target::most_lanes];
  };
  const auto s = std::make_shared<state>();
  const std::size_t d = s->density.dimension();
  for (std::size_t l = 0; l < sl::target::most_lanes; ++l) {
    s->q.emplace_back(d);
    s->slopes.emplace_back(d);
    for (std::size_t j = 0; j < d; ++j) s->q.back()[j] = 0.1 * std::sin(static_cast<double>(j) + 1.0) + 1e-3 * static_cast<double>(l);
  }
  constexpr std::size_t repetitions = 200;
  return {[s] {
            const double* q[sl::target::most_lanes];
            double* slopes[sl::target::most_lanes];
            for (std::size_t l = 0; l < sl::target::most_lanes; ++l) {
              q[l] = s->q[l].data();
              slopes[l] = s->slopes[l].data();
            }
            const auto target = sl::target_of(s->density);
            for (std::size_t r = 0; r < repetitions; ++r) target.evaluate(q, s->values, slopes);
          },
          [s, d] {
            std::vector<double> slope(d);
            const double exact = exact_density(s->post, s->q[3], slope);
            double worst = std::abs(s->values[3] - exact) / std::abs(exact);
            for (std::size_t j = 0; j < d; ++j) worst = std::max(worst, std::abs(s->slopes[3][j] - slope[j]) / (1 + std::abs(slope[j])));
            return verdict{"relative error " + std::to_string(worst), worst < 1e-10};
          },
          repetitions * chains};
}

// Four chains; as the peers, from 0, with step size 0.02.
prepared_work prepare_logistic_hmc(const work_options&) {
  struct state {
    logistic post = logistic_posterior();
    std::vector<double> starts = std::vector<double>(chains * (covariates + 1), 0.0);
    sl::result fit;
    std::uint64_t seed = 0;
  };
  const auto s = std::make_shared<state>();
  return {[s] {
            s->fit = sl::run(sl::kernels::hmc({.steps = 10, .metric = sl::kernels::metric_kind::unit_e, .step_size = 0.02}), s->post,
                             {.chains = chains, .draws = 1000, .warmup = 0, .threads = 1}, sl::key(++s->seed), {.starts = s->starts});
          },
          [s] {
            auto answer = effective_draws(s->fit, 1.1);
            answer.amount = 1;
            return answer;
          }};
}

prepared_work prepare_logistic_nuts(const work_options&) {
  struct state {
    logistic post = logistic_posterior();
    sl::result fit;
    std::uint64_t seed = 0;
  };
  const auto s = std::make_shared<state>();
  return {[s] { s->fit = sl::run(sl::kernels::nuts(), s->post, {.chains = chains, .threads = 1}, sl::key(++s->seed)); },
          [s] { return effective_draws(s->fit, 1.01); }};
}

}  // namespace bench
