#include <starling/io/input_error.hpp>
#include <starling/io/parameters.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

#include "io/files.hpp"

namespace starling {

using nlohmann::json;

void save_parameters(const parameter_store& store, const std::string& path) {
  json all = json::object();
  for (const auto& name : store.names()) {
    const auto& m = store.moments_of(name);
    if (m.steps == 0) all[name] = store[name];
    else all[name] = {{"values", store[name]}, {"first_moments", m.first}, {"second_moments", m.second}, {"steps", m.steps}};
  }
  pending_files files;
  files.write(path, all.dump(1) + "\n");
  files.commit();
}

namespace {

bool are_numbers(const json& values) {
  bool good = values.is_array() && !values.empty();
  if (good)
    for (const auto& v : values) good = good && v.is_number();
  return good;
}

}  // namespace

parameter_store load_parameters(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw input_error("The file of parameters " + path + " could not be opened.");
  const json all = json::parse(in, nullptr, false);
  if (!all.is_object()) throw input_error(path + " is not a JSON object of parameters.");
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
    store.set(name, values["values"].get<std::vector<double>>(),
              {values["first_moments"].get<std::vector<double>>(), values["second_moments"].get<std::vector<double>>(), values["steps"].get<std::size_t>()});
  }
  return store;
}

}  // namespace starling
