// The README's model: a line through noisy points, its posterior by random-walk Metropolis.
#include <cstdio>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i] + intercept, 1.0));
  return slope;
});

int main() {
  const std::vector<double> xs{-2, -1, 0, 1, 2}, ys{-3.1, -2.2, -0.4, 1.3, 2.2};

  const sl::posterior post(line, sl::args(xs), sl::observe("y", ys));
  const auto fit = sl::run(sl::kernels::drift(), post, {.chains = 64, .draws = 1000, .thin = 10}, sl::key(1));
  for (const auto& row : sl::summarise(fit))
    std::printf("%-10s mean %5.2f  sd %4.2f  R-hat %4.2f\n", row.name.c_str(), row.mean, row.sd, row.r_hat);
}
