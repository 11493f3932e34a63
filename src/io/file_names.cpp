#include "file_names.hpp"

#include <cctype>
#include <set>

namespace starling {

std::vector<std::string> file_names(const std::vector<variable>& variables) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const variable& v : variables) {
    std::string name = v.name;
    for (char& c : name)
      if (static_cast<unsigned char>(c) < 128 && std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    if (name.empty()) name = "value";
    if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) name.insert(0, "_");
    while (!taken.insert(name).second) name += '_';
    names.push_back(name);
  }
  return names;
}

std::string chain_path(const std::string& path, std::size_t chain, std::size_t chains) {
  if (chains <= 1) return path;
  const std::size_t dot = path.rfind('.');
  return path.substr(0, dot) + "_" + std::to_string(chain) + path.substr(dot);
}

bool ends_with_extension(const std::string& path, const char* extension) {
  const std::string tail(extension);
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.size() > name + tail.size() && path.compare(path.size() - tail.size(), tail.size(), tail) == 0;
}

}  // namespace starling
