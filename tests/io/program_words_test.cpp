// generate_quantities, log_prob, diagnose, and the words of sample beside those of its kernel, against closed forms.
#include <starling/io/netcdf.hpp>
#include <starling/io/stan_csv.hpp>

#include "fake_program.hpp"
#include "normal_program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace sl = starling;

namespace {

double log_normal(double x, double mean, double sd) { return -0.5 * std::pow((x - mean) / sd, 2) - std::log(sd) - 0.5 * std::log(2 * M_PI); }

class words : public testing::Test {
 protected:
  words() { folder_.write("d.json", three_schools_data); }

  // Runs a command of the program with its data; gives its exit code, `out_` what it printed.
  int run(const std::string& text) {
    std::vector<std::string> list;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      std::string word = text.substr(at, end - at);
      if (const auto tilde = word.find('~'); tilde != std::string::npos) word.replace(tilde, 1, folder_.path() + "/");   // ~ is the folder
      if (!word.empty()) list.push_back(word);
      at = end + 1;
    }
    list.insert(list.end(), {"data", "file=" + (folder_ / "d.json")});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_three_schools(list);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }
  sl::result fit(const std::string& text) {
    EXPECT_EQ(run(text + " output file=~fit.nc"), 0) << err_;
    return sl::read_netcdf(folder_ / "fit.nc");
  }
  std::string file(const char* name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  outcome fake(const std::string& text) const { return run_fake(folder_, text + " data file=" + (folder_ / "f.json") + " output file=" + (folder_ / "f.nc")); }

  scratch_folder folder_;
  std::string out_, err_;
};

}  // namespace

TEST_F(words, log_prob_gives_the_density_and_its_derivatives) {
  folder_.write("p.json", R"({"theta": [0.5, 1, -1], "rate": 2})");
  ASSERT_EQ(run("log_prob constrained_params=~p.json output file=~lp.nc"), 0) << err_;
  const auto free = sl::read_netcdf(folder_ / "lp.nc");
  EXPECT_NEAR(free.posterior["g_theta"].values[0], -0.5 / 4 + (1 - 0.5), 1e-12);
  EXPECT_NEAR(free.posterior["g_theta"].values[2], 1.0 / 4 + (5 + 1) / 9.0, 1e-12);
  EXPECT_NEAR(free.posterior["g_rate"].values[0], 2 * (2 / 2.0 - 2) + 1, 1e-12);
  ASSERT_EQ(run("log_prob constrained_params=~p.json jacobian=0 output file=~lp.nc"), 0) << err_;
  EXPECT_NEAR(free.sample_stats["lp"].values[0] - sl::read_netcdf(folder_ / "lp.nc").sample_stats["lp"].values[0], std::log(2.0), 1e-12);
  // Points of free numbers: the logarithm of rate comes last.
  folder_.write("u.json", R"({"params_r": [[0.5, 1, -1, 0.6931471805599453], [0, 0, 0, 0]]})");
  ASSERT_EQ(run("log_prob unconstrained_params=~u.json output file=~lp.nc"), 0) << err_;
  const auto two = sl::read_netcdf(folder_ / "lp.nc").sample_stats["lp"].values;
  ASSERT_EQ(two.size(), 2u);
  EXPECT_NEAR(two[0], free.sample_stats["lp"].values[0], 1e-12);
  EXPECT_EQ(run("log_prob constrained_params=~missing.json"), 1);
  folder_.write("p.json", R"({"theta": [0.5, 1, -1]})");
  EXPECT_EQ(run("log_prob constrained_params=~p.json"), 1);
  EXPECT_NE(err_.find("no draws of rate"), std::string::npos) << err_;
}

TEST_F(words, diagnose_compares_derivatives_with_differences) {
  EXPECT_EQ(run("diagnose"), 0) << out_;
  EXPECT_NE(out_.find("All derivatives agree with finite differences."), std::string::npos) << out_;
  EXPECT_NE(out_.find("theta[2]"), std::string::npos);
  folder_.write("f.json", R"({"n": 2, "y": [1, 2]})");
  const auto wrong = fake("diagnose error=0.1");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.out.find("1 of 2 derivatives disagree"), std::string::npos) << wrong.out;
  EXPECT_EQ(fake("diagnose error=0.3").code, 0);
}

TEST_F(words, generate_quantities_adds_predictions_and_notes_to_draws) {
  const auto before = fit("sample num_chains=2 num_samples=200");
  ASSERT_EQ(run("generate_quantities fitted_params=~fit.nc output file=~all.nc summary=~all.json"), 0) << err_;
  const auto after = sl::read_netcdf(folder_ / "all.nc");
  EXPECT_EQ(before.posterior["theta"].values, after.posterior["theta"].values);
  for (std::size_t i = 0; i < 1200; ++i) EXPECT_EQ(after.posterior["twice"].values[i], 2 * after.posterior["theta"].values[i]);
  EXPECT_EQ(after.sample_stats["lp"].values, before.sample_stats["lp"].values);
  const auto json = nlohmann::json::parse(file("all.json"));
  ASSERT_EQ(json["predictive_checks"].size(), 4u);
  EXPECT_EQ(json["predictive_checks"][3]["statistic"], "max");
  EXPECT_NE(out_.find("predictive checks"), std::string::npos);
  EXPECT_EQ(run("generate_quantities output file=~x.nc"), 1);
}

TEST_F(words, predictions_go_with_sample) {
  ASSERT_EQ(run("sample num_samples=50 output file=~fit.csv predictions=1 sig_figs=4"), 0) << err_;
  const auto r = sl::read_stan_csv({folder_ / "fit.csv"});
  const auto& theta = r.posterior["theta"].values;
  const auto& likelihood = r.posterior["log_lik_y"].values;
  for (std::size_t d = 0; d < 50; ++d) {
    EXPECT_NEAR(likelihood[3 * d], log_normal(1, theta[3 * d], 1), 0.01);
    EXPECT_NEAR(likelihood[3 * d + 2], log_normal(5, theta[3 * d + 2], 3), 0.01);
  }
  EXPECT_EQ(r.posterior["y_rep"].elements(), 3u);
  // Four significant digits at most.
  for (const double t : theta) {
    char text[40];
    std::snprintf(text, sizeof text, "%.4g", t);
    EXPECT_EQ(t, std::strtod(text, nullptr));
  }
}

TEST_F(words, starts_come_from_files) {
  folder_.write("s.json", R"({"theta": [0.5, 1, -1], "rate": 2})");
  const std::string still = "sample num_chains=2 num_samples=1 num_warmup=0 stepsize=1e-12 init=~";
  for (const auto& value : {fit(still + "s.json")}) {
    EXPECT_NEAR(value.posterior["theta"].values[5], -1, 1e-8);
    EXPECT_NEAR(value.posterior["rate"].values[0], 2, 1e-8);
  }
  folder_.write("t_1.json", R"({"rate": 2})");
  folder_.write("t_2.json", R"({"rate": 3})");
  const auto each = fit(still + "t.json");
  EXPECT_NEAR(each.posterior["rate"].values[0], 2, 1e-8);
  EXPECT_NEAR(each.posterior["rate"].values[1], 3, 1e-8);
  EXPECT_NE(each.posterior["theta"].values[0], each.posterior["theta"].values[3]);
  const auto draws = fit("pathfinder");
  ASSERT_EQ(run("sample num_chains=2 num_samples=1 num_warmup=0 stepsize=1e-12 init=~fit.nc output file=~next.nc"), 0) << err_;
  EXPECT_NEAR(sl::read_netcdf(folder_ / "next.nc").posterior["theta"].values[0], draws.posterior["theta"].values[0], 1e-8);
  folder_.write("t_2.json", R"({"rat": 3})");
  EXPECT_EQ(run(still + "t.json"), 1);
  folder_.write("s2.json", R"({"tetha": [0.5, 1, -1]})");
  EXPECT_EQ(run(still + "s2.json"), 1);
  EXPECT_NE(err_.find("tetha"), std::string::npos) << err_;
  // Predictions of a Stan CSV are no starts, and no mistake.
  ASSERT_EQ(run("sample num_chains=1 num_samples=3 num_warmup=50 output file=~p.csv predictions=1"), 0) << err_;
  EXPECT_NE(file("p.csv").find("_rep"), std::string::npos);
  ASSERT_EQ(run("sample num_chains=1 num_samples=1 num_warmup=0 stepsize=1e-12 init=~p.csv output file=~next.nc"), 0) << err_;
  const auto mode = fit("optimize num_starts=1 iter=1 init=~s.json");
  EXPECT_EQ(mode.posterior.draws, 1u);
}

TEST_F(words, warmup_diagnostics_metric_and_id_reach_the_files) {
  folder_.write("m.json", R"({"inv_metric": [0.8, 2, 2.8, 0.5]})");
  ASSERT_EQ(run("method=sample num_chains=2 num_samples=20 num_warmup=30 save_warmup=1 metric_file=~m.json id=3 output file=~w.csv diagnostic_file=~g.csv refresh=0"), 0) << err_;
  const std::string text = file("w_3.csv");
  EXPECT_NE(text.find("# save_warmup = 1\n"), std::string::npos);
  EXPECT_NE(text.find("# id = 3\n"), std::string::npos);
  std::size_t rows = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) rows += text[at] != '#' && text[at] != 'l';
  EXPECT_EQ(rows, 50u);
  const auto r = sl::read_stan_csv({folder_ / "w_3.csv", folder_ / "w_4.csv"});
  EXPECT_EQ(r.posterior.draws, 20u);   // the warm-up is left out
  const auto g = sl::read_stan_csv({folder_ / "g_3.csv", folder_ / "g_4.csv"});
  for (std::size_t i = 0; i < 40; ++i) {
    const double theta = r.posterior["theta"].values[3 * i];
    EXPECT_NEAR(g.posterior["g_theta"].values[3 * i], -theta / 4 + (1 - theta), 1e-9);
    EXPECT_NEAR(g.sample_stats["lp"].values[i], r.sample_stats["lp"].values[i], 1e-9);
  }
  const auto first = fit("sample num_samples=5"), other = fit("sample num_samples=5 id=2");
  EXPECT_NE(first.posterior["rate"].values, other.posterior["rate"].values);
  folder_.write("m.json", R"({"inv_metric": [1, 2]})");
  EXPECT_EQ(run("sample metric_file=~m.json"), 1);
}

TEST_F(words, that_contradict_each_other_are_refused) {
  for (const char* wrong : {"optimize output predictions=1", "sample output keep_draws=0 predictions=1", "log_prob", "sample init=s.txt", "sample output diagnostic_file=x.txt",
                            "variational init=~d.json", "sample save_warmup=1 output checkpoint=~c", "generate_quantities fitted_params=~nothing.nc"})
    EXPECT_EQ(run(wrong), 1) << wrong;
}
