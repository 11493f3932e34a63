// Importance sampling of a dynamic model: single traces, one a particle, over all cores. Choices that a particle does not have are NaN in
// its draw. A particle that did not reach an observation has weight 0.
#pragma once

#include <utility>
#include <vector>

#include <starling/inference/pulse.hpp>
#include <starling/inference/run_dynamic.hpp>

namespace starling {

// What the particles of a run give, in a row: their draws are `record`'s, fewer than wanted after an interruption.
// `trouble`: what to say where all weights are 0.
result collect_particles(ragged_record record, std::vector<double> log_weights, const choice_map& observations, std::size_t wanted, bool summaries_only, const std::string& trouble);

template <class Posterior, class Options>
result importance_dynamic(const Posterior& post, std::size_t n, const Options& o, const key& k, progress& report) {
  constexpr std::size_t part_size = 512;
  const std::size_t parts = (n + part_size - 1) / part_size;
  std::vector<ragged_record> records(parts);
  std::vector<unvisited_observations> unvisited(parts);
  std::vector<path> visited;  // by the last particle of the first part
  std::vector<double> log_weights(n, negative_infinity);
  run_monitor monitor(report, n);
  parallel_for(
      parts,
      [&](std::size_t p) {
        if (monitor.stopped()) return;
        const std::size_t first = p * part_size, last = first + part_size < n ? first + part_size : n;
        trace_chain<Posterior> particle(post, first, n);
        ragged_record& record = records[p];
        pulse clock;
        for (std::size_t i = first; i < last; ++i) {
          if (clock.beat() && !monitor.look()) break;
          log_weights[i] = particle.draw(k, {i, n});
          record.begin_draw();
          if (log_weights[i] > negative_infinity) {
            record.add_choices(particle.state(), particle.selected(selection(all)));
            if (o.notes) particle.send_notes(record);
          }
          record.end_draw(particle.score(), 1);
        }
        unvisited[p] = particle.unvisited();
        if (p == 0 && !unvisited[0].paths.empty()) visited = addresses_of(particle.structure());
        record.problems = particle.problems();
        record.problem = particle.first_problem();
        monitor.advance(record.draws());
      },
      o.threads);
  ragged_record all_of_them;
  std::vector<double> weights_drawn;
  for (std::size_t p = 0; p < parts; ++p) {
    all_of_them.append(records[p]);
    const auto begin = log_weights.begin() + static_cast<std::ptrdiff_t>(p * part_size);
    weights_drawn.insert(weights_drawn.end(), begin, begin + static_cast<std::ptrdiff_t>(records[p].draws()));
  }
  for (const auto& u : unvisited)
    if (u.some_ran) unvisited[0].add(u.paths);
  result r = collect_particles(std::move(all_of_them), std::move(weights_drawn), post.observations(), n, o.summaries_only, describe_unvisited(unvisited[0].paths, visited));
  add_observed(r, post);
  r.attributes = {{"method", "importance sampling"}, {"particles", std::to_string(n)}, {"lanes", "1"}};
  return r;
}

}  // namespace starling
