#include <starling/inference/result_checks.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "diagnostics/number_text.hpp"
#include <starling/diagnostics/convergence.hpp>
#include <starling/diagnostics/quantile.hpp>
#include <starling/inference/draw_layout.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

namespace {

constexpr std::size_t enough_draws = 50;
constexpr double disagreeing = 1.5;  // R-hat; chains of proper posteriors with heavy tails had up to 1.2 where these had 1.9 and more
constexpr double vanishing = 1e-8, endless = 1e8;  // times the scale of the data

// The largest number that was observed; 1 where there is none.
double scale_of(const std::vector<variable>& observed) {
  double scale = 0;
  for (const variable& v : observed)
    for (const double x : v.values)
      if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
  return scale > 0 ? scale : 1;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > most ? " and " + std::to_string(names.size() - most) + " more" : "");
}

}  // namespace

void tell_improper(result& fit, const schema& structure, const std::vector<std::uint32_t>& latents) {
  if (fit.posterior.draws < enough_draws || fit.sample_stats.find("acceptance_rate") == nullptr) return;
  draw_layout layout;
  for (const auto k : latents) layout.add(structure.path_of(k), structure.sites()[k].type);
  const auto variables = layout.variables(0, 0);
  const auto targets = layout.targets();
  const double scale = scale_of(fit.observed_data);
  std::vector<std::string> to_zero, without_end;
  double least = std::numeric_limits<double>::infinity();
  std::size_t slot = 0;
  for (const auto k : latents) {
    const site& s = structure.sites()[k];
    for (std::size_t e = 0; e < s.type.size(); ++e, ++slot) {
      if (s.distribution != "flat" || s.type.kind != value_kind::real) continue;
      const variable* const v = fit.posterior.find(variables[targets[slot].variable].name);
      if (v == nullptr || targets[slot].element >= v->elements()) continue;
      const auto values = v->element(targets[slot].element);
      const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
      const bool vanishes = *smallest >= 0 && quantile(values, 0.5) < vanishing * scale;
      if (!vanishes && !(*largest - *smallest > endless * scale) && !std::isinf(*largest)) continue;
      const auto row = convergence_row(v->element_name(targets[slot].element), values, fit.posterior.chains, v->optional);
      if (!(row.r_hat > disagreeing) && row.still == 0.0 && !std::isinf(*largest)) continue;
      (vanishes ? to_zero : without_end).push_back(row.name);
      if (vanishes) least = std::min(least, *smallest);
    }
  }
  std::vector<std::string> said;
  const auto is_told = [](const std::string& w) { return w.starts_with("the density seems to grow without bound"); };
  if (!to_zero.empty() && !std::any_of(fit.warnings.begin(), fit.warnings.end(), is_told)) {
    const bool one = to_zero.size() == 1;
    said.push_back("the density seems to grow without bound as " + listed(to_zero) + (one ? " goes" : " go") + " to 0 (the smallest draw is " + number_text(least, "%.1e") +
                   "): data that are all alike, or fitted exactly, do not keep a scale away from 0, nor does its flat prior. Then there is no posterior: give " +
                   (one ? "it a prior" : "them priors") + " that " + (one ? "does" : "do") + ", as log_normal or inverse_gamma");
  }
  if (!without_end.empty()) {
    const bool one = without_end.size() == 1;
    said.push_back("the chains do not settle along " + listed(without_end) + ", whose prior" + (one ? " is" : "s are") +
                   " flat: the posterior seems improper, a ridge without an end, since the data do not tell " + (one ? "it" : "them") +
                   " apart from other latents, or are too few. Give " + (one ? "it a proper prior" : "them proper priors") + ", or leave out what the data cannot tell");
  }
  fit.warnings.insert(fit.warnings.begin(), std::make_move_iterator(said.begin()), std::make_move_iterator(said.end()));
}

}  // namespace starling
