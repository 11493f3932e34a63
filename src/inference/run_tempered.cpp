#include <starling/inference/run_tempered.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "diagnostics/number_text.hpp"
#include "inference/gradient_record.hpp"
#include "inference/tempered_ensemble.hpp"
#include "inference/trajectories/barker_jump.hpp"
#include "inference/trajectories/hamiltonian_path.hpp"
#include "inference/trajectories/nuts_tree.hpp"
#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/pulse.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

template <class Transition>
void run_ensembles(const typename Transition::settings& settings, const chain_plan& plan, const target& posterior, const target& prior,
                   const std::vector<double>& betas, bool adapts, const run_options& o, std::vector<gradient_record>& records,
                   std::vector<std::optional<temperature_ladder>>& ladders, const progress& watch, run_monitor& monitor) {
  parallel_for(
      o.chains,
      [&](std::size_t c) {
        if (monitor.stopped()) return;
        tempered_ensemble<Transition> ensemble(plan, settings, c, posterior, prior, betas, adapts, watch);
        if (!monitor.look()) return;
        constexpr std::size_t stretch = 64;
        pulse clock;
        const key steps = plan.numbers.scope(hash_text("step"));
        const std::size_t all = plan.warmup + plan.steps;
        for (std::size_t s = 0; s < all; ++s) {
          if (!ensemble.step(fold_in(steps, s), s)) {
            monitor.look();
            return;
          }
          if (s >= plan.warmup && (s - plan.warmup) % o.thin == o.thin - 1) records[c].add(ensemble.state(), ensemble.info());
          if (s % stretch == stretch - 1 && !monitor.advance(stretch)) return;
          if (clock.beat() && !monitor.look()) return;
        }
        ladders[c] = ensemble.ladder();
      },
      o.threads);
}

std::string list_of(const std::vector<double>& x) {
  std::string text;
  for (const double v : x) text += (text.empty() ? "" : " ") + number_text(v, "%.6g");
  return text;
}

// t with P(|T| ≤ t) = 0.95 for Student's T (from 11 degrees of freedom on by Cornish and Fisher's expansion).
double student_quantile(std::size_t freedom) {
  constexpr double few[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
  if (freedom <= 10) return few[freedom - 1];
  const auto n = static_cast<double>(freedom);
  return 1.95996 + 2.37227 / n + 2.82250 / (n * n);
}

// Half the width of a 95 % interval around the mean of the ensembles' stepping stones: by how the ensembles differ, and by how much each varies over
// its steps, whichever says more; ensembles are few, and one alone may not see what it missed. NaN where neither can be told.
double evidence_error(const std::vector<std::optional<temperature_ladder>>& ladders, const std::vector<double>& stones) {
  const auto n = static_cast<double>(stones.size());
  const double between = stones.size() > 1 ? student_quantile(stones.size() - 1) * std::sqrt(variance(stones) / n) : NAN;
  std::vector<double> errors;
  std::size_t at = 0;
  for (const auto& ladder : ladders) {
    if (!ladder) continue;
    for (const double e : ladder->stone_errors()) errors.push_back(e + stones[at] - mean(stones));
    ++at;
  }
  const double within = 1.96 * mcse_mean(errors, stones.size());
  return std::isnan(within) ? between : std::isnan(between) ? within
                                                            : std::max(within, between);
}

}  // namespace

void report_tempering(const std::vector<std::optional<temperature_ladder>>& ladders, result& r) {
  double slowest = 1;
  const temperature_ladder* first = nullptr;
  std::vector<double> integrals, stones;
  for (const auto& ladder : ladders) {
    if (!ladder) continue;
    if (first == nullptr) first = &*ladder;
    for (const double rate : ladder->swap_rates()) slowest = std::min(slowest, rate);
    integrals.push_back(ladder->thermodynamic_integral());
    stones.push_back(ladder->stepping_stone());
  }
  if (first == nullptr) return;
  r.attributes.emplace_back("ladder", list_of(first->betas()));
  r.attributes.emplace_back("swap_rates", list_of(first->swap_rates()));
  if (slowest < 0.05)
    r.warnings.push_back("neighbouring temperatures exchange states in only " + number_text(100 * slowest, "%.2g") + " % of the steps: use more temperatures");
  if (first->betas().back() != 0) return;
  const double error = evidence_error(ladders, stones);
  r.log_evidence = mean(stones);
  r.attributes.emplace_back("stepping_stone", number_text(*r.log_evidence, "%.17g"));
  r.attributes.emplace_back("thermodynamic_integral", number_text(mean(integrals), "%.17g"));
  r.attributes.emplace_back("evidence_spread", number_text(stones.size() > 1 ? std::sqrt(variance(stones)) : 0.0, "%.17g"));
  r.attributes.emplace_back("evidence_error", number_text(error, "%.17g"));
  if (error <= 0.5) return;
  r.warnings.push_back(std::isfinite(error) ? "the log evidence, " + number_text(*r.log_evidence, "%.6g") + ", is known to within " + number_text(error, "%.2g") +
                                                  " only (with 95 % probability): use more temperatures, draws or chains"
                                            : "how far the log evidence is off cannot be told: there are too few draws, or the likelihood is zero for all draws of some temperature. Use "
                                              "more temperatures and draws");
}

std::vector<double> first_ladder(const tempering_options& t) {
  if (t.ladder.empty()) {
    require_count("run_tempered", "temperatures", t.temperatures, 2, 1'000'000);
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
  require_chain_counts("run_tempered", o.chains, o.warmup, o.draws, o.thin);
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
      run_ensembles<trajectories::nuts_tree>({s.max_depth, s.max_energy_error, s.jitter}, plan, posterior, prior, betas, adapts, o, records, ladders, report, monitor);
      break;
    case kernels::gradient_settings::transitions::path:
      run_ensembles<trajectories::hamiltonian_path>({s.steps, s.jitter, s.max_energy_error, s.integration_time}, plan, posterior, prior, betas, adapts, o, records, ladders,
                                                    report, monitor);
      break;
    case kernels::gradient_settings::transitions::jump:
      run_ensembles<trajectories::barker_jump>({}, plan, posterior, prior, betas, adapts, o, records, ladders, report, monitor);
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
