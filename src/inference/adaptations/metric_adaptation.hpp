// How a chain's metric follows its draws during the warm-up.
//
// unit_e, diag_e, dense_e: Stan's. Draws of a window give (co)variances by Welford's recursion, shrunk towards 1e-3: n/(n+5) V + 1e-3 · 5/(n+5) I;
// at the end of the window they become the metric, and the step size is found anew.
//
// fisher_diag_e and low_rank_e: nutpie's schedule (Seyboldt, github.com/pymc-devs/nutpie). The first metric is 1/|gradient| at the start.
// Two windows are open at a time: the metric is renewed from the older one, and as soon as the younger one has 10 draws (in the first 30 % of
// the warm-up; 80 later) it takes the older one's place. The last 15 % are for the step size alone. The step size is found anew after the
// first renewal and after the last one: averaged over changing metrics it would be too large for hard posteriors (nutpie does not do the latter).
//
// Three things that nutpie does not have:
// Climbs. Where a step leads far above all that the chain has seen, by more than 20 + 2 d nats, it has not been where the mass is: all that was
// learned is forgotten, and the chain begins again with 1/|gradient| there, or with the secants |change of q / change of gradient| of that step where they are smaller and it
// was a step on a normal by its rise. A start at −10^100 is left in a few dozen steps, and a plateau that is
// left late does not leave its metric behind; where that happens in the last 30 %, 5 % are left to the step size.
// Stillness. An element whose draws differ by rounding only has no variance; its metric is 1/|gradient| where it is now.
// Doubt (low_rank_e). A metric of draws and gradients is right for a normal; there the whitened gradients are standard normals. Where they are
// larger or have heavier tails (`are_normal`, asked from 45 % on) the curvature varies, and steps that suit the bulk are too long for where it is
// narrow. From then on the chain follows diag_e: the metric is the variances of the draws so far, with a step size found anew; one window follows
// until 5 % are left, whose variances are the last metric, and the step size is found again. Where trajectories diverge besides (from 45 % on), it
// aims a quarter of the way from the target acceptance to 1.
#pragma once

#include <cstddef>
#include <vector>

#include "inference/adaptations/warmup_windows.hpp"
#include "inference/trajectories/metric.hpp"
#include <starling/inference/kernels/gradient_kernel.hpp>

namespace starling::adaptations {

// Means and sums of squares (or products) of what is added, by Welford's recursion.
class welford {
 public:
  welford() = default;
  welford(std::size_t d, bool products) : products_(products), mean_(d), delta_(d), squares_(products ? d * d : d) {}
  void add(const double* x);
  void clear();
  std::size_t count() const { return count_; }
  // Whether element i differs by more than rounding.
  bool moves(std::size_t i) const { return variance(i) > 1e-26 * mean_[i] * mean_[i]; }
  // The sample variances, or the covariance row-major: divisor n − 1.
  std::vector<double> variance() const;
  template <class Archive>
  void archive(Archive& a) {
    const std::size_t d = mean_.size(), n = squares_.size();
    const bool products = products_;
    a(products_, count_, mean_, delta_, squares_);
    a.require(products_ == products && mean_.size() == d && delta_.size() == d && squares_.size() == n);
  }
  double mean(std::size_t i) const { return mean_[i]; }
  double variance(std::size_t i) const { return squares_[products_ ? i * mean_.size() + i : i] / (static_cast<double>(count_) - 1); }

 private:
  bool products_ = false;
  std::size_t count_ = 0;
  std::vector<double> mean_, delta_, squares_;
};

class metric_adaptation {
 public:
  metric_adaptation(kernels::metric_kind kind, std::size_t d, std::size_t warmup, bool metric_is_given, const kernels::warmup_lengths& lengths = {});

  // The metric to begin with at a starting point where none is given; the identity for Stan's kinds.
  trajectories::metric initial(const double* gradient) const;

  enum class changes { none,
                       renewed,
                       replaced };  // replaced: the step size is to be found anew
  // The log densities where a step began and ended: under one and the same target, which may be another in the next step.
  struct step {
    double from, to;
    bool diverged = false;
  };
  // Warm-up step s ended at q with gradient g.
  changes learn(std::size_t s, const step& of, const double* q, const double* g, trajectories::metric& m);
  // Whether steps should be shorter, for the reason above.
  bool wants_care() const { return doubted_ && diverged_; }

  template <class Archive>
  void archive(Archive& a) {
    a(first_, windows_, older_, younger_, end_, highest_, doubted_, diverged_, last_);
    for (const window* w : {&older_, &younger_})
      a.require(kind_ == kernels::metric_kind::low_rank_e && !doubted_ ? w->rows.size() / (2 * d_) == w->draws.count() && w->rows.size() % (2 * d_) == 0 : w->rows.empty());
    a.require(last_.empty() || last_.size() == 2 * d_);
  }

 private:
  struct window {
    welford draws, gradients;
    std::vector<double> rows;  // low rank: draw and gradient of each step, [step][2][d]
    void clear();
    template <class Archive>
    void archive(Archive& a) {
      a(draws, gradients);
      a.of_any_size(rows);
    }
  };
  std::size_t late() const { return warmup_ - warmup_ / 20; }  // from here on no draw counts
  changes learn_in_windows(std::size_t s, const double* q, trajectories::metric& m);
  changes learn_moving(std::size_t s, const step& of, const double* q, const double* g, trajectories::metric& m);
  changes begin_doubt(std::size_t s, const double* g, trajectories::metric& m);
  changes learn_in_doubt(std::size_t s, const double* q, const double* g, trajectories::metric& m);
  bool is_far_above(const step& lp);
  void remember(const double* q, const double* g);
  std::vector<double> variances_after_climb(const step& lp, const double* q, const double* g) const;
  bool take_over(trajectories::metric next, trajectories::metric& m);
  std::vector<double> fisher_variances(const window& w, const double* gradient) const;
  std::vector<double> draw_variances(const window& w, const double* gradient) const;
  trajectories::metric low_rank_of(const window& w, const double* gradient) const;

  kernels::metric_kind kind_;
  std::size_t d_, warmup_;
  bool first_ = true;
  warmup_windows windows_;
  window older_, younger_;
  std::size_t end_;                  // of the moving windows
  double highest_ = -__builtin_inf();  // log density so far
  bool doubted_ = false, diverged_ = false;
  std::vector<double> last_;         // draw and gradient of the step before
};

// Whether whitened gradients, from rows [step][2][d] of draws and gradients, are like those of a normal: standard normals, but for sampling error.
bool are_normal(const trajectories::metric& m, const std::vector<double>& rows, std::size_t n);

}  // namespace starling::adaptations
