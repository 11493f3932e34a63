#include <starling/inference/predictive_accuracy.hpp>

#include <starling/diagnostics/ess.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/diagnostics/psis.hpp>

#include "diagnostics/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace starling {

namespace {

double log_sum_exp_of(std::span<const double> x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (const double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

// Mean over all numbers of the posterior of effective sample size for the mean over the number of draws; 1 for a chain alone, as in ArviZ.
double relative_efficiency(const draws& posterior) {
  if (posterior.chains < 2) return 1;
  double sum = 0;
  std::size_t numbers = 0;
  for (const auto& v : posterior.variables)
    for (std::size_t e = 0; e < v.elements(); ++e) {
      const double ess = ess_mean(v.element(e), posterior.chains);
      if (!std::isfinite(ess)) continue;  // a number that some draws do not have
      sum += ess;
      ++numbers;
    }
  const double all = static_cast<double>(posterior.chains * posterior.draws);
  return numbers == 0 ? 1 : sum / static_cast<double>(numbers) / all;
}

// Calls f(name, log likelihoods of all draws) for each observation.
template <class F>
void for_each_observation(const char* who, const result& fit, std::string_view observed, F f) {
  const std::string said(who);
  if (!fit.log_weights.empty())
    throw std::invalid_argument(said + ": the fit's draws have weights, which this estimate has no use for; resample them first");
  if (fit.log_likelihood.empty())
    throw std::invalid_argument(said + ": the fit has no log likelihood; call log_likelihood(post, fit) before");
  if (!observed.empty() && !fit.log_likelihood.find(observed)) {
    std::string names;
    for (const auto& v : fit.log_likelihood.variables) names += (names.empty() ? "" : ", ") + v.name;
    throw std::invalid_argument(said + ": there is no log likelihood of " + std::string(observed) + "; there is one of " + names);
  }
  for (const auto& v : fit.log_likelihood.variables) {
    if (!observed.empty() && v.name != observed) continue;
    for (std::size_t e = 0; e < v.elements(); ++e) {
      const auto x = v.element(e);
      if (x.size() < 2) throw std::invalid_argument(said + ": the fit has fewer than two draws");
      if (!std::all_of(x.begin(), x.end(), [](double l) { return std::isfinite(l); }))
        throw std::invalid_argument(said + ": the log likelihood of " + v.element_name(e) + " is not finite in some draw");
      f(v.element_name(e), x);
    }
  }
}

double log_mean_exp(std::span<const double> x) { return log_sum_exp_of(x) - std::log(static_cast<double>(x.size())); }

// The sum of the terms and its standard error.
void add_up(predictive_accuracy& r) {
  const auto n = static_cast<double>(r.pointwise.size());
  for (const double t : r.pointwise) r.elpd += t;
  double squares = 0;
  for (const double t : r.pointwise) squares += (t - r.elpd / n) * (t - r.elpd / n);
  r.se = std::sqrt(squares);  // √(n · squares/n)
}

std::string share(std::size_t some, std::size_t all) { return std::to_string(some) + " of " + std::to_string(all) + " observations"; }

// Expectation maximisation for the weights of a mixture of known densities: the objective is concave, each step raises it.
std::vector<double> stacking_weights(const std::vector<const predictive_accuracy*>& models) {
  const std::size_t m = models.size(), n = models[0]->pointwise.size();
  std::vector<double> w(m, 1 / static_cast<double>(m)), density(m * n), next(m);
  for (std::size_t i = 0; i < n; ++i) {
    double top = -std::numeric_limits<double>::infinity();
    for (const auto* a : models) top = std::max(top, a->pointwise[i]);
    for (std::size_t k = 0; k < m; ++k) density[k * n + i] = std::exp(models[k]->pointwise[i] - top);
  }
  for (int step = 0; step < 100'000; ++step) {
    std::fill(next.begin(), next.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < m; ++k) sum += w[k] * density[k * n + i];
      for (std::size_t k = 0; k < m; ++k) next[k] += w[k] * density[k * n + i] / sum;
    }
    double moved = 0;
    for (std::size_t k = 0; k < m; ++k) {
      next[k] /= static_cast<double>(n);
      moved = std::max(moved, std::abs(next[k] - w[k]));
    }
    w.swap(next);
    if (moved < 1e-12) break;
  }
  return w;
}

}  // namespace

predictive_accuracy loo(const result& fit, std::string_view observed) {
  predictive_accuracy r;
  r.method = "loo";
  const double efficiency = relative_efficiency(fit.posterior);
  double lppd = 0;
  std::size_t draws = 0, bad = 0;
  for_each_observation("loo", fit, observed, [&](std::string name, const std::vector<double>& x) {
    draws = x.size();
    std::vector<double> ratios(x.size());
    std::transform(x.begin(), x.end(), ratios.begin(), [](double l) { return -l; });
    auto smoothed = psis(ratios, efficiency);
    for (std::size_t s = 0; s < x.size(); ++s) smoothed.log_weights[s] += x[s];
    r.pointwise.push_back(log_sum_exp_of(smoothed.log_weights));
    r.pareto_k.push_back(smoothed.pareto_k);
    r.names.push_back(std::move(name));
    lppd += log_mean_exp(x);
  });
  if (r.pointwise.empty()) throw std::invalid_argument("loo: nothing is observed");
  add_up(r);
  r.effective_parameters = lppd - r.elpd;
  r.good_k = std::min(1 - 1 / std::log10(static_cast<double>(draws)), 0.7);
  std::size_t worst = 0;
  for (std::size_t i = 0; i < r.pareto_k.size(); ++i) {
    if (!(r.pareto_k[i] <= r.good_k)) ++bad;
    if (!(r.pareto_k[i] <= r.pareto_k[worst])) worst = i;
  }
  if (bad > 0)
    r.warnings.push_back("loo: Pareto k is above " + number_text(r.good_k, "%.2f") + " for " + share(bad, r.pareto_k.size()) + ", worst for " +
                         r.names[worst] +
                         ": their terms cannot be trusted. The model is surprised by them, or follows each too closely; "
                         "compute these terms by fitting without the observation, or use K-fold cross-validation.");
  return r;
}

predictive_accuracy waic(const result& fit, std::string_view observed) {
  predictive_accuracy r;
  r.method = "waic";
  std::size_t bad = 0;
  for_each_observation("waic", fit, observed, [&](std::string name, const std::vector<double>& x) {
    const double mean = starling::mean(x);
    double spread = 0;
    for (const double l : x) spread += (l - mean) * (l - mean);
    spread /= static_cast<double>(x.size());
    r.pointwise.push_back(log_mean_exp(x) - spread);
    r.effective_parameters += spread;
    r.names.push_back(std::move(name));
    if (spread > 0.4) ++bad;
  });
  if (r.pointwise.empty()) throw std::invalid_argument("waic: nothing is observed");
  add_up(r);
  if (bad > 0)
    r.warnings.push_back("waic: the log likelihood of " + share(bad, r.pointwise.size()) + " has a variance above 0.4: use loo, which says where it fails");
  return r;
}

std::vector<comparison> compare(std::span<const candidate> models) {
  if (models.empty()) throw std::invalid_argument("compare: no model was given");
  std::vector<const candidate*> order;
  for (const auto& m : models) {
    const auto &a = m.accuracy, &first = models[0].accuracy;
    if (a.method != first.method)
      throw std::invalid_argument("compare: " + m.name + " was judged by " + a.method + ", " + models[0].name + " by " + first.method);
    if (a.names != first.names)
      throw std::invalid_argument("compare: " + m.name + " has " + std::to_string(a.names.size()) + " observations, " + models[0].name + " has " +
                                  std::to_string(first.names.size()) + " or others: models are compared on the same data");
    order.push_back(&m);
  }
  std::stable_sort(order.begin(), order.end(), [](const candidate* a, const candidate* b) { return a->accuracy.elpd > b->accuracy.elpd; });
  std::vector<const predictive_accuracy*> accuracies;
  for (const auto* m : order) accuracies.push_back(&m->accuracy);
  const auto weights = stacking_weights(accuracies);
  std::vector<comparison> rows;
  const auto& best = *accuracies[0];
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto& a = *accuracies[k];
    const auto n = static_cast<double>(a.pointwise.size());
    const double difference = best.elpd - a.elpd;
    double squares = 0;
    for (std::size_t i = 0; i < a.pointwise.size(); ++i) {
      const double d = best.pointwise[i] - a.pointwise[i] - difference / n;
      squares += d * d;
    }
    rows.push_back({order[k]->name, a.elpd, a.se, a.effective_parameters, difference, std::sqrt(squares), weights[k]});
  }
  return rows;
}

std::vector<comparison> compare(std::initializer_list<candidate> models) { return compare(std::span(models.begin(), models.size())); }

}  // namespace starling
