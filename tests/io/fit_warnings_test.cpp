// What a fit says of itself: warnings, rows of quantities that come and go, chains that were dropped, data that are empty or not complete.
#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/run.hpp>
#include <starling/io/report.hpp>

#include "inference/run_warnings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const auto& s : sentences) all += s + "\n";
  return all;
}
bool has(const std::vector<std::string>& sentences, const std::string& part) { return joined(sentences).find(part) != std::string::npos; }

// m; where the coin fell on its head, an extra effect.
constexpr auto coming_and_going = sl::gen(sl::dynamic, [](auto& trace) {
  const bool on = trace("on", sl::bernoulli(0.25));
  double m = trace("m", sl::normal(0.0, 1.0));
  if (on) m += trace("extra", sl::normal(5.0, 1.0));
  if (on) trace.note("twice", 2 * m);
  trace("y", sl::normal(0.0, 1.0));
});
constexpr auto family = sl::gen([](auto& trace, std::size_t n) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(m, 1.0));
});
constexpr auto family_alone = sl::gen(sl::dynamic, [](auto& trace, std::size_t n) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(m, 1.0));
});

}  // namespace

TEST(fit_warnings, are_all_that_a_report_says) {
  const sl::posterior post(family, sl::args(3), sl::observe("y", std::vector<double>{3.0, 3.5, 4.0}));
  const auto fit = sl::run(kernels::regenerate(), post, {.chains = 4, .draws = 60, .warmup = 0}, sl::key(1));
  EXPECT_TRUE(fit.checked);
  EXPECT_TRUE(has(fit.warnings, "R-hat is above 1.01")) << joined(fit.warnings);
  EXPECT_TRUE(has(fit.warnings, "The effective sample size is below 400")) << joined(fit.warnings);
  const auto text = sl::report(fit);
  std::size_t said = 0;
  for (std::size_t at = text.find("warning: "); at != std::string::npos; at = text.find("warning: ", at + 1), ++said)
    EXPECT_TRUE(std::count(fit.warnings.begin(), fit.warnings.end(), text.substr(at + 9, text.find('\n', at) - at - 9)) == 1);
  EXPECT_EQ(said, fit.warnings.size());
  const auto one = sl::run(kernels::regenerate(), post, {.chains = 1, .draws = 60}, sl::key(1));
  EXPECT_TRUE(has(one.warnings, "With one chain there is no R-hat"));
  const auto summaries = sl::run(kernels::regenerate(), post, {.chains = 4, .draws = 60, .warmup = 0, .summaries_only = true}, sl::key(1));
  EXPECT_TRUE(has(summaries.warnings, "R-hat is above 1.01"));
  const auto few = sl::importance(post, 300, sl::key(2));
  EXPECT_TRUE(has(few.warnings, "effective sample size"));
  EXPECT_EQ(joined(few.warnings).find("R-hat"), std::string::npos);
}

TEST(fit_warnings, of_many_draws_are_found_without_a_look_at_each) {
  const sl::posterior post(family, sl::args(1), sl::observe("y", std::vector<double>{0.5}));
  for (const std::size_t chains : {4u, 1000u}) {
    const auto fit = sl::run(kernels::regenerate(), post, {.chains = chains, .draws = 100'000 / chains, .warmup = 50}, sl::key(3));
    EXPECT_EQ(joined(fit.warnings), "");
    auto apart = fit;
    apart.checked = false;
    for (std::size_t i = 0; i < apart.posterior.draws * (chains / 4); ++i) apart.posterior.variables[0].values[i] += 3;
    sl::check_convergence(apart);
    EXPECT_TRUE(has(apart.warnings, "R-hat is above 1.01")) << chains;
  }
}

TEST(fit_warnings, say_nothing_of_choices_that_come_and_go) {
  const sl::posterior post(coming_and_going, sl::args(), sl::observe("y", 0.5));
  const auto fit = sl::run(kernels::regenerate(), post, {.chains = 4, .draws = 5000, .warmup = 100}, sl::key(4));
  EXPECT_EQ(joined(fit.warnings), "");
  bool found = false;
  for (const auto& row : sl::summarise(fit)) {
    if (row.name == "m") {
      EXPECT_EQ(row.present, 1.0);
    }
    if (row.name != "extra") continue;
    found = true;
    EXPECT_NEAR(row.present, 0.25, 0.05);
    EXPECT_NEAR(row.mean, 5.0, 4.9 * row.mcse_mean);
    EXPECT_LT(row.mcse_mean, 0.05);
    EXPECT_NEAR(row.sd, 1.0, 0.1);
    EXPECT_LT(row.r_hat, 1.01);
  }
  EXPECT_TRUE(found);
  const auto text = sl::report(fit);
  EXPECT_NE(text.find("present"), std::string::npos) << text;
  EXPECT_EQ(text.find("NaN"), std::string::npos) << text;
  const auto weighted = sl::importance(post, 5000, sl::key(5));
  for (const auto& row : sl::summarise(weighted))
    if (row.name == "extra") {
      EXPECT_NEAR(row.mean, 5.0, 0.3);
    }
}

TEST(fit_warnings, name_what_a_dynamic_model_never_moved) {
  const sl::posterior post(coming_and_going, sl::args(), sl::observe("y", 0.5));
  const auto fit = sl::run(kernels::regenerate({.at = "on"}), post, {.chains = 4, .draws = 500, .warmup = 0}, sl::key(4));
  EXPECT_TRUE(has(fit.warnings, "m did not move in 4 of 4 chains")) << joined(fit.warnings);
  EXPECT_EQ(joined(fit.warnings).find("e+"), std::string::npos) << joined(fit.warnings);
}

TEST(fit_warnings, name_what_never_moved_where_draws_are_not_kept) {
  constexpr auto pair = sl::gen([](auto& trace) {
    trace("v", sl::iid(sl::normal(0.0, 1.0), 2));
    trace("y", sl::normal(trace("m", sl::normal(0.0, 1.0)), 1.0));
  });
  for (const bool summaries_only : {false, true}) {
    const auto fit = sl::run(kernels::regenerate({.at = "m"}), sl::posterior(pair, sl::args(), sl::observe("y", 0.5)), {.chains = 4, .draws = 2000, .summaries_only = summaries_only}, sl::key(4));
    ASSERT_EQ(fit.warnings.size(), 1u) << joined(fit.warnings);
    EXPECT_TRUE(has(fit.warnings, "v did not move in 4 of 4 chains")) << joined(fit.warnings);
  }
}

TEST(fit_warnings, name_members_of_a_family_that_are_not_observed) {
  const auto ys = sl::observe("y", std::vector<double>{0.1, 0.2, 0.3});
  const std::string sentence = "y[3] is not observed and will be drawn";
  const sl::run_options o{.chains = 4, .draws = 100};
  EXPECT_TRUE(has(sl::run(kernels::regenerate(), sl::posterior(family, sl::args(4), ys), o, sl::key(1)).warnings, sentence));
  EXPECT_TRUE(has(sl::run(kernels::regenerate(), sl::posterior(family_alone, sl::args(4), ys), o, sl::key(1)).warnings, sentence));
  EXPECT_TRUE(has(sl::importance(sl::posterior(family, sl::args(4), ys), 1000, sl::key(1)).warnings, sentence));
  EXPECT_TRUE(has(sl::importance(sl::posterior(family, sl::args(4), ys), 1000, {.summaries_only = true}, sl::key(1)).warnings, sentence));
  EXPECT_TRUE(has(sl::run(kernels::regenerate(), sl::posterior(family, sl::args(6), ys), o, sl::key(1)).warnings, "y[3], y[4], y[5] are not observed and will be drawn"));
  const sl::posterior meant(family, sl::args(4), ys, sl::posterior_options{.partly_observed = true});
  const auto fit = sl::run(kernels::regenerate(), meant, o, sl::key(1));
  EXPECT_FALSE(has(fit.warnings, "not observed"));
  EXPECT_FALSE(has(fit.warnings, "NaN"));
  EXPECT_FALSE(has(sl::run(kernels::regenerate(), sl::posterior(family, sl::args(3), ys), o, sl::key(1)).warnings, "not observed"));
  for (const auto& row : sl::summarise(fit)) EXPECT_TRUE(row.name == "m" || row.name == "y[3]") << row.name;
}

TEST(fit_warnings, name_chains_that_are_dropped) {
  sl::result r;
  sl::tell_dropped_chains({400, 12, 400, 0}, 400, r);
  EXPECT_EQ(joined(r.warnings),
            "the run was stopped: chains 1 and 3 are dropped, having 12 and 0 of the 400 draws that are kept of each of the others; the result counts those from 0 anew\n");
  sl::result none;
  sl::tell_dropped_chains({400, 400}, 400, none);
  EXPECT_TRUE(none.warnings.empty());
}

TEST(empty_data, are_no_error) {
  const std::vector<double> none;
  const sl::posterior post(family, sl::args(0), sl::observe("y", none));
  const auto fit = sl::run(kernels::regenerate(), post, {.chains = 4, .draws = 2000}, sl::key(1));
  EXPECT_NEAR(sl::summarise(fit).at(0).sd, 1.0, 0.1);
  EXPECT_EQ(joined(fit.warnings), "");
  EXPECT_EQ(*sl::importance(post, 1000, sl::key(1)).log_evidence, 0.0);
  const auto t = sl::generate(family, sl::args(0), sl::observe("y", none), sl::key(1));
  EXPECT_EQ(t.weight, 0.0);
  sl::run(kernels::regenerate(), sl::posterior(family_alone, sl::args(0), sl::observe("y", none)), {.chains = 2, .draws = 10}, sl::key(1));
  // A list for a model that has members of that name: they are latents, which is said.
  EXPECT_TRUE(has(sl::importance(sl::posterior(family, sl::args(1), sl::observe("y", none)), 1000, sl::key(1)).warnings, "y[0] is not observed"));
  // A vector-valued choice is constrained whole.
  constexpr auto whole = sl::gen([](auto& trace, std::size_t n) { trace("y", sl::iid(sl::normal(0.0, 1.0), n)); });
  EXPECT_EQ(sl::generate(whole, sl::args(0), sl::observe("y", none), sl::key(1)).weight, 0.0);
  const auto refusal = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  const std::string wrong_size = "at y: the choice is a vector of 2 reals, the value given for it is a vector of 0 reals";
  const auto ys = sl::observe("y", none);
  EXPECT_EQ(refusal([&] { sl::generate(whole, sl::args(2), ys, sl::key(1)); }), wrong_size);
  EXPECT_EQ(refusal([&] { sl::generate(whole, sl::args(2), ys, sl::key(1), sl::lanes(9)); }), wrong_size);
  EXPECT_EQ(refusal([&] { sl::update(sl::simulate(whole, sl::args(2), sl::key(1)), ys, sl::key(1)); }), wrong_size);
  EXPECT_EQ(refusal([&] { sl::assess(whole, sl::args(2), ys); }), wrong_size);
  EXPECT_EQ(refusal([&] { sl::importance(sl::posterior(whole, sl::args(2), ys), 100, sl::key(1)); }), wrong_size);
  EXPECT_EQ(refusal([&] { sl::run(kernels::regenerate(), sl::posterior(whole, sl::args(2), ys), {}, sl::key(1)); }), wrong_size);
  EXPECT_EQ(sl::assess(whole, sl::args(0), ys).score, 0.0);
}
