// Regression by a Gaussian process with a squared exponential kernel.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto gp_regression = sl::gen([](auto& trace, const auto& x) {
  using R = sl::real_of<decltype(trace)>;
  const R rho = trace("rho", sl::gamma(25.0, 4.0));
  const R alpha = trace("alpha", sl::half_normal(2.0));
  const R sigma = trace("sigma", sl::half_normal(1.0));
  const std::size_t n = x.size();
  sl::matrix<R> covariance(n, n);
  const R sharpness = -0.5 / (rho * rho), height = alpha * alpha;
  for (std::size_t i = 0; i < n; ++i) {
    covariance(i, i) = height + sigma;  // sigma is a variance
    for (std::size_t j = 0; j < i; ++j) {
      const double distance = x[i] - x[j];
      covariance(i, j) = height * sl::exp(sharpness * (distance * distance));
      covariance(j, i) = covariance(i, j);
    }
  }
  trace("y", sl::multivariate_normal(std::vector<double>(n, 0.0), covariance));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        return sl::posterior(gp_regression, sl::args(d.vector("x", N)), sl::observe("y", d.vector("y", N)));
      },
      sl::kernels::nuts(),
      {.about = "Gaussian process: rho ~ gamma(25, 4), alpha ~ half_normal(2), sigma ~ half_normal(1), y ~ multivariate_normal(0, K).", .sample = {.chains = 4}});
}
