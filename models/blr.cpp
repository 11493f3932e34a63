// Bayesian linear regression.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto regression = sl::gen([](auto& trace, const sl::data_matrix& X) {
  const auto beta = trace("beta", sl::iid(sl::normal(0.0, 10.0), X.columns));
  const auto sigma = trace("sigma", sl::half_normal(10.0));
  trace("y", sl::normal_glm(X, 0.0, beta, sigma));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N"), D = d.size("D");
        return sl::posterior(regression, sl::args(d.matrix("X", N, D)), sl::observe("y", d.vector("y", N)));
      },
      sl::kernels::nuts(), {.about = "Linear regression: beta ~ normal(0, 10), sigma ~ half_normal(10), y ~ normal(X beta, sigma).", .sample = {.chains = 4}});
}
