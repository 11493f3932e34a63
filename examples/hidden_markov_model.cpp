// A hidden Markov model three ways: states drawn, states summed out, states as particles. See docs/tutorials/hidden_markov_model.md.
#include <array>
#include <cstdio>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;

// Two states; a state stays with probability 0.8, and says a number around −1 or +1 · level.
constexpr double stay = 0.8, noise = 0.7;
const std::vector<double> ys{-1.9, -2.3, -1.4, 1.8, 2.4, 2.1, 1.1, -1.7, -2.2, 2.0, 1.6, 2.5};

// 1. The states are choices.
constexpr auto with_states = sl::gen([](auto& trace, std::size_t T) {
  using R = sl::real_of<decltype(trace)>;
  const R level = trace("level", sl::gamma(4.0, 2.0));
  auto up = trace({"up", 0}, sl::bernoulli(0.5));
  for (std::size_t t = 0; t < T; ++t) {
    if (t > 0) up = trace({"up", t}, sl::bernoulli(sl::where(up, R(stay), R(1 - stay))));
    trace({"y", t}, sl::normal(sl::where(up, level, -level), noise));
  }
});

// 2. The states are summed out by the forward recursion.
constexpr auto summed_out = sl::gen([](auto& trace, const std::vector<double>& y) {
  using R = sl::real_of<decltype(trace)>;
  const R level = trace("level", sl::gamma(4.0, 2.0));
  std::array<R, 2> forward{R(sl::log(0.5)), R(sl::log(0.5))};  // log p(y[0 … t − 1], state t)
  for (std::size_t t = 0; t < y.size(); ++t) {
    const std::array<R, 2> seen{forward[0] + sl::normal(-level, noise).log_density(y[t]), forward[1] + sl::normal(level, noise).log_density(y[t])};
    forward[0] = sl::log_sum_exp(seen[0] + sl::log(stay), seen[1] + sl::log(1 - stay));
    forward[1] = sl::log_sum_exp(seen[0] + sl::log(1 - stay), seen[1] + sl::log(stay));
  }
  trace.factor(sl::log_sum_exp(forward[0], forward[1]));
});

// 3. The states are a chain, and particles follow it. The level is an argument.
constexpr auto chain = sl::unfold(sl::gen([](auto& trace, std::size_t t, const auto& up, double level) {
  using R = sl::real_of<decltype(trace)>;
  const auto next = trace("up", sl::bernoulli(t == 0 ? R(0.5) : sl::where(up > R(0.5), R(stay), R(1 - stay))));
  trace("y", sl::normal(sl::where(next, R(level), R(-level)), noise));
  return sl::where(next, R(1), R(0));
}));

int main() {
  const sl::posterior drawn(with_states, sl::args(ys.size()), sl::observe("y", ys));
  const auto one = sl::run(sl::kernels::cycle(sl::kernels::gibbs({.at = "up"}), sl::kernels::at("level", sl::kernels::nuts())), drawn, {.chains = 8, .draws = 2000}, sl::key(1));
  std::printf("states drawn:      level %.1f, up at the last step with probability %.2f\n", sl::summarise(one.posterior)[0].mean, sl::summarise(one.posterior).back().mean);

  const sl::posterior marginal(summed_out, sl::args(ys), sl::choice_map());
  const auto two = sl::run(sl::kernels::nuts(), marginal, {.chains = 4, .draws = 2000}, sl::key(2));
  const double level = sl::summarise(two)[0].mean;
  std::printf("states summed out: level %.1f\n", level);

  // The evidence for a level, which the forward recursion gives exactly.
  sl::particle_filter filter(chain, sl::args(0.0, 2.0), {.particles = 20'000}, sl::key(3));
  for (const double y : ys) filter.step({{"y", y}});
  const double exact = sl::assess(summed_out, sl::args(ys), {{"level", 2.0}}).score - sl::gamma(4.0, 2.0).log_density(2.0);
  std::printf("log evidence of level 2: %.1f by particles, %.1f by the forward recursion\n", filter.log_evidence(), exact);
}
