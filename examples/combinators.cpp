// Every combinator once: the code of docs/combinators/*.md, which a test compares with this file.
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/starling.hpp>

namespace sl = starling;

// map
constexpr auto noisy = sl::gen([](auto& trace, double x, const auto& slope) { return trace({}, sl::normal(slope * x, 1.0)); });
constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  trace("y", sl::map(noisy), sl::each(xs), slope);
});

// repeat
constexpr auto dice = sl::repeat(sl::gen([](auto& trace) { return trace("pips", sl::categorical(std::vector<double>(6, 1.0 / 6))); }), 3);

// unfold
constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x, double scale) {
  const auto next = trace("x", sl::normal(x, scale));
  trace("y", sl::normal(next, 1.0));
  return next;
}));

// scan
constexpr auto running_sum = sl::scan(sl::gen([](auto& trace, const auto& sum, double x) {
  const auto next = sum + x;
  return std::pair(next, trace("seen", sl::normal(next, 0.5)));
}));

// switch_
constexpr auto square = sl::gen([](auto& trace, double size) { return 4.0 * trace("side", sl::normal(size, 0.1)); });
constexpr auto circle = sl::gen([](auto& trace, double size) { return 6.2832 * trace("radius", sl::normal(size, 0.1)); });
constexpr auto shape = sl::gen([](auto& trace) {
  const auto which = trace("which", sl::bernoulli(0.5));
  return trace("shape", sl::switch_(square, circle), which, 2.0);
});

// cond
constexpr auto calm = sl::gen([](auto& trace) { return trace("x", sl::normal(0.0, 0.1)); });
constexpr auto wild = sl::gen([](auto& trace) { return trace("x", sl::normal(0.0, 10.0)); });
constexpr auto weather = sl::gen([](auto& trace) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  return trace("wind", sl::cond(wild, calm), u > 1.0);
});

// or_else
constexpr auto named = sl::gen([](auto& trace, double location) { return trace("x", sl::normal(location, 1.0)); });
constexpr auto measured = sl::gen([](auto& trace) {
  const auto good = trace("good", sl::bernoulli(0.9));
  return trace("m", sl::or_else(noisy, named), good, sl::args(1.0, 2.0), sl::args(0.0));
});

// mask
constexpr auto maybe_bonus = sl::gen([](auto& trace) {
  const auto on = trace("on", sl::bernoulli(0.3));
  const auto bonus = trace("bonus", sl::mask(calm), on);
  return sl::value_or(bonus, sl::real_of<decltype(trace)>(0.0));
});

// mix
constexpr auto mixture = sl::gen([](auto& trace) {
  return trace("x", sl::mix(calm, wild), std::vector{std::log(0.7), std::log(0.3)});
});

// recurse
const auto tree = sl::recurse<double>([](auto& trace, const auto& self) -> double {
  if (trace("leaf", sl::bernoulli(0.6))) return trace("x", sl::normal(0.0, 1.0));
  const double left = trace("left", self);
  return left + trace("right", self);
});

const auto list = sl::recurse<double>([](auto& trace, const auto& self, const auto& x) {
  const auto here = trace("x", sl::normal(x, 1.0));
  const auto rest = trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), here);
  return here + sl::value_or(rest, 0.0 * here);
},
                                      {.max_nodes = 30});

// dimap
constexpr auto in_metres = sl::dimap(
    named, [](double feet) { return 0.3048 * feet; }, [](const auto& x) { return x / 0.3048; });

template <class Model, class Arguments>
void show(const char* name, const Model& model, const Arguments& as) {
  const auto t = sl::simulate(model, as, sl::key(7));
  std::printf("%s: score %.4f\n%s", name, t.score(), t.choices().str().c_str());
}

int main() {
  show("map", line, sl::args(std::vector{-1.0, 0.0, 1.0}));
  show("repeat", dice, sl::args());
  show("unfold", walk, sl::args(2, 0.0, 0.5));
  show("scan", running_sum, sl::args(0.0, std::vector{1.0, 2.0}));
  show("switch_", shape, sl::args());
  show("cond", weather, sl::args());
  show("or_else", measured, sl::args());
  show("mask", maybe_bonus, sl::args());
  show("mix", mixture, sl::args());
  show("recurse", tree, sl::args());
  show("recurse in lanes", list, sl::args(0.0));
  show("dimap", in_metres, sl::args(10.0));

  // In lanes each lane takes its own branch; a move that changes a branch keeps what both have at the same address.
  const auto particles = sl::simulate(weather, sl::args(), sl::key(1), sl::lanes(8));
  const auto moved = sl::regenerate(particles, sl::select("u"), sl::key(2));
  for (std::size_t l = 0; l < 8; ++l)
    std::printf("lane %zu: u %6.3f -> %6.3f, wind/x kept: %d, log weight %7.3f\n", l, particles.lane(l)["u"], moved.traces.lane(l)["u"],
                particles.lane(l)[sl::address("wind") / "x"] == moved.traces.lane(l)[sl::address("wind") / "x"], moved.weights[l]);
  // Recursion in lanes: each lane its own list.
  const auto lists = sl::simulate(list, sl::args(0.0), sl::key(3), sl::lanes(8));
  for (std::size_t l = 0; l < 8; ++l) std::printf("lane %zu: a list of %zu, sum %.3f\n", l, lists.lane(l).choices().size() / 2, lists.value(l));
}
