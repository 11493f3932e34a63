// Logistic regression with 1,000 observations and 20 covariates, as in the peers' programs: its gradient, static HMC, NUTS.
#include <algorithm>
#include <cmath>
#include <memory>

#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/unconstrained.hpp>

#include "works/logistic_model.hpp"
#include "works/repeated_fit.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t chains = 4;

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
            const double exact = logistic_by_hand().log_density_and_gradient(s->q[3].data(), slope.data());
            double worst = std::abs(s->values[3] - exact) / std::abs(exact);
            for (std::size_t j = 0; j < d; ++j) worst = std::max(worst, std::abs(s->slopes[3][j] - slope[j]) / (1 + std::abs(slope[j])));
            return verdict{"relative error " + std::to_string(worst), worst < 1e-10};
          },
          repetitions * chains};
}

// Four chains; as the peers, from 0, with step size 0.02.
prepared_work prepare_logistic_hmc(const work_options&) {
  const auto fit = [starts = std::vector<double>(chains * (covariates + 1), 0.0)](const auto& post, const sl::key& k) {
    return sl::run(sl::kernels::hmc({.steps = 10, .metric = sl::kernels::metric_kind::unit_e, .step_size = 0.02}), post,
                   {.chains = chains, .draws = 1000, .warmup = 0, .threads = 1}, k, {.starts = starts});
  };
  return repeated_fit(logistic_posterior(), fit, [](const sl::result& r) {
    auto answer = effective_draws(r, 1.1);
    answer.amount = 1;
    return answer;
  });
}

prepared_work prepare_logistic_nuts(const work_options&) {
  const auto fit = [](const auto& post, const sl::key& k) { return sl::run(sl::kernels::nuts(), post, {.chains = chains, .threads = 1}, k); };
  return repeated_fit(logistic_posterior(), fit, [](const sl::result& r) { return effective_draws(r, 1.01); });
}

}  // namespace bench
