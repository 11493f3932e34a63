// Running a kernel over many chains: whole loops per block of lanes, on all cores.
//
//   auto fit = sl::run(sl::kernels::drift({.scale = 0.2}), post, {.chains = 1000, .draws = 1000}, sl::key(1));
#pragma once

#include <utility>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/inference/archive.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/erased_posterior.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/progress.hpp>
#include <starling/inference/pulse.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/inference/run_dynamic.hpp>
#include <starling/inference/run_options.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/isa_name.hpp>

namespace starling {

struct run_start {
  run_checkpoint* checkpoint = nullptr;  // where to go on, unless it is empty; replaced by where the run ended
};

// Runs all steps of the chains of one block. What every block does is the same for any number of threads. `keeper` has
// where block `part` goes on, if it keeps a checkpoint, and gets where it ends.
template <class V, class Kernel, class Posterior>
void run_block(const Kernel& kernel, const Posterior& post, const posterior_layout<V>& layout, const run_options& o, const key& k,
               const run_place& place, block_record& record, run_monitor& monitor, checkpoint_keeper& keeper, std::size_t part) {
  lane_chains<V, Posterior> chains(post, layout, place);
  pulse clock;
  if (!chains.start(k.scope(hash_text("start")), [&] { return !clock.beat() || monitor.look(); })) return;
  auto state = kernel.start(chains);
  const key warm = k.scope(hash_text("warmup")), main = k.scope(hash_text("sample"));
  const std::size_t stride = 64, steps = o.warmup + o.draws * o.thin;
  lane_recorder<V> recorder(record);
  const V share(static_cast<scalar_of<V>>(1.0 / static_cast<double>(o.thin)));  // of one step in the acceptance rate of a draw
  V rate(0);
  std::size_t taken = 0, done = 0;  // steps of the draw to come; all steps so far
  const auto archive = [&](auto& a) {
    a(done, taken, rate);
    chains.archive(a);  // of another model, or other data, it is refused
    kernels::archive_state(a, kernel, state);
  };
  // Where a checkpoint is kept, a step can be left in its middle if it is known how all was before it.
  std::vector<std::byte> before;
  std::size_t step_after = 0;
  bool is_within = false;  // it was left
  const auto rest = [&] {
    before.clear();
    archive_writer writer(before);
    archive(writer);
    step_after = done;
  };
  const auto save = [&] {
    if (!is_within) rest();
    std::vector<std::byte> bytes = before;
    archive_writer writer(bytes);
    recorder.archive(writer, chains, o.notes);
    keeper.put(part, std::move(bytes));
  };
  const bool goes_on = keeper.keeps() && !keeper.saved(part).empty();
  if (goes_on) {
    archive_reader reader(keeper.saved(part));
    archive(reader);
    recorder.archive(reader, chains, o.notes);
    reader.end();
    const std::size_t drawn = done - std::min(done, o.warmup);
    reader.require(taken < o.thin && drawn % o.thin == taken && record.draws == std::min(drawn / o.thin, o.draws));
  }
  if (keeper.keeps()) rest();  // tells, before the work is done, where this kernel cannot be saved
  const std::size_t begun = done;
  double last_saved = 0;
  // One loop for the warm-up and the rest: the kernel's step is compiled once, into it.
  for (std::size_t s = done; s < steps; ++s) {
    const bool warming = s < o.warmup;
    const std::size_t n = warming ? s : s - o.warmup;
    const progress* const watch = !keeper.keeps() || step_after == s ? &monitor.watch() : nullptr;
    step_info<V> info{};
    try {
      info = kernel.step(fold_in(warming ? warm : main, n), chains, state, kernels::phase{warming, warming ? n : 0, o.warmup, watch});
    } catch (const kernels::step_interrupted&) {
      is_within = true;
      monitor.look();
      break;
    }
    if (!warming) {
      rate = rate + info.acceptance_rate * share;
      if (++taken == o.thin) {
        recorder.record(chains, rate, o.notes);
        rate = V(0);
        taken = 0;
      }
    }
    done = s + 1;
    if (n % stride == stride - 1 && !monitor.advance(stride)) break;
    if (!clock.beat()) [[likely]]
      continue;
    if (keeper.is_due(last_saved)) {
      save();
      last_saved = checkpoint_keeper::now();
    }
    keeper.hand_over();
    if (!monitor.look()) break;
    if (keeper.keeps() && step_after != done) rest();
  }
  if (keeper.keeps() && (done > begun || !goes_on)) save();
  record.problems = chains.problems();
  record.problem = chains.first_problem();
  record.trajectories = kernels::trajectories_of(kernel, state);
}

template <class V, class Kernel, class Posterior>
result run_in(const Kernel& kernel, const Posterior& post, const run_options& o, const key& k, progress& report, const run_start& start) {
  const auto layout = find_layout<V>(post);
  constexpr std::size_t width = lanes_of<V>;
  const std::size_t blocks = (o.chains + width - 1) / width;
  std::vector<block_record> records;
  for (std::size_t b = 0; b < blocks; ++b)
    records.emplace_back(*layout.structure, layout.latents, b * width, std::min(width, o.chains - b * width), width, o.draws, o.summaries_only);
  if (start.checkpoint) start.checkpoint->open(mark_of_run(kernels::mark_of(kernel), width, o, k), blocks, isa::name<isa::native>);
  checkpoint_keeper keeper(start.checkpoint);
  run_monitor monitor(report, blocks * (o.warmup + o.draws * o.thin));
  parallel_for(
      blocks,
      [&](std::size_t b) {
        if (monitor.stopped()) return;
        run_block<V>(kernel, post, layout, o, k, {b * width, o.chains}, records[b], monitor, keeper, b);
      },
      o.threads);
  result r = collect(records, *layout.structure, o.draws, monitor.stopped(), o.threads);
  add_observed(r, post);
  tell_improper(r, *layout.structure, layout.latents);
  r.attributes = {{"kernel", Kernel::name},
                  {"warmup", std::to_string(o.warmup)},
                  {"thin", std::to_string(o.thin)},
                  {"lanes", std::to_string(width)}};
  return r;
}

// A posterior as the chains of a kernel need it: by its runs where the kernel is compiled in the library (kernels::is_compiled), else as it is.
template <class V, class Kernel, class Posterior>
decltype(auto) known_to(const Posterior& post) {
  if constexpr (kernels::is_compiled<Kernel>) return chain_posterior<V>(post);
  else return (post);
}

// Runs `kernel` over o.chains chains and gathers what they draw. Chains start from draws from the prior. The same key gives the same
// draws for any number of threads. T: double, or float for twice the lanes. With start.checkpoint it goes on where an earlier run with the same kernel,
// posterior, key and options (but for draws and threads) ended; of dynamic models there are none.
// Throws std::invalid_argument for observations that the model does not have and for kernels that do not fit; std::runtime_error
// where no starting point is found.
template <class T = double, kernels::kernel_type Kernel, class Posterior>
result run(const Kernel& kernel, const Posterior& post, const run_options& o, const key& k, progress& report, const run_start& start = {}) {
  require_chain_counts("run", o.chains, o.warmup, o.draws, o.thin);
  if constexpr (Posterior::model_type::is_dynamic) {
    if (start.checkpoint) throw std::invalid_argument("run: the chains of a dynamic model do not go on from a checkpoint");
    return run_dynamic(kernel, post, o, k, report);
  } else {
    using V = native_pack<T>;
    decltype(auto) known = known_to<V, Kernel>(post);
    // With branches: in lanes also where one chain runs, since its structure changes.
    if constexpr (std::is_same_v<T, double>)
      if (o.is_single() && !find_layout<V>(known).structure->is_conditional()) return run_in<double>(kernel, known_to<double, Kernel>(post), o, k, report, start);
    return run_in<V>(kernel, known, o, k, report, start);
  }
}
template <class T = double, kernels::kernel_type Kernel, class Posterior>
result run(const Kernel& kernel, const Posterior& post, const run_options& o, const key& k, const run_start& start = {}) {
  progress silent;
  return run<T>(kernel, post, o, k, silent, start);
}

// Compiled in the library (src/inference/lanes).
namespace kernels {
class drift;
}
extern template result run_in<double>(const kernels::drift&, const chain_posterior<double>&, const run_options&, const key&, progress&, const run_start&);
extern template result run_in<native_pack<double>>(const kernels::drift&, const chain_posterior<native_pack<double>>&, const run_options&, const key&, progress&, const run_start&);
extern template result run_in<native_pack<float>>(const kernels::drift&, const chain_posterior<native_pack<float>>&, const run_options&, const key&, progress&, const run_start&);
extern template posterior_layout<native_pack<double>> find_layout(const chain_posterior<native_pack<double>>&, const parameter_store*);

}  // namespace starling
