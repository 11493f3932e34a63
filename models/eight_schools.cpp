// Eight schools (Rubin 1981), non-centred: the effects of coaching in eight schools, with a common mean and spread.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto schools = sl::gen([](auto& trace, const auto& sigma) {
  using R = sl::real_of<decltype(trace)>;
  const R mu = trace("mu", sl::normal(0.0, 5.0));
  const R tau = trace("tau", sl::half_cauchy(5.0));
  sl::vector<R> theta(sigma.size());
  for (std::size_t j = 0; j < sigma.size(); ++j) {
    theta[j] = mu + tau * trace({"theta_trans", j}, sl::normal(0.0, 1.0));
    trace({"y", j}, sl::normal(theta[j], sigma[j]));
  }
  trace.note("theta", theta);
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto J = d.size("J");
        return sl::posterior(schools, sl::args(d.vector("sigma", J, {.lower = 0})), sl::observe("y", d.vector("y", J)));
      },
      sl::kernels::nuts(),
      {.about = "Eight schools, non-centred: mu ~ normal(0, 5), tau ~ half_cauchy(5), theta = mu + tau theta_trans, y ~ normal(theta, sigma).",
       .sample = {.chains = 4}});
}
