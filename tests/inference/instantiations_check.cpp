// How often inference compiles a body is counted in this file's symbols (tests/structure/instantiations.py): on doubles and on packs one reading that
// draws and examines, and one that is quick; with gradients those of free numbers and of their derivatives.
#include <vector>

#include <starling/distributions/normal.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>

namespace sl = starling;

template <class Handler>
auto line(Handler& trace, const std::vector<double>& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], 1.0));
  return slope;
}
struct drift_body {
  auto operator()(auto& trace, const std::vector<double>& xs) const { return line(trace, xs); }
};
struct importance_body {
  auto operator()(auto& trace, const std::vector<double>& xs) const { return line(trace, xs); }
};
struct nuts_body {
  auto operator()(auto& trace, const std::vector<double>& xs) const { return line(trace, xs); }
};

template <class Body>
auto posterior_of(const Body& body, const std::vector<double>& xs) {
  return sl::posterior(sl::gen(body), sl::args(xs), sl::observe({"y", 0}, 1.0));
}
sl::result by_drift(const std::vector<double>& xs) { return sl::run(sl::kernels::drift(), posterior_of(drift_body(), xs), {}, sl::key(1)); }
sl::result by_importance(const std::vector<double>& xs) { return sl::importance(posterior_of(importance_body(), xs), 10, sl::key(1)); }
sl::result by_nuts(const std::vector<double>& xs) { return sl::run(sl::kernels::nuts(), posterior_of(nuts_body(), xs), {}, sl::key(1)); }
