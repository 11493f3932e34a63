// Work enough to tell optimised code from code that is not: a density, many times.
#include <starling/starling.hpp>

#include <cstdio>

namespace sl = starling;

int main() {
  const auto model = sl::gen([](auto& trace) {
    const auto m = trace("m", sl::normal(0.0, 1.0));
    const auto s = trace("s", sl::exponential(1.0));
    trace("y", sl::normal(m, s));
  });
  const sl::posterior post(model, sl::args(), sl::observe("y", 0.5));
  const auto fit = sl::importance(post, 2'000'000, {.threads = 1, .summaries_only = true}, sl::key(1));
  std::printf("%g\n", *fit.log_evidence);
}
