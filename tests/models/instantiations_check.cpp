// The verbs of a trace: how often they compile a body is counted in this file's symbols (tests/structure/instantiations.py).
#include <vector>

#include <starling/distributions/normal.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/regenerate.hpp>

namespace sl = starling;

struct counted_body {
  template <class Handler>
  auto operator()(Handler& trace, const std::vector<double>& xs) const {
    const auto slope = trace("slope", sl::normal(0.0, 1.0));
    for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], 1.0));
    return slope;
  }
};

double run_verbs(const std::vector<double>& xs) {
  const auto model = sl::gen(counted_body());
  const auto t = sl::simulate(model, sl::args(xs), sl::key(1));
  const auto g = sl::generate(model, sl::args(xs), {{"slope", 1.0}}, sl::key(2));
  const auto u = sl::update(t, {{"slope", 1.0}}, sl::key(3));
  const auto r = sl::regenerate(t, sl::select("slope"), sl::key(4));
  const auto a = sl::assess(model, sl::args(xs), t.choices());
  return g.weight + u.weight + r.weight + a.score;
}
