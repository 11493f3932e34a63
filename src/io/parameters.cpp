#include <starling/io/input_error.hpp>
#include <starling/io/parameters.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

namespace starling {

using nlohmann::json;

void save_parameters(const parameter_store& store, const std::string& path) {
  json all = json::object();
  for (const auto& name : store.names()) all[name] = store[name];
  std::ofstream out(path);
  out << all.dump(1) << '\n';
  out.close();
  if (!out) throw input_error("The parameters could not be written to " + path + ".");
}

parameter_store load_parameters(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw input_error("The file of parameters " + path + " could not be opened.");
  const json all = json::parse(in, nullptr, false);
  if (!all.is_object()) throw input_error(path + " is not a JSON object of parameters.");
  parameter_store store;
  for (const auto& [name, values] : all.items()) {
    bool good = values.is_array() && !values.empty() && !name.empty();
    if (good)
      for (const auto& v : values) good = good && v.is_number();
    if (!good) throw input_error(path + ": \"" + name + "\" should be a list of numbers.");
    store.set(name, values.get<std::vector<double>>());
  }
  return store;
}

}  // namespace starling
