// The words of CmdStan that change a kernel, and optimize, laplace, pathfinder and variational: against the closed form of a normal posterior.
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_program.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/models/posterior.hpp>

#include "fake_program.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sl = starling;

namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (auto& w : words) all.push_back(w.data());
  return all;
}

// mean | y ~ normal(n ȳ / (n + 1/4), 1/√(n + 1/4)); rate | … has its mode at (3 − 1)/2 among the choices.
constexpr auto model = sl::gen([](auto& trace, const auto& y) {
  const auto mean = trace("mean", sl::normal(0.0, 2.0));
  trace("rate", sl::gamma(3.0, 2.0));
  for (std::size_t i = 0; i < y.size(); ++i) trace({"y", i}, sl::normal(mean, 1.0));
});
constexpr double exact_mean = 6.0 / 3.25;

template <class Kernel>
int run_normal(std::vector<std::string> words, Kernel kernel) {
  words.insert(words.begin(), "normal");
  const auto argv = pointers(words);
  return sl::program(
      static_cast<int>(argv.size()), const_cast<char**>(argv.data()),
      [](const sl::data&) {
        const std::vector<double> y = {1.0, 2.0, 3.0};
        return sl::posterior(model, sl::args(y), {{"y", y}});
      },
      kernel);
}

class commands : public testing::Test {
 protected:
  sl::result fit(std::vector<std::string> words) const {
    words.insert(words.end(), {"output", "file=" + (folder_ / "fit.nc")});
    testing::internal::CaptureStdout();
    EXPECT_EQ(run_normal(words, sl::kernels::nuts()), 0);
    testing::internal::GetCapturedStdout();
    return sl::read_netcdf(folder_ / "fit.nc");
  }
  double mean_of(const sl::result& r, const char* name) const {
    const auto x = r.posterior[name].element(0);
    double sum = 0;
    for (const double v : x) sum += v;
    return sum / static_cast<double>(x.size());
  }
  outcome fake(const std::string& words) const { return run_fake(folder_, words + " data file=" + (folder_ / "d.json") + " output file=" + (folder_ / "f.nc")); }

  commands() { folder_.write("d.json", R"({"n": 2, "y": [1, 2]})"); }
  scratch_folder folder_;
};

}  // namespace

TEST_F(commands, optimize_finds_the_mode_of_the_choices_and_of_the_free_numbers) {
  const auto mode = fit({"optimize"});
  EXPECT_EQ(mode.posterior.draws, 1u);
  EXPECT_NEAR(mean_of(mode, "mean"), exact_mean, 1e-6);
  EXPECT_NEAR(mean_of(mode, "rate"), 1.0, 1e-6);
  EXPECT_NEAR(mean_of(fit({"optimize", "jacobian=1"}), "rate"), 1.5, 1e-6);
}
TEST_F(commands, laplace_pathfinder_and_variational_draw_from_a_normal_posterior) {
  const double error = 5 / std::sqrt(3.25 * 4000);
  EXPECT_NEAR(mean_of(fit({"laplace", "draws=4000"}), "mean"), exact_mean, error);
  EXPECT_NEAR(mean_of(fit({"pathfinder", "num_psis_draws=4000", "num_draws=4000"}), "mean"), exact_mean, 2 * error);
  EXPECT_NEAR(mean_of(fit({"variational", "algorithm=fullrank", "output_samples=4000"}), "mean"), exact_mean, error + 0.02);
}
TEST_F(commands, a_kernel_is_changed_by_words) {
  const auto kept = fit({"sample", "num_chains=2"});
  const auto careful = fit({"sample", "num_chains=2", "adapt", "delta=0.99"});
  const auto step = [](const sl::result& r) { return r.sample_stats["step_size"].values.back(); };
  EXPECT_LT(step(careful), 0.7 * step(kept));
  const auto shallow = fit({"sample", "num_chains=2", "algorithm=hmc", "engine=nuts", "max_depth=1", "metric=unit_e"});
  for (const double depth : shallow.sample_stats["tree_depth"].values) EXPECT_LE(depth, 1);
}
TEST_F(commands, warm_up_and_engine_are_changed_by_words) {
  const auto steps_of = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"sample", "num_chains=2", "num_warmup=100", "num_samples=50"});
    const auto r = fit(words);
    return std::pair{r.sample_stats["step_size"].values, r.sample_stats["n_steps"].values};
  };
  for (const double h : steps_of({"adapt", "engaged=0"}).first) EXPECT_EQ(h, 1);
  for (const double h : steps_of({"stepsize=0.25", "adapt", "engaged=0"}).first) EXPECT_EQ(h, 0.25);
  const auto [lengths, all] = steps_of({"stepsize=0.25", "engine=static", "int_time=2.1", "adapt", "engaged=0"});
  for (const double n : all) EXPECT_EQ(n, 8);
  const auto [jittered, trees] = steps_of({"stepsize=0.2", "stepsize_jitter=0.5", "adapt", "engaged=0"});
  EXPECT_LT(*std::min_element(jittered.begin(), jittered.end()), 0.11);
  EXPECT_GT(*std::max_element(jittered.begin(), jittered.end()), 0.29);
  for (const double h : jittered) EXPECT_TRUE(h >= 0.1 && h <= 0.3) << h;
  // One window of the whole warm-up, and none of the step size's own.
  const auto short_end = steps_of({"metric=diag_e", "adapt", "init_buffer=0", "window=100", "term_buffer=0"}).first;
  EXPECT_NE(short_end.back(), steps_of({"metric=diag_e"}).first.back());
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_normal({"sample", "adapt", "window=10", "output", "file=" + (folder_ / "x.nc")}, sl::kernels::nuts()), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("of the metrics diag_e and dense_e; say one of them"), std::string::npos);
}
TEST_F(commands, words_reach_the_settings) {
  const auto s = fake("sample adapt delta=0.95 algorithm=hmc engine=nuts max_depth=12 metric=diag_e stepsize=0.25 init=0.5").calls.sample.kernel;
  EXPECT_EQ(s.target_acceptance, 0.95);
  EXPECT_EQ(s.max_depth, 12);
  EXPECT_EQ(s.metric, sl::kernels::metric_kind::diag_e);
  EXPECT_EQ(s.step_size, 0.25);
  EXPECT_EQ(s.initial_radius, 0.5);
  EXPECT_FALSE(fake("sample").calls.sample.kernel.any());
  const auto v = fake("variational algorithm=lowrank iter=77 seed=9 init=1").calls.approximate;
  EXPECT_EQ(v.method, sl::approximation_settings::methods::variational);
  EXPECT_EQ(v.variational.guide, sl::guide_family::low_rank);
  EXPECT_EQ(v.variational.max_steps, 77u);
  EXPECT_EQ(v.variational.initial_radius, 1);
  EXPECT_EQ(v.seed, 9u);
  const auto p = fake("pathfinder num_paths=3 history_size=7").calls.approximate;
  EXPECT_EQ(p.pathfinder.paths, 3u);
  EXPECT_EQ(p.pathfinder.history, 7u);
}
TEST_F(commands, wrong_words_are_refused) {
  const auto says = [&](const std::string& words) {
    const auto r = fake(words);
    EXPECT_EQ(r.code, 1) << words;
    EXPECT_EQ(r.calls.runs, 0) << words;
    return r.err;
  };
  EXPECT_EQ(says("sample adapt delta=1.5"), "schools: \"delta\" should be a number from 0.001 to 0.99999, but is \"1.5\".\n");
  for (const std::string x : {"0", "1e-320", "1e-1000", "1e200", "nan", "inf", "-1"})
    EXPECT_EQ(says("sample stepsize=" + x), "schools: \"stepsize\" should be a number from 1e-150 to 1e+150, but is \"" + x + "\".\n");
  for (const std::string x : {"1e-320", "1e200", "nan"})
    EXPECT_EQ(says("sample init=" + x), "schools: \"init\" should be 0, a number from 1e-150 to 1e+150, or a file of .json, .nc or .csv, but is \"" + x + "\".\n");
  EXPECT_EQ(says("sample metric=diag"), "schools: \"metric\" should be unit_e, diag_e, dense_e, fisher_diag_e, low_rank_e, but is \"diag\".\n");
  EXPECT_EQ(says("optimize adapt delta=0.9"), "schools: \"adapt delta=\" belongs to sample, not to optimize.\n");
  EXPECT_EQ(says("optimize adapt window=9"), "schools: \"adapt window=\" belongs to sample, not to optimize.\n");
  EXPECT_EQ(says("sample adapt engaged=2"), "schools: \"engaged\" should be a whole number from 0 to 1, but is \"2\".\n");
  EXPECT_EQ(says("sample stepsize_jitter=1.5"), "schools: \"stepsize_jitter\" should be a number from 0 to 1, but is \"1.5\".\n");
  EXPECT_EQ(says("sample int_time=3"), "schools: \"int_time=\" belongs to engine=static: say engine=static too.\n");
  EXPECT_EQ(says("importance init=1"), "schools: \"init=\" is where chains and searches start: importance has none.\n");
  EXPECT_EQ(says("optimize max_depth=3"), "schools: \"max_depth=\" belongs to \"sample\": say sample max_depth=3.\n");
}
TEST_F(commands, kernels_without_a_gradient_say_so) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_normal({"optimize", "output", "file=" + (folder_ / "x.nc")}, sl::kernels::drift()), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("follow a gradient"), std::string::npos);
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_normal({"sample", "adapt", "delta=0.9", "output", "file=" + (folder_ / "x.nc")}, sl::kernels::drift()), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("this program samples with another"), std::string::npos);
}
