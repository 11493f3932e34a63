#pragma once
// Selections: sets of addresses. Selecting an address selects its whole subtree, and nothing else.
//
//   sl::select("slope", {"y", 3})      sl::select({"y", sl::all})   any index      sl::all, sl::none
//   sl::select({"y", sl::range(3, 7)})   the indices 3, 4, 5, 6: as in Python the last is not among them
//   !s   a | b   a & b
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <starling/traces/address.hpp>
#include <starling/traces/change.hpp>
#include <starling/values/lane_mask.hpp>

namespace starling {

// The names of the functions over lane masks stand, in addresses and selections, for "every index" and "every (no) address".
using quantifier = bool (*)(bool);

// The indices from `first` on and before `last`; none where last ≤ first.
struct index_range {
  std::int64_t first, last;
};
// Throws std::invalid_argument for negative indices.
index_range range(std::int64_t first, std::int64_t last);

// A path in which an index may be left open, wholly or to a range: {"y", sl::all}, {"y", sl::all, 2}, {"y", sl::range(3, 7)}.
class path_pattern {
 public:
  struct part {
    path_component component;
    bool any_index = false;    // of those in `indices`
    index_range indices = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};

    bool holds(const path_component& c) const {
      return any_index ? c.is_index() && c.index >= indices.first && c.index < indices.last : component == c;
    }
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
  void add(std::integral auto i) { parts_.push_back({{{}, static_cast<std::int64_t>(i)}}); }
  void add(quantifier) { parts_.push_back({{}, true}); }
  void add(const index_range& r) { parts_.push_back({{}, true, r}); }
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
  bool contains(const path& p) const {
    const auto parts = p.parts();
    return contains(std::span(parts));
  }

  friend selection operator!(const selection& s);
  friend selection operator|(const selection& a, const selection& b);
  friend selection operator&(const selection& a, const selection& b);
  std::string str() const;
  // Where it is made of addresses alone, without open indices: their hashes, appended; else false.
  bool add_addresses(std::vector<std::uint64_t>& hashes) const;
  // The instances of a call at `where` (the indices that follow it), of which there are so many, of which it may hold something.
  void add_instances(const path& where, std::size_t instances, instance_set& found) const;

  struct node;

 private:
  explicit selection(std::shared_ptr<const node> n) : node_(std::move(n)) {}
  std::shared_ptr<const node> node_;  // null: nothing
};

// The addresses given: up to six here, more joined with |. (Plain overloads, so that {"y", 3} can be written.)
selection select(std::initializer_list<path_pattern> patterns);
inline selection select(const path_pattern& a) { return selection(a); }
inline selection select(const path_pattern& a, const path_pattern& b) { return select({a, b}); }
inline selection select(const path_pattern& a, const path_pattern& b, const path_pattern& c) { return select({a, b, c}); }
inline selection select(const path_pattern& a, const path_pattern& b, const path_pattern& c, const path_pattern& d) {
  return select({a, b, c, d});
}
inline selection select(const path_pattern& a, const path_pattern& b, const path_pattern& c, const path_pattern& d, const path_pattern& e) {
  return select({a, b, c, d, e});
}
inline selection select(const path_pattern& a, const path_pattern& b, const path_pattern& c, const path_pattern& d, const path_pattern& e,
                        const path_pattern& f) {
  return select({a, b, c, d, e, f});
}

}  // namespace starling
