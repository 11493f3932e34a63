// A hidden Markov model with two states, which the distribution of the whole series sums out.
#include <array>

#include <starling/distributions/hidden_markov.hpp>
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto hidden_markov = sl::gen([](auto& trace, std::size_t n) {
  using R = sl::real_of<decltype(trace)>;
  const auto theta1 = trace("theta1", sl::flat(sl::simplex{2}));  // from state 1 to 1 and 2
  const auto theta2 = trace("theta2", sl::flat(sl::simplex{2}));
  const auto mu = trace("mu", sl::flat(sl::positive_ordered{2}));
  trace.factor(sl::normal(3.0, 1.0).log_density(mu[0]) + sl::normal(10.0, 1.0).log_density(mu[1]));
  sl::matrix<R> moves(2, 2);
  for (std::size_t k = 0; k < 2; ++k) moves(0, k) = theta1[k], moves(1, k) = theta2[k];
  trace("y", sl::hidden_markov(std::array{0.5, 0.5}, moves, sl::normal(mu, 1.0), n));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        if (d.size("K") != 2) throw sl::input_error("K must be 2: this program has two hidden states.");
        const auto n = d.size("N");
        return sl::posterior(hidden_markov, sl::args(n), sl::observe("y", d.vector("y", n)));
      },
      sl::kernels::nuts(),
      {.about = "Hidden Markov model: transitions flat on the simplex, mu ordered, mu[1] ~ normal(3, 1), mu[2] ~ normal(10, 1), y[t] ~ normal(mu[z[t]], 1).", .sample = {.chains = 4}});
}
