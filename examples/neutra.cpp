// A funnel, whose width is itself unknown: chains by themselves do not get down its neck; in the space of a flow they do. docs/amortised_inference.md tells about it.
#include <cmath>
#include <cstdio>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run.hpp>
#include <starling/neural/neutra.hpp>

namespace sl = starling;

constexpr auto funnel = sl::gen([](auto& trace) {
  const auto v = trace("v", sl::normal(0.0, 3.0));
  trace("x", sl::iid(sl::normal(0.0, sl::exp(0.5 * v)), 4));
});

int main() {
  const sl::posterior post(funnel, sl::args(), sl::choice_map());
  const sl::run_options options{.chains = 4, .draws = 2000, .warmup = 500};
  const auto alone = sl::run(sl::kernels::nuts(), post, options, sl::key(3));
  const auto fit = sl::neutra(sl::kernels::nuts(), post, {.flow = {.layers = 4, .hidden = 32}, .steps = 2000}, options, sl::key(3));

  const auto v = sl::summarise(fit)[0], v_alone = sl::summarise(alone)[0];
  const auto yes = [](bool b) { return b ? "yes" : "no"; };
  std::printf("%s has mean 0 and deviation 3: %s\n", v.name.c_str(), yes(std::abs(v.mean) < 0.3 && std::abs(v.sd - 3) < 0.3));
  std::printf("chains agree: by themselves %s, with the flow %s\n", yes(v_alone.r_hat < 1.01), yes(v.r_hat < 1.01));
  std::printf("more than three times as many effective draws: %s\n", yes(v.ess_bulk > 3 * v_alone.ess_bulk));
}
