#pragma once

#include <starling/io/program.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace starling {

// Whether `init=` names a file, by its end.
bool is_file_of_starts(const std::string& value);

// A command line in CmdStan's words, checked: what is not an argument is an input_error with the nearest one that is.
class arguments {
 public:
  arguments(const std::vector<std::string>& words, const program_description& description);

  const std::string& command() const { return command_; }            // sample, importance, simulate, optimize, laplace, pathfinder, variational, generate_quantities, log_prob, diagnose, summary; "" only with help, version
  const std::vector<std::string>& files() const { return files_; }   // of summary
  bool wants_help() const { return help_; }
  bool wants_version() const { return version_; }

  // The value given for `group.name` ("output.file", "sample.thin", "num_threads"), or its default.
  std::string text(const std::string& key) const;
  std::uint64_t whole(const std::string& key) const;
  double number(const std::string& key) const;
  std::size_t place(const std::string& key) const;   // among the words that may be said
  bool given(const std::string& key) const { return given_.contains(key); }

  // What `--help` prints.
  static std::string help(const std::string& command, const program_description& description);

 private:
  void take_pair(const std::string& word);
  void take_word(const std::string& word);

  const program_description& description_;
  std::string command_, group_;
  std::vector<std::string> files_;
  std::map<std::string, std::string> given_;
  bool help_ = false;
  bool version_ = false;
};

}  // namespace starling
