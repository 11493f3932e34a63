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
// Before anything is known. No slope at all says nothing: 1e10 is what a chain can still shrink.
double variance_by_slope(double gradient) { return 1 / std::max(std::abs(gradient), 1e-10); }

constexpr std::size_t long_window = 80;

bool is_moving(metric_kind k) { return k == metric_kind::fisher_diag_e || k == metric_kind::low_rank_e; }
}  // namespace

metric_adaptation::metric_adaptation(metric_kind kind, std::size_t d, std::size_t warmup, bool metric_is_given, const kernels::warmup_lengths& lengths)
    : kind_(kind), d_(d), warmup_(warmup), first_(!metric_is_given), windows_(warmup, lengths), end_(warmup - warmup * 15 / 100) {
  if (warmup < 20 || kind == metric_kind::unit_e) return;
  older_.draws = welford(d, kind == metric_kind::dense_e);
  if (!is_moving(kind)) return;
  older_.gradients = welford(d, false);
  younger_ = older_;
}

metric metric_adaptation::initial(const double* gradient) const {
  std::vector<double> variances(d_, 1.0);
  if (is_moving(kind_) && warmup_ >= 20)
    for (std::size_t i = 0; i < d_; ++i) variances[i] = variance_by_slope(gradient[i]);
  return metric::diagonal(std::move(variances));
}

metric_adaptation::changes metric_adaptation::learn(std::size_t s, const step& of, const double* q, const double* g, metric& m) {
  if (kind_ == metric_kind::unit_e || warmup_ < 20) return changes::none;
  return is_moving(kind_) ? learn_moving(s, of, q, g, m) : learn_in_windows(s, q, m);
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

bool metric_adaptation::is_far_above(const step& lp) {
  highest_ = std::max(highest_, lp.from);
  const bool far = lp.to > highest_ + 20 + 2 * static_cast<double>(d_) + 1e-9 * std::abs(highest_);
  highest_ = std::max(highest_, lp.to);
  return far;
}

metric_adaptation::changes metric_adaptation::learn_moving(std::size_t s, const step& of, const double* q, const double* g, metric& m) {
  if (s >= late()) return changes::none;
  if (is_far_above(of)) {
    older_.clear();
    younger_.clear();
    doubted_ = diverged_ = false;
    if (s >= warmup_ * 70 / 100) end_ = late();
    m = metric::diagonal(variances_after_climb(of, q, g));
    remember(q, g);
    return changes::replaced;
  }
  remember(q, g);
  if (s >= end_) return changes::none;
  const bool settled = s >= warmup_ * 45 / 100;
  diverged_ = diverged_ || (of.diverged && settled);
  if (doubted_) return learn_in_doubt(s, q, g, m);
  const std::size_t length = s < warmup_ * 30 / 100 ? 10 : long_window;
  for (window* w : {&older_, &younger_}) {
    w->draws.add(q);
    w->gradients.add(g);
    if (kind_ == metric_kind::low_rank_e) {
      w->rows.insert(w->rows.end(), q, q + d_);
      w->rows.insert(w->rows.end(), g, g + d_);
    }
  }
  const bool is_full = younger_.draws.count() >= length, is_last = s + 1 == end_;
  const bool is_time = is_last || (is_full && (s + length < end_ || younger_.draws.count() % 20 == 0));
  if (kind_ == metric_kind::low_rank_e && is_time && settled && older_.draws.count() >= 40 &&
      !are_normal(low_rank_of(older_, g), older_.rows, older_.draws.count()))
    return begin_doubt(s, g, m);
  bool moved_on = false;
  if (is_full && s + length < end_) {
    std::swap(older_, younger_);
    younger_.clear();
    moved_on = true;
  }
  // The last metric is of the younger window where that is long enough: a chain that came late to where the mass is learns nothing from before.
  const window& seen = is_last && younger_.draws.count() >= length ? younger_ : older_;
  if (seen.draws.count() < 3) return changes::none;
  bool changed = false;
  if (kind_ == metric_kind::fisher_diag_e) changed = take_over(metric::diagonal(fisher_variances(seen, g)), m);
  else if (moved_on || is_last || seen.draws.count() % 20 == 0) changed = take_over(low_rank_of(seen, g), m);
  // The step size that was averaged over changing metrics would be too large for the last one where the posterior is hard.
  if (is_last) return changes::replaced;
  if (!changed) return changes::none;
  return std::exchange(first_, false) ? changes::replaced : changes::renewed;
}

metric_adaptation::changes metric_adaptation::begin_doubt(std::size_t s, const double* g, metric& m) {
  take_over(metric::diagonal(draw_variances(older_, g)), m);
  older_.rows.clear();
  if (late() - s > long_window) older_.clear();  // or else the window so far goes on
  younger_.clear();
  doubted_ = true;
  end_ = late();
  return changes::replaced;
}

metric_adaptation::changes metric_adaptation::learn_in_doubt(std::size_t s, const double* q, const double* g, metric& m) {
  older_.draws.add(q);
  if (s + 1 != end_) return changes::none;
  take_over(metric::diagonal(draw_variances(older_, g)), m);
  return changes::replaced;
}

void metric_adaptation::remember(const double* q, const double* g) {
  last_.assign(q, q + d_);
  last_.insert(last_.end(), g, g + d_);
}

std::vector<double> metric_adaptation::variances_after_climb(const step& lp, const double* q, const double* g) const {
  std::vector<double> variances(d_);
  for (std::size_t i = 0; i < d_; ++i) variances[i] = variance_by_slope(g[i]);
  if (last_.empty()) return variances;
  double rise = 0;  // between these points, by the trapezoidal rule, which is exact for a normal
  for (std::size_t i = 0; i < d_; ++i) rise += 0.5 * (g[i] + last_[d_ + i]) * (q[i] - last_[i]);
  if (!(std::abs(rise - (lp.to - lp.from)) <= 0.01 * std::abs(rise))) return variances;
  for (std::size_t i = 0; i < d_; ++i) {
    const double step = std::abs(q[i] - last_[i]), secant = step / std::abs(g[i] - last_[d_ + i]);
    if (step > 1e-13 * std::abs(q[i]) && secant > 0) variances[i] = std::min(variances[i], secant);
  }
  return variances;
}

metric metric_adaptation::low_rank_of(const window& w, const double* gradient) const {
  auto scales = fisher_variances(w, gradient);
  for (double& x : scales) x = std::sqrt(x);
  return low_rank_metric(w.rows, w.draws.count(), std::move(scales));
}

bool metric_adaptation::take_over(metric next, metric& m) {
  if (!next.valid()) return false;
  m = std::move(next);
  return true;
}

// In equilibrium var(draws) var(gradients) ≥ 1, so that this is var(draws) at most. Windows that have seen little of the posterior may say more: up to
// 1e4 var(draws), as where the gradient is the same everywhere.
std::vector<double> metric_adaptation::fisher_variances(const window& w, const double* gradient) const {
  std::vector<double> variances(d_);
  for (std::size_t i = 0; i < d_; ++i) {
    const double of_draws = w.draws.variance(i), largest = 1e4 * of_draws;
    variances[i] = !w.draws.moves(i)      ? variance_by_slope(gradient[i])
                   : w.gradients.moves(i) ? std::min(std::sqrt(of_draws / w.gradients.variance(i)), largest)
                                          : largest;
  }
  return variances;
}

std::vector<double> metric_adaptation::draw_variances(const window& w, const double* gradient) const {
  std::vector<double> variances(d_);
  for (std::size_t i = 0; i < d_; ++i) variances[i] = w.draws.moves(i) ? w.draws.variance(i) : variance_by_slope(gradient[i]);
  return variances;
}

bool are_normal(const metric& m, const std::vector<double>& rows, std::size_t n) {
  const std::size_t d = m.dimension();
  const auto mean_of = [n](double sum) { return sum / static_cast<double>(n); };
  std::vector<double> c(d), second(d), fourth(d);
  double length = 0, length_squared = 0;  // of |c|²
  for (std::size_t k = 0; k < n; ++k) {
    m.whiten(rows.data() + (2 * k + 1) * d, c.data());
    double norm = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double square = c[i] * c[i];
      norm += square;
      second[i] += square;
      fourth[i] += square * square;
    }
    length += norm;
    length_squared += norm * norm;
  }
  const auto size = static_cast<double>(d);
  const double scale = mean_of(length) / size;
  const double spread = mean_of(length_squared) / (mean_of(length) * mean_of(length)) * size / (size + 2);
  double heaviest = 0;  // kurtosis, of a normal 1
  for (std::size_t i = 0; i < d; ++i) heaviest = std::max(heaviest, mean_of(fourth[i]) / (3 * mean_of(second[i]) * mean_of(second[i])));
  return spread <= 1.5 && heaviest <= 2.25 && (scale <= 1.25 || spread <= 1.1);
}

}  // namespace starling::adaptations
