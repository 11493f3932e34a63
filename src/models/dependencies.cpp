#include <starling/models/dependencies.hpp>

#include <algorithm>
#include <stdexcept>

namespace starling {

symbol_nodes::id symbol_handler::claim(dependency_graph::vertex::kind what, const address& a, symbol_nodes::id inputs) {
  dependency_graph::vertex v;
  v.what = what;
  v.where = where_;
  v.where.append(a);
  v.hash = v.where.hash();  // a factor's: of its call
  v.inputs = inputs;
  v.value = what == dependency_graph::vertex::kind::choice ? nodes_.leaf() : symbol_nodes::nothing;
  v.instances = instances_;
  graph_.vertices_.push_back(std::move(v));
  return graph_.vertices_.back().value;
}

symbol_nodes::id symbol_handler::claim_argument(std::size_t k) {
  dependency_graph::vertex v;
  v.what = dependency_graph::vertex::kind::argument;
  v.where = path(address(static_cast<std::int64_t>(k)));
  v.value = nodes_.leaf();
  graph_.vertices_.push_back(std::move(v));
  return graph_.vertices_.back().value;
}

void symbol_handler::end_call(symbol_nodes::id result) {
  if (instances_ == 0) graph_.calls_.push_back({where_.hash(), result});
}

void symbol_handler::note_condition() {
  if (!graph_.conditional_) graph_.condition_ = where_;
  graph_.conditional_ = true;
}

// The users of each node, side by side: joins by their number, then vertices, then calls.
void dependency_graph::finish() {
  const auto& nodes = nodes_.all();
  const auto n = static_cast<std::uint32_t>(nodes.size()), m = static_cast<std::uint32_t>(vertices_.size());
  const auto for_each_use = [&](auto&& f) {
    for (std::uint32_t k = 2; k < n; ++k) {
      if (nodes[k].a != symbol_nodes::nothing) f(nodes[k].a, k);
      if (nodes[k].b != symbol_nodes::nothing) f(nodes[k].b, k);
    }
    for (std::uint32_t v = 0; v < m; ++v) f(vertices_[v].inputs, n + v);
    for (std::uint32_t c = 0; c < calls_.size(); ++c) f(calls_[c].result, n + m + c);
  };
  first_use_.assign(n + 1, 0);
  for_each_use([&](node_id of, std::uint32_t) { ++first_use_[of + 1]; });
  for (std::uint32_t k = 0; k < n; ++k) first_use_[k + 1] += first_use_[k];
  uses_.resize(first_use_[n]);
  std::vector<std::uint32_t> next(first_use_.begin(), first_use_.end() - 1);
  for_each_use([&](node_id of, std::uint32_t user) { uses_[next[of]++] = user; });
  std::size_t buckets = 4;
  while (buckets < 2 * vertices_.size()) buckets *= 2;
  by_hash_.assign(buckets, {0, 0});
  for (std::uint32_t v = 0; v < m; ++v) {
    if (vertices_[v].what == vertex::kind::choice && find(vertices_[v].hash) < 0) {
      std::size_t b = vertices_[v].hash & (buckets - 1);
      while (by_hash_[b].second != 0) b = (b + 1) & (buckets - 1);
      by_hash_[b] = {vertices_[v].hash, v + 1};
    }
    if (vertices_[v].value != symbol_nodes::nothing) by_value_.emplace(vertices_[v].value, v);
  }
}

std::int64_t dependency_graph::find(std::uint64_t hash) const {
  std::size_t b = hash & (by_hash_.size() - 1);
  while (by_hash_[b].second != 0 && by_hash_[b].first != hash) b = (b + 1) & (by_hash_.size() - 1);
  return static_cast<std::int64_t>(by_hash_[b].second) - 1;
}

std::uint32_t dependency_graph::at(const path& where) const {
  const auto v = find(where.hash());
  if (v < 0) throw std::out_of_range("dependencies: no choice stands at " + where.str());
  return static_cast<std::uint32_t>(v);
}

dependency_graph::dependents dependency_graph::dependents_of(std::uint32_t v) const {
  dependents found;
  const auto n = static_cast<std::uint32_t>(nodes_.all().size()), m = static_cast<std::uint32_t>(vertices_.size());
  if (vertices_[v].value == symbol_nodes::nothing) return found;
  std::vector<std::uint8_t> seen(n, 0);
  std::vector<node_id> left = {vertices_[v].value, symbol_nodes::everything};
  for (const node_id k : left) seen[k] = 1;
  while (!left.empty()) {
    const node_id k = left.back();
    left.pop_back();
    for (std::uint32_t u = first_use_[k]; u < first_use_[k + 1]; ++u) {
      const std::uint32_t user = uses_[u];
      if (user >= n + m) found.calls.push_back(user - n - m);
      else if (user >= n) found.vertices.push_back(user - n);
      else if (!seen[user]) seen[user] = 1, left.push_back(user);
    }
  }
  std::sort(found.vertices.begin(), found.vertices.end());
  return found;
}

// The vertices whose values a vertex depends on, in order.
std::vector<std::uint32_t> dependency_graph::inputs_of(std::uint32_t v) const {
  std::vector<std::uint32_t> found;
  const auto& nodes = nodes_.all();
  if (vertices_[v].inputs == symbol_nodes::everything) {
    for (std::uint32_t u = 0; u < vertices_.size(); ++u)
      if (vertices_[u].value != symbol_nodes::nothing && u < v) found.push_back(u);
    return found;
  }
  std::vector<std::uint8_t> seen(nodes.size(), 0);
  std::vector<node_id> left = {vertices_[v].inputs};
  while (!left.empty()) {
    const node_id k = left.back();
    left.pop_back();
    if (k == symbol_nodes::nothing || seen[k]) continue;
    seen[k] = 1;
    if (const auto it = by_value_.find(k); it != by_value_.end()) found.push_back(it->second);
    left.push_back(nodes[k].a), left.push_back(nodes[k].b);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<path> dependency_graph::parents(const path& where) const {
  std::vector<path> found;
  for (const auto u : inputs_of(at(where)))
    if (vertices_[u].what == vertex::kind::choice) found.push_back(vertices_[u].where);
  return found;
}

std::vector<std::size_t> dependency_graph::arguments_of(const path& where) const {
  std::vector<std::size_t> found;
  for (const auto u : inputs_of(at(where)))
    if (vertices_[u].what == vertex::kind::argument) found.push_back(static_cast<std::size_t>(vertices_[u].where.back().index));
  return found;
}

std::vector<path> dependency_graph::children(const path& where) const {
  std::vector<path> found;
  for (const auto u : dependents_of(at(where)).vertices)
    if (vertices_[u].what == vertex::kind::choice) found.push_back(vertices_[u].where);
  return found;
}

std::vector<path> dependency_graph::cone(std::span<const path> changed) const {
  std::vector<std::uint8_t> inside(vertices_.size(), 0);
  for (const path& where : changed) {
    inside[at(where)] = 1;
    for (const auto u : dependents_of(at(where)).vertices) inside[u] = 1;
  }
  std::vector<path> found;
  for (std::size_t u = 0; u < vertices_.size(); ++u)
    if (inside[u] && vertices_[u].what == vertex::kind::choice) found.push_back(vertices_[u].where);
  return found;
}

std::string dependency_graph::to_dot() const {
  std::vector<std::string> names;
  std::size_t factors = 0;
  for (const vertex& v : vertices_) {
    std::string text = v.what == vertex::kind::choice     ? v.where.str()
                       : v.what == vertex::kind::argument ? "argument " + std::to_string(v.where.back().index)
                       : v.what == vertex::kind::factor   ? "factor " + std::to_string(factors++)
                                                          : "";
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    names.push_back(quoted + "\"");
  }
  std::string dot = "digraph dependencies {\n";
  const auto is_shown = [&](std::size_t v) { return vertices_[v].what != vertex::kind::instances; };
  for (std::size_t v = 0; v < vertices_.size(); ++v)
    if (is_shown(v)) dot += "  " + names[v] + (vertices_[v].what == vertex::kind::choice ? ";\n" : " [shape=box];\n");
  for (std::uint32_t v = 0; v < vertices_.size(); ++v)
    if (is_shown(v))
      for (const auto u : inputs_of(v)) dot += "  " + names[u] + " -> " + names[v] + ";\n";
  return dot + "}\n";
}

}  // namespace starling
