// One-lane operations over the model of 40 sites.
#include "works/forty_sites.hpp"

#include <memory>
#include <optional>

#include <starling/models/generate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

namespace bench {

namespace sl = starling;

namespace {

using forty_trace = sl::trace<std::remove_cvref_t<decltype(forty_sites)>, sl::arguments<forty_sites_data>>;

sl::choice_map constraints_of(const std::vector<double>& ys) {
  sl::choice_map c;
  for (std::size_t i = 0; i < ys.size(); ++i) c.set({sl::name("y"), i}, ys[i]);
  return c;
}

struct state {
  forty_trace trace = sl::simulate(forty_sites, sl::args(make_forty_sites_data()), sl::key(1));
  sl::choice_map constraints[2] = {constraints_of(forty_sites_observations(1.5)), constraints_of(forty_sites_observations(1.4))};
  double weight = 0, before = 0;
};

// Σ over the 38 observations, from the trace itself.
double observed_density(const forty_trace& t) {
  double sum = 0;
  for (std::size_t i = 0; i < 38; ++i) sum += t.log_density({sl::name("y"), i});
  return sum;
}

}  // namespace

prepared_work prepare_update(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) {
              s->before = s->trace.score();
              auto updated = sl::update(std::move(s->trace), s->constraints[j % 2], sl::key(1));
              s->trace = std::move(updated.trace);
              s->weight = updated.weight;
            }
          },
          [=] { return judge_weight(s->weight, s->trace.score() - s->before); }, forty_sites_operations};
}

prepared_work prepare_generate(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) {
              auto generated = sl::generate(std::move(s->trace), s->constraints[j % 2], sl::key(j));
              s->trace = std::move(generated.trace);
              s->weight = generated.weight;
            }
          },
          [=] { return judge_weight(s->weight, observed_density(s->trace)); }, forty_sites_operations};
}

prepared_work prepare_simulate(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) s->trace = sl::simulate(std::move(s->trace), sl::key(j));
          },
          [=] {
            const double priors = s->trace.log_density("slope") + s->trace.log_density("intercept");
            return judge_weight(s->trace.score(), observed_density(s->trace) + priors);
          },
          forty_sites_operations};
}

}  // namespace bench
