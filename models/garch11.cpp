// A GARCH(1, 1) model: the variance of a series follows its own past.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto garch = sl::gen([](auto& trace, const auto& y, double first_scale) {
  using R = sl::real_of<decltype(trace)>;
  const R mu = trace("mu", sl::flat(sl::real_line()));
  const R alpha0 = trace("alpha0", sl::flat(sl::positive()));
  const R alpha1 = trace("alpha1", sl::flat(sl::unit_interval()));
  const R beta1 = trace("beta1", sl::flat(sl::interval{0.0, 1.0 - alpha1}));
  R variance(first_scale * first_scale);
  for (std::size_t t = 0; t < y.size(); ++t) {
    if (t > 0) {
      const R shock = y[t - 1] - mu;
      variance = alpha0 + alpha1 * (shock * shock) + beta1 * variance;
    }
    trace({"y", t}, sl::normal(mu, sl::sqrt(variance)));
  }
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto y = d.vector("y", d.size("T"));
        return sl::posterior(garch, sl::args(y, d.real("sigma1", {.lower = 0})), sl::observe("y", y));
      },
      sl::kernels::nuts(),
      {.about = "GARCH(1, 1): y[t] ~ normal(mu, s[t]), s[t]^2 = alpha0 + alpha1 (y[t - 1] - mu)^2 + beta1 s[t - 1]^2; flat priors.", .sample = {.chains = 4}});
}
