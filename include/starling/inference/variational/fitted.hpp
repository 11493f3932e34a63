// What sl::fit is told and what it gives.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <starling/models/parameters.hpp>

namespace starling {

struct fit_options {
  std::size_t steps = 1000;
  std::size_t samples = 16;       // groups of an objective's K lanes in a step; their mean is what is climbed
  std::size_t threads = 0;        // that work on a step, 0: all cores; a fit is the same, bit for bit, for any number of them
  std::size_t accumulate = 1;     // draws of so many steps' derivatives are averaged before the optimiser moves
  double average_last = 0;        // the part of the steps, at the end, whose iterates are averaged; 0: the last one
  std::size_t prior_warm_up = 0;  // over so many steps the weight of log p(z) − log q(z) rises to 1
  const parameter_store* start = nullptr;  // where it begins: values, and what the optimiser knows of them (load_parameters)
  std::size_t first_step = 0;     // of the random numbers: steps done before, when a fit goes on
};

struct fit_record {
  std::size_t step;
  double value, standard_error;  // of the objective, over the 100 steps before
};

// Of a number that the guide draws for each item (items.hpp): how much its mean varies over items, and how much it varies for an item.
struct latent_use {
  std::string name;  // "z[3]"
  double between = 0, within = 0;
  bool is_active() const { return between > 0.01; }  // Burda, Grosse, Salakhutdinov 2016
};

struct fit_result {
  parameter_store parameters;  // averaged where that was asked for
  parameter_store last;        // to go on from
  double value = 0, standard_error = 0;  // of the objective, over the last tenth of the steps
  std::vector<fit_record> history;
  std::size_t steps = 0, skipped = 0;
  bool stopped = false;        // after 100 steps in a row that were not finite
  std::vector<std::string> warnings;
  std::vector<latent_use> latents;  // of items: which of them the guide uses; those that it does not are a warning, since they have collapsed to the prior
};

// Throws std::invalid_argument.
void check_fit_options(const fit_options& o);
// What is not finite; empty: all is.
std::string trouble_in(double value, const parameter_gradients& gradients);

// Puts them into the result, with a warning of those that are not active.
void tell_latents(fit_result& r, std::vector<latent_use> latents);

// Keeps count of steps.
class fit_history {
 public:
  explicit fit_history(const fit_options& o) : options_(o) {}
  void add(std::size_t step, double value, const std::string& trouble, const parameter_store& now);
  bool is_hopeless() const { return in_a_row_ >= 100; }
  void finish(fit_result& r) const;

 private:
  struct mean {
    std::string name;
    std::vector<double> sum;
  };
  fit_options options_;
  std::vector<double> values_, recent_;
  std::vector<fit_record> records_;
  std::vector<mean> averages_;
  std::size_t averaged_ = 0, steps_ = 0, skipped_ = 0, in_a_row_ = 0;
  std::string first_trouble_;
  std::size_t first_trouble_at_ = 0;
};

}  // namespace starling
