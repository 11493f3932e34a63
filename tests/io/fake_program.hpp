#pragma once

#include "scratch_folder.hpp"

#include <starling/inference/run_gradient.hpp>
#include <starling/io/program.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

// A model that gives numbers back that a test can foresee, and remembers what it was asked for. Its data: "n" and "y" of length n.
struct fake_calls {
  int runs = 0;
  starling::sample_settings sample;
  starling::run_checkpoint checkpoint;
  starling::importance_settings importance;
  starling::simulate_settings simulate;
  starling::approximation_settings approximate;
  starling::point_settings points;
  int predictions = 0;
  bool notes = false;
};

class fake_model final : public starling::program_model {
 public:
  explicit fake_model(fake_calls& calls) : calls_(calls) {}

  starling::result sample(const starling::sample_settings& s, starling::progress& watch) override {
    calls_.runs += 1;
    calls_.sample = s;
    watch.update("sampling", 1, 2);
    if (s.checkpoint) {
      s.checkpoint->run = "fake";
      s.checkpoint->chains.emplace_back(s.checkpoint->chains.size());
      calls_.checkpoint = *s.checkpoint;
    }
    starling::result fit;
    if (s.summaries_only) {
      fit.summaries.push_back({.name = "mu", .mean = 1.5, .sd = 0.5});
      return fit;
    }
    fit.posterior = {s.chains, s.draws / s.thin, {{"mu", {}, {}}}};
    for (std::size_t i = 0; i < s.chains * fit.posterior.draws; ++i)
      fit.posterior.variables[0].values.push_back(std::sin(static_cast<double>(i * i)));
    fit.interrupted = watch.stop_requested();
    return fit;
  }

  starling::result importance(const starling::importance_settings& s, starling::progress&) override {
    calls_.runs += 1;
    calls_.importance = s;
    starling::result fit;
    fit.posterior = {1, s.particles, {{"mu", {}, std::vector<double>(s.particles, 0.25)}}};
    fit.log_weights.assign(s.particles, -1.0);
    fit.ess = static_cast<double>(s.particles);
    fit.log_evidence = -1.0;
    return fit;
  }

  starling::result simulate(const starling::simulate_settings& s, starling::progress&) override {
    calls_.runs += 1;
    calls_.simulate = s;
    starling::result fit;
    fit.posterior = {1, s.draws, {{"mu", {}, std::vector<double>(s.draws, 0.5)}}};
    fit.prior_predictive = {1, s.draws, {{"y", {2}, std::vector<double>(2 * s.draws, 0.75)}}};
    return fit;
  }

  starling::result approximate(const starling::approximation_settings& s, starling::progress&) override {
    calls_.runs += 1;
    calls_.approximate = s;
    starling::result fit;
    fit.posterior = {1, 1, {{"mu", {}, {0.125}}}};
    return fit;
  }

  starling::result log_prob(const starling::point_settings& s) override {
    calls_.points = s;
    starling::result r;
    const std::size_t n = s.choices.empty() ? s.free.size() : s.choices.chains * s.choices.draws;
    r.sample_stats = {1, n, {{"lp", {}, std::vector<double>(n, -2.5)}}};
    r.posterior = {1, n, {{"g_mu", {}, std::vector<double>(n, 0.5)}}};
    return r;
  }
  starling::gradient_test diagnose(const starling::point_settings& s) override {
    calls_.runs += 1;
    calls_.points = s;
    starling::gradient_test test{-1.5, {{"mu", 1.0, 2.0, 2.0, true}, {"theta[0]", 1.0, 2.0, 2.5, s.test.error > 0.2}}};
    return test;
  }
  void predict(starling::result& fit, bool notes, std::uint64_t) override {
    calls_.predictions += 1;
    calls_.notes = notes;
    fit.observed_data = {{"y", {2}, {1.0, 2.0}}};
    const std::size_t n = fit.posterior.chains * fit.posterior.draws;
    fit.posterior_predictive = {fit.posterior.chains, fit.posterior.draws, {{"y", {2}, std::vector<double>(2 * n, 0.75)}}};
    fit.log_likelihood = {fit.posterior.chains, fit.posterior.draws, {{"y", {2}, std::vector<double>(2 * n, -1.0)}}};
  }

 private:
  fake_calls& calls_;
};

class fake_source final : public starling::program_source {
 public:
  explicit fake_source(fake_calls& calls) : calls_(calls) {}
  std::unique_ptr<starling::program_model> make(const starling::data& d) const override {
    d.vector("y", d.size("n"));
    return std::make_unique<fake_model>(calls_);
  }

 private:
  fake_calls& calls_;
};

struct outcome {
  int code = 0;
  std::string out, err;
  fake_calls calls;
};

// Runs the program in this process with these words (separated by spaces) and catches what it prints.
inline outcome run_fake(const scratch_folder& folder, const std::string& words, const starling::program_description& description = {}) {
  std::vector<std::string> list = {"/some/where/schools"};
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) list.push_back(words.substr(at, end - at));
    at = end + 1;
  }
  std::vector<char*> argv;
  for (std::string& word : list) argv.push_back(word.data());

  outcome result;
  const auto caught = [&](const char* name) {
    std::ifstream file(folder / name);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    ::unlink((folder / name).c_str());
    return text;
  };
  std::fflush(nullptr);
  const int out = ::dup(1);
  const int err = ::dup(2);
  std::FILE* out_file = std::fopen((folder / ".out").c_str(), "w");
  std::FILE* err_file = std::fopen((folder / ".err").c_str(), "w");
  ::dup2(::fileno(out_file), 1);
  ::dup2(::fileno(err_file), 2);
  result.code = starling::run_program(static_cast<int>(argv.size()), argv.data(), description, fake_source(result.calls));
  std::fflush(nullptr);
  ::dup2(out, 1);
  ::dup2(err, 2);
  for (const int descriptor : {out, err}) ::close(descriptor);
  std::fclose(out_file);
  std::fclose(err_file);
  result.out = caught(".out");
  result.err = caught(".err");
  return result;
}
