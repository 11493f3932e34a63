// A mixture of two normal distributions; which of them a point came from is summed out.
#include <array>

#include <starling/distributions/mixture.hpp>
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto mixture = sl::gen([](auto& trace, std::size_t n) {
  const auto mu = trace("mu", sl::flat(sl::ordered{2}));
  trace.factor(sl::normal(0.0, 2.0).log_density(mu[0]) + sl::normal(0.0, 2.0).log_density(mu[1]));
  const auto sigma = trace("sigma", sl::iid(sl::half_normal(2.0), 2));
  const auto theta = trace("theta", sl::beta(5.0, 5.0));
  trace("y", sl::iid(sl::mixture(std::array{theta, 1.0 - theta}, sl::normal(mu[0], sigma[0]), sl::normal(mu[1], sigma[1])), n));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        return sl::posterior(mixture, sl::args(N), sl::observe("y", d.vector("y", N)));
      },
      // From a uniform start a chain in a hundred ends where both components lie on the left cluster, 500 nats down, and stays there.
      sl::kernels::nuts({.start = sl::kernels::start_kind::pathfinder}),
      {.about = "Mixture: mu ordered, mu ~ normal(0, 2), sigma ~ half_normal(2), theta ~ beta(5, 5), y ~ theta normal(mu[1], sigma[1]) + (1 - theta) normal(mu[2], sigma[2]).", .sample = {.chains = 4}});
}
