// One Markov chain of 200,000 steps: SIMD only inside vector-valued choices.
#include <cmath>
#include <memory>

#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/run.hpp>
#include <starling/values/vector.hpp>

#include "works/line_regression.hpp"

namespace bench {

namespace sl = starling;

namespace {

// All observations are one choice.
constexpr auto line_of_vectors = sl::gen([](auto& trace, const std::vector<double>& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  trace("y", sl::normal(slope * sl::vector<const double>(xs.data(), xs.size()) + intercept, 1.0));
});

template <class Model>
prepared_work chain_work(const Model& model) {
  struct state {
    sl::posterior<Model, sl::arguments<std::vector<double>>> posterior;
    sl::kernels::drift kernel{{.scale = 0.25}};
    sl::result fit;
  };
  const auto s = std::make_shared<state>(state{{model, sl::args(line_xs()), sl::observe("y", line_ys())}, sl::kernels::drift({.scale = 0.25}), {}});
  const sl::run_options options{.chains = 1, .draws = 200'000, .warmup = 0, .threads = 1, .summaries_only = true, .notes = false};
  return {[=] { s->fit = sl::run(s->kernel, s->posterior, options, sl::key(1)); },
          [=] {
            double slope = NAN, intercept = NAN;
            for (const auto& row : sl::summarise(s->fit)) (row.name == "slope" ? slope : intercept) = row.mean;
            return judge_line(slope, intercept, 0.05);
          }};
}

}  // namespace

prepared_work prepare_chain_vector(const work_options&) { return chain_work(line_of_vectors); }

prepared_work prepare_chain_sites(const work_options&) { return chain_work(line); }

}  // namespace bench
