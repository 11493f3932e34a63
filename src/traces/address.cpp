#include <starling/traces/address.hpp>

#include <mutex>
#include <set>

#include <starling/traces/choice_type.hpp>

namespace starling {

literal name(std::string_view text) {
  static std::mutex guard;
  static std::set<std::string, std::less<>> names;
  const std::lock_guard lock(guard);
  auto it = names.find(text);
  if (it == names.end()) it = names.emplace(text).first;
  return literal(*it, hash_text(*it));
}

path& path::append(const path_component& component) {
  parts_.push_back(component);
  hash_ = hash_combine(hash_, component.hash());
  return *this;
}

path& path::append(const address& local) {
  if (!local.name().empty()) append(path_component{local.name(), 0});
  for (int k = 0; k < local.indices(); ++k) append(path_component{{}, local.index(k)});
  return *this;
}

path path::without_back() const {
  path p;
  for (std::size_t k = 0; k + 1 < parts_.size(); ++k) p.append(parts_[k]);
  return p;
}

bool path::starts_with(const path& prefix) const {
  if (prefix.parts_.size() > parts_.size()) return false;
  for (std::size_t k = 0; k < prefix.parts_.size(); ++k)
    if (!(parts_[k] == prefix.parts_[k])) return false;
  return true;
}

path path::without_front(std::size_t n) const {
  path rest;
  for (std::size_t k = n; k < parts_.size(); ++k) rest.append(parts_[k]);
  return rest;
}

std::string path::str() const {
  if (parts_.empty()) return "(root)";
  std::string text;
  for (const auto& part : parts_) {
    if (part.is_index()) {
      text += "[" + std::to_string(part.index) + "]";
    } else {
      if (!text.empty()) text += "/";
      text += part.name;
    }
  }
  return text;
}

std::string choice_type::str() const {
  const char* one[] = {"real", "whole number", "boolean"};
  const char* many[] = {"reals", "whole numbers", "booleans"};
  const auto k = static_cast<int>(kind);
  if (rank == 0) return std::string("a ") + one[k];
  if (rank == 1) return "a vector of " + std::to_string(rows) + " " + many[k];
  return "a " + std::to_string(rows) + " x " + std::to_string(cols) + " matrix of " + many[k];
}

}  // namespace starling
