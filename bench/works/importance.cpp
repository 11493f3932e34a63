// Importance sampling.
#include <algorithm>
#include <cmath>
#include <memory>

#include <starling/inference/importance.hpp>

#include "works/line_regression.hpp"

namespace bench {

namespace sl = starling;

namespace {

// The posterior mean: from the summaries, or from the particles one by one, which takes no memory.
double mean_of(const sl::result& fit, const std::string& name) {
  if (fit.posterior.empty()) {
    for (const auto& row : fit.summaries)
      if (row.name == name) return row.mean;
    return NAN;
  }
  const auto& values = fit.posterior[name].values;
  const double top = *std::max_element(fit.log_weights.begin(), fit.log_weights.end());
  double weight = 0, sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = std::exp(fit.log_weights[i] - top);
    weight += w;
    sum += w * values[i];
  }
  return sum / weight;
}

prepared_work importance_work(const work_options& o, std::size_t particles, std::size_t threads, bool summaries_only, double tolerance) {
  struct state {
    sl::posterior<std::remove_cvref_t<decltype(line)>, sl::arguments<std::vector<double>>> posterior{
        line, sl::args(line_xs()), sl::observe("y", line_ys())};
    sl::result fit;
    std::uint64_t seed = 0;
  };
  const auto s = std::make_shared<state>();
  const sl::importance_options options{.threads = threads, .summaries_only = summaries_only, .notes = false};
  return {[=] {
            const sl::key k(++s->seed);
            if (o.single_precision) s->fit = sl::importance<float>(s->posterior, particles, options, k);
            else s->fit = sl::importance<double>(s->posterior, particles, options, k);
          },
          [=] {
            verdict v = judge_line(mean_of(s->fit, "slope"), mean_of(s->fit, "intercept"), tolerance, s->fit.log_evidence.value_or(NAN));
            v.text += " ESS " + std::to_string(static_cast<long>(s->fit.ess.value_or(0)));
            return v;
          }};
}

}  // namespace

prepared_work prepare_importance(const work_options& o) { return importance_work(o, 1'000'000, 1, true, 0.05); }

prepared_work prepare_memory(const work_options& o) { return importance_work(o, o.particles, 0, o.summaries_only, 0.05); }

}  // namespace bench
