// Pages of what was trained: nets by sl::train, guides by sl::fit.
#include <starling/inference/variational/fitted.hpp>
#include <starling/io/report.hpp>
#include <starling/neural/train.hpp>

#include "report_parts.hpp"
#include "svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace starling {

namespace {

std::string warning(const std::string& text) { return "<div class=\"warning\">" + escaped(text) + "</div>\n"; }

// Lines over the same places, by their names.
std::string history_plot(const std::string& title, const std::string& x_name, const std::vector<double>& x, const std::vector<std::vector<double>>& lines) {
  plot_range range = plot_range::of(lines.front());
  for (const auto& y : lines)
    if (std::any_of(y.begin(), y.end(), [](double v) { return std::isfinite(v); })) range.include(plot_range::of(y));
  svg_plot plot(title, plot_range::of(x), range, 680, 240);
  for (std::size_t c = 0; c < lines.size(); ++c) plot.line(x, lines[c], c);
  plot.axes(x_name, "");
  return "<div class=\"plots\">" + plot.str() + "</div>\n";
}

}  // namespace

std::string training_report(const training_result& fit) {
  std::string html = page_head("Training");
  html += fmt::format("<p class=\"about\">{} steps in {} {}. ", fit.steps, fit.history.size(), fit.history.size() == 1 ? "epoch" : "epochs");
  if (fit.stopped_early) html += "Stopped early. ";
  if (!fit.finished && !fit.stopped_early) html += "Not at its end. ";
  html += "</p>\n";
  if (fit.skipped > 0) html += warning(fmt::format("{} of {} steps were not finite and changed nothing; the first of them, {}.", fit.skipped, fit.steps, fit.trouble));
  if (fit.history.empty()) return html + "</body></html>\n";
  std::vector<double> epochs, losses, held_out;
  for (std::size_t e = 0; e < fit.history.size(); ++e) {
    epochs.push_back(static_cast<double>(e + 1));
    losses.push_back(fit.history[e].loss);
    held_out.push_back(fit.history[e].validation);
  }
  using lines = std::vector<std::vector<double>>;
  const bool validated = std::any_of(held_out.begin(), held_out.end(), [](double v) { return std::isfinite(v); });
  html += history_plot(validated ? "loss (blue) and of the rows held out (orange)" : "loss", "epoch", epochs, validated ? lines{losses, held_out} : lines{losses});
  html += fmt::format("<p>Last loss {:.6g}", losses.back());
  if (validated) html += fmt::format("; of the rows held out {:.6g}, the least {:.6g} in epoch {}", held_out.back(), held_out[fit.best_epoch], fit.best_epoch + 1);
  return html + ".</p>\n</body></html>\n";
}

std::string training_report(const fit_result& fit) {
  std::string html = page_head("Fit of a guide");
  html += fmt::format("<p class=\"about\">{} steps; objective {:.6g}, standard error {:.2g}, over the last tenth of them.</p>\n", fit.steps, fit.value, fit.standard_error);
  html += fit.warnings.empty() ? "<p>No warnings.</p>\n" : "<h2>Warnings</h2>\n";
  for (const auto& w : fit.warnings) html += warning(w);
  if (!fit.history.empty()) {
    std::vector<double> steps, values;
    for (const auto& h : fit.history) steps.push_back(static_cast<double>(h.step)), values.push_back(h.value);
    html += history_plot("objective", "step", steps, {values});
  }
  if (fit.latents.empty()) return html + "</body></html>\n";
  const auto active = std::count_if(fit.latents.begin(), fit.latents.end(), [](const latent_use& u) { return u.is_active(); });
  html += fmt::format("<h2>Latents of the items: {} of {} active</h2>\n<div class=\"table\"><table><tr><th></th><th>variance of its mean over items</th><th>variance for an item</th></tr>\n", active,
                      fit.latents.size());
  for (const auto& u : fit.latents)
    html += fmt::format("<tr><td>{}</td><td{}>{:.3g}{}</td><td>{:.3g}</td></tr>\n", escaped(u.name), u.is_active() ? "" : " class=\"doubt\"", u.between, u.is_active() ? "" : ": collapsed", u.within);
  return html + "</table></div>\n</body></html>\n";
}

}  // namespace starling
