#include <starling/io/input_error.hpp>
#include <starling/io/parameters.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

#include "checksum.hpp"
#include "files.hpp"
#include "parse_json.hpp"

namespace starling {

using nlohmann::json;

void save_parameters(const parameter_store& store, const std::string& path) {
  json all = json::object();
  for (const auto& name : store.names()) {
    const auto& m = store.moments_of(name);
    for (const auto* list : {&store[name], &m.first, &m.second})
      for (const double x : *list)
        if (!std::isfinite(x)) throw input_error(fmt::format("{} is not written: the parameter \"{}\" or what its optimiser knows holds {}. Training went astray before.", path, name, x));
    if (m.steps == 0) all[name] = store[name];
    else all[name] = {{"values", store[name]}, {"first_moments", m.first}, {"second_moments", m.second}, {"steps", m.steps}};
  }
  json file = {{"starling_format", 1}, {"parameters", std::move(all)}};
  file["checksum"] = checksum_text(file["parameters"].dump());
  pending_files files;
  files.write(path, file.dump(1) + "\n");
  files.commit();
}

namespace {

bool are_numbers(const json& values) {
  bool good = values.is_array() && !values.empty();
  if (good)
    for (const auto& v : values) good = good && v.is_number();
  return good;
}

// What save_parameters wrote: a format, a checksum, the parameters.
void check_ours(const json& file, const std::string& path) {
  if (file["starling_format"] != 1) throw input_error(path + " has another format than 1, of another version of starling.");
  const auto parameters = file.find("parameters"), checksum = file.find("checksum");
  if (parameters == file.end() || !parameters->is_object() || checksum == file.end()) throw input_error(path + " is damaged: it has no parameters, or no checksum.");
  if (*checksum != checksum_text(parameters->dump(-1, ' ', false, json::error_handler_t::replace)))
    throw input_error(path + " is damaged: its checksum does not agree with its parameters. If you changed them yourself, leave only what stands under \"parameters\".");
}

}  // namespace

parameter_store load_parameters(const std::string& path) {
  const json file = parse_json(read_file(path), path);
  if (!file.is_object()) throw input_error(path + " is not a JSON object of parameters.");
  const bool is_ours = file.contains("starling_format") && !file["starling_format"].is_array();
  if (is_ours) check_ours(file, path);
  const json& all = is_ours ? file["parameters"] : file;
  parameter_store store;
  for (const auto& [name, values] : all.items()) {
    if (are_numbers(values) && !name.empty()) {
      store.set(name, values.get<std::vector<double>>());
      continue;
    }
    bool good = values.is_object() && values.size() == 4 && !name.empty();
    for (const char* list : {"values", "first_moments", "second_moments"}) good = good && values.contains(list) && are_numbers(values[list]) && values[list].size() == values["values"].size();
    if (!good || !values.contains("steps") || !values["steps"].is_number_unsigned())
      throw input_error(path + ": \"" + name + "\" should be a list of numbers, or an object of values, first_moments, second_moments (as many numbers each) and steps.");
    for (const double x : values["second_moments"].get<std::vector<double>>())
      if (x < 0) throw input_error(fmt::format("{}: the second_moments of \"{}\" are means of squares and cannot be negative, but one is {}.", path, name, x));
    store.set(name, values["values"].get<std::vector<double>>(),
              {values["first_moments"].get<std::vector<double>>(), values["second_moments"].get<std::vector<double>>(), values["steps"].get<std::size_t>()});
  }
  return store;
}

}  // namespace starling
