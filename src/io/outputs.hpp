#pragma once

#include <starling/inference/result.hpp>
#include <starling/io/stan_csv.hpp>

#include <string>
#include <vector>

#include "arguments.hpp"

namespace starling {

// Where the results of a program go. Wrong combinations of words are refused when it is made, what cannot be written by check().
class outputs {
 public:
  explicit outputs(const arguments& given);

  const std::string& checkpoint() const { return checkpoint_; }  // empty: none
  bool keeps_draws() const { return keep_draws_; }

  // Before any work is done: that all can be written, and that no file stands for two things.
  void check(std::size_t chains) const;

  // Both give the names of what they wrote.
  std::vector<std::string> write_draws(const result& fit, const std::string& group) const;
  std::vector<std::string> write_summary(const result& fit) const;   // and the report
  // Densities and derivatives at the draws; of no fit.
  std::vector<std::string> write_diagnostics(const result& densities) const;
  bool wants_diagnostics() const { return !diagnostics_.empty(); }

 private:
  bool has_file_a_chain() const;

  std::vector<std::string> write(const result& of, const std::string& path, const std::string& group) const;

  std::string draws_, summary_, report_, checkpoint_, data_, diagnostics_;
  stan_csv_options csv_;
  bool keep_draws_ = true;
};

}  // namespace starling
