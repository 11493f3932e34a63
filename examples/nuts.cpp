// Gradients: the no-U-turn sampler on a regression, the mode, and a normal approximation there.
#include <cstdio>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto noise = trace("noise", sl::exponential(1.0));  // moved on the logarithmic scale: kernels see free real numbers
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], noise));
});

int main() {
  const std::vector<double> xs{1, 2, 3, 4, 5, 6, 7, 8}, ys{1.9, 4.2, 5.8, 8.1, 10.3, 11.8, 14.1, 15.9};
  const sl::posterior post(line, sl::args(xs), sl::observe("y", ys));

  const auto fit = sl::run(sl::kernels::nuts(), post, {.chains = 4, .draws = 2000}, sl::key(1));
  for (const auto& row : sl::summarise(fit)) std::printf("%-6s mean %.2f, R-hat %.2f, %s\n", row.name.c_str(), row.mean, row.r_hat, row.ess_bulk > 400 ? "enough draws" : "too few draws");
  for (const auto& warning : fit.warnings) std::printf("%s\n", warning.c_str());

  const auto mode = sl::maximize(post, {}, sl::key(2));
  std::printf("mode: slope %.3f, noise %.3f\n", mode.posterior["slope"].values[0], mode.posterior["noise"].values[0]);
  const auto normal = sl::laplace(post, {.draws = 1000}, sl::key(3));
  std::printf("log evidence by Laplace's method: %.1f\n", *normal.log_evidence);
}
