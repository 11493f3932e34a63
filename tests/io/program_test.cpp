// Programs end to end, with a fake model: words, files, sentences, exit codes.
#include <starling/io/netcdf.hpp>
#include <starling/io/stan_csv.hpp>
#include <starling/io/version.hpp>

#include "fake_program.hpp"
#include "io/files.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sl = starling;

namespace {

class program : public testing::Test {
 protected:
  program() { folder_.write("d.json", R"({"n": 2, "y": [1, 2]})"); }

  outcome run(const std::string& words, const sl::program_description& description = {}) const {
    std::string full = words;
    for (std::size_t at = full.find('@'); at != std::string::npos; at = full.find('@')) full.replace(at, 1, folder_.path());
    return run_fake(folder_, full, description);
  }

  // The one sentence on stderr, without the name of the program; checks that nothing ran and nothing was written.
  std::string refusal(const std::string& words) const {
    const auto result = run(words);
    EXPECT_EQ(result.code, 1) << words;
    EXPECT_EQ(result.calls.runs, 0) << words;
    EXPECT_EQ(result.out, "") << words;
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"d.json"})) << words;
    EXPECT_EQ(result.err.substr(0, 9), "schools: ");
    EXPECT_EQ(result.err.back(), '\n');
    std::string text = result.err.substr(9, result.err.size() - 10);
    for (std::size_t at = text.find(folder_.path()); at != std::string::npos; at = text.find(folder_.path())) text.replace(at, folder_.path().size(), "@");
    return text;
  }

  scratch_folder folder_;
};

}  // namespace

TEST_F(program, samples_with_the_words_of_cmdstan) {
  const auto r = run("sample num_chains=4 num_samples=50 num_warmup=20 thin=5 data file=@/d.json random seed=7 output file=@/fit.nc num_threads=2");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_EQ(r.calls.sample.chains, 4u);
  EXPECT_EQ(r.calls.sample.draws, 50u);
  EXPECT_EQ(r.calls.sample.warmup, 20u);
  EXPECT_EQ(r.calls.sample.thin, 5u);
  EXPECT_EQ(r.calls.sample.seed, 7u);
  EXPECT_EQ(r.calls.sample.threads, 2u);
  EXPECT_EQ(r.out.substr(0, 21), "4 chains of 10 draws\n");
  EXPECT_NE(r.out.find("\nwritten: " + (folder_ / "fit.nc") + "\n"), std::string::npos) << r.out;
  const auto fit = sl::read_netcdf(folder_ / "fit.nc");
  EXPECT_EQ(fit.posterior.draws, 10u);
  EXPECT_EQ(*fit.attribute("seed"), "7");
  EXPECT_EQ(*fit.attribute("num_warmup"), "20");
  EXPECT_EQ(*fit.attribute("model"), "schools");
}

TEST_F(program, has_the_defaults_of_cmdstan_unless_it_names_its_own) {
  auto r = run("sample data file=@/d.json output file=@/fit.csv");
  EXPECT_EQ(r.calls.sample.chains, 1u);
  EXPECT_EQ(r.calls.sample.draws, 1000u);
  EXPECT_EQ(r.calls.sample.warmup, 1000u);
  EXPECT_EQ(r.calls.sample.thin, 1u);
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"d.json", "fit.csv"}));
  EXPECT_NE(r.out.find("warning: With one chain there is no R-hat"), std::string::npos);
  r = run("sample data file=@/d.json output file=@/fit.csv", {.sample = {.chains = 3}});
  EXPECT_EQ(r.calls.sample.chains, 3u);
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"d.json", "fit.csv", "fit_1.csv", "fit_2.csv", "fit_3.csv"}));
}

TEST_F(program, takes_other_orders_and_forms_of_words) {
  const auto r = run("data file=@/d.json output file=@/f.csv random seed=3 method=sample num_samples=8 num_chains=2");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.calls.sample.draws, 8u);
  EXPECT_EQ(run("sample seed=12 data file=@/d.json output file=@/f.csv").calls.sample.seed, 12u);
  EXPECT_EQ(run("sample data file=@/d.json seed=13 num_samples=9 output file=@/f.csv").calls.sample.draws, 9u);
}

TEST_F(program, writes_a_summary_for_machines) {
  const auto r = run("sample num_chains=2 num_samples=10 data file=@/d.json output file=@/fit.csv summary=@/s.json");
  EXPECT_EQ(r.code, 0) << r.err;
  const auto s = nlohmann::json::parse(sl::read_file(folder_ / "s.json"));
  EXPECT_EQ(s["variables"][0]["name"], "mu");
  EXPECT_TRUE(s["variables"][0]["r_hat"].is_number());
  EXPECT_EQ(s["chains"], 2);
  EXPECT_EQ(s["attributes"]["method"], "sample");
  EXPECT_FALSE(s["warnings"].empty());
}

TEST_F(program, keeps_summaries_only_on_request) {
  const auto r = run("sample data file=@/d.json output keep_draws=0 summary=@/s.json");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(r.calls.sample.summaries_only);
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"d.json", "s.json"}));
  EXPECT_NE(r.out.find("mu"), std::string::npos);
}

TEST_F(program, does_importance_sampling) {
  const auto r = run("importance num_particles=500 data file=@/d.json seed=4 output file=@/fit.nc");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.calls.importance.particles, 500u);
  EXPECT_EQ(r.calls.importance.seed, 4u);
  EXPECT_NE(r.out.find("500 weighted draws"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("log evidence -1.00000"), std::string::npos) << r.out;
  EXPECT_EQ(r.out.find("warning"), std::string::npos) << r.out;
  EXPECT_EQ(sl::read_netcdf(folder_ / "fit.nc").log_weights.size(), 500u);
  EXPECT_NE(run("summary @/fit.nc").out.find("500 weighted draws"), std::string::npos);
}

TEST_F(program, simulates) {
  const auto r = run("simulate num_samples=20 data file=@/d.json output file=@/fit.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.calls.simulate.draws, 20u);
  EXPECT_EQ(r.out.find("warning"), std::string::npos) << r.out;
  EXPECT_EQ(run("summary @/fit.csv").out.find("warning"), std::string::npos);
  EXPECT_EQ(run("simulate data file=@/d.json output file=@/fit.nc").code, 0);
  EXPECT_EQ(run("summary @/fit.nc").out.find("warning"), std::string::npos);
  EXPECT_EQ(sl::read_stan_csv({folder_ / "fit.csv"}).posterior["y"].shape, (std::vector<std::size_t>{2}));
}

TEST_F(program, summarises_files) {
  ASSERT_EQ(run("sample num_chains=2 num_samples=100 data file=@/d.json output file=@/fit.csv").code, 0);
  ASSERT_EQ(run("sample num_chains=2 num_samples=100 data file=@/d.json output file=@/fit.nc").code, 0);
  const auto csv = run("summary @/fit_1.csv @/fit_2.csv");
  const auto nc = run("summary @/fit.nc");
  EXPECT_EQ(csv.code, 0) << csv.err;
  EXPECT_EQ(csv.out, nc.out);
  EXPECT_EQ(csv.out.substr(0, 22), "2 chains of 100 draws\n");
  EXPECT_EQ(run("summary").err, "schools: summary needs the files to summarise: one .nc, or the .csv files of all chains.\n");
  EXPECT_EQ(run("summary @/fit.nc @/fit.nc").err, "schools: summary takes one .nc file, or the .csv files of all chains.\n");
  EXPECT_EQ(run("summary fit.txt").err, "schools: fit.txt should end in .nc (NetCDF) or .csv (Stan CSV).\n");
  EXPECT_EQ(run("summary none.nc").err, "schools: none.nc cannot be read: No such file or directory.\n");
}

TEST_F(program, helps) {
  for (const char* words : {"--help", "help", "-h"}) {
    const auto r = run(words, {.about = "About schools."});
    EXPECT_EQ(r.code, 0);
    EXPECT_EQ(r.out.substr(0, 14), "About schools.");
    for (const char* expected : {"num_chains=1 ", "num_particles=10000 ", "seed=1 ", "output.csv", "simulate", "summary FILE"})
      EXPECT_NE(r.out.find(expected), std::string::npos) << expected;
  }
  const auto r = run("importance --help");
  EXPECT_NE(r.out.find("num_particles=10000"), std::string::npos);
  EXPECT_EQ(r.out.find("num_chains"), std::string::npos);
  EXPECT_NE(run("sample help", {.sample = {.chains = 64}}).out.find("num_chains=64"), std::string::npos);
  EXPECT_EQ(run("--version").out, "schools, with starling " + std::string(sl::version) + "\n");
}

TEST_F(program, refuses_arguments_that_it_does_not_know) {
  EXPECT_EQ(refusal("sample num_chain=4 data file=@/d.json"), "There is no argument \"num_chain\". Did you mean \"num_chains\"? --help lists them.");
  EXPECT_EQ(refusal("smaple data file=@/d.json"), "There is no argument \"smaple\". Did you mean \"sample\"? --help lists them.");
  EXPECT_EQ(refusal("sample --num_chains 4"), "There is no argument \"--num_chains\". Did you mean \"num_chains=…\"? --help lists them.");
  EXPECT_EQ(refusal("sample data file=@/d.json outptu file=@/x.nc"), "There is no argument \"outptu\". Did you mean \"output\"? --help lists them.");
  EXPECT_EQ(refusal("sample adaptation delta=0.9"), "There is no argument \"adaptation\". --help lists them.");
  EXPECT_EQ(refusal("importance num_chains=4"), "\"num_chains=\" belongs to \"sample\": say sample num_chains=4.");
  EXPECT_EQ(refusal("sample file=@/d.json"), "\"file=\" belongs to \"data\" or \"output\": say data file=… or output file=….");
  EXPECT_EQ(refusal("sample seed=1 random seed=2"), "\"seed=\" is given twice.");
  EXPECT_EQ(refusal("sample simulate"), "There are two commands, sample and simulate: say one.");
  EXPECT_EQ(refusal(""), "There is no command. Say sample, importance, simulate, optimize, laplace, pathfinder, variational, generate_quantities, log_prob, diagnose, summary, as in \"schools sample data file=data.json\"; --help tells more.");
}

TEST_F(program, refuses_values_that_make_no_sense) {
  EXPECT_EQ(refusal("sample num_chains=0"), "\"num_chains\" should be a whole number from 1 on, but is \"0\".");
  EXPECT_EQ(refusal("sample num_samples=many"), "\"num_samples\" should be a whole number from 1 on, but is \"many\".");
  EXPECT_EQ(refusal("sample num_warmup=-5"), "\"num_warmup\" should be a whole number from 0 on, but is \"-5\".");
  EXPECT_EQ(refusal("sample random seed=1.5"), "\"seed\" should be a whole number from 0 on, but is \"1.5\".");
  EXPECT_EQ(refusal("sample num_chains="), "\"num_chains=\" has no value.");
  EXPECT_EQ(refusal("sample num_samples=10 thin=11"), "thin=11 keeps none of num_samples=10 draws.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/fit.txt"), "output file=@/fit.txt should end in .nc (NetCDF) or .csv (Stan CSV).");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/fit.nc keep_draws=0"),
            "output file= and keep_draws=0 contradict each other: without draws there is nothing to write there.");
}

TEST_F(program, checks_data_and_outputs_before_it_draws) {
  EXPECT_EQ(refusal("sample"), "This program needs data (the field \"n\"): give it as data file=NAME.json.");
  EXPECT_EQ(refusal("sample data file=@/none.json"), "@/none.json cannot be read: No such file or directory.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/none/fit.nc"), "@/none/fit.nc cannot be written: No such file or directory.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/none/fit.csv"), "@/none/fit.csv cannot be written: No such file or directory.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/fit.nc summary=@/none/s.json"), "@/none/s.json cannot be written: No such file or directory.");
  folder_.write("d.json", R"({"n": 2, "y": [1]})");
  EXPECT_EQ(refusal("sample data file=@/d.json"), "@/d.json: \"y\" should be a list of 2 numbers, but is a list of 1.");
}

TEST_F(program, warns_of_fields_that_nothing_uses) {
  folder_.write("d.json", R"({"n": 1, "y": [1], "sigma": 2, "tau": 3})");
  const auto r = run("simulate data file=@/d.json output file=@/fit.csv");
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.err, "warning: " + (folder_ / "d.json") + " has fields that the program does not use: \"sigma\", \"tau\".\n");
}

TEST(version, is_that_of_the_build) {
  const std::string lists = sl::read_file(STARLING_SOURCE_DIR "/CMakeLists.txt");
  EXPECT_NE(lists.find("VERSION " + std::string(sl::version) + " "), std::string::npos);
}

TEST_F(program, refuses_numbers_that_no_machine_takes_before_it_looks_at_files) {
  EXPECT_EQ(refusal("sample num_warmup=18446744073709551615 data file=@/d.json"),
            "\"num_warmup\" should be a whole number from 0 to 1000000000000000, but is \"18446744073709551615\".");
  EXPECT_EQ(refusal("sample num_samples=99999999999999999999999 data file=@/d.json"),
            "\"num_samples\" should be a whole number from 1 to 1000000000000000, but is \"99999999999999999999999\".");
  EXPECT_EQ(refusal("sample random seed=18446744073709551616"), "\"seed\" should be a whole number from 0 on, but is \"18446744073709551616\".");
  EXPECT_EQ(refusal("sample num_chains=100000000 data file=@/d.json"), "Stan CSV has one file a chain, which would be 100000000 files: say output file=….nc.");
  EXPECT_EQ(refusal("sample num_chains=100000000 num_samples=100000000 data file=@/d.json"),
            "num_chains=100000000 with num_warmup=1000 and num_samples=100000000 are 1e+16 steps: no machine takes so many.");
  // The system would end the program.
  const std::string chains = "num_chains=2000000000 with num_samples=1000 need at least ";
  EXPECT_EQ(refusal("sample num_chains=2000000000 data file=@/d.json output file=@/x.nc").find(chains + "6.6e+04 GB of memory, and this machine has "), 0u);
  EXPECT_EQ(refusal("sample num_chains=2000000000 data file=@/d.json output keep_draws=0").find(chains + "2e+03 GB of memory, and this machine has "), 0u);
  for (const std::string asked : {"simulate num_samples=1000000000000", "importance num_particles=1000000000000", "laplace draws=1000000000000", "pathfinder num_psis_draws=1000000000000",
                                  "variational output_samples=1000000000000"}) {
    const std::string what = asked.substr(asked.find(' ') + 1);
    EXPECT_EQ(refusal(asked + " data file=@/d.json output file=@/x.nc").find(what + " needs at least 8e+03 GB of memory, and this machine has "), 0u) << asked;
  }
  EXPECT_EQ(run("sample num_samples=1 random seed=18446744073709551615 data file=@/d.json output file=@/f.nc").calls.sample.seed, 18446744073709551615u);
}

TEST_F(program, counts_no_chain_of_a_summary_twice) {
  EXPECT_EQ(refusal("summary @/f_1.csv @/f_2.csv @/./f_1.csv"), "summary: @/f_1.csv and @/./f_1.csv are one file: its chain would count twice.");
}

TEST_F(program, does_not_write_one_thing_over_another) {
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/f.nc summary=@/./d.json"), "data file= and summary= are the same file, @/./d.json.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/f.nc summary=@/./f.nc"), "summary= and output file= are the same file, @/f.nc.");
  EXPECT_EQ(refusal("sample num_chains=3 data file=@/d.json output file=@/f.csv checkpoint=@//f_3.csv"), "checkpoint= and output file= are the same file, @/f_3.csv.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/f.nc checkpoint=@/c summary=@/c"), "summary= and checkpoint= are the same file, @/c.");
  EXPECT_EQ(refusal("sample data file=@/d.json output file=@/f.nc checkpoint_every=5"), "checkpoint_every= goes with checkpoint=, the name of the file.");
}

TEST_F(program, a_report_that_cannot_be_printed_is_an_error_and_the_draws_are_there) {
  std::fflush(stdout);
  const int out = ::dup(1);
  std::vector<std::string> words = {"schools", "sample", "data", "file=" + (folder_ / "d.json"), "output", "file=" + (folder_ / "f.nc")};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  fake_calls calls;
  std::FILE* const full = std::fopen("/dev/full", "w");
  ::dup2(::fileno(full), 1);
  const int code = sl::run_program(static_cast<int>(argv.size()), argv.data(), {}, fake_source(calls));
  ::dup2(out, 1);
  ::close(out);
  std::fclose(full);
  std::clearerr(stdout);
  EXPECT_EQ(code, 1);
  EXPECT_EQ(sl::read_netcdf(folder_ / "f.nc").posterior.draws, 1000u);
}
