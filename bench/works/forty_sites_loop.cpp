// The same densities and draws as in forty_sites.cpp, in plain loops over arrays: no addresses, no trace.
#include <memory>

#include <starling/random/stream.hpp>
#include <starling/traces/address.hpp>

#include "works/forty_sites.hpp"

namespace bench {

namespace sl = starling;

namespace {

struct state {
  forty_sites_data data = make_forty_sites_data();
  std::vector<double> observations[2] = {forty_sites_observations(1.5), forty_sites_observations(1.4)};
  std::vector<double> values = std::vector<double>(40);
  double score = 0, weight = 0;
};

double log_normal_density(double x, double location, double scale) { return sl::normal(location, scale).log_density(x); }

[[gnu::noinline]] double priors(const state& s) {
  return log_normal_density(s.values[0], 0.0, s.data.prior_scale) + log_normal_density(s.values[1], 0.0, s.data.prior_scale);
}
[[gnu::noinline]] double take_observations(state& s, const std::vector<double>& ys) {
  double sum = 0;
  for (std::size_t i = 0; i < ys.size(); ++i) {
    s.values[2 + i] = ys[i];
    sum += log_normal_density(ys[i], s.values[0] * s.data.xs[i] + s.values[1], s.data.scales[i]);
  }
  return sum;
}

}  // namespace

prepared_work prepare_update_loop(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) {
              const double score = priors(*s) + take_observations(*s, s->observations[j % 2]);
              s->weight = score - s->score;
              s->score = score;
            }
          },
          [=] { return judge_weight(s->score, priors(*s) + take_observations(*s, s->observations[1])); }, forty_sites_operations};
}

prepared_work prepare_generate_loop(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) {
              sl::stream<double> numbers(sl::key(j).scope(sl::path::root_hash));
              for (std::uint32_t v = 0; v < 2; ++v) {
                numbers.visit(v);
                s->values[v] = s->data.prior_scale * numbers.normal();
              }
              s->weight = take_observations(*s, s->observations[j % 2]);
              s->score = priors(*s) + s->weight;
            }
          },
          [=] { return judge_weight(s->weight, take_observations(*s, s->observations[1])); }, forty_sites_operations};
}

prepared_work prepare_simulate_loop(const work_options&) {
  const auto s = std::make_shared<state>();
  return {[=] {
            for (std::size_t j = 0; j < forty_sites_operations; ++j) {
              sl::stream<double> numbers(sl::key(j).scope(sl::path::root_hash));
              for (std::uint32_t v = 0; v < 2; ++v) {
                numbers.visit(v);
                s->values[v] = s->data.prior_scale * numbers.normal();
              }
              for (std::uint32_t i = 0; i < s->data.xs.size(); ++i) {
                numbers.visit(2 + i);
                s->values[2 + i] = s->values[0] * s->data.xs[i] + s->values[1] + s->data.scales[i] * numbers.normal();
              }
            }
          },
          [=] { return verdict{"last value " + std::to_string(s->values[39])}; }, forty_sites_operations};
}

}  // namespace bench
