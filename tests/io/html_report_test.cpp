// The report as a page: it is well formed, says what the terminal's report says, and every plot stands for its numbers.
#include <starling/inference/variational/fitted.hpp>
#include <starling/io/report.hpp>
#include <starling/neural/train.hpp>

#include "example_fit.hpp"
#include "io/svg_plot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace sl = starling;

namespace {

// What is not closed, or closed in another order, by name; "" where all is. Void elements of HTML are known.
std::string not_well_formed(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return "a tag without an end";
    std::string tag = html.substr(at + 1, end - at - 1);
    if (tag.front() == '!' || tag.back() == '/') continue;
    const bool closes = tag.front() == '/';
    if (closes) tag.erase(0, 1);
    tag = tag.substr(0, tag.find_first_of(" \n"));
    if (tag == "meta") continue;
    if (!closes) open.push_back(tag);
    else if (open.empty() || open.back() != tag) return "</" + tag + ">";
    else open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + ">";
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

// Every epoch stands at its place: heights are those of the losses, in reverse, as SVG counts down.
TEST(training_report, draws_losses_and_says_what_was_best) {
  sl::training_result fit;
  fit.history = {{4, 5}, {3, 3.5}, {2.5, 3.75}};
  fit.best_epoch = 1, fit.steps = 30, fit.skipped = 2, fit.finished = true;
  fit.trouble = "step 3: the loss is <not> a finite number";
  const auto page = sl::training_report(fit);
  EXPECT_EQ(not_well_formed(page), "");
  for (const char* text : {"30 steps in 3 epochs", "2 of 30 steps", "step 3: the loss is &lt;not&gt; a finite number", "Last loss 2.5; of the rows held out 3.75, the least 3.5 in epoch 2"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  EXPECT_EQ(count(page, "class=\"line c0\""), 1u);
  EXPECT_EQ(count(page, "class=\"line c1\""), 1u);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  fit.history = {{4, nan}, {3, nan}};
  fit.skipped = 0;
  const auto without = sl::training_report(fit);
  EXPECT_EQ(not_well_formed(without), "");
  EXPECT_EQ(count(without, "class=\"line c1\""), 0u);
  EXPECT_EQ(count(without, "class=\"warning\""), 0u);
  EXPECT_EQ(not_well_formed(sl::training_report(sl::training_result())), "");
}

TEST(training_report, names_latents_that_have_collapsed) {
  sl::fit_result fit;
  fit.steps = 200, fit.value = -19.25, fit.standard_error = 0.125;
  fit.history = {{100, -25, 1}, {200, -19.25, 0.5}};
  fit.latents = {{"z[0]", 0.8, 0.2}, {"z[1]", 0.002, 1}};
  fit.warnings = {"z[1] has collapsed"};
  const auto page = sl::training_report(fit);
  EXPECT_EQ(not_well_formed(page), "");
  for (const char* text : {"1 of 2 active", "<td>z[1]</td><td class=\"doubt\">0.002: collapsed</td>", "<td>z[0]</td><td>0.8</td>", "objective -19.25", "z[1] has collapsed</div>"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  EXPECT_EQ(count(page, "class=\"line c0\""), 1u);
}

}  // namespace

TEST(HtmlReport, HasTheTableTheWarningsAndPlots) {
  auto fit = example_fit();
  fit.warnings = {"a < b & \"c\""};
  const auto page = sl::html_report(fit);
  EXPECT_EQ(not_well_formed(page), "");
  EXPECT_EQ(count(page, "src="), 0u);   // nothing to load
  EXPECT_EQ(count(page, "href="), 0u);
  EXPECT_NE(page.find("a &lt; b &amp; &quot;c&quot;"), std::string::npos);
  for (const auto& row : sl::summarise(fit)) EXPECT_NE(page.find("<td>" + row.name + "</td>"), std::string::npos) << row.name;
  EXPECT_EQ(count(page, ": trace</text>"), 12u + 1u);   // of the numbers that are most in doubt, and lp
  EXPECT_EQ(count(page, "ranks by chain</text>"), 12u);
  EXPECT_NE(page.find("y: predicted 5 % to 95 %, and observed"), std::string::npos);
}
TEST(HtmlReport, WhatIsInDoubtComesFirst) {
  sl::result fit;
  fit.posterior = {2, 200, {{"good", {}, {}}, {"bad", {}, {}}}};
  for (int i = 0; i < 400; ++i) {
    fit.posterior.variables[0].values.push_back(std::sin(12.9898 * i) * 43758.5453 - std::floor(std::sin(12.9898 * i) * 43758.5453));
    fit.posterior.variables[1].values.push_back(i < 200 ? 0.001 * (i % 7) : 5 + 0.001 * (i % 5));
  }
  fit.sample_stats = {2, 200, {{"diverging", {}, std::vector<double>(400)}, {"energy", {}, fit.posterior.variables[0].values}}};
  fit.sample_stats.variables[0].values[7] = 1;
  const auto page = sl::html_report(fit);
  EXPECT_EQ(not_well_formed(page), "");
  EXPECT_LT(page.find("bad: trace"), page.find("good: trace"));
  EXPECT_NE(page.find("(1 draws, orange)"), std::string::npos);
  EXPECT_NE(page.find("energy (blue)"), std::string::npos);
  EXPECT_GE(count(page, "class=\"doubt\""), 2u);
}
TEST(HtmlReport, StrangeFitsGiveAPage) {
  EXPECT_EQ(not_well_formed(sl::html_report({})), "");
  sl::result fit;
  constexpr double infinite = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  fit.posterior = {2, 10, {{"constant", {}, std::vector<double>(20, 3.0)}, {"absent", {}, std::vector<double>(20, nan)}, {"endless", {}, std::vector<double>(20, infinite)}}};
  const auto page = sl::html_report(fit);
  EXPECT_EQ(not_well_formed(page), "");
  for (const char* coordinate : {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", "Mnan", "Lnan", "Minf", "Linf"}) EXPECT_EQ(page.find(coordinate), std::string::npos) << coordinate;
  fit = {};
  fit.posterior = {1, 5, {{"x", {}, {1, 2, 3, 4, 5}}}};
  fit.log_weights = {0, 0, 0, 0, 0};
  EXPECT_EQ(not_well_formed(sl::html_report(fit)), "");
}
TEST(SvgPlot, PlacesAreThoseOfTheData) {
  sl::svg_plot plot("t", {0, 10}, {-1, 1}, 258, 150);   // 200 × 100 pixels inside
  plot.line(std::vector<double>{0, 5, 10}, std::vector<double>{-1, 0, 1}, 0);
  EXPECT_NE(plot.str().find("d=\"M44.0 120.0L144.0 70.0L244.0 20.0\""), std::string::npos) << plot.str();
  EXPECT_EQ(sl::round_numbers({0, 10}), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const auto tenths = sl::round_numbers({-0.13, 0.31});
  ASSERT_EQ(tenths.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(tenths[i], -0.1 + 0.1 * static_cast<double>(i), 1e-15);
}
