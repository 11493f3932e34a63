// Stochastic ascent of the ELBO. At the first rate the entropy is in closed form and the scales take proximal steps (Domke, ICML 2020), which keep
// them positive; at the lower ones gradients stick the landing, since the guide is near its optimum (low_rank keeps to the closed form: where an
// element's own scale is small next to the factor, such gradients are noisy). Each rate is kept until the iterates are stationary (Dhaka,
// Catalina, Andersen, Magnusson, Huggins, Vehtari: NeurIPS 2020); the next one goes on from their average.
#include "inference/variational/fits.hpp"

#include <algorithm>
#include <cmath>

#include "inference/searches.hpp"
#include "inference/variational/elbo_objective.hpp"
#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/rhat.hpp>
#include <starling/models/optimizers.hpp>
#include <starling/traces/address.hpp>

namespace starling::variational {

namespace {

// What must be stationary: the means, and the logarithms of the scales; of low_rank of the marginal ones, since an element's own has no bottom where the
// factor has taken it over.
void take_watched(const std::vector<double>& phi, std::size_t d, bool low_rank, std::vector<double>& watched) {
  std::copy_n(phi.begin(), 2 * d, watched.begin());
  if (!low_rank) return;
  const std::size_t r = phi.size() / d - 2;
  for (std::size_t i = 0; i < d; ++i) {
    double square = std::exp(2 * phi[d + i]);
    for (std::size_t j = 0; j < r; ++j) square += phi[2 * d + i * r + j] * phi[2 * d + i * r + j];
    watched[d + i] = 0.5 * std::log(square);
  }
}

// Iterates of what is watched at one rate, evenly thinned to at most 400.
class iterates {
 public:
  explicit iterates(std::size_t numbers) : numbers_(numbers) {}

  // Whether it is time to look at them.
  bool add(const double* phi) {
    if (seen_++ % every_ != 0) return false;
    records_.insert(records_.end(), phi, phi + numbers_);
    const std::size_t count = records_.size() / numbers_;
    const bool look = count >= 200 && count % 40 == 0;
    if (count == 400) {
      for (std::size_t i = 1; i < 200; ++i) std::copy_n(records_.data() + 2 * i * numbers_, numbers_, records_.data() + i * numbers_);
      records_.resize(200 * numbers_);
      every_ *= 2;
    }
    return look;
  }
  // Whether a function is true for all but 1 % of the numbers, each given its later half.
  template <class F>
  bool nearly_all(F f) const {
    const std::size_t count = records_.size() / numbers_, half = count / 8 * 4;
    std::vector<double> x(half);
    std::size_t failures = 0;
    for (std::size_t i = 0; i < numbers_; ++i) {
      for (std::size_t s = 0; s < half; ++s) x[s] = records_[(count - half + s) * numbers_ + i];
      failures += f(i, x) ? 0 : 1;
    }
    return 100 * failures <= numbers_;
  }

 private:
  std::size_t numbers_, seen_ = 0, every_ = 1;
  std::vector<double> records_;
};

}  // namespace

guide_fit fit_stochastically(const target& density, const guide_coordinates& start, const advi_options& o, const key& k, const progress* watch) {
  elbo_objective objective(density, start, o.draws_per_step, o.threads, watch);
  const std::size_t d = start.dimension(), n = start.parameters();
  const bool proximal = start.noise() == d;  // not low_rank
  std::vector<double> watched(2 * d);
  std::vector<double> phi = start.start(k.scope(hash_text("columns"))), average = phi, gradient(n), slope(n), square(n);
  std::vector<elbo_record> history;
  running_moments recent;
  std::size_t step = 0, bad = 0;
  bool converged = false;
  const char* reason = "all steps are done, and the iterates are not stationary";
  const key steps = k.scope(hash_text("steps"));
  for (int round = 0; round < 3 && bad < 100 && !is_stopped(watch); ++round) {
    const double rate = o.rate / std::pow(4.0, round);
    const bool sticking = round > 0 && proximal;
    std::fill(slope.begin(), slope.end(), 0.0);
    std::fill(square.begin(), square.end(), 0.0);
    iterates seen(2 * d);
    std::size_t t = 0;
    bool stationary = false;
    while (!stationary && step < o.max_steps && bad < 100) {
      objective.draw_noise(fold_in(steps, step++));
      const double elbo = objective.evaluate(phi.data(), gradient.data(), sticking);
      if (is_stopped(watch)) break;
      if (!std::isfinite(elbo)) {
        ++bad;
        continue;
      }
      bad = 0;
      ++t;
      recent.add(elbo);
      if (recent.count() == 100) {
        history.push_back({step * o.draws_per_step, recent.mean(), std::sqrt(recent.variance() / 100)});
        recent = {};
      }
      const adam_rule rule(t);
      for (std::size_t i = 0; i < n; ++i) {
        const bool scale = i >= d && i < 2 * d, by_proximity = scale && proximal && !sticking;
        const double sigma = by_proximity ? std::exp(phi[i]) : 1;
        const double g = by_proximity ? (gradient[i] - 1) / sigma : gradient[i];  // of the energy, by the scale itself
        rule.see(g, slope[i], square[i]);
        const double move = rule.move(rate, slope[i], square[i]);
        if (by_proximity) {
          const double y = sigma + move, size = rule.size(rate, square[i]);
          const double root = std::sqrt(y * y + 4 * size);
          phi[i] = std::log(y > 0 ? 0.5 * (y + root) : 2 * size / (root - y));
        } else {
          phi[i] += move;
        }
      }
      // Weights that grow as t⁸ forget the way (Shamir and Zhang, ICML 2013).
      const double part = std::min(1.0, 9 / (static_cast<double>(t) + 8));
      for (std::size_t i = 0; i < n; ++i) average[i] += part * (phi[i] - average[i]);
      take_watched(phi, d, !proximal, watched);
      if (!seen.add(watched.data())) continue;
      stationary = seen.nearly_all([](std::size_t, const std::vector<double>& x) { return !(plain_rhat(x, 4) > 1.1); });
      if (stationary && round == 2)
        stationary = seen.nearly_all([&](std::size_t i, const std::vector<double>& x) { return i >= d || !(mcse_mean(x, 1) > 0.05 * std::exp(watched[d + i])); });
    }
    phi = average;
    converged = stationary && round == 2;
  }
  if (is_stopped(watch)) reason = "it was stopped";
  if (bad == 100) reason = "the density or its gradient was not finite in 100 steps in a row";
  if (step == bad) return {{}, -__builtin_inf(), false, reason, {}};
  return {start.guide(average.data()), history.empty() ? 0 : history.back().elbo, converged, reason, history};
}

}  // namespace starling::variational
