#include <starling/traces/selection.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "traces/path_components.hpp"

namespace starling {

struct selection::node {
  enum class op { all,
                  pattern,
                  complement,
                  either,
                  both } kind = op::all;
  std::vector<path_pattern::part> parts;
  std::shared_ptr<const node> left, right;

  static bool contains(const node* n, std::span<const path_component> where) {
    if (!n) return false;
    switch (n->kind) {
      case op::all:
        return true;
      case op::complement:
        return !contains(n->left.get(), where);
      case op::either:
        return contains(n->left.get(), where) || contains(n->right.get(), where);
      case op::both:
        return contains(n->left.get(), where) && contains(n->right.get(), where);
      case op::pattern:
        break;
    }
    if (n->parts.size() > where.size()) return false;
    for (std::size_t k = 0; k < n->parts.size(); ++k)
      if (!n->parts[k].holds(where[k])) return false;
    return true;
  }

  static void add_instances(const node* n, std::span<const path_component> where, std::size_t instances, instance_set& found) {
    if (!n) return;
    switch (n->kind) {
      case op::all:
      case op::complement:
        return found.add_all();
      case op::either:
        add_instances(n->left.get(), where, instances, found);
        return add_instances(n->right.get(), where, instances, found);
      case op::both: {  // the smaller of the two
        instance_set left, right;
        add_instances(n->left.get(), where, instances, left);
        add_instances(n->right.get(), where, instances, right);
        if (left.all() && right.all()) return found.add_all();
        const bool use_left = right.all() || (!left.all() && left.some().size() < right.some().size());
        for (const auto i : use_left ? left.some() : right.some()) found.add(i);
        return;
      }
      case op::pattern:
        break;
    }
    for (std::size_t k = 0; k < n->parts.size() && k < where.size(); ++k)
      if (!n->parts[k].holds(where[k])) return;
    if (n->parts.size() <= where.size()) return found.add_all();
    const auto& next = n->parts[where.size()];
    if (next.any_index) {
      const auto first = static_cast<std::size_t>(std::max(next.indices.first, std::int64_t{0}));
      const auto last = std::min(instances, static_cast<std::size_t>(next.indices.last));
      if (first == 0 && last == instances) return found.add_all();
      for (std::size_t i = first; i < last; ++i) found.add(i);
    } else if (next.component.is_index() && next.component.index >= 0) {
      found.add(static_cast<std::size_t>(next.component.index));
    }
  }

  static bool add_addresses(const node* n, std::vector<std::uint64_t>& hashes) {
    if (!n) return true;
    if (n->kind == op::either) return add_addresses(n->left.get(), hashes) && add_addresses(n->right.get(), hashes);
    if (n->kind != op::pattern) return false;
    std::uint64_t hash = path::root_hash;
    for (const auto& part : n->parts) {
      if (part.any_index) return false;
      hash = hash_combine(hash, part.component.hash());
    }
    hashes.push_back(hash);
    return true;
  }

  static std::string str(const node* n) {
    if (!n) return "none";
    switch (n->kind) {
      case op::all:
        return "all";
      case op::complement:
        return "!(" + str(n->left.get()) + ")";
      case op::either:
        return "(" + str(n->left.get()) + " | " + str(n->right.get()) + ")";
      case op::both:
        return "(" + str(n->left.get()) + " & " + str(n->right.get()) + ")";
      case op::pattern:
        break;
    }
    std::string text;
    for (const auto& part : n->parts) {
      if (part.any_index && part.indices.first < 0) text += "[*]";
      else if (part.any_index) text += "[" + std::to_string(part.indices.first) + ":" + std::to_string(part.indices.last) + "]";
      else if (part.component.is_index()) text += "[" + std::to_string(part.component.index) + "]";
      else text += (text.empty() ? "" : "/") + std::string(part.component.name);
    }
    return text.empty() ? "all" : text;
  }
};

index_range range(std::int64_t first, std::int64_t last) {
  if (first < 0 || last < 0)
    throw std::invalid_argument("range: the indices of addresses are not negative, got range(" + std::to_string(first) + ", " + std::to_string(last) + ")");
  return {first, last};
}

path_pattern::path_pattern(const path& p) {
  for (const auto& c : p.parts()) parts_.push_back({c});
}

selection::selection(quantifier q) {
  if (q(false)) return;  // none(false) is true, all(false) is false
  node_ = std::make_shared<node>();
}

selection::selection(const path_pattern& p) {
  auto n = std::make_shared<node>();
  n->kind = p.parts().empty() ? node::op::all : node::op::pattern;
  n->parts = p.parts();
  node_ = std::move(n);
}

bool selection::contains(std::span<const path_component> where) const { return node::contains(node_.get(), where); }

selection operator!(const selection& s) {
  auto n = std::make_shared<selection::node>();
  n->kind = selection::node::op::complement;
  n->left = s.node_;
  return selection(std::shared_ptr<const selection::node>(std::move(n)));
}

namespace {
std::shared_ptr<const selection::node> join(selection::node::op kind, std::shared_ptr<const selection::node> a,
                                            std::shared_ptr<const selection::node> b) {
  auto n = std::make_shared<selection::node>();
  n->kind = kind;
  n->left = std::move(a);
  n->right = std::move(b);
  return n;
}
}  // namespace

selection operator|(const selection& a, const selection& b) {
  if (!a.node_) return b;
  if (!b.node_) return a;
  return selection(join(selection::node::op::either, a.node_, b.node_));
}

selection operator&(const selection& a, const selection& b) {
  return selection(join(selection::node::op::both, a.node_, b.node_));
}

void selection::add_instances(const path& where, std::size_t instances, instance_set& found) const {
  node::add_instances(node_.get(), path_components(where), instances, found);
}

bool selection::add_addresses(std::vector<std::uint64_t>& hashes) const { return node::add_addresses(node_.get(), hashes); }

std::string selection::str() const { return node::str(node_.get()); }

selection select(std::initializer_list<path_pattern> patterns) {
  selection s;
  for (const auto& p : patterns) s = s | selection(p);
  return s;
}

}  // namespace starling
