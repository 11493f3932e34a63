#include "inference/climbing_chains.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <utility>

#include "diagnostics/number_text.hpp"
#include <starling/diagnostics/convergence.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/traces/address.hpp>

namespace starling {

namespace {

constexpr double disagreeing = 1.5;
constexpr int most_rounds = 3;
constexpr double much_smaller = 1e-6;

struct summit {
  double log_density = -std::numeric_limits<double>::infinity();
  const double* point = nullptr;
};

summit highest(const std::vector<gradient_record>& records) {
  summit top;
  for (const auto& r : records)
    for (std::size_t d = 0; d < r.draws(); ++d)
      if (const double lp = r.statistic(d, gradient_record::lp); lp > top.log_density) top = {lp, r.point(d)};
  return top;
}

// How many chains have a median above.
std::size_t chains_above(const std::vector<gradient_record>& records, double level) {
  std::size_t above = 0;
  for (const auto& r : records) {
    std::vector<double> lp;
    for (std::size_t d = 0; d < r.draws(); ++d) lp.push_back(r.statistic(d, gradient_record::lp));
    above += !lp.empty() && quantile(lp, 0.5) > level ? 1 : 0;
  }
  return above;
}

draws named(const std::vector<gradient_record>& records, const draw_view& view, std::size_t threads) {
  std::vector<const double*> points;
  for (const auto& r : records)
    for (std::size_t d = 0; d < r.draws(); ++d) points.push_back(r.point(d));
  draws all{1, points.size(), view.layout().variables(1, points.size())};
  write_points(points, view, threads, all);
  return all;
}

}  // namespace

void tell_unbounded(const std::vector<gradient_record>& records, const draw_view& view, const run_options& o, const key& k, const runs_from& run, result& r) {
  const variable* const lp = r.sample_stats.find("lp");
  if (r.interrupted || r.posterior.empty() || lp == nullptr || r.posterior.chains < 2 || !(convergence_row("lp", lp->values, r.posterior.chains, false).r_hat > disagreeing)) return;
  const run_options few{.chains = 4, .draws = 100, .warmup = std::clamp<std::size_t>(o.warmup, 100, 500), .threads = o.threads, .notes = false};
  const std::size_t d = records.front().dimension();
  std::vector<gradient_record> last;
  summit top = highest(records);
  const double from = top.log_density;
  int rounds = 0;
  for (; rounds < most_rounds && std::isfinite(top.log_density); ++rounds) {
    std::vector<double> starts;
    for (std::size_t c = 0; c < few.chains; ++c) starts.insert(starts.end(), top.point, top.point + d);
    std::vector<gradient_record> next;
    try {
      next = run(starts, few, fold_in(k.scope(hash_text("climbing")), static_cast<std::uint64_t>(rounds)));
    } catch (const std::exception&) {
      break;  // the run itself is over and has its draws
    }
    if (2 * chains_above(next, top.log_density) < few.chains) break;
    last = std::move(next);
    top = highest(last);
  }
  if (rounds == 0) return;

  const draws before = named(records, view, o.threads), after = named(last, view, o.threads);
  std::string names;
  std::size_t count = 0;
  double least = 1;
  for (const auto& v : before.variables) {
    if (v.kind != variable::kinds::real) continue;
    const variable& now = *after.find(v.name);
    for (std::size_t e = 0; e < v.elements(); ++e) {
      const auto x = v.element(e), y = now.element(e);
      const double share = quantile(y, 0.5) / quantile(x, 0.5);
      if (!(*std::min_element(x.begin(), x.end()) >= 0) || !(share < 0.1)) continue;
      least = std::min(least, share);
      if (++count <= 8) names += (count == 1 ? "" : ", ") + v.element_name(e);
    }
  }
  if (rounds < most_rounds && !(least < much_smaller)) return;
  if (count > 8) names += " and " + std::to_string(count - 8) + " more";
  const std::string where = count == 0 ? "" : " as " + names + (count == 1 ? " goes to 0" : " go to 0");
  r.warnings.insert(r.warnings.begin(), "the density seems to grow without bound" + where + ": chains that began at the highest log density, " + number_text(from) + ", climbed on to " +
                                            number_text(top.log_density) + ". Then there is no posterior: data that are all alike, or fitted exactly, do not keep a scale away from 0. Give " +
                                            (count == 1 ? "it a prior that does" : "scales priors that do") + ", as log_normal or inverse_gamma");
}

}  // namespace starling
