#include <starling/inference/run_gradient.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>

#include "inference/archive.hpp"
#include "inference/gradient_record.hpp"
#include "inference/lane_loop.hpp"
#include "inference/sampling_chain.hpp"
#include "inference/trajectories/barker_jump.hpp"
#include "inference/trajectories/hamiltonian_path.hpp"
#include "inference/trajectories/nuts_tree.hpp"
#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/pathfinder.hpp>

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
  [[noreturn]] void refuse(const draw_view& view, bool given) const {
    throw std::runtime_error((given ? "the starting point of chain " + std::to_string(chain_ + 1) + " has no finite log density and gradient: "
                                    : "no starting point with a finite log density and gradient was found in 100 tries, chain " +
                                          std::to_string(chain_ + 1) + "; at the last one ") +
                             view.trouble_at(point_.data()) + ". Check the observations and the priors, or give starting points");
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
                 lost_chains& lost, std::vector<std::byte>* saved)
      : plan_(plan), chain_(plan, settings, chain), thin_(thin), record_(record), monitor_(monitor), lost_(lost), saved_(saved) {}

  const double* point() const { return chain_.point(); }
  double* gradient() { return chain_.gradient(); }
  // Goes on where the chain that was saved rested; false where it was done.
  bool restore(const std::vector<std::byte>& from) {
    archive_reader reader(from);
    reader(chain_, record_, since_draw_);
    if (chain_.finished()) return false;
    chain_.go_on();
    return true;
  }
  // False once the chain is done, or the run should end.
  bool receive(double log_density) {
    using events = typename sampling_chain<Transition>::events;
    const auto event = chain_.receive(log_density);
    if (event == events::none) [[likely]] return true;
    if (event == events::lost) {
      lost_.add(chain_.chain(), chain_.point(), plan_.dimension);
      return false;
    }
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
    if (saved_ == nullptr) return;
    saved_->clear();
    archive_writer writer(*saved_);
    writer(chain_, record_, since_draw_);
  }

  const chain_plan& plan_;
  sampling_chain<Transition> chain_;
  std::size_t thin_;
  gradient_record& record_;
  run_monitor& monitor_;
  lost_chains& lost_;
  std::vector<std::byte>* saved_;
  std::size_t since_draw_ = 0, since_report_ = 0;
};

template <class Transition, class Settings>
void run_all(const Settings& settings, const chain_plan& plan, const target& density, const run_options& o, std::vector<gradient_record>& records,
             run_monitor& monitor, lost_chains& lost, gradient_checkpoint* checkpoint) {
  std::atomic<std::size_t> next{0};
  const std::size_t workers = (o.chains + density.lanes() - 1) / density.lanes();
  parallel_for(
      workers,
      [&](std::size_t) {
        using machine = recorded_chain<Transition>;
        run_lanes<machine>(density, [&]() -> std::unique_ptr<machine> {
          while (true) {
            const std::size_t chain = monitor.stopped() || lost.any() ? o.chains : next.fetch_add(1);
            if (chain >= o.chains) return nullptr;
            auto* const saved = checkpoint == nullptr ? nullptr : &checkpoint->chains[chain];
            auto one = std::make_unique<machine>(plan, settings, chain, o.thin, records[chain], monitor, lost, saved);
            if (saved == nullptr || saved->empty() || one->restore(*saved)) return one;
          }
        });
      },
      o.threads);
}

void check(const kernels::gradient_settings& s, const target& density, const run_options& o, std::span<const double> starts) {
  const std::size_t d = density.dimension();
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) throw std::invalid_argument(std::string(s.name) + ": " + what);
  };
  require(o.chains > 0 && o.draws > 0 && o.thin > 0, "chains, draws and thin must be at least 1");
  require(d > 0, "the posterior has no real-valued latent to move");
  require(starts.empty() || starts.size() == o.chains * d,
          std::to_string(o.chains) + " chains with " + std::to_string(d) + " unconstrained elements need as many starting values; there are " +
              std::to_string(starts.size()));
  const auto& m = s.inverse_metric;
  require(m.empty() || m.size() == d || m.size() == d * d, "inverse_metric has " + std::to_string(m.size()) + " numbers; " + std::to_string(d) +
                                                               " unconstrained elements need as many variances, or their square for a matrix");
  if (m.empty()) return;
  const auto given = m.size() == d ? trajectories::metric::diagonal(m) : trajectories::metric::dense(m, d);
  require(given.valid(), "inverse_metric is not positive definite");
}

// A new checkpoint is marked with what the run is; an old one must be of the same run.
void open_checkpoint(gradient_checkpoint& c, const kernels::gradient_settings& s, std::size_t d, const run_options& o, const key& k) {
  std::string of = std::string(s.name) + " " + std::to_string(static_cast<int>(s.metric)) + " " + std::to_string(d) + " " + std::to_string(o.chains) + " " +
                   std::to_string(o.warmup) + " " + std::to_string(o.thin) + " " + std::to_string(k.state()) + " " + std::to_string(k.step_word());
  for (const double x : {s.target_acceptance, s.step_size, s.max_energy_error, static_cast<double>(s.start), s.initial_radius, static_cast<double>(s.max_depth), static_cast<double>(s.steps), s.jitter})
    of += " " + std::to_string(x);
  if (o.summaries_only) of += " summaries of " + std::to_string(o.draws);
  if (c.run.empty()) {
    c.run = of;
    c.chains.assign(o.chains, {});
  }
  if (c.run != of || c.chains.size() != o.chains)
    throw std::invalid_argument("the checkpoint is of another run: kernel, settings, key, chains, warmup and thin must be the same");
}

// Whether some chain begins: those of a checkpoint go on from where they were.
bool some_begin(const gradient_checkpoint* c) {
  return c == nullptr || std::any_of(c->chains.begin(), c->chains.end(), [](const auto& saved) { return saved.empty(); });
}

}  // namespace

result run_gradient(const kernels::gradient_kernel& kernel, const target& density, const draw_view& view, const run_options& o, const key& k,
                    progress& report, const gradient_start& start) {
  const auto& s = kernel.settings();
  std::span<const double> starts = start.starts;
  check(s, density, o, starts);
  if (start.checkpoint != nullptr) open_checkpoint(*start.checkpoint, s, density.dimension(), o, k);
  std::vector<double> found;
  if (starts.empty() && s.start == kernels::start_kind::pathfinder && some_begin(start.checkpoint)) {
    found = find_pathfinder_points(density, {.draws = o.chains, .initial_radius = s.initial_radius, .threads = o.threads}, k.scope(hash_text("pathfinder"))).points;
    starts = found;
  }
  const chain_plan plan{s, density.dimension(), o.warmup, o.draws * o.thin, k, starts.empty() ? nullptr : starts.data()};
  std::vector<gradient_record> records;
  records.reserve(o.chains);
  for (std::size_t c = 0; c < o.chains; ++c) records.emplace_back(o, density.dimension(), view);
  run_monitor monitor(report, o.chains * (o.warmup + o.draws * o.thin));
  lost_chains lost;
  switch (s.transition) {
    case kernels::gradient_settings::transitions::tree:
      run_all<trajectories::nuts_tree>(trajectories::nuts_tree::settings{s.max_depth, s.max_energy_error}, plan, density, o, records, monitor, lost, start.checkpoint);
      break;
    case kernels::gradient_settings::transitions::path:
      run_all<trajectories::hamiltonian_path>(trajectories::hamiltonian_path::settings{s.steps, s.jitter, s.max_energy_error}, plan, density, o, records,
                                              monitor, lost, start.checkpoint);
      break;
    case kernels::gradient_settings::transitions::jump:
      run_all<trajectories::barker_jump>(trajectories::barker_jump::settings{}, plan, density, o, records, monitor, lost, start.checkpoint);
      break;
  }
  if (lost.any()) lost.refuse(view, !starts.empty());
  result r = collect_gradient(records, view, s, o, monitor.stopped());
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
