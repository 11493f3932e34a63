// An ARMA(1, 1) series: each value depends on the one before it and on the error made there.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto arma = sl::gen([](auto& trace, const auto& y) {
  using R = sl::real_of<decltype(trace)>;
  const R mu = trace("mu", sl::normal(0.0, 10.0));
  const R phi = trace("phi", sl::normal(0.0, 2.0));
  const R theta = trace("theta", sl::normal(0.0, 2.0));
  const R sigma = trace("sigma", sl::half_cauchy(2.5));
  R error(0);
  for (std::size_t t = 0; t < y.size(); ++t) {
    const R expected = t == 0 ? R(mu + phi * mu) : R(mu + phi * y[t - 1] + theta * error);
    trace({"y", t}, sl::normal(expected, sigma));
    error = y[t] - expected;
  }
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto y = d.vector("y", d.size("T"));
        return sl::posterior(arma, sl::args(y), sl::observe("y", y));
      },
      sl::kernels::nuts(),
      {.about = "ARMA(1, 1): mu ~ normal(0, 10), phi, theta ~ normal(0, 2), sigma ~ half_cauchy(2.5), y[t] ~ normal(mu + phi y[t - 1] + theta e[t - 1], sigma).",
       .sample = {.chains = 4}});
}
