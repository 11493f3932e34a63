#include <starling/models/kept/kept_cone.hpp>

#include <algorithm>
#include <stdexcept>

#include <starling/traces/selection.hpp>

namespace starling {

namespace {
constexpr std::uint32_t call_bit = 0x80000000u, argument_bit = 0x40000000u;
using vertex_kind = dependency_graph::vertex::kind;
}  // namespace

kept_cone::kept_cone(const kept_cone& other)
    : graph_(other.graph_), structure_(other.structure_), graph_epoch_(other.graph_epoch_), results_epoch_(other.results_epoch_), results_parameters_(other.results_parameters_), reads_stores_(other.reads_stores_) {
  for (const auto& r : other.results_) results_.push_back(r ? r->copy() : nullptr);
  if (graph_) find_places();
}

void kept_cone::rebind(const copied_cells& cells) {
  for (auto& r : results_)
    if (r) r->rebind(cells);
}

void kept_cone::set_graph(dependency_graph graph, std::uint64_t epoch, std::shared_ptr<const schema> structure) {
  if (graph.is_conditional())
    throw std::logic_error("a static model, sl::gen(sl::fixed, body), whose structure depends on a random value: at " + graph.first_condition().str() +
                           "; declare it sl::gen(body)");
  graph_ = std::make_shared<const dependency_graph>(std::move(graph));
  graph_epoch_ = epoch;
  structure_ = std::move(structure);
  find_places();
}

// Vertices and sites are matched by their addresses: C++ leaves the order of visits in one expression open. A factor has none; it is
// the n-th of its call.
void kept_cone::find_places() {
  const schema& s = *structure_;
  std::unordered_map<std::uint64_t, std::uint32_t> calls, instances;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> factors;
  for (std::uint32_t c = 0; c < s.calls().size(); ++c) calls.emplace(s.calls()[c].full, c);
  places_known_ = calls.size() == s.calls().size();
  for (std::uint32_t k = 0; k < s.sites().size(); ++k) {
    const std::uint64_t scope = s.calls()[s.sites()[k].scope].full;
    if (s.sites()[k].role == site_role::instances) places_known_ = instances.emplace(scope, k).second && places_known_;
    if (s.sites()[k].is_factor()) factors[scope].push_back(k);
  }
  std::unordered_map<std::uint64_t, std::size_t> factors_met;
  sites_.clear();
  for (const auto& v : graph_->vertices()) {
    std::int64_t k = -1;
    if (v.what == vertex_kind::instances) {  // none in a conditional region: there instances are not kept
      const auto it = instances.find(v.hash);
      sites_.push_back(it == instances.end() ? -1 : static_cast<std::int64_t>(it->second));
      continue;
    }
    if (const auto it = v.instances ? instances.find(v.instances) : instances.end(); it != instances.end()) {
      k = it->second;
    } else if (v.what == vertex_kind::factor) {
      const std::size_t n = factors_met[v.hash]++;
      if (const auto f = factors.find(v.hash); f != factors.end() && n < f->second.size()) k = f->second[n];
    } else if (v.what == vertex_kind::choice) {
      k = s.find(v.hash);
    }
    places_known_ = places_known_ && k >= 0;
    sites_.push_back(k);
  }
  calls_.clear();
  for (const auto& c : graph_->calls()) {
    const auto it = calls.find(c.hash);
    places_known_ = places_known_ && it != calls.end();
    calls_.push_back(it == calls.end() ? 0 : it->second);
  }
  call_ends_.assign(s.calls().size(), 0);
  for (auto c = static_cast<std::uint32_t>(s.calls().size()); c-- > 0;) {
    call_ends_[c] = std::max(call_ends_[c], c + 1);
    if (c > 0) call_ends_[s.calls()[c].parent] = std::max(call_ends_[s.calls()[c].parent], call_ends_[c]);
  }
  cones_.assign(graph_->vertices().size(), {});
  cone_items_.clear();
  site_runs_.assign(s.sites().size(), run_);
  argument_runs_.assign(s.sites().size(), run_);
  call_runs_.assign(s.calls().size(), run_);
}

kept_cone::part kept_cone::cone_of(std::uint32_t v) {
  auto found = graph_->dependents_of(v);
  found.vertices.push_back(v);
  std::vector<std::uint32_t> cone;
  const auto add_call = [&](std::uint32_t c) {
    for (; c != 0; c = structure_->calls()[c].parent) cone.push_back(c | call_bit);
  };
  for (const auto u : found.vertices) {
    if (sites_[u] < 0) continue;
    const auto k = static_cast<std::uint32_t>(sites_[u]);
    cone.push_back(k);
    if (graph_->vertices()[u].what == vertex_kind::instances) cone.push_back(k | argument_bit);
    add_call(structure_->sites()[k].scope);
  }
  for (const auto c : found.calls) add_call(calls_[c]);
  std::sort(cone.begin(), cone.end());
  cone.erase(std::unique(cone.begin(), cone.end()), cone.end());
  const part before = v > 0 ? cones_[v - 1] : part(), last = cones_.size() > 2 && v > 1 ? cones_[v - 2] : part();
  for (const part& p : {before, last})
    if (p.size == cone.size() && std::equal(cone.begin(), cone.end(), cone_items_.begin() + p.first)) return p;
  const part p{static_cast<std::uint32_t>(cone_items_.size()), static_cast<std::uint32_t>(cone.size())};
  cone_items_.insert(cone_items_.end(), cone.begin(), cone.end());
  return p;
}

bool kept_cone::touch(std::uint64_t hash) {
  const auto v = graph_->find(hash);
  if (v < 0) return false;
  part& cone = cones_[static_cast<std::size_t>(v)];
  if (cone.size == 0) [[unlikely]]
    cone = cone_of(static_cast<std::uint32_t>(v));
  for (const auto x : std::span(cone_items_).subspan(cone.first, cone.size)) {
    if (x & call_bit) call_runs_[x & ~call_bit] = run_;
    else if (x & argument_bit) argument_runs_[x & ~argument_bit] = run_;
    else site_runs_[x] = run_;
  }
  return true;
}

bool kept_cone::touch(const choice_map& constraints) {
  if (!places_known_) return false;
  for (const auto& e : constraints.entries()) {
    if (touch(e.where.hash())) continue;
    // Perhaps an array for the choices of several indices.
    const std::size_t n = e.value.type.size();
    if (e.value.type.rank != 1) return false;
    for (std::size_t i = 0; i < n; ++i)
      if (!touch(hash_combine(e.where.hash(), hash_index(static_cast<std::int64_t>(i))))) return false;
  }
  return true;
}

bool kept_cone::touch(const selection& s) {
  if (!places_known_) return false;
  addresses_.clear();
  const auto is_choice = [&](std::uint64_t hash) { return graph_->find(hash) >= 0; };
  if (s.add_addresses(addresses_) && std::all_of(addresses_.begin(), addresses_.end(), is_choice)) {
    for (const auto hash : addresses_) touch(hash);
    return true;
  }
  for (const auto& v : graph_->vertices())
    if (v.what == vertex_kind::choice && s.contains(v.where)) touch(v.hash);
  return true;
}

}  // namespace starling
