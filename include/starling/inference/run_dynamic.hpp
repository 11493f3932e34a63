// Running a kernel over the chains of a dynamic model: single traces, one by one, over all cores. Choices that a draw does not have
// are NaN in it.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/pulse.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/inference/trace_chain.hpp>

namespace starling {

// The draws of one chain: a row a draw; columns are found as addresses appear, one a number.
class ragged_record final : public note_sink<double> {
 public:
  struct column {
    path where;  // of the number: elements of vectors and matrices have their indices at the end
    value_kind kind;
    bool is_note;
  };
  void begin_draw();
  void add_choices(const trace_state& state, const std::vector<std::uint8_t>& latent);
  void note(const path& where, const choice_type& type, const double* values) override { add(where, type, values, true); }
  void end_draw(double score, double rate);
  // The draws of another record after these.
  void append(const ragged_record& other);

  std::size_t draws() const { return rows_.size(); }
  const std::vector<column>& columns() const { return columns_; }
  double at(std::size_t draw, std::size_t column) const;  // NaN where absent
  double score(std::size_t draw) const { return scores_[draw]; }
  double rate(std::size_t draw) const { return rates_[draw]; }

  std::size_t problems = 0;
  std::string problem;
  std::vector<std::string> selections_unmet;  // of kernels, that never held a latent

 private:
  void add(const path& where, const choice_type& type, const double* values, bool is_note);
  std::size_t column_of(const path& where, value_kind kind, bool is_note);
  std::vector<column> columns_;
  std::unordered_map<std::uint64_t, std::size_t> by_path_;
  std::vector<std::vector<double>> rows_;
  std::vector<double> row_, scores_, rates_;
};

// One result from all chains, not checked yet. After an interruption as collect (chain_record.hpp).
result collect_ragged(const std::vector<ragged_record>& chains, std::size_t draws, bool interrupted, bool summaries_only);

template <class Kernel, class Posterior, class Options>
result run_dynamic(const Kernel& kernel, const Posterior& post, const Options& o, const key& k, progress& report) {
  std::vector<ragged_record> records(o.chains);
  run_monitor monitor(report, o.chains * (o.warmup + o.draws * o.thin));
  const std::size_t stride = 64;
  parallel_for(
      o.chains,
      [&](std::size_t c) {
        if (monitor.stopped()) return;
        trace_chain<Posterior> chain(post, c, o.chains);
        ragged_record& record = records[c];
        chain.start(k.scope(hash_text("start")));
        auto state = kernel.start(chain);
        const key warm = k.scope(hash_text("warmup")), main = k.scope(hash_text("sample"));
        pulse clock;
        for (std::size_t s = 0; s < o.warmup; ++s) {
          if (clock.beat() && !monitor.look()) return;
          kernel.step(fold_in(warm, s), chain, state, kernels::phase{true, s, o.warmup});
          if (s % stride == stride - 1 && !monitor.advance(stride)) return;
        }
        std::size_t step = 0;
        for (std::size_t d = 0; d < o.draws; ++d) {
          if (clock.beat() && !monitor.look()) break;
          double rate = 0;
          for (std::size_t t = 0; t < o.thin; ++t, ++step)
            rate += kernel.step(fold_in(main, step), chain, state, kernels::phase{}).acceptance_rate;
          record.begin_draw();
          record.add_choices(chain.state(), chain.selected(selection(all)));
          if (o.notes) chain.send_notes(record);
          record.end_draw(chain.score(), rate / static_cast<double>(o.thin));
          if (d % stride == stride - 1 && !monitor.advance(stride * o.thin)) break;
        }
        record.problems = chain.problems();
        record.problem = chain.first_problem();
        record.selections_unmet = chain.selections_unmet();
      },
      o.threads);
  result r = collect_ragged(records, o.draws, monitor.stopped(), o.summaries_only);
  add_observed(r, post);
  r.attributes = {{"kernel", Kernel::name}, {"warmup", std::to_string(o.warmup)}, {"thin", std::to_string(o.thin)}, {"lanes", "1"}};
  check_convergence(r, o.threads);
  return r;
}

}  // namespace starling
