// ArviZ from PyPI opens our files and finds in them what was written.
#include <starling/io/netcdf.hpp>
#include <starling/io/report.hpp>
#include <starling/io/stan_csv.hpp>

#include "example_fit.hpp"
#include "normal_program.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace {

struct command_outcome {
  int status;
  std::string text;
};

command_outcome run(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string text;
  char block[4096];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, pipe)) > 0;) text.append(block, got);
  return {::pclose(pipe), text};
}

const std::string scripts = STARLING_SOURCE_DIR "/tests/io/";

void arviz_accepts(const std::string& script, const scratch_folder& folder) {
  const auto environment = run("python3 " + scripts + "arviz_environment.py " STARLING_SOURCE_DIR "/build/arviz");
  ASSERT_EQ(environment.status, 0) << environment.text;
  const std::string python = environment.text.substr(0, environment.text.find('\n'));
  const auto check = run(python + " -W ignore " + scripts + script + " " + folder.path());
  EXPECT_EQ(check.status, 0) << check.text;
  EXPECT_NE(check.text.find("ArviZ agrees"), std::string::npos) << check.text;
}

}  // namespace

TEST(arviz, opens_our_files) {
  const scratch_folder folder;
  const auto fit = example_fit();
  starling::write_netcdf(fit, folder / "fit.nc");
  starling::write_stan_csv(fit, folder / "fit.csv");
  folder.write("fit.json", starling::summary_json(fit));
  arviz_accepts("check_with_arviz.py", folder);
}

TEST(arviz, works_with_what_a_program_writes) {
  const scratch_folder folder;
  folder.write("d.json", three_schools_data);
  const std::string data = "file=" + (folder / "d.json");
  for (const char* file : {"fit.nc", "fit.csv"})
    ASSERT_EQ(run_three_schools({"sample", "num_chains=2", "num_warmup=300", "save_warmup=1", "data", data, "output", "predictions=1", "file=" + (folder / file)}), 0);
  ASSERT_EQ(run_three_schools({"simulate", "num_samples=500", "data", data, "output", "file=" + (folder / "prior.nc")}), 0);
  arviz_accepts("check_program_with_arviz.py", folder);
}
