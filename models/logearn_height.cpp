// Log earnings explained by height (Gelman and Hill 2007, chapter 4). The coefficients are nearly collinear.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto logearn = sl::gen([](auto& trace, const auto& height) {
  const auto intercept = trace({"beta", 0}, sl::flat(sl::real_line()));
  const auto slope = trace({"beta", 1}, sl::flat(sl::real_line()));
  const auto sigma = trace("sigma", sl::flat(sl::positive()));
  const sl::matrix_view<double> heights(height.data(), height.size(), 1);
  trace("log_earn", sl::normal_glm(heights, intercept, sl::vector{slope}, sigma));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        auto log_earn = d.vector("earn", N, {.lower = 0});
        for (double& e : log_earn) e = sl::log(e);
        return sl::posterior(logearn, sl::args(d.vector("height", N)), sl::observe("log_earn", log_earn));
      },
      sl::kernels::nuts(),
      {.about = "Linear regression: beta and sigma flat, log(earn) ~ normal(beta[1] + beta[2] height, sigma).", .sample = {.chains = 4}});
}
