// Three posteriors by nuts in one file: how long it takes to compile is measured by scripts/compile_time.
#include <starling/inference/kernels/nuts.hpp>
#include <starling/values/math.hpp>

#include "schools.hpp"

constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  const auto noise = trace("noise", sl::exponential(1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i] + intercept, noise));
});

constexpr auto counts = sl::gen([](auto& trace, const auto& xs) {
  const auto rate = trace("rate", sl::gamma(2.0, 1.0));
  const auto growth = trace("growth", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::poisson(rate * sl::exp(growth * xs[i])));
});

int main() {
  const std::vector<double> xs{1, 2, 3, 4}, ys{1, 3, 2, 5};
  const sl::posterior of_line(line, sl::args(xs), sl::observe("y", ys));
  const sl::posterior of_counts(counts, sl::args(xs), sl::observe("y", ys));
  const std::size_t warnings = sl::run(sl::kernels::nuts(), schools_posterior(), {}, sl::key(1)).warnings.size() +
                               sl::run(sl::kernels::nuts(), of_line, {}, sl::key(2)).warnings.size() + sl::run(sl::kernels::nuts(), of_counts, {}, sl::key(3)).warnings.size();
  std::printf("%zu warnings\n", warnings);
}
