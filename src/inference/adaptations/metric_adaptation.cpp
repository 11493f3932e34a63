#include "inference/adaptations/metric_adaptation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/adaptations/low_rank.hpp"

namespace starling::adaptations {

using kernels::metric_kind;
using trajectories::metric;

void welford::add(const double* x) {
  const std::size_t d = mean_.size();
  count_ += 1;
  const double share = 1 / static_cast<double>(count_);
  if (!products_) {
    for (std::size_t i = 0; i < d; ++i) {
      const double before = x[i] - mean_[i];
      mean_[i] += before * share;
      squares_[i] += before * (x[i] - mean_[i]);
    }
    return;
  }
  for (std::size_t i = 0; i < d; ++i) {
    delta_[i] = x[i] - mean_[i];
    mean_[i] += delta_[i] * share;
  }
  for (std::size_t i = 0; i < d; ++i) {
    const double after = x[i] - mean_[i];
    for (std::size_t j = 0; j < d; ++j) squares_[i * d + j] += after * delta_[j];
  }
}

void welford::clear() {
  count_ = 0;
  std::fill(mean_.begin(), mean_.end(), 0.0);
  std::fill(squares_.begin(), squares_.end(), 0.0);
}

std::vector<double> welford::variance() const {
  auto v = squares_;
  for (double& x : v) x /= static_cast<double>(count_) - 1;
  return v;
}

void metric_adaptation::window::clear() {
  draws.clear();
  gradients.clear();
  rows.clear();
}

namespace {
bool is_moving(metric_kind k) { return k == metric_kind::fisher_diag_e || k == metric_kind::low_rank_e; }
}  // namespace

metric_adaptation::metric_adaptation(metric_kind kind, std::size_t d, std::size_t warmup, bool metric_is_given)
    : kind_(kind), d_(d), warmup_(warmup), first_(!metric_is_given), windows_(warmup) {
  if (warmup < 20 || kind == metric_kind::unit_e) return;
  older_.draws = welford(d, kind == metric_kind::dense_e);
  if (!is_moving(kind)) return;
  older_.gradients = welford(d, false);
  younger_ = older_;
}

metric metric_adaptation::initial(const double* gradient) const {
  std::vector<double> variances(d_, 1.0);
  if (is_moving(kind_) && warmup_ >= 20)
    for (std::size_t i = 0; i < d_; ++i) variances[i] = 1 / std::max(std::abs(gradient[i]), 1e-10);
  return metric::diagonal(std::move(variances));
}

metric_adaptation::changes metric_adaptation::learn(std::size_t s, const double* q, const double* g, metric& m) {
  if (kind_ == metric_kind::unit_e || warmup_ < 20) return changes::none;
  return is_moving(kind_) ? learn_moving(s, q, g, m) : learn_in_windows(s, q, m);
}

metric_adaptation::changes metric_adaptation::learn_in_windows(std::size_t s, const double* q, metric& m) {
  welford& seen = older_.draws;
  if (windows_.collects(s)) seen.add(q);
  if (!windows_.ends(s)) return changes::none;
  const auto n = static_cast<double>(seen.count());
  auto v = seen.variance();
  seen.clear();
  for (double& x : v) x *= n / (n + 5);
  if (kind_ == metric_kind::diag_e) {
    for (double& x : v) x += 1e-3 * 5 / (n + 5);
    return take_over(metric::diagonal(std::move(v)), m) ? changes::replaced : changes::none;
  }
  for (std::size_t i = 0; i < d_; ++i) v[i * d_ + i] += 1e-3 * 5 / (n + 5);
  return take_over(metric::dense(std::move(v), d_), m) ? changes::replaced : changes::none;
}

metric_adaptation::changes metric_adaptation::learn_moving(std::size_t s, const double* q, const double* g, metric& m) {
  const std::size_t end = warmup_ - warmup_ * 15 / 100;
  if (s >= end) return changes::none;
  const std::size_t length = s < warmup_ * 30 / 100 ? 10 : 80;
  for (window* w : {&older_, &younger_}) {
    w->draws.add(q);
    w->gradients.add(g);
    if (kind_ == metric_kind::low_rank_e) {
      w->rows.insert(w->rows.end(), q, q + d_);
      w->rows.insert(w->rows.end(), g, g + d_);
    }
  }
  bool moved_on = false;
  if (younger_.draws.count() >= length && s + length < end) {
    std::swap(older_, younger_);
    younger_.clear();
    moved_on = true;
  }
  // The last metric is of the younger window where that is long enough: a chain that came late to where the mass is learns nothing from before.
  const bool is_last = s + 1 == end;
  const window& seen = is_last && younger_.draws.count() >= length ? younger_ : older_;
  if (seen.draws.count() < 3) return changes::none;
  bool changed = false;
  if (kind_ == metric_kind::fisher_diag_e) {
    changed = take_over(metric::diagonal(fisher_variances(seen, m)), m);
  } else if (moved_on || is_last || seen.draws.count() % 20 == 0) {
    auto diagonal = fisher_variances(seen, m);
    for (double& x : diagonal) x = std::sqrt(x);
    changed = take_over(low_rank_metric(seen.rows, seen.draws.count(), std::move(diagonal)), m);
  }
  // The step size that was averaged over changing metrics would be too large for the last one where the posterior is hard.
  if (is_last) return changes::replaced;
  if (!changed) return changes::none;
  return std::exchange(first_, false) ? changes::replaced : changes::renewed;
}

bool metric_adaptation::take_over(metric next, metric& m) {
  if (!next.valid()) return false;
  m = std::move(next);
  return true;
}

// Elements whose draws have not moved stay as they are.
std::vector<double> metric_adaptation::fisher_variances(const window& w, const metric& now) const {
  auto variances = now.marginal_variances();
  for (std::size_t i = 0; i < d_; ++i) {
    const double v = std::sqrt(w.draws.variance(i) / w.gradients.variance(i));
    if (v > 0 && std::isfinite(v)) variances[i] = v;
  }
  return variances;
}

}  // namespace starling::adaptations
