// What chains of a gradient kernel leave behind, and how it becomes a result.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "inference/trajectories/transition.hpp"
#include <starling/diagnostics/moments.hpp>
#include <starling/inference/draw_view.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/run_options.hpp>

namespace starling {

// One chain's draws, unconstrained. With summaries only, as many as the view takes at once are kept, then turned into moments.
class gradient_record {
 public:
  gradient_record(const run_options& o, std::size_t dimension, const draw_view& view);

  void add(const trajectories::chain_state& state, const trajectories::transition_info& info);
  // A trajectory after the warm-up met a density of 0 at q.
  void add_lost(const double* q) {
    if (lost_++ == 0) first_lost_.assign(q, q + dimension_);
  }
  std::size_t lost() const { return lost_; }
  std::size_t dimension() const { return dimension_; }
  bool keeps_points() const { return !summaries_only_; }
  const double* first_lost() const { return first_lost_.data(); }
  std::size_t draws() const { return draws_; }
  const double* point(std::size_t draw) const { return points_.data() + draw * dimension_; }

  enum statistics { lp,
                    acceptance_rate,
                    step_size,
                    tree_depth,
                    n_steps,
                    diverging,
                    energy,
                    statistics_count };
  double statistic(std::size_t draw, statistics which) const { return statistics_[draw * statistics_count + which]; }

  template <class Archive>
  void archive(Archive& a) {
    const std::size_t points = points_.size(), statistics = statistics_.size();
    a(draws_);
    a.of_any_size(points_, statistics_);
    a(moments_, lost_);
    a.of_any_size(first_lost_);
    a.require(first_lost_.size() == (lost_ == 0 ? 0 : dimension_) && statistics_.size() % statistics_count == 0 && draws_ <= statistics_.size() / statistics_count);
    a.require(summaries_only_ ? points_.size() == points : points_.size() / dimension_ == statistics_.size() / statistics_count && points_.size() % dimension_ == 0);
    if constexpr (!Archive::reads) return;
    points_.resize(points);  // the run goes on with another number of draws
    statistics_.resize(statistics);
    draws_ = std::min(draws_, wanted_);
  }

  const std::vector<running_moments>& moments() const { return moments_; }  // [slot][half]

 private:
  void add_to_moments(std::size_t first);

  const draw_view& view_;
  std::size_t dimension_, wanted_;
  bool summaries_only_;
  std::size_t draws_ = 0, lost_ = 0;
  std::vector<double> points_, statistics_, spare_, first_lost_;
  std::vector<running_moments> moments_;
};

// After an interruption as collect (chain_record.hpp).
result collect_gradient(const std::vector<gradient_record>& records, const draw_view& view, const kernels::gradient_settings& settings,
                        const run_options& o, bool interrupted);

// r.warmup_posterior and warmup_sample_stats, of the chains that collect_gradient has kept draws of.
void add_warmup(const std::vector<gradient_record>& records, const std::vector<gradient_record>& warmups, const draw_view& view,
                const kernels::gradient_settings& settings, const run_options& o, result& r);

// Writes the draws of unconstrained points, in the order [chain][draw] of `to`, whose variables have room for them.
void write_points(const std::vector<const double*>& points, const draw_view& view, std::size_t threads, draws& to);

// Divergences, trees that ran into the limit, low E-BFMI, chains that do not move: whole sentences with what to do.
std::vector<std::string> gradient_warnings(const std::vector<const gradient_record*>& chains, const kernels::gradient_settings& settings);

}  // namespace starling
