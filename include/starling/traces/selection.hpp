#pragma once
// Selections: sets of addresses. Selecting an address selects its whole subtree, and nothing else.
//
//   sl::select("slope", {"y", 3})      sl::select({"y", sl::all})   any index      sl::all, sl::none
//   !s   a | b   a & b
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "starling/traces/address.hpp"

namespace starling {

// The functions over lane masks; in addresses and selections their names stand for "every index" and "every (no) address".
constexpr bool all(bool b);
constexpr bool none(bool b);
using quantifier = bool (*)(bool);

// A path in which an index may be left open: {"y", sl::all}, {"y", sl::all, 2}.
class path_pattern {
 public:
  struct part {
    path_component component;
    bool any_index = false;
  };
  template <std::size_t N>
  path_pattern(const char (&text)[N]) : path_pattern(path(text)) {}
  path_pattern(const path& p);
  path_pattern(const address& a) : path_pattern(path(a)) {}
  template <class... I>
    requires(sizeof...(I) > 0 && sizeof...(I) <= 3)
  path_pattern(literal name, I... index) : path_pattern(path(name)) {
    (add(index), ...);
  }
  const std::vector<part>& parts() const { return parts_; }

 private:
  void add(std::integral auto i) { parts_.push_back({{{}, static_cast<std::int64_t>(i)}, false}); }
  void add(quantifier) { parts_.push_back({{}, true}); }
  std::vector<part> parts_;
};

class selection {
 public:
  selection() = default;  // nothing
  selection(quantifier q);
  selection(const path_pattern& p);
  template <std::size_t N>
  selection(const char (&text)[N]) : selection(path_pattern(text)) {}
  selection(const path& p) : selection(path_pattern(p)) {}

  bool contains(std::span<const path_component> where) const;
  bool contains(const path& p) const { return contains(std::span(p.parts())); }

  friend selection operator!(const selection& s);
  friend selection operator|(const selection& a, const selection& b);
  friend selection operator&(const selection& a, const selection& b);
  std::string str() const;

  struct node;

 private:
  explicit selection(std::shared_ptr<const node> n) : node_(std::move(n)) {}
  std::shared_ptr<const node> node_;  // null: nothing
};

selection select(std::initializer_list<path_pattern> patterns);

template <class... P>
  requires(std::constructible_from<path_pattern, const P&> && ...)
selection select(const P&... patterns) {
  return select({path_pattern(patterns)...});
}
// One address with indices: sl::select({"y", 3}).
inline selection select(const path_pattern& p) { return selection(p); }

}  // namespace starling
