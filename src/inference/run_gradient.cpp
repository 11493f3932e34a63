#include <starling/inference/run_gradient.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "inference/climbing_chains.hpp"
#include "inference/gradient_record.hpp"
#include "inference/lane_loop.hpp"
#include "inference/sampling_chain.hpp"
#include "inference/searches.hpp"
#include "inference/trajectories/barker_jump.hpp"
#include "inference/trajectories/hamiltonian_path.hpp"
#include "inference/trajectories/nuts_tree.hpp"
#include <starling/execution/executor.hpp>
#include <starling/inference/archive.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/values/counts.hpp>

namespace starling {

namespace {

// The first chain, by number, that found no start.
class lost_chains {
 public:
  void add(std::size_t chain, const double* point, std::size_t d) {
    const std::lock_guard lock(guard_);
    if (any_ && chain_ < chain) return;
    any_ = true;
    chain_ = chain;
    point_.assign(point, point + d);
  }
  bool any() const { return any_; }
  [[noreturn]] void refuse(const target& density, bool given) const {
    throw std::runtime_error((given ? "the starting point of chain " + std::to_string(chain_) + " has no finite log density and gradient: "
                                    : "no starting point with a finite log density and gradient was found in 100 tries, chain " +
                                          std::to_string(chain_) + "; at the last one ") +
                             density.trouble_at(point_.data()) + ". Check the observations and the priors, or give starting points");
  }

 private:
  std::mutex guard_;
  std::atomic<bool> any_{false};
  std::size_t chain_ = 0;
  std::vector<double> point_;
};

// A chain, its record, and its share of the progress.
template <class Transition>
class recorded_chain {
 public:
  template <class Settings>
  recorded_chain(const chain_plan& plan, const Settings& settings, std::size_t chain, std::size_t thin, gradient_record& record, run_monitor& monitor,
                 lost_chains& lost, checkpoint_keeper& keeper, gradient_record* warmup)
      : plan_(plan), chain_(plan, settings, chain), thin_(thin), record_(record), warmup_(warmup), monitor_(monitor), lost_(lost), keeper_(keeper) {
    if (keeper.keeps()) chain_.remember_rest();
  }

  const double* point() const { return chain_.point(); }
  double* gradient() { return chain_.gradient(); }
  // Goes on where the chain that was saved rested; false where it was done. Throws where the target has other densities there.
  bool restore(const std::vector<std::byte>& from, const target& density) {
    archive_reader reader(from);
    reader(chain_, record_, since_draw_);
    reader.end();
    const std::size_t steps = chain_.iterations() - std::min(chain_.iterations(), plan_.warmup);
    reader.require(since_draw_ < thin_ && steps % thin_ == since_draw_ && record_.draws() == std::min(steps / thin_, plan_.steps / thin_));
    check_densities(density);
    if (chain_.finished()) return false;
    chain_.go_on();
    return true;
  }
  // The run looks up, and ends or goes on: wherever the chain is, what it did until it last rested is kept.
  void look_up(bool goes_on) {
    if (since_report_ != 0) monitor_.advance(std::exchange(since_report_, 0));
    if (!goes_on || keeper_.is_due(last_saved_)) save();
  }
  // False once the chain is done, or the run should end.
  bool receive(double log_density) {
    using events = typename sampling_chain<Transition>::events;
    if (log_density == -__builtin_inf() && chain_.sampling()) [[unlikely]]
      record_.add_lost(chain_.point());
    const auto event = chain_.receive(log_density);
    if (event == events::none) [[likely]]
      return true;
    if (event == events::lost) {
      lost_.add(chain_.chain(), chain_.point(), plan_.dimension);
      return false;
    }
    if (event == events::warmed && warmup_ != nullptr) warmup_->add(chain_.state(), chain_.info());
    if (event == events::moved && ++since_draw_ == thin_) {
      record_.add(chain_.state(), chain_.info());
      since_draw_ = 0;
    }
    constexpr std::size_t stretch = 64;
    if (++since_report_ == stretch || chain_.finished()) {
      const bool goes_on = monitor_.advance(since_report_) && !lost_.any();
      since_report_ = 0;
      if (!goes_on || chain_.finished()) {
        save();
        return false;
      }
    }
    chain_.go_on();
    return true;
  }

 private:
  void save() {
    if (!keeper_.keeps() || !chain_.begun()) return;
    std::vector<std::byte> bytes;
    archive_writer writer(bytes);
    writer(chain_, record_, since_draw_);
    keeper_.put(chain_.chain(), std::move(bytes));
    last_saved_ = checkpoint_keeper::now();
  }
  // That it is the target of which the chain was saved: at its place, and at some of its draws.
  void check_densities(const target& density) {
    const std::size_t d = plan_.dimension;
    constexpr std::size_t most = 16;
    std::vector<double> points(chain_.state().q, chain_.state().q + d), expected{chain_.state().log_density};
    for (std::size_t i = 0, n = record_.keeps_points() ? record_.draws() : 0; i < std::min(n, most); ++i) {
      const std::size_t draw = i * n / std::min(n, most);
      points.insert(points.end(), record_.point(draw), record_.point(draw) + d);
      expected.push_back(record_.statistic(draw, gradient_record::lp));
    }
    if (densities_at(density, points, nullptr, 1) != expected) refuse_other_densities();
  }

  const chain_plan& plan_;
  sampling_chain<Transition> chain_;
  std::size_t thin_;
  gradient_record& record_;
  gradient_record* warmup_;  // null: not kept
  run_monitor& monitor_;
  lost_chains& lost_;
  checkpoint_keeper& keeper_;
  double last_saved_ = 0;
  std::size_t since_draw_ = 0, since_report_ = 0;
};

template <class Transition, class Settings>
void run_all(const Settings& settings, const chain_plan& plan, const target& density, const run_options& o, std::vector<gradient_record>& records,
             std::vector<gradient_record>& warmups, run_monitor& monitor, lost_chains& lost, checkpoint_keeper& keeper) {
  std::atomic<std::size_t> next{0};
  const std::size_t workers = (o.chains + density.lanes() - 1) / density.lanes();
  parallel_for(
      workers,
      [&](std::size_t) {
        using machine = recorded_chain<Transition>;
        const auto another = [&]() -> std::unique_ptr<machine> {
          while (true) {
            const std::size_t chain = monitor.stopped() || lost.any() ? o.chains : next.fetch_add(1);
            if (chain >= o.chains) return nullptr;
            auto one = std::make_unique<machine>(plan, settings, chain, o.thin, records[chain], monitor, lost, keeper, warmups.empty() ? nullptr : &warmups[chain]);
            if (!keeper.keeps() || keeper.saved(chain).empty() || one->restore(keeper.saved(chain), density)) return one;
          }
        };
        run_lanes<machine>(density, another, [&](std::span<const std::unique_ptr<machine>> busy) {
          const bool goes_on = monitor.look() && !lost.any();
          for (const auto& one : busy) one->look_up(goes_on);
          keeper.hand_over();
          return goes_on;
        });
      },
      o.threads);
}

void check(const kernels::gradient_settings& s, const target& density, const run_options& o, std::span<const double> starts) {
  const std::size_t d = density.dimension();
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) throw std::invalid_argument(std::string(s.name) + ": " + what);
  };
  require_chain_counts(s.name, o.chains, o.warmup, o.draws, o.thin);
  require(d > 0, "the posterior has no real-valued latent to move");
  require(starts.empty() || starts.size() == o.chains * d,
          std::to_string(o.chains) + " chains with " + std::to_string(d) + " unconstrained elements need as many starting values; there are " +
              std::to_string(starts.size()));
  check_inverse_metric(s, d);
}

// Other data are another density at 0.
std::string mark_of_gradient_run(const kernels::gradient_kernel& kernel, const target& density, const run_options& o, const key& k) {
  const std::size_t d = density.dimension();
  return mark_of_run(kernel.mark(), d, o, k) + exactly(densities_at(density, std::vector<double>(d, 0.0), nullptr, 1)[0]);
}

// Why trajectories ended where the density was 0: often a parameter that left its domain, which looks like a step size that is too coarse.
void tell_lost(const std::vector<gradient_record>& records, const target& density, result& r) {
  std::size_t lost = 0;
  const gradient_record* first = nullptr;
  for (const auto& record : records) {
    lost += record.lost();
    if (first == nullptr && record.lost() != 0) first = &record;
  }
  if (first != nullptr)
    r.warnings.push_back(std::to_string(lost) + " trajectories after the warm-up ended where the density is 0; at the first such point " + density.trouble_at(first->first_lost()));
}

// Whether some chain begins: those of a checkpoint go on from where they were.
bool some_begin(const run_checkpoint* c) {
  return c == nullptr || std::any_of(c->chains.begin(), c->chains.end(), [](const auto& saved) { return saved.empty(); });
}

}  // namespace

result run_gradient(const kernels::gradient_kernel& kernel, const target& density, const draw_view& view, const run_options& o, const key& k,
                    progress& report, const gradient_start& start) {
  const auto& s = kernel.settings();
  std::span<const double> starts = start.starts.numbers;
  if (!start.starts.maps.empty()) throw std::invalid_argument(std::string(s.name) + ": starting points by name are for posteriors; a target has numbers only");
  check(s, density, o, starts);
  if (start.checkpoint != nullptr) start.checkpoint->open(mark_of_gradient_run(kernel, density, o, k), o.chains, density.machine());
  checkpoint_keeper keeper(start.checkpoint);
  std::vector<double> found;
  if (starts.empty() && s.start == kernels::start_kind::pathfinder && some_begin(start.checkpoint)) {
    found = find_pathfinder_points(density, {.draws = o.chains, .initial_radius = s.initial_radius, .threads = o.threads}, k.scope(hash_text("pathfinder")), {}, &report).points;
    starts = found;
  }
  if (o.save_warmup && (start.checkpoint != nullptr || o.summaries_only))
    throw std::invalid_argument(std::string(s.name) + ": save_warmup keeps draws beside a run that is not continued: it goes neither with a checkpoint nor with summaries_only");
  std::vector<gradient_record> warmups;
  if (o.save_warmup) {
    run_options of_warmup = o;
    of_warmup.draws = o.warmup;
    for (std::size_t c = 0; c < o.chains; ++c) warmups.emplace_back(of_warmup, density.dimension(), view);
  }
  run_monitor monitor(report, o.chains * (o.warmup + o.draws * o.thin));
  monitor.look();  // a search for starts may have been stopped
  lost_chains lost;
  const auto run = [&](std::span<const double> from, const run_options& options, const key& numbers, run_monitor& watch, lost_chains& losers, checkpoint_keeper& saved,
                       std::vector<gradient_record>& before) {
    const chain_plan plan{s, density.dimension(), options.warmup, options.draws * options.thin, numbers, from.empty() ? nullptr : from.data()};
    std::vector<gradient_record> records;
    records.reserve(options.chains);
    for (std::size_t c = 0; c < options.chains; ++c) records.emplace_back(options, density.dimension(), view);
    switch (s.transition) {
      case kernels::gradient_settings::transitions::tree:
        run_all<trajectories::nuts_tree>(trajectories::nuts_tree::settings{s.max_depth, s.max_energy_error, s.jitter}, plan, density, options, records, before, watch, losers, saved);
        break;
      case kernels::gradient_settings::transitions::path:
        run_all<trajectories::hamiltonian_path>(trajectories::hamiltonian_path::settings{s.steps, s.jitter, s.max_energy_error, s.integration_time}, plan, density, options, records, before, watch,
                                                losers, saved);
        break;
      case kernels::gradient_settings::transitions::jump:
        run_all<trajectories::barker_jump>(trajectories::barker_jump::settings{}, plan, density, options, records, before, watch, losers, saved);
        break;
    }
    return records;
  };
  const auto records = run(starts, o, k, monitor, lost, keeper, warmups);
  if (lost.any()) lost.refuse(density, !starts.empty());
  result r = collect_gradient(records, view, s, o, monitor.stopped());
  if (o.save_warmup) add_warmup(records, warmups, view, s, o, r);
  tell_lost(records, density, r);
  if (!o.summaries_only)
    tell_unbounded(
        records, view, o, k,
        [&](const std::vector<double>& from, const run_options& few, const key& numbers) {
          stop_only quiet(&report);
          run_monitor watch(quiet, 1);
          lost_chains losers;
          checkpoint_keeper none(nullptr);
          std::vector<gradient_record> no_warmups;
          return run(from, few, numbers, watch, losers, none, no_warmups);
        },
        r);
  r.attributes = {{"kernel", s.name},
                  {"warmup", std::to_string(o.warmup)},
                  {"thin", std::to_string(o.thin)},
                  {"lanes", std::to_string(density.lanes())}};
  return r;
}

result run_gradient(const kernels::gradient_kernel& kernel, const target& density, const draw_view& view, const run_options& o, const key& k,
                    const gradient_start& start) {
  progress silent;
  return run_gradient(kernel, density, view, o, k, silent, start);
}

}  // namespace starling
