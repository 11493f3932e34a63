#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

#include "study.hpp"

namespace study {

// The files are all written alike: name, mean and sd of each parameter stand together, in order.
std::pair<std::vector<moments>, double> published(const std::string& name) {
  const std::string file = std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/reference.json";
  std::ifstream in(file);
  if (!in) throw std::runtime_error("there is no file " + file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::regex parameter(R"re("([^"\[]+)[^"]*":\s*\{\s*"mean":\s*([-+.0-9eE]+),\s*"sd":\s*([-+.0-9eE]+))re"), count(R"re("draws":\s*([0-9]+))re");
  std::smatch draws;
  if (!std::regex_search(text, draws, count)) throw std::runtime_error(file + " has no draws");
  std::vector<moments> known;
  for (std::sregex_iterator at(text.begin(), text.end(), parameter), end; at != end; ++at) {
    const std::string base = (*at)[1];
    const std::size_t element = known.empty() || known.back().name != base ? 0 : known.back().element + 1;
    known.push_back({base, element, std::stod((*at)[2]), std::stod((*at)[3])});
  }
  return {std::move(known), std::stod(draws[1])};
}

}  // namespace study
