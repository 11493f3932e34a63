#include <starling/inference/chain_record.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "inference/run_warnings.hpp"
#include <starling/inference/result_checks.hpp>

namespace starling {

block_record::block_record(const schema& structure, const std::vector<std::uint32_t>& latents, std::size_t first_chain_, std::size_t lanes_,
                           std::size_t width_, std::size_t draws_, bool summaries_only_)
    : runs(element_runs(structure, latents)), first_chain(first_chain_), lanes(lanes_), width(width_), draws_wanted(draws_), summaries_only(summaries_only_), conditional(structure.is_conditional()) {
  for (const auto k : latents) layout.add(structure.path_of(k), structure.sites()[k].type);
  latent_slots = layout.slots();
}

block_record::noted block_record::place_of_note(const path& where, const choice_type& type) {
  for (const noted& n : notes) {
    if (n.hash != where.hash()) continue;
    if (!(n.type == type)) throw std::logic_error("the note " + where.str() + " is " + n.type.str() + " in one branch and " + type.str() + " in another");
    return {n.hash, n.slot, n.type, true};
  }
  return {where.hash(), layout.add_note(where, type, conditional) - latent_slots, type, false};
}

void refuse_second_note(const path& where) { throw std::logic_error("the note " + where.str() + " was told twice in one run"); }

struct run_monitor::shared {
  progress& report;
  std::size_t total;
  std::atomic<std::size_t> done{0};
  std::atomic<bool> stopped{false};
  std::mutex guard;
  shared(progress& r, std::size_t n) : report(r), total(n) {}
};

run_monitor::run_monitor(progress& report, std::size_t total) : shared_(std::make_unique<shared>(report, total)) {}
run_monitor::~run_monitor() = default;

bool run_monitor::stopped() const { return shared_->stopped.load(std::memory_order_relaxed); }

const progress& run_monitor::watch() const { return shared_->report; }

bool run_monitor::look() {
  if (shared_->report.stop_requested()) shared_->stopped.store(true);
  return !stopped();
}

bool run_monitor::advance(std::size_t steps) {
  shared& s = *shared_;
  const std::size_t done = s.done.fetch_add(steps) + steps;
  if (s.guard.try_lock()) {
    s.report.update("sampling", std::min(done, s.total), s.total);
    s.guard.unlock();
  }
  return look();
}

namespace {

variable statistic(const char* name, std::size_t chains, std::size_t draws) {
  variable v;
  v.name = name;
  v.values.resize(chains * draws);
  return v;
}

void summarise_blocks(const std::vector<const block_record*>& used, std::size_t slots, result& r) {
  const auto names = used.front()->layout.slot_names();
  for (std::size_t s = 0; s < slots; ++s) {
    std::vector<running_moments> halves;
    for (const auto* b : used)
      for (std::size_t l = 0; l < b->lanes; ++l)
        for (std::size_t h = 0; h < 2; ++h) halves.push_back(b->moments[(l * slots + s) * 2 + h]);
    r.summaries.push_back(summarise_moments(names[s], halves));
  }
  double rate = 0;
  std::size_t n = 0;
  for (const auto* b : used)
    for (std::size_t l = 0; l < b->lanes; ++l, ++n) rate += b->rates[l];
  r.attributes.emplace_back("acceptance_rate", std::to_string(rate / static_cast<double>(n)));
}

// Latents that stayed where they are in some chains: all their numbers have the same mean in both halves, and no variance.
void tell_still_latents(const std::vector<const block_record*>& used, std::size_t slots, result& r) {
  const block_record& first = *used.front();
  const auto variables = first.layout.variables(0, 0);
  const auto targets = first.layout.targets();
  std::vector<std::vector<std::size_t>> slots_of(variables.size());
  for (std::size_t s = 0; s < first.latent_slots; ++s) slots_of[targets[s].variable].push_back(s);
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (slots_of[v].empty() || variables[v].kind != variable::kinds::real) continue;
    std::size_t still = 0, chains = 0;
    for (const auto* b : used)
      for (std::size_t l = 0; l < b->lanes; ++l, ++chains) {
        const auto stays = [&](std::size_t s) {
          const running_moments* const half = b->moments.data() + (l * slots + s) * 2;
          return half[0].count() + half[1].count() >= enough_to_tell_still && half[0].variance() == 0.0 && half[1].variance() == 0.0 && half[0].mean() == half[1].mean();
        };
        still += std::all_of(slots_of[v].begin(), slots_of[v].end(), stays) ? 1 : 0;
      }
    tell_still(variables[v].name, still, chains, r);
  }
}

void report_problems(const std::vector<block_record>& records, const schema& structure, result& r) {
  std::size_t count = 0;
  bad_parameter first;
  for (const auto& b : records) {
    count += b.problems;
    first.keep_first(b.problem);
  }
  if (count != 0)
    r.warnings.push_back("in " + std::to_string(count) + " steps a proposal gave a distribution bad parameters and was rejected; the first: " +
                         first.sentence(structure));
}

}  // namespace

std::size_t draws_to_keep(const std::vector<std::size_t>& draws_of_chains) {
  std::vector<std::size_t> sorted = draws_of_chains;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  std::size_t best = 0, most = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] * (i + 1) >= most) {
      best = sorted[i];
      most = best * (i + 1);
    }
  return best;
}

result collect(const std::vector<block_record>& records, const schema& structure, std::size_t draws, bool interrupted, std::size_t threads) {
  result r;
  r.interrupted = interrupted;
  std::vector<const block_record*> used;
  std::vector<std::size_t> counts;
  for (const auto& b : records) counts.insert(counts.end(), b.lanes, b.draws);
  if (!records.front().summaries_only) draws = draws_to_keep(counts);
  for (const auto& b : records)
    if (draws > 0 && b.draws >= draws) used.push_back(&b);
  report_problems(records, structure, r);
  kernels::trajectory_counts trajectories;
  for (const auto& b : records) trajectories += b.trajectories;
  for (auto& warning : trajectory_warnings(trajectories, nullptr)) r.warnings.push_back(std::move(warning));
  if (used.empty()) {
    r.warnings.push_back(records.front().summaries_only ? no_summaries : no_draws);
    return r;
  }
  tell_dropped_chains(counts, draws, r);
  const auto& layout = used.front()->layout;
  if (used.front()->summaries_only) {
    summarise_blocks(used, layout.slots(), r);
    tell_still_latents(used, layout.slots(), r);
    check_convergence(r, threads);
    return r;
  }
  std::size_t chains = 0;
  for (const auto* b : used) chains += b->lanes;
  r.posterior.chains = r.sample_stats.chains = chains;
  r.posterior.draws = r.sample_stats.draws = draws;
  r.posterior.variables = layout.variables(chains, draws);
  const auto targets = layout.targets();
  auto lp = statistic("lp", chains, draws), rate = statistic("acceptance_rate", chains, draws);
  std::vector<std::size_t> elements;
  for (const auto& v : r.posterior.variables) elements.push_back(v.elements());
  std::size_t chain = 0;
  for (const auto* b : used) {
    for (std::size_t l = 0; l < b->lanes; ++l, ++chain) {
      for (std::size_t d = 0; d < draws; ++d) {
        const double* from = b->numbers.data() + d * b->row * b->width + l;
        const std::size_t at = chain * draws + d;
        for (std::size_t s = 0; s < targets.size(); ++s) {
          const auto& t = targets[s];
          r.posterior.variables[t.variable].values[at * elements[t.variable] + t.element] = from[s * b->width];
        }
        lp.values[at] = from[targets.size() * b->width];
        rate.values[at] = from[(targets.size() + 1) * b->width];
      }
    }
  }
  r.sample_stats.variables = {std::move(lp), std::move(rate)};
  const std::size_t latents = used.front()->latent_slots == 0 ? 0 : targets[used.front()->latent_slots - 1].variable + 1;
  for (std::size_t v = 0; v < latents; ++v) tell_still(r.posterior.variables[v], r);
  check_convergence(r, threads);
  return r;
}

}  // namespace starling
