// A hidden Markov model with two states; the states are summed out by the forward recursion.
#include <starling/starling.hpp>

#include <array>

namespace sl = starling;

constexpr auto hidden_markov = sl::gen([](auto& trace, const auto& y) {
  using R = sl::real_of<decltype(trace)>;
  const auto theta1 = trace("theta1", sl::flat(sl::simplex{2}));  // from state 1 to 1 and 2
  const auto theta2 = trace("theta2", sl::flat(sl::simplex{2}));
  const auto mu = trace("mu", sl::flat(sl::positive_ordered{2}));
  trace.factor(sl::normal(3.0, 1.0).log_density(mu[0]) + sl::normal(10.0, 1.0).log_density(mu[1]));
  const std::array<R, 2> from1{sl::log(theta1[0]), sl::log(theta1[1])}, from2{sl::log(theta2[0]), sl::log(theta2[1])};
  // log p(y[0 … t], state t), up to the constants of the densities.
  std::array<R, 2> forward{R(0), R(0)};
  for (std::size_t t = 0; t < y.size(); ++t) {
    std::array<R, 2> next = forward;
    if (t > 0)
      for (std::size_t k = 0; k < 2; ++k) next[k] = sl::log_sum_exp(forward[0] + from1[k], forward[1] + from2[k]);
    for (std::size_t k = 0; k < 2; ++k) {
      const R z = y[t] - mu[k];
      forward[k] = next[k] - 0.5 * z * z;
    }
  }
  trace.factor(sl::log_sum_exp(forward[0], forward[1]) - static_cast<double>(y.size()) * sl::half_log_two_pi);
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        if (d.size("K") != 2) throw sl::input_error("K must be 2: this program has two hidden states.");
        return sl::posterior(hidden_markov, sl::args(d.vector("y", d.size("N"))), sl::choice_map());
      },
      sl::kernels::nuts(),
      {.about = "Hidden Markov model: transitions flat on the simplex, mu ordered, mu[1] ~ normal(3, 1), mu[2] ~ normal(10, 1), y[t] ~ normal(mu[z[t]], 1).", .sample = {.chains = 4}});
}
