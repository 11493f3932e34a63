// NetCDF and Stan CSV: what is written is read back; nothing is half-written; every refusal has its sentence.
#include <starling/io/netcdf.hpp>
#include <starling/io/stan_csv.hpp>

#include "example_fit.hpp"
#include "io/files.hpp"
#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sl = starling;

namespace {

void expect_same(const sl::draws& a, const sl::draws& b) {
  EXPECT_EQ(a.chains, b.chains);
  EXPECT_EQ(a.draws, b.draws);
  ASSERT_EQ(a.variables.size(), b.variables.size());
  for (std::size_t i = 0; i < a.variables.size(); ++i) {
    const auto& theirs = b.variables[i];
    EXPECT_EQ(a.variables[i].shape, theirs.shape) << theirs.name;
    EXPECT_EQ(a.variables[i].values, theirs.values) << theirs.name;
  }
}

}  // namespace

TEST(netcdf, is_read_back) {
  const scratch_folder folder;
  auto fit = example_fit();
  fit.log_evidence = -3.25;
  sl::write_netcdf(fit, folder / "fit.nc");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"fit.nc"}));
  const auto back = sl::read_netcdf(folder / "fit.nc");
  expect_same(back.posterior, fit.posterior);
  expect_same(back.sample_stats, fit.sample_stats);
  EXPECT_EQ(back.posterior.variables[3].name, "inner_x");
  EXPECT_EQ(back.posterior["k"].kind, sl::variable::kinds::whole);
  EXPECT_EQ(*back.attribute("kernel"), "drift");
  EXPECT_EQ(*back.attribute("inference_library"), "starling");
  EXPECT_EQ(back.log_evidence, -3.25);
  EXPECT_FALSE(back.interrupted);
}

TEST(netcdf, keeps_log_weights) {
  const scratch_folder folder;
  sl::result fit;
  fit.posterior = {1, 3, {{"mu", {}, {1.0, 2.0, 3.0}}}};
  fit.log_weights = {0.0, -1.0, -std::numeric_limits<double>::infinity()};
  sl::write_netcdf(fit, folder / "fit.nc");
  EXPECT_EQ(sl::read_netcdf(folder / "fit.nc").log_weights, fit.log_weights);
  sl::write_stan_csv(fit, folder / "fit.csv");
  EXPECT_EQ(sl::read_stan_csv({folder / "fit.csv"}).log_weights, fit.log_weights);
}

TEST(stan_csv, is_read_back) {
  const scratch_folder folder;
  const auto fit = example_fit();
  const auto paths = sl::write_stan_csv(fit, folder / "fit.csv");
  EXPECT_EQ(paths, (std::vector<std::string>{folder / "fit_1.csv", folder / "fit_2.csv", folder / "fit_3.csv"}));
  EXPECT_EQ(folder.names().size(), 3u);
  auto back = sl::read_stan_csv(paths);
  // Predictions are columns like others, as Stan's generated quantities are.
  EXPECT_EQ(back.posterior["y_rep"].values, fit.posterior_predictive["y"].values);
  EXPECT_EQ(back.posterior["log_lik_y"].values, fit.log_likelihood["y"].values);
  back.posterior.variables.resize(fit.posterior.variables.size());
  expect_same(back.posterior, fit.posterior);
  EXPECT_EQ(back.sample_stats["lp"].values, fit.sample_stats["lp"].values);
  EXPECT_EQ(back.sample_stats["acceptance_rate"].values, fit.sample_stats["acceptance_rate"].values);
  EXPECT_EQ(*back.attribute("seed"), "7");
}

TEST(stan_csv, has_the_columns_of_cmdstan) {
  const scratch_folder folder;
  const auto paths = sl::write_stan_csv(example_fit(), folder / "fit.csv");
  const std::string text = sl::read_file(paths[1]);
  EXPECT_NE(text.find("\nlp__,accept_stat__,mu,theta.1,theta.2,theta.3,theta.4,X.1.1,X.2.1,X.1.2,X.2.2,X.1.3,X.2.3,inner_x,k,on.1,on.2,y_rep.1,y_rep.2,log_lik_y.1,log_lik_y.2\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("# seed = 7\n"), std::string::npos);
  EXPECT_NE(text.find("# id = 2\n"), std::string::npos);
}

TEST(stan_csv, of_one_chain_keeps_its_name_and_special_numbers) {
  const scratch_folder folder;
  sl::result fit;
  fit.posterior = {1, 3, {{"mu", {}, {std::numeric_limits<double>::infinity(), -0.1, 5e-324}}}};
  EXPECT_EQ(sl::write_stan_csv(fit, folder / "fit.csv"), (std::vector<std::string>{folder / "fit.csv"}));
  EXPECT_EQ(sl::read_stan_csv({folder / "fit.csv"}).posterior["mu"].values, fit.posterior["mu"].values);
}

TEST(stan_csv, leaves_saved_warm_up_out) {
  const scratch_folder folder;
  folder.write("c.csv", "# num_warmup = 2\n# save_warmup = 1\n# thin = 1 (Default)\nlp__,mu\n1,2\n3,4\n# Adaptation terminated\n5,6\n7,8\n#  Elapsed Time\n");
  const auto fit = sl::read_stan_csv({folder / "c.csv"});
  EXPECT_EQ(fit.posterior["mu"].values, (std::vector<double>{6.0, 8.0}));
}

TEST(stan_csv, says_what_is_wrong_and_where) {
  const scratch_folder folder;
  const auto message = [&](const char* text) {
    folder.write("c.csv", text);
    const std::string what = message_of([&] { sl::read_stan_csv({folder / "c.csv"}); });
    return what.substr(folder.path().size() + 1);
  };
  EXPECT_EQ(message("lp__,mu\n1,2\n1\n"), "c.csv:3: this row has 1 numbers, the header names 2 columns.");
  EXPECT_EQ(message("lp__,mu\n1,abc\n"), "c.csv:2: \"abc\" is not a number.");
  EXPECT_EQ(message("# nothing\n"), "c.csv is not a Stan CSV file: it has no line of column names.");
  EXPECT_EQ(message("theta.1,theta.3\n1,2\n"), "c.csv: the columns of \"theta\" do not fill its shape: there are 2, not 3.");
  EXPECT_EQ(message("theta.a\n1\n"), "c.csv: the column \"theta.a\" is not a name with indices, like theta.1.");
  folder.write("a.csv", "mu\n1\n");
  folder.write("b.csv", "mu\n1\n2\n");
  folder.write("c.csv", "nu\n1\n");
  EXPECT_EQ(message_of([&] { sl::read_stan_csv({folder / "a.csv", folder / "b.csv"}); }),
            folder / "b.csv has 2 draws, " + (folder / "a.csv has 1."));
  EXPECT_EQ(message_of([&] { sl::read_stan_csv({folder / "a.csv", folder / "c.csv"}); }),
            folder / "c.csv has other columns than " + (folder / "a.csv."));
}

TEST(files, what_cannot_be_written_is_said_and_leaves_nothing) {
  const scratch_folder folder;
  EXPECT_EQ(message_of([&] { sl::check_writable(folder / "none/fit.nc"); }), folder / "none/fit.nc cannot be written: No such file or directory.");
  EXPECT_EQ(message_of([&] { sl::check_writable(folder.path()); }), folder.path() + " cannot be written: Is a directory.");
  folder.write("file", "");
  EXPECT_EQ(message_of([&] { sl::check_writable(folder / "file/fit.nc"); }), folder / "file/fit.nc cannot be written: Not a directory.");
  sl::check_writable(folder / "fit.nc");
  EXPECT_EQ(message_of([&] { sl::write_netcdf(example_fit(), folder / "none/fit.nc"); }),
            folder / "none/fit.nc cannot be written: No such file or directory.");
  EXPECT_EQ(message_of([&] { sl::write_stan_csv(example_fit(), folder / "none/fit.csv"); }),
            folder / "none/fit_1.csv cannot be written: No such file or directory.");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"file"}));
}

TEST(files, that_are_not_committed_vanish) {
  const scratch_folder folder;
  folder.write("a", "old");
  {
    sl::pending_files files;
    files.write(folder / "a", "new");
    EXPECT_EQ(folder.names().size(), 2u);
    EXPECT_EQ(sl::read_file(folder / "a"), "old");
  }
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a"}));
  EXPECT_EQ(sl::read_file(folder / "a"), "old");
}

TEST(netcdf, says_what_it_cannot_read) {
  const scratch_folder folder;
  folder.write("fit.nc", "no netcdf");
  EXPECT_EQ(message_of([&] { sl::read_netcdf(folder / "fit.nc"); }), folder / "fit.nc cannot be read: its 9 bytes are no whole NetCDF file; it is damaged, cut short or something else.");
  EXPECT_EQ(message_of([&] { sl::read_netcdf(folder / "none.nc"); }), folder / "none.nc cannot be read: No such file or directory.");
}
