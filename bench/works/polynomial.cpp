// Static HMC on the polynomial regression of GenJAX's paper: y = a + b x + c x², normal(0, 1) priors, noise 0.05, 50 points, one chain.
#include <cmath>

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include "works/repeated_fit.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t points = 50;
constexpr auto polynomial = sl::gen([](auto& trace, const std::vector<double>& powers) {
  const auto beta = trace("beta", sl::iid(sl::normal(0.0, 1.0), 3));
  trace("y", sl::normal_glm(sl::matrix_view<double>(powers.data(), points, 3), 0.0, beta, 0.05));
});

auto polynomial_posterior() {
  std::vector<double> powers, y;
  for (std::size_t i = 0; i < points; ++i) {
    const double x = static_cast<double>(i) / (points - 1), noise = 0.05 * std::sin(37.0 * static_cast<double>(i) + 1);
    powers.insert(powers.end(), {1.0, x, x * x});
    y.push_back(0.3 - 0.7 * x + 0.9 * x * x + noise);
  }
  return sl::posterior(polynomial, sl::args(powers), sl::observe("y", y));
}

}  // namespace

prepared_work prepare_polynomial_hmc(const work_options&) {
  const auto fit = [](const auto& post, const sl::key& k) {
    return sl::run(sl::kernels::hmc({.steps = 20, .metric = sl::kernels::metric_kind::unit_e, .step_size = 0.01}), post,
                   {.chains = 1, .draws = 1050, .warmup = 0, .threads = 1}, k);
  };
  return repeated_fit(polynomial_posterior(), fit, [](const sl::result& r) {
    const auto rates = r.sample_stats["acceptance_rate"].values;
    double mean = 0;
    for (const double rate : rates) mean += rate / static_cast<double>(rates.size());
    return verdict{"acceptance rate " + std::to_string(mean), mean > 0.6 && mean < 1.0};
  });
}

}  // namespace bench
