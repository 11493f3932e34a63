// How a chain's metric follows its draws during the warm-up.
//
// unit_e, diag_e, dense_e: Stan's. Draws of a window give (co)variances by Welford's recursion, shrunk towards 1e-3: n/(n+5) V + 1e-3 · 5/(n+5) I;
// at the end of the window they become the metric, and the step size is found anew.
//
// fisher_diag_e and low_rank_e: nutpie's schedule (Seyboldt, github.com/pymc-devs/nutpie). The first metric is 1/|gradient| at the start.
// Two windows are open at a time: the metric is renewed from the older one, and as soon as the younger one has 10 draws (in the first 30 % of
// the warm-up; 80 later) it takes the older one's place. The last 15 % are for the step size alone. The step size is found anew after the
// first renewal and after the last one: averaged over changing metrics it would be too large for hard posteriors (nutpie does not do the latter).
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
  // The sample variances, or the covariance row-major: divisor n − 1.
  std::vector<double> variance() const;
  template <class Archive>
  void archive(Archive& a) {
    const std::size_t d = mean_.size(), n = squares_.size();
    const bool products = products_;
    a(products_, count_, mean_, delta_, squares_);
    a.require(products_ == products && mean_.size() == d && delta_.size() == d && squares_.size() == n);
  }
  double variance(std::size_t i) const { return squares_[products_ ? i * mean_.size() + i : i] / (static_cast<double>(count_) - 1); }

 private:
  bool products_ = false;
  std::size_t count_ = 0;
  std::vector<double> mean_, delta_, squares_;
};

class metric_adaptation {
 public:
  metric_adaptation(kernels::metric_kind kind, std::size_t d, std::size_t warmup, bool metric_is_given);

  // The metric to begin with at a starting point where none is given; the identity for Stan's kinds.
  trajectories::metric initial(const double* gradient) const;

  enum class changes { none, renewed, replaced };  // replaced: the step size is to be found anew
  // Warm-up step s ended at q with gradient g.
  changes learn(std::size_t s, const double* q, const double* g, trajectories::metric& m);

  template <class Archive>
  void archive(Archive& a) {
    a(first_, windows_, older_, younger_);
    for (const window* w : {&older_, &younger_})
      a.require(kind_ == kernels::metric_kind::low_rank_e ? w->rows.size() / (2 * d_) == w->draws.count() && w->rows.size() % (2 * d_) == 0 : w->rows.empty());
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
  changes learn_in_windows(std::size_t s, const double* q, trajectories::metric& m);
  changes learn_moving(std::size_t s, const double* q, const double* g, trajectories::metric& m);
  bool take_over(trajectories::metric next, trajectories::metric& m);
  std::vector<double> fisher_variances(const window& w, const trajectories::metric& now) const;

  kernels::metric_kind kind_;
  std::size_t d_, warmup_;
  bool first_ = true;
  warmup_windows windows_;
  window older_, younger_;
};

}  // namespace starling::adaptations
