#include <starling/diagnostics/quantile.hpp>
#include <starling/diagnostics/ranks.hpp>
#include <starling/io/report.hpp>

#include "report_parts.hpp"
#include "svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace starling {

namespace {

constexpr std::size_t most_rows = 1000, most_plotted = 12, most_points = 400, rank_bins = 20;

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{}</title><style>
:root {{ color-scheme: light dark; --ink: #1b1b1f; --soft: #6b6b74; --paper: #fff; --edge: #d8d8de; --warn: #fff4d6; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8e8ec; --soft: #9a9aa4; --paper: #17171a; --edge: #3a3a42; --warn: #3d3210; }} }}
body {{ font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 1120px; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; margin: 0; }} h2 {{ font-size: 1.1rem; margin: 2rem 0 .5rem; }} .about {{ color: var(--soft); }}
.warning {{ background: var(--warn); border-left: 4px solid #e69f00; padding: .4rem .8rem; margin: .5rem 0; }}
.table {{ overflow-x: auto; }} table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: right; padding: .15rem .7rem; border-bottom: 1px solid var(--edge); white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }} td.doubt {{ color: #d55e00; font-weight: 600; }}
.plots {{ display: flex; flex-wrap: wrap; gap: .4rem; }} svg {{ background: var(--paper); }}
svg text {{ fill: var(--ink); font-family: system-ui, sans-serif; }} .small {{ font-size: 9px; }} .name {{ font-size: 10px; }} svg .title {{ font-size: 11px; font-weight: 600; }}
.axis {{ fill: none; stroke: var(--soft); }} .level {{ stroke: var(--soft); stroke-dasharray: 3 3; }} .line {{ fill: none; stroke-width: 1; stroke-opacity: .8; }}
.bar {{ fill-opacity: .6; }} .draws {{ fill: #0072b2; fill-opacity: .35; }} .diverging {{ fill: #d55e00; }} .observed {{ fill: var(--ink); }}
{}</style></head><body>
)";

std::string style_of_colours() {
  constexpr const char* colours[] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7a00", "#777777"};
  std::string css;
  for (std::size_t c = 0; c < 8; ++c) css += fmt::format("path.c{0} {{ stroke: {1}; }} rect.c{0} {{ fill: {1}; }}\n", c, colours[c]);
  return css;
}

// How much a row is in doubt: what has the largest is plotted first.
double doubt(const summary_row& row) {
  const double r_hat = std::isfinite(row.r_hat) ? row.r_hat - 1 : 0;
  const double ess = std::isfinite(row.ess_bulk) && row.ess_bulk > 0 ? 1 / std::min(row.ess_bulk, std::isfinite(row.ess_tail) ? row.ess_tail : row.ess_bulk) : 0;
  return 100 * r_hat + ess;
}

std::vector<double> steps(std::size_t n, double scale = 1) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i) * scale;
  return x;
}

// At most `most_points` of the values, evenly spaced.
std::vector<double> thinned(std::span<const double> x) {
  const std::size_t stride = (x.size() + most_points - 1) / most_points;
  std::vector<double> some;
  for (std::size_t i = 0; i < x.size(); i += std::max<std::size_t>(1, stride)) some.push_back(x[i]);
  return some;
}

std::string trace_plot(const std::string& title, const std::vector<double>& x, std::size_t chains) {
  const std::size_t n = x.size() / chains;
  svg_plot plot(title + ": trace", {0, static_cast<double>(std::max<std::size_t>(1, n - 1))}, plot_range::of(x), 330);
  for (std::size_t c = 0; c < chains; ++c) {
    const auto y = thinned(std::span(x).subspan(c * n, n));
    plot.line(steps(y.size(), static_cast<double>(n) / static_cast<double>(y.size())), y, c);
  }
  plot.axes("draw", "");
  return plot.str();
}

// Histograms of the ranks that each chain has among all draws: flat and alike where chains mix.
std::string rank_plot(const std::vector<double>& x, std::size_t chains) {
  const std::size_t n = x.size() / chains;
  std::vector<std::vector<double>> counts(chains, std::vector<double>(rank_bins));
  const auto order = ascending_order(x);
  for (std::size_t rank = 0; rank < order.size(); ++rank) ++counts[order[rank] / n][rank * rank_bins / order.size()];
  double most = 0;
  for (const auto& of_chain : counts) most = std::max(most, *std::max_element(of_chain.begin(), of_chain.end()));
  svg_plot plot("ranks by chain", {0, static_cast<double>(x.size())}, {0, 1.1 * most}, 240);
  plot.level(static_cast<double>(n) / rank_bins);
  for (std::size_t c = 0; c < chains; ++c) {
    std::vector<double> along, up;
    for (std::size_t b = 0; b < rank_bins; ++b)
      for (const std::size_t edge : {b, b + 1}) {
        along.push_back(static_cast<double>(edge * x.size()) / rank_bins);
        up.push_back(counts[c][b]);
      }
    plot.line(along, up, c);
  }
  plot.axes("rank", "");
  return plot.str();
}

// Kernel density estimates, Silverman's width, over 100 places.
std::vector<double> density_of(std::span<const double> x, const std::vector<double>& places) {
  std::vector<double> some = thinned(x);
  some.erase(std::remove_if(some.begin(), some.end(), [](double v) { return !std::isfinite(v); }), some.end());
  if (some.size() < 2) return std::vector<double>(places.size());
  const double n = static_cast<double>(some.size()), mean = std::accumulate(some.begin(), some.end(), 0.0) / n;
  double squares = 0;
  for (const double v : some) squares += (v - mean) * (v - mean);
  const double spread = std::min(std::sqrt(squares / (n - 1)), (quantile(some, 0.75) - quantile(some, 0.25)) / 1.34 + 1e-300);
  const double width = std::max(0.9 * spread * std::pow(n, -0.2), 1e-3 * (places.back() - places.front()));
  std::vector<double> d(places.size());
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const double v : some) d[i] += std::exp(-0.5 * (places[i] - v) * (places[i] - v) / width / width) / (n * width * 2.5066282746310002);
  return d;
}

std::string density_plot(const std::vector<double>& x, std::size_t chains) {
  const std::size_t n = x.size() / chains;
  const auto range = plot_range::of(x);
  std::vector<double> places(100);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = range.low + (range.high - range.low) * static_cast<double>(i) / 99;
  std::vector<std::vector<double>> densities;
  plot_range up{0, 0};
  for (std::size_t c = 0; c < chains; ++c) {
    densities.push_back(density_of(std::span(x).subspan(c * n, n), places));
    up.high = std::max(up.high, *std::max_element(densities[c].begin(), densities[c].end()));
  }
  if (!(up.high > 0)) up.high = 1;
  svg_plot plot("density by chain", range, {0, 1.05 * up.high}, 240);
  for (std::size_t c = 0; c < chains; ++c) plot.line(places, densities[c], c);
  plot.axes("", "", true);
  return plot.str();
}

std::vector<double> divergences(const result& fit) {
  const variable* diverging = fit.sample_stats.find("diverging");
  return diverging ? diverging->values : std::vector<double>(fit.posterior.chains * fit.posterior.draws);
}

std::string pair_plot(const std::string& x_name, const std::vector<double>& x, const std::string& y_name, const std::vector<double>& y, const std::vector<double>& diverging) {
  svg_plot plot(x_name + " and " + y_name, plot_range::of(x), plot_range::of(y), 330, 240);
  std::vector<double> bad_x, bad_y;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (diverging[i] != 0) {
      bad_x.push_back(x[i]);
      bad_y.push_back(y[i]);
    }
  const std::size_t stride = std::max<std::size_t>(1, x.size() / 1500);
  std::vector<double> some_x, some_y;
  for (std::size_t i = 0; i < x.size(); i += stride) {
    some_x.push_back(x[i]);
    some_y.push_back(y[i]);
  }
  plot.points(some_x, some_y, "draws");
  plot.points(bad_x, bad_y, "diverging", 1.8);
  plot.axes(x_name, y_name);
  return plot.str();
}

// The energies of draws around their mean, and their changes from one draw to the next: where changes are much narrower, chains walk along the tails.
std::string energy_plot(const variable& energy, std::size_t chains) {
  const std::size_t n = energy.values.size() / chains;
  std::vector<double> around, changes;
  for (std::size_t c = 0; c < chains; ++c) {
    const auto x = std::span(energy.values).subspan(c * n, n);
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      around.push_back(x[i] - mean);
      if (i > 0) changes.push_back(x[i] - x[i - 1]);
    }
  }
  auto range = plot_range::of(around);
  range.include(plot_range::of(changes));
  constexpr std::size_t bins = 40;
  const auto heights = [&](const std::vector<double>& x) {
    std::vector<double> h(bins);
    for (const double v : x)
      if (std::isfinite(v)) h[std::min<std::size_t>(bins - 1, static_cast<std::size_t>((v - range.low) / (range.high - range.low) * bins))] += 1 / static_cast<double>(x.size());
    return h;
  };
  const auto a = heights(around), b = heights(changes);
  svg_plot plot("energy (blue) and its changes (orange)", range, {0, 1.05 * std::max(*std::max_element(a.begin(), a.end()), *std::max_element(b.begin(), b.end()))}, 330);
  const double wide = (range.high - range.low) / bins;
  for (std::size_t i = 0; i < bins; ++i) {
    plot.bar(range.low + wide * static_cast<double>(i), range.low + wide * static_cast<double>(i + 1), a[i], 0);
    plot.bar(range.low + wide * static_cast<double>(i), range.low + wide * static_cast<double>(i + 1), b[i], 1);
  }
  plot.axes("energy", "", true);
  return plot.str();
}

// Intervals of 90 % that the fit predicts, and what was observed.
std::string predictive_plot(const variable& predicted, const variable& observed) {
  const std::size_t n = std::min<std::size_t>(predicted.elements(), 200);
  plot_range range = plot_range::of(observed.values);
  std::vector<double> low(n), high(n);
  for (std::size_t e = 0; e < n; ++e) {
    const auto x = predicted.element(e);
    low[e] = quantile(x, 0.05);
    high[e] = quantile(x, 0.95);
  }
  range.include(plot_range::of(low));
  range.include(plot_range::of(high));
  const double room = 0.05 * (range.high - range.low);
  range = {range.low - room, range.high + room};
  svg_plot plot(observed.name + ": predicted 5 % to 95 %, and observed" + (n < predicted.elements() ? " (the first 200)" : ""), {-0.5, static_cast<double>(n) - 0.5}, range, 680);
  for (std::size_t e = 0; e < n; ++e) plot.line(std::vector<double>(2, static_cast<double>(e)), std::vector<double>{low[e], high[e]}, 0);
  plot.points(steps(n), std::span(observed.values).first(n), "observed", 1.8);
  plot.axes("observation", "");
  return plot.str();
}

std::string table_of(const std::vector<summary_row>& rows) {
  auto lines = summary_cells({rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), most_rows))});
  std::string html = "<div class=\"table\"><table><tr>";
  for (const auto& name : lines[0]) html += "<th>" + escaped(name) + "</th>";
  html += "</tr>\n";
  for (std::size_t r = 1; r < lines.size(); ++r) {
    html += "<tr>";
    for (std::size_t c = 0; c < lines[r].size(); ++c) {
      const auto& row = rows[r - 1];
      const bool doubted = (lines[0][c] == "r_hat" && row.r_hat > 1.01) || (lines[0][c] == "ess_bulk" && row.ess_bulk < 400) || (lines[0][c] == "ess_tail" && row.ess_tail < 400);
      html += (doubted ? "<td class=\"doubt\">" : "<td>") + escaped(lines[r][c]) + "</td>";
    }
    html += "</tr>\n";
  }
  html += "</table></div>\n";
  if (rows.size() > most_rows) html += fmt::format("<p>The first {} of {} numbers.</p>\n", most_rows, rows.size());
  return html;
}

// The numbers of the posterior that are most in doubt, by name.
std::vector<std::pair<std::string, std::vector<double>>> most_doubted(const result& fit, const std::vector<summary_row>& rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return doubt(rows[a]) > doubt(rows[b]); });
  order.resize(std::min(order.size(), most_plotted));
  std::vector<std::pair<std::string, std::vector<double>>> found;
  for (const std::size_t r : order)
    for (const auto& v : fit.posterior.variables)
      for (std::size_t e = 0; e < v.elements() && rows[r].name.starts_with(v.name); ++e)
        if (v.element_name(e) == rows[r].name) found.emplace_back(rows[r].name, v.element(e));
  return found;
}

}  // namespace

std::string page_head(const std::string& title) { return fmt::format(head, escaped(title), style_of_colours()) + "<h1>" + escaped(title) + "</h1>\n"; }

std::string html_report(const result& fit) {
  const auto rows = summarise(fit);
  const std::string* model = fit.attribute("model");
  const std::string title = model && !model->empty() ? *model : "Fit";
  const std::size_t chains = fit.posterior.chains, draws = fit.posterior.draws;
  std::string html = page_head(title) + "<p class=\"about\">";
  if (!fit.posterior.empty()) html += fmt::format("{} {} of {} draws. ", chains, chains == 1 ? "chain" : "chains", draws);
  if (fit.interrupted) html += "Interrupted. ";
  if (fit.log_evidence) html += fmt::format("Log evidence {:.6g}. ", *fit.log_evidence);
  if (fit.ess) html += fmt::format("Effective sample size of the weights {:.1f}. ", *fit.ess);
  for (const auto& [name, value] : fit.attributes) html += escaped(name) + " = " + escaped(value) + "; ";
  html += "</p>\n";

  const auto warnings = all_warnings(fit, rows);
  html += warnings.empty() ? "<p>No warnings.</p>\n" : "<h2>Warnings</h2>\n";
  for (const auto& w : warnings) html += "<div class=\"warning\">" + escaped(w) + "</div>\n";
  html += "<h2>Summary</h2>\n" + table_of(rows);

  const bool has_chains = !fit.posterior.empty() && draws >= 4 && fit.log_weights.empty();
  if (has_chains) {
    const auto doubted = most_doubted(fit, rows);
    html += doubted.size() < rows.size() ? fmt::format("<h2>Draws of the {} numbers that are most in doubt</h2>\n", doubted.size()) : "<h2>Draws</h2>\n";
    for (const auto& [name, x] : doubted) html += "<div class=\"plots\">" + trace_plot(name, x, chains) + rank_plot(x, chains) + density_plot(x, chains) + "</div>\n";
    const auto diverging = divergences(fit);
    const auto count = std::count_if(diverging.begin(), diverging.end(), [](double d) { return d != 0; });
    if (doubted.size() >= 2 && count > 0) {
      html += fmt::format("<h2>Where trajectories diverged ({} draws, orange)</h2>\n<div class=\"plots\">", count);
      for (std::size_t a = 0; a < std::min<std::size_t>(3, doubted.size()); ++a)
        for (std::size_t b = a + 1; b < std::min<std::size_t>(3, doubted.size()); ++b)
          html += pair_plot(doubted[a].first, doubted[a].second, doubted[b].first, doubted[b].second, diverging);
      html += "</div>\n";
    }
    std::string of_sampler;
    if (const variable* energy = fit.sample_stats.find("energy")) of_sampler += energy_plot(*energy, chains);
    for (const char* name : {"lp", "step_size"})
      if (const variable* v = fit.sample_stats.find(name)) of_sampler += trace_plot(name, v->values, chains);
    if (!of_sampler.empty()) html += "<h2>Sampler</h2>\n<div class=\"plots\">" + of_sampler + "</div>\n";
  }
  std::string predictions;
  for (const auto& observed : fit.observed_data)
    if (const variable* predicted = fit.posterior_predictive.find(observed.name); predicted && predicted->elements() == observed.values.size())
      predictions += predictive_plot(*predicted, observed);
  if (!predictions.empty()) html += "<h2>Predictions</h2>\n<div class=\"plots\">" + predictions + "</div>\n";
  return html + "</body></html>\n";
}

}  // namespace starling
