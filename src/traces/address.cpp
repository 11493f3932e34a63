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
  hash_ = hash_combine(hash_, component.hash());
  last_ = new node{component, hash_, last_, static_cast<std::uint32_t>(size() + 1)};
  return *this;
}

path& path::append(const address& local) {
  if (!local.name().empty()) append(path_component{local.name(), 0});
  for (int k = 0; k < local.indices(); ++k) append(path_component{{}, local.index(k)});
  return *this;
}

path& path::append(const path& tail) {
  if (empty()) return *this = tail;
  for (const auto& c : tail.parts()) append(c);
  return *this;
}

// Not by recursion: paths may be as deep as the stack allows.
void path::let_go(const node* n) {
  while (n && __atomic_sub_fetch(&n->holders, 1u, __ATOMIC_ACQ_REL) == 0) delete std::exchange(n, n->before);
}

bool path::is_same(const node* a, const node* b) {
  for (; a != b; a = a->before, b = b->before)
    if (!a || !b || a->hash != b->hash || !(a->component == b->component)) return false;
  return true;
}

std::vector<path_component> path::parts() const {
  std::vector<path_component> all(size());
  for (const node* n = last_; n; n = n->before) all[n->size - 1] = n->component;
  return all;
}

path path::without_back() const {
  path p;
  if (!last_ || !last_->before) return p;
  p.last_ = last_->before;
  p.hash_ = last_->before->hash;
  hold(p.last_);
  return p;
}

bool path::starts_with(const path& prefix) const {
  const node* n = last_;
  while (n && n->size > prefix.size()) n = n->before;
  return (n ? n->size : 0) == prefix.size() && is_same(n, prefix.last_);
}

path path::without_front(std::size_t n) const {
  const auto all = parts();
  path rest;
  for (std::size_t k = n; k < all.size(); ++k) rest.append(all[k]);
  return rest;
}

std::string path::str() const {
  if (empty()) return "(root)";
  std::string text;
  for (const auto& part : parts()) {
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
