#include <fstream>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "study.hpp"

namespace study {

std::pair<std::vector<moments>, double> published(const std::string& name) {
  const std::string file = std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/reference.json";
  std::ifstream in(file);
  if (!in) throw std::runtime_error("there is no file " + file);
  const auto read = nlohmann::ordered_json::parse(in);
  std::vector<moments> known;
  std::size_t element = 0;
  for (const auto& [label, of] : read.at("parameters").items()) {
    const std::string base = label.substr(0, label.find('['));
    element = known.empty() || known.back().name != base ? 0 : element + 1;
    known.push_back({base, element, of.at("mean").get<double>(), of.at("sd").get<double>()});
  }
  return {std::move(known), read.at("draws").get<double>()};
}

}  // namespace study
