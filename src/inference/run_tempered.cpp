#include <starling/inference/run_tempered.hpp>

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "inference/gradient_record.hpp"
#include "inference/tempered_ensemble.hpp"
#include "inference/trajectories/barker_jump.hpp"
#include "inference/trajectories/hamiltonian_path.hpp"
#include "inference/trajectories/nuts_tree.hpp"
#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>

namespace starling {

namespace {

template <class Transition>
void run_ensembles(const typename Transition::settings& settings, const chain_plan& plan, const target& posterior, const target& prior,
                   const std::vector<double>& betas, bool adapts, const run_options& o, std::vector<gradient_record>& records,
                   std::vector<std::optional<temperature_ladder>>& ladders, run_monitor& monitor) {
  parallel_for(
      o.chains,
      [&](std::size_t c) {
        if (monitor.stopped()) return;
        tempered_ensemble<Transition> ensemble(plan, settings, c, posterior, prior, betas, adapts);
        constexpr std::size_t stretch = 64;
        const key steps = plan.numbers.scope(hash_text("step"));
        const std::size_t all = plan.warmup + plan.steps;
        for (std::size_t s = 0; s < all; ++s) {
          ensemble.step(fold_in(steps, s), s);
          if (s >= plan.warmup && (s - plan.warmup) % o.thin == o.thin - 1) records[c].add(ensemble.state(), ensemble.info());
          if (s % stretch == stretch - 1 && !monitor.advance(stretch)) return;
        }
        ladders[c] = ensemble.ladder();
      },
      o.threads);
}

std::string list_of(const std::vector<double>& x) {
  std::string text;
  for (const double v : x) text += (text.empty() ? "" : " ") + std::to_string(v);
  return text;
}

}  // namespace

void report_tempering(const std::vector<std::optional<temperature_ladder>>& ladders, result& r) {
  double sum = 0, squares = 0, stones = 0, squared_stones = 0, n = 0, slowest = 1;
  const temperature_ladder* first = nullptr;
  for (const auto& ladder : ladders) {
    if (!ladder) continue;
    if (first == nullptr) first = &*ladder;
    for (const double rate : ladder->swap_rates()) slowest = std::min(slowest, rate);
    const double integral = ladder->thermodynamic_integral();
    n += 1;
    sum += integral;
    squares += integral * integral;
    const double stone = ladder->stepping_stone();
    stones += stone;
    squared_stones += stone * stone;
  }
  if (first == nullptr) return;
  r.attributes.emplace_back("ladder", list_of(first->betas()));
  r.attributes.emplace_back("swap_rates", list_of(first->swap_rates()));
  if (slowest < 0.05)
    r.warnings.push_back("neighbouring temperatures exchange states in only " + std::to_string(100 * slowest) + " % of the steps: use more temperatures");
  if (first->betas().back() != 0) return;
  r.attributes.emplace_back("stepping_stone", std::to_string(stones / n));
  const bool agree = std::abs(sum - stones) <= 0.25 * n;
  const double total = agree ? sum : stones, all_squares = agree ? squares : squared_stones;
  r.attributes.emplace_back("evidence_spread", std::to_string(n > 1 ? std::sqrt(std::max(0.0, all_squares - total * total / n) / (n - 1)) : 0.0));
  r.log_evidence = total / n;
  if (agree) return;
  r.warnings.push_back(std::isfinite(sum) ? "thermodynamic integration gives a log evidence of " + std::to_string(sum / n) + ", stepping stones give " + std::to_string(stones / n) +
                                                ", which is reported: temperatures are too far from each other for the first. Use more"
                                          : "the likelihood is zero for some draws of the prior, so the log evidence is the stepping-stone estimate");
}

std::vector<double> first_ladder(const tempering_options& t) {
  if (t.ladder.empty()) {
    if (t.temperatures < 2) throw std::invalid_argument("run_tempered: at least 2 temperatures are needed");
    return temperature_ladder::cubic(t.temperatures);
  }
  bool falls = t.ladder.front() == 1 && t.ladder.back() >= 0 && t.ladder.size() > 1;
  for (std::size_t i = 1; i < t.ladder.size(); ++i) falls = falls && t.ladder[i] < t.ladder[i - 1];
  if (!falls) throw std::invalid_argument("run_tempered: the ladder must fall from 1, to 0 or above; it is " + list_of(t.ladder));
  return t.ladder;
}

result run_tempered(const kernels::gradient_kernel& kernel, const target& posterior, const target& prior, const draw_view& view,
                    const tempering_options& t, const run_options& o, const key& k, progress& report) {
  const auto& s = kernel.settings();
  const auto betas = first_ladder(t);
  const std::size_t d = posterior.dimension();
  if (o.chains == 0 || o.draws == 0 || o.thin == 0) throw std::invalid_argument("run_tempered: chains, draws and thin must be at least 1");
  if (d == 0 || prior.dimension() != d || prior.lanes() != posterior.lanes())
    throw std::invalid_argument("run_tempered: prior and posterior must have the same elements, at least one, and the same lanes");
  check_inverse_metric(s, d);
  if (s.start != kernels::start_kind::uniform)
    throw std::invalid_argument("run_tempered: replicas start uniformly within initial_radius; they find other modes by exchange, so .start must be uniform");
  const chain_plan plan{s, d, o.warmup, o.draws * o.thin, k, nullptr};
  std::vector<gradient_record> records;
  records.reserve(o.chains);
  for (std::size_t c = 0; c < o.chains; ++c) records.emplace_back(o, d, view);
  std::vector<std::optional<temperature_ladder>> ladders(o.chains);
  run_monitor monitor(report, o.chains * (o.warmup + o.draws * o.thin));
  const bool adapts = t.ladder.empty();
  switch (s.transition) {
    case kernels::gradient_settings::transitions::tree:
      run_ensembles<trajectories::nuts_tree>({s.max_depth, s.max_energy_error}, plan, posterior, prior, betas, adapts, o, records, ladders, monitor);
      break;
    case kernels::gradient_settings::transitions::path:
      run_ensembles<trajectories::hamiltonian_path>({s.steps, s.jitter, s.max_energy_error}, plan, posterior, prior, betas, adapts, o, records, ladders,
                                                    monitor);
      break;
    case kernels::gradient_settings::transitions::jump:
      run_ensembles<trajectories::barker_jump>({}, plan, posterior, prior, betas, adapts, o, records, ladders, monitor);
      break;
  }
  result r = collect_gradient(records, view, s, o, monitor.stopped());
  r.attributes = {{"kernel", "tempered " + std::string(s.name)}, {"warmup", std::to_string(o.warmup)}, {"thin", std::to_string(o.thin)}};
  report_tempering(ladders, r);
  return r;
}

result run_tempered(const kernels::gradient_kernel& kernel, const target& posterior, const target& prior, const draw_view& view,
                    const tempering_options& t, const run_options& o, const key& k) {
  progress silent;
  return run_tempered(kernel, posterior, prior, view, t, o, k, silent);
}

}  // namespace starling
