// The generative function interface: one trace made under constraints, changed in place; thousands by the same names; evidence.
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

  // A trace in which y and the slope have their values: the weight is their density given the intercept drawn.
  auto [t, w] = sl::generate(line, sl::args(xs), {{"y", ys}, {"slope", 1.0}}, sl::key(3));
  auto [t2, w2, old] = sl::update(std::move(t), {{"slope", 1.4}}, sl::key(4));
  std::printf("slope %.1f was %.1f; the score changed by %.3f\n", t2["slope"], old["slope"], w2);

  // A thousand traces at once: the same verbs, with a weight a lane.
  auto [many, weights] = sl::generate(line, sl::args(xs), {{"y", ys}}, sl::key(5), sl::lanes(1000));
  std::printf("%zu lanes, %zu weights\n", many.size(), weights.size());

  const sl::posterior post(line, sl::args(xs), sl::observe("y", ys));
  const auto particles = sl::importance(post, 100'000, sl::key(2));
  std::printf("log evidence %.2f\n", *particles.log_evidence);
}
