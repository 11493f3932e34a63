// How the metrics of nuts() fare on posteriors with known moments, all else left as it is by default:
//   metric_study [--seeds N] [--first SEED] [--metrics diag_e,low_rank_e] [--reference] [posterior…]
// A line a fit (scripts/metric_table makes a table of them):
//   posterior metric seed stuck divergences wrong short bulk tail seconds gradients
// stuck: chains that never moved, far below the others in lp, or of which an element moves by rounding only; wrong: scalars whose mean or sd
// disagrees with the reference (shared/posteriors/README.md); short: those with R-hat above 1.01 or an effective sample size below 1,000;
// bulk, tail: the least effective sample sizes; seconds: processor time of this thread; gradients: after the warm-up, of all chains.
// --reference prints the moments of 8 chains of 20,000 draws with diag_e instead.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "posteriors/study.hpp"

namespace sl = starling;
using sl::kernels::metric_kind;

namespace {

constexpr std::pair<const char*, metric_kind> kinds[] = {{"unit_e", metric_kind::unit_e},
                                                         {"diag_e", metric_kind::diag_e},
                                                         {"dense_e", metric_kind::dense_e},
                                                         {"fisher_diag_e", metric_kind::fisher_diag_e},
                                                         {"low_rank_e", metric_kind::low_rank_e}};

double seconds_of_thread() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double quantile(std::vector<double> x, double p) {
  const auto k = static_cast<std::size_t>(p * static_cast<double>(x.size() - 1));
  std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(k), x.end());
  return x[k];
}

// One of the chain's numbers moves by rounding only.
bool is_still(const sl::result& fit, std::size_t chain) {
  for (const auto& v : fit.posterior.variables) {
    const std::size_t n = v.elements(), draws = fit.posterior.draws;
    for (std::size_t e = 0; e < n; ++e) {
      double low = INFINITY, high = -INFINITY, sum = 0;
      for (std::size_t d = 0; d < draws; ++d) {
        const double x = v.values[(chain * draws + d) * n + e];
        low = std::min(low, x), high = std::max(high, x), sum += x;
      }
      if (!(high - low > 1e-12 * std::abs(sum) / static_cast<double>(draws))) return true;
    }
  }
  return false;
}

std::size_t stuck_chains(const sl::result& fit) {
  const auto& lp = fit.sample_stats["lp"].values;
  const std::size_t draws = fit.sample_stats.draws, chains = fit.sample_stats.chains;
  std::size_t stuck = 0;
  std::vector<double> highest;
  double best = -INFINITY, floor = -INFINITY, spread = 0;
  for (std::size_t c = 0; c < chains; ++c) {
    const std::vector<double> of(lp.begin() + static_cast<std::ptrdiff_t>(c * draws), lp.begin() + static_cast<std::ptrdiff_t>((c + 1) * draws));
    highest.push_back(quantile(of, 0.95));
    if (const double middle = quantile(of, 0.5); middle > best) best = middle, floor = quantile(of, 0.05), spread = highest.back() - floor;
  }
  for (std::size_t c = 0; c < chains; ++c) {
    std::vector<double> steps;
    for (std::size_t d = 1; d < draws; ++d) steps.push_back(std::abs(lp[c * draws + d] - lp[c * draws + d - 1]));
    if (is_still(fit, c) || highest[c] < floor - 5 * std::max(spread, quantile(steps, 0.5))) ++stuck;
  }
  return stuck;
}

struct counts {
  std::size_t wrong = 0, shorts = 0;
  double bulk = INFINITY, tail = INFINITY;
};

// Rows of the summary in order, those of one name counted.
std::map<std::pair<std::string, std::size_t>, sl::summary_row> rows_of(const sl::result& fit) {
  std::map<std::pair<std::string, std::size_t>, sl::summary_row> rows;
  std::map<std::string, std::size_t> seen;
  for (auto& row : sl::summarise(fit)) {
    const std::string base = row.name.substr(0, row.name.find('['));
    rows[{base, seen[base]++}] = row;
  }
  return rows;
}

counts compare(const study::subject& s, const sl::result& fit) {
  counts c;
  const auto rows = rows_of(fit);
  for (const auto& m : s.known) {
    const auto at = rows.find({m.name, m.element});
    if (at == rows.end()) throw std::runtime_error(s.name + " has no " + m.name);
    const auto& row = at->second;
    const double mean_error = std::sqrt(row.mcse_mean * row.mcse_mean + m.sd * m.sd / s.draws);
    const double sd_error = std::sqrt(row.mcse_sd * row.mcse_sd + 2 * m.sd * m.sd / s.draws);
    if (!(std::abs(row.mean - m.mean) <= 5 * mean_error && std::abs(row.sd - m.sd) <= 6 * sd_error)) ++c.wrong;
    if (!(row.r_hat <= 1.01 && row.ess_bulk >= 1000 && row.ess_tail >= 1000)) ++c.shorts;
    c.bulk = std::min(c.bulk, row.ess_bulk == row.ess_bulk ? row.ess_bulk : 0);
    c.tail = std::min(c.tail, row.ess_tail == row.ess_tail ? row.ess_tail : 0);
  }
  return c;
}

void run(const study::subject& s, const char* name, metric_kind metric, std::size_t seed) {
  const double start = seconds_of_thread();
  const auto fit = s.fit(sl::kernels::nuts({.metric = metric}), {.threads = 1}, sl::key(seed));
  const double seconds = seconds_of_thread() - start;
  double divergences = 0, gradients = 0;
  for (const double x : fit.sample_stats["diverging"].values) divergences += x;
  for (const double x : fit.sample_stats["n_steps"].values) gradients += x;
  const counts c = compare(s, fit);
  std::printf("%s %s %zu %zu %.0f %zu %zu %.0f %.0f %.4f %.0f\n", s.name.c_str(), name, seed, stuck_chains(fit), divergences, c.wrong, c.shorts, c.bulk, c.tail,
              seconds, gradients);
  std::fflush(stdout);
}

void print_reference(const study::subject& s) {
  const auto fit = s.fit(sl::kernels::nuts({.metric = metric_kind::diag_e}), {.chains = 8, .draws = 20'000, .warmup = 5'000, .threads = 1}, sl::key(12345));
  std::printf("%s: %zu stuck chains\n", s.name.c_str(), stuck_chains(fit));
  for (const auto& [place, row] : rows_of(fit))
    std::printf("{\"%s\", %zu, %.8g, %.8g},  // bulk %.0f, tail %.0f, R-hat %.4f\n", place.first.c_str(), place.second, row.mean, row.sd, row.ess_bulk, row.ess_tail, row.r_hat);
}

}  // namespace

int main(int count, char** words) {
  std::size_t seeds = 20, first = 1;
  bool reference = false;
  std::string metrics = "diag_e,low_rank_e";
  std::vector<std::string> names;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto value = [&] { return ++i < count ? words[i] : throw std::invalid_argument(word + " wants a value"); };
    if (word == "--seeds") seeds = static_cast<std::size_t>(std::atol(value()));
    else if (word == "--first") first = static_cast<std::size_t>(std::atol(value()));
    else if (word == "--metrics") metrics = value();
    else if (word == "--reference") reference = true;
    else names.push_back(word);
  }
  study::add_programs_of_series();
  study::add_programs_of_regressions();
  study::add_programs_of_hierarchies();
  study::add_hard_shapes();
  study::add_hard_starts();
  for (const auto& s : study::subjects()) {
    if (!names.empty() && std::find(names.begin(), names.end(), s.name) == names.end()) continue;
    if (reference) {
      print_reference(s);
      continue;
    }
    for (std::size_t seed = first; seed < first + seeds; ++seed)
      for (const auto& [name, kind] : kinds)
        if (("," + metrics + ",").find("," + std::string(name) + ",") != std::string::npos) run(s, name, kind, seed);
  }
  return 0;
}
