#pragma once

#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>
#include <starling/inference/settings.hpp>
#include <starling/io/data.hpp>

#include <memory>
#include <string>
#include <utility>

namespace starling {

/// What a program runs: a model with its data, and what can be asked of it.
class program_model {
 public:
  virtual ~program_model() = default;
  virtual result sample(const sample_settings& settings, progress& watch) = 0;
  virtual result importance(const importance_settings& settings, progress& watch) = 0;
  virtual result simulate(const simulate_settings& settings, progress& watch) = 0;
  virtual result approximate(const approximation_settings& settings, progress& watch) = 0;
  virtual result log_prob(const point_settings& settings) = 0;
  virtual gradient_test diagnose(const point_settings& settings) = 0;
  virtual void predict(result& fit, bool notes, std::uint64_t seed) = 0;   // notes: those of the fit are computed anew
};

/// Makes the model from the data that the user gave.
class program_source {
 public:
  virtual ~program_source() = default;
  virtual std::unique_ptr<program_model> make(const data& given) const = 0;
};

/// What a program says of itself, and its defaults where they differ from CmdStan's (one chain, 1,000 warm-up steps,
/// 1,000 draws, no thinning, output to output.csv).
struct program_description {
  std::string name = {};                       ///< empty: the name of the executable
  std::string about = {};                      ///< a sentence for --help
  sample_settings sample = {.chains = 1};
  importance_settings importance = {};
  simulate_settings simulate = {};
  approximation_settings approximate = {};
  named_lists dims = {};     ///< names for the axes of variables: {{"theta", {"school"}}, {"y", {"school"}}}
  named_lists coords = {};   ///< names along an axis: {{"school", {"Choate", …}}}; a list in the data that has the name of an axis serves too
};

/// Runs the program that the command line asks for and returns its exit code: 0, 1 after an error (one sentence on stderr,
/// nothing written), or 130 after Ctrl-C (what was drawn until then is written and summarised).
///
///     schools sample num_chains=4 num_samples=1000 num_warmup=1000 thin=1 data file=schools.json
///             random seed=1 output file=schools.nc summary=schools.json num_threads=2
///     schools importance num_particles=10000 data file=schools.json seed=1
///     schools simulate num_samples=1000 data file=schools.json
///     schools optimize data file=schools.json            (or laplace, pathfinder, variational)
///     schools generate_quantities fitted_params=schools.nc data file=schools.json output file=all.nc
///     schools log_prob constrained_params=schools.nc data file=schools.json
///     schools diagnose data file=schools.json            (is the gradient right?)
///     schools summary schools.nc
///
/// Words are CmdStan's: a command or a group (data, random, output) and then its name=value pairs; seed= also stands alone.
/// `output file=` ends in .nc (NetCDF, InferenceData) or .csv (Stan CSV, one file a chain).
int run_program(int argc, char** argv, const program_description& description, const program_source& source);

/// A posterior and a kernel as a program_model, by functions of the inference layer, found where the posterior or the
/// settings are declared:
///     result sample_posterior(const Posterior&, const Kernel&, const sample_settings&, progress&);
///     result importance_posterior(const Posterior&, const Kernel&, const importance_settings&, progress&);
///     result simulate_posterior(const Posterior&, const Kernel&, const simulate_settings&, progress&);
///     result approximate_posterior(const Posterior&, const Kernel&, const approximation_settings&, progress&);
///     result log_prob_posterior(const Posterior&, const Kernel&, const point_settings&);
///     gradient_test diagnose_posterior(const Posterior&, const Kernel&, const point_settings&);
///     void predict_posterior(const Posterior&, const Kernel&, result& fit, bool notes, std::uint64_t seed);
template <class Posterior, class Kernel>
class posterior_program final : public program_model {
 public:
  posterior_program(Posterior posterior, Kernel kernel) : posterior_(std::move(posterior)), kernel_(std::move(kernel)) {}

  result sample(const sample_settings& settings, progress& watch) override {
    return sample_posterior(posterior_, kernel_, settings, watch);
  }
  result importance(const importance_settings& settings, progress& watch) override {
    return importance_posterior(posterior_, kernel_, settings, watch);
  }
  result simulate(const simulate_settings& settings, progress& watch) override {
    return simulate_posterior(posterior_, kernel_, settings, watch);
  }
  result approximate(const approximation_settings& settings, progress& watch) override {
    return approximate_posterior(posterior_, kernel_, settings, watch);
  }
  result log_prob(const point_settings& settings) override { return log_prob_posterior(posterior_, kernel_, settings); }
  gradient_test diagnose(const point_settings& settings) override { return diagnose_posterior(posterior_, kernel_, settings); }
  void predict(result& fit, bool notes, std::uint64_t seed) override { predict_posterior(posterior_, kernel_, fit, notes, seed); }

 private:
  Posterior posterior_;
  Kernel kernel_;
};

/// A model as a program, to be returned from main. `make_posterior` takes `const sl::data&` and returns the posterior; `kernel`
/// is what `sample` runs.
template <class MakePosterior, class Kernel>
int program(int argc, char** argv, MakePosterior make_posterior, Kernel kernel, const program_description& description = {}) {
  class source final : public program_source {
   public:
    source(const MakePosterior& make_posterior, const Kernel& kernel) : make_posterior_(make_posterior), kernel_(kernel) {}
    std::unique_ptr<program_model> make(const data& given) const override {
      auto posterior = make_posterior_(given);
      return std::make_unique<posterior_program<decltype(posterior), Kernel>>(std::move(posterior), kernel_);
    }

   private:
    const MakePosterior& make_posterior_;
    const Kernel& kernel_;
  };
  return run_program(argc, argv, description, source(make_posterior, kernel));
}

}  // namespace starling
