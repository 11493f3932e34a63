// Parallel tempering with any kernel, discrete latents too: the temperatures of an ensemble are the lanes of a block of chains.
//
//   auto fit = sl::run_tempered(sl::kernels::cycle(sl::kernels::gibbs({.at = "z"}), sl::kernels::drift({.at = "mu"})), post, {}, {}, sl::key(1));
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <starling/inference/proper_prior.hpp>
#include <starling/inference/run.hpp>
#include <starling/inference/run_tempered.hpp>
#include <starling/values/counts.hpp>

namespace starling {

// The replicas of one ensemble, temperature i in lane i % W of block i / W; lanes that are left over have the last temperature.
template <class V, class Kernel, class Posterior>
class tempered_blocks {
 public:
  static constexpr std::size_t width = lanes_of<V>;
  using chains_type = lane_chains<V, Posterior>;

  tempered_blocks(const Kernel& kernel, const Posterior& post, const posterior_layout<V>& layout, std::size_t ensemble, temperature_ladder& ladder, const key& k,
                  run_monitor& monitor)
      : kernel_(kernel), ladder_(ladder), ensemble_(ensemble), log_likelihoods_(ladder.size()) {
    const std::size_t blocks = (ladder.size() + width - 1) / width;
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::size_t first = (ensemble * blocks + b) * width;
      blocks_.push_back(std::make_unique<block>(post, layout, run_place{first, first + width}));
      if (!blocks_.back()->chains.start(k.scope(hash_text("start")), [&] { return monitor.look(); })) return;
    }
    temper();
    for (auto& b : blocks_) b->state.emplace(kernel_.start(b->chains));
    begun_ = true;
  }

  // False where the run was to end before all of them had a start.
  bool begun() const { return begun_; }

  chains_type& coldest() { return blocks_.front()->chains; }

  // A step of every replica, then exchanges; the acceptance rates of the first block.
  V step(const key& k, std::size_t s, const kernels::phase& p, bool adapts, std::size_t warmup) {
    V rate(0);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const auto info = kernel_.step(k, blocks_[b]->chains, *blocks_[b]->state, p);
      if (b == 0) rate = info.acceptance_rate;
    }
    for (std::size_t i = 0; i < ladder_.size(); ++i) log_likelihoods_[i] = static_cast<double>(chains_of(i).temperatures().likelihood[lane_of(i)]);
    bool changed = false;
    ladder_.exchange(k, ensemble_, s, log_likelihoods_, [&](std::size_t i) {
      chains_type::exchange(chains_of(i), lane_of(i), chains_of(i + 1), lane_of(i + 1));
      changed = true;
    });
    changed = ladder_.end_step(s, warmup, adapts, log_likelihoods_) || changed;
    if (changed) temper();
    return rate;
  }
  // What the record should know of all replicas.
  void report(block_record& record) const {
    for (const auto& b : blocks_) {
      record.problems += b->chains.problems();
      record.problem.keep_first(b->chains.first_problem());
      record.trajectories += kernels::trajectories_of(kernel_, *b->state);
    }
  }

 private:
  struct block {
    template <class... A>
    explicit block(A&&... a) : chains(a...) {}
    chains_type chains;
    std::optional<decltype(std::declval<const Kernel&>().start(std::declval<chains_type&>()))> state;
  };
  chains_type& chains_of(std::size_t temperature) { return blocks_[temperature / width]->chains; }
  static int lane_of(std::size_t temperature) { return static_cast<int>(temperature % width); }
  void temper() {
    const auto& betas = ladder_.betas();
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      V beta(0);
      for (std::size_t l = 0; l < width; ++l) beta.set(static_cast<int>(l), static_cast<scalar_of<V>>(b * width + l < betas.size() ? betas[b * width + l] : betas.back()));
      blocks_[b]->chains.temper(beta);
    }
  }

  const Kernel& kernel_;
  temperature_ladder& ladder_;
  std::size_t ensemble_;
  std::vector<double> log_likelihoods_;
  std::vector<std::unique_ptr<block>> blocks_;
  bool begun_ = false;
};

// As run_tempered with a gradient kernel (run_tempered.hpp), for kernels that run() takes: o.chains ensembles, draws of the replicas at β = 1. Likelihood:
// observations and factors. All replicas of an ensemble adapt by themselves in the warm-up. Throws std::invalid_argument for posteriors with choices under
// a condition, and where a ladder that ends at 0 meets an improper prior.
template <kernels::kernel_type Kernel, class Posterior>
result run_tempered(const Kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k, progress& report) {
  static_assert(!Posterior::model_type::is_dynamic, "run_tempered needs a model whose structure is found once: sl::gen without sl::dynamic");
  using V = native_pack<double>;
  require_chain_counts("run_tempered", o.chains, o.warmup, o.draws, o.thin);
  const auto betas = first_ladder(t);
  const auto layout = find_layout<V>(post);
  if (layout.structure->is_conditional())
    throw std::invalid_argument("run_tempered cannot temper a posterior whose choices exist only under a condition");
  if (betas.back() == 0) require_proper_prior<V>(post, layout);
  constexpr std::size_t width = lanes_of<V>;
  std::vector<block_record> records;
  for (std::size_t c = 0; c < o.chains; ++c) records.emplace_back(*layout.structure, layout.latents, c, 1, width, o.draws, o.summaries_only);
  std::vector<std::optional<temperature_ladder>> ladders(o.chains);
  const std::size_t steps = o.warmup + o.draws * o.thin, stride = 64;
  run_monitor monitor(report, o.chains * steps);
  parallel_for(
      o.chains,
      [&](std::size_t c) {
        if (monitor.stopped()) return;
        temperature_ladder ladder(betas);
        tempered_blocks<V, Kernel, Posterior> replicas(kernel, post, layout, c, ladder, k, monitor);
        if (!replicas.begun()) return;
        pulse clock;
        const key warm = k.scope(hash_text("warmup")), main = k.scope(hash_text("sample"));
        lane_recorder<V> recorder(records[c]);
        const V share(1.0 / static_cast<double>(o.thin));
        V rate(0);
        bool whole = true;
        for (std::size_t s = 0; s < steps && whole; ++s) {
          const bool warming = s < o.warmup;
          const std::size_t n = warming ? s : s - o.warmup;
          V accepted(0);
          try {
            accepted = replicas.step(fold_in(warming ? warm : main, n), s, {warming, warming ? n : 0, o.warmup, &monitor.watch()}, t.ladder.empty(), o.warmup);
          } catch (const kernels::step_interrupted&) {
            whole = monitor.look();
            break;
          }
          if (!warming) rate = rate + accepted * share;
          if (!warming && n % o.thin == o.thin - 1) {
            recorder.record(replicas.coldest(), rate, o.notes);
            rate = V(0);
          }
          if (s % stride == stride - 1) whole = monitor.advance(stride) || s + 1 == steps;
          if (whole && clock.beat()) whole = monitor.look() || s + 1 == steps;
        }
        replicas.report(records[c]);
        if (whole) ladders[c] = std::move(ladder);
      },
      o.threads);
  result r = collect(records, *layout.structure, o.draws, monitor.stopped(), o.threads);
  add_observed(r, post);
  r.attributes.insert(r.attributes.begin(), {{"kernel", "tempered " + std::string(Kernel::name)}, {"warmup", std::to_string(o.warmup)}, {"thin", std::to_string(o.thin)}});
  report_tempering(ladders, r);
  return r;
}
template <kernels::kernel_type Kernel, class Posterior>
result run_tempered(const Kernel& kernel, const Posterior& post, const tempering_options& t, const run_options& o, const key& k) {
  progress silent;
  return run_tempered(kernel, post, t, o, k, silent);
}

}  // namespace starling
