// Reversible jump: how many normal components do these numbers have, and where are they? The code of docs/reversible_jump.md.
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

// model
// One to four components of equal weight and width; which of them a number is from is summed out.
constexpr auto mixture = sl::gen(sl::dynamic, [](auto& trace, const std::vector<double>& xs) {
  const long components = 1 + trace("more", sl::categorical(std::vector(4, 0.25)));
  std::vector<double> means;
  for (long j = 0; j < components; ++j) means.push_back(trace({"mean", j}, sl::normal(0.0, 4.0)));
  for (const double x : xs) {
    double density = 0;
    for (const double m : means) density += std::exp(-0.5 * (x - m) * (x - m)) / static_cast<double>(components);
    trace.factor(std::log(density));
  }
});

// jump
// Splits a component into two, or merges one with the last. The auxiliary choices say which, and how far apart the two are.
constexpr auto which_way = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  const double more = current["more"];
  const bool split = trace("split", sl::bernoulli(more == 0 ? 1.0 : (more == 3 ? 0.0 : 0.5)));
  const auto candidates = static_cast<std::size_t>(split ? more + 1 : more);
  trace("which", sl::categorical(std::vector(candidates, 1.0 / static_cast<double>(candidates))));
  if (split) trace("half", sl::normal(0.0, 2.0));
});
constexpr auto split_or_merge = [](auto& move) {
  const long more = move.model.whole("more"), j = move.auxiliary.whole("which");
  const bool split = move.auxiliary.boolean("split");
  move.auxiliary.set("split", !split);
  move.auxiliary.set("which", j);
  move.model.set("more", split ? more + 1 : more - 1);
  const auto mean = move.model[{"mean", j}];
  if (split) {
    const auto half = move.auxiliary["half"];
    move.model.set({"mean", j}, mean - half);
    move.model.set({"mean", more + 1}, mean + half);
  } else {
    const auto last = move.model[{"mean", more}];
    move.model.set({"mean", j}, 0.5 * (mean + last));
    move.auxiliary.set("half", 0.5 * (last - mean));
  }
};

// run
const auto kernel = kernels::cycle(kernels::involution(which_way, split_or_merge),  //
                                   kernels::drift({.scale = 0.6, .at = sl::select({"mean", sl::all})}));

// translator
// A trace of another model made of one of this: here a point from polar to Cartesian coordinates, where it is observed.
constexpr auto polar = sl::gen([](auto& trace) {
  trace("r", sl::gamma(2.0, 1.0));
  trace("angle", sl::uniform(-1.5, 1.5));
});
constexpr auto cartesian = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::half_normal(1.0));
  trace("seen", sl::normal(x + trace("y", sl::normal(0.0, 1.0)), 0.5));
});
const sl::trace_translator turn(
    sl::posterior(polar, sl::args(), {}), sl::posterior(cartesian, sl::args(), sl::observe("seen", 1.0)),  //
    sl::no_auxiliary_choices, sl::no_auxiliary_choices,
    [](auto& move) {
      const auto r = move.model["r"], angle = move.model["angle"];
      move.model.set("x", r * sl::cos(angle));
      move.model.set("y", r * sl::sin(angle));
    },
    [](auto& move) {
      const auto x = move.model["x"], y = move.model["y"];
      move.model.set("r", sl::sqrt(x * x + y * y));
      move.model.set("angle", sl::atan(y / x));
    });

int main() {
  const std::vector<double> xs{-4.1, -3.2, -2.9, -3.7, -2.4, 3.9, 2.7, 3.1, 4.4, 2.2};
  const auto fit = sl::run(kernel, sl::posterior(mixture, sl::args(xs), {}), {.chains = 4, .draws = 20'000, .warmup = 1000}, sl::key(1));
  std::vector<double> share(4);
  const auto more = fit.posterior["more"].element(0);
  for (const double m : more) share[static_cast<std::size_t>(m)] += 1.0 / static_cast<double>(more.size());
  const std::vector<double> exact{0.000, 0.574, 0.254, 0.172};  // by sums over a grid of means
  for (std::size_t m = 0; m < share.size(); ++m)
    std::printf("%zu components: probability %.3f, %s\n", m + 1, exact[m], std::abs(share[m] - exact[m]) < 0.04 ? "found" : "missed");

  const auto t = sl::simulate(polar, sl::args(), sl::key(2));
  const auto there = turn(t, sl::key(3));
  const auto back = turn.inverse()(there.trace, sl::key(4));
  std::printf("r %.3f, angle %.3f -> x %.3f, y %.3f: log weight %.3f\n", t["r"], t["angle"], there.trace["x"], there.trace["y"], there.weight);
  std::printf("and back: r %.3f, log weights sum to 0: %s\n", back.trace["r"], std::abs(there.weight + back.weight) < 1e-9 ? "yes" : "no");
}
