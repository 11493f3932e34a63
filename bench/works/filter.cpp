// The bootstrap filter of stochastic volatility, T = 100: sl::particle_filter over an unfold, with history, resampling at every step.
#include <memory>
#include <optional>

#include <starling/combinators/unfold.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/particle_filter.hpp>

#include "works/volatility.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr auto volatility = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x) {
  const auto next = trace("x", sl::normal(0.95 * x, 0.25));
  trace("y", sl::normal(0.0, sl::exp(0.5 * next)));
  return next;
}));

}  // namespace

prepared_work prepare_filter(const work_options& o) {
  struct state {
    std::vector<sl::choice_map> observations;
    std::uint64_t seed = 0;
    double log_evidence = 0;
    std::optional<sl::particle_filter<std::decay_t<decltype(volatility.kernel)>, double>> filter;
  };
  const auto s = std::make_shared<state>();
  for (const double y : volatility_ys()) s->observations.push_back({{"y", y}});
  return {[=, n = o.lanes] {
            // The filter before lives until now, as does the history of the hand-written loop.
            auto& filter = s->filter.emplace(volatility, sl::args(0.0), sl::particle_filter_options{.particles = n, .resample_below = 1, .threads = 1}, sl::key(++s->seed));
            for (const auto& observed : s->observations) filter.step(observed);
            s->log_evidence = filter.log_evidence();
          },
          [=, n = o.lanes] { return judge_volatility(s->log_evidence, n); }};
}

}  // namespace bench
