#include <starling/models/trace.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "diagnostics/number_text.hpp"
#include "traces/path_components.hpp"
#include "traces/path_cursor.hpp"
#include <starling/models/edit.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/update.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

void throw_moved_from(const char* what) {
  throw std::logic_error(std::string(what) + ": this one was moved from, by std::move into an operation or another " + what +
                         ", and holds nothing; read what the operation returned");
}

void bad_parameter::keep_guarded(const bad_parameter& other) {
  static std::mutex guard;
  const std::lock_guard lock(guard);
  keep_first(other);
}

std::string bad_parameter::sentence(const schema& where) const {
  if (is_factor) {
    const auto& sites = where.sites();
    const std::uint32_t scope = sites[site].scope;
    std::size_t before = 0, all = 0;
    for (std::size_t k = 0; k < sites.size(); ++k)
      if (sites[k].is_factor() && sites[k].scope == scope) ++all, before += k <= site;
    const path inside = this->where ? this->where->without_back() : where.path_of_call(scope);
    return "a factor is NaN: " + (inside.empty() ? std::string("one of the body itself") : "one of the call at " + inside.str()) +
           (all > 1 && !this->where ? ", number " + std::to_string(before - 1) + " of " + std::to_string(all) + " there, counted from 0" : "") +
           (lane ? " (lane " + std::to_string(lane) + ")" : "");
  }
  return "at " + (this->where ? *this->where : where.path_of(site)).str() + ": " + std::string(distribution) + ": " + std::string(parameter) + " " +
         std::string(requirement) + ", got " + number_text(value, "%.6g") + (lane ? " (lane " + std::to_string(lane) + ")" : "");
}

namespace {

// Calls f(path, choice) for the choices of a run that lies at `inside`, and of the instances that it keeps, in order of the run.
template <class F>
void visit_run(const schema& structure, const double* values, const double* densities, const kept_calls* calls, const path& inside, F&& f);
template <class F>
void visit_node(const kept_instances& node, F&& f) {
  for (std::size_t i = 0; i < node.size(); ++i)
    visit_run(*node[i].structure, node.values(node[i]), node.densities(node[i]), node[i].calls.get(), node.path_of(i), f);
}
template <class F>
void visit_run(const schema& structure, const double* values, const double* densities, const kept_calls* calls, const path& inside, F&& f) {
  std::size_t next_call = 0;
  const auto calls_at = structure.paths_of_calls(inside);
  for (std::uint32_t k = 0; k < structure.sites().size(); ++k) {
    const site& s = structure.sites()[k];
    if (s.is_choice()) f(calls_at[s.scope] / s.local, found_choice{s.type, values + s.offset, densities[k]});
    else if (s.role == site_role::instances && calls) visit_node(*calls->nodes[next_call++], f);
  }
}
template <class F>
void for_each_choice(const trace_state& state, F&& f) {
  visit_run(*state.structure, state.numbers.values.data(), state.numbers.densities.data(), state.calls.get(), path(), f);
}

void add_addresses(const schema& structure, const kept_calls* calls, const path& inside, std::vector<path>& to) {
  std::size_t next_call = 0;
  const auto calls_at = structure.paths_of_calls(inside);
  for (std::uint32_t k = 0; k < structure.sites().size(); ++k) {
    const site& s = structure.sites()[k];
    if (s.is_choice()) to.push_back(calls_at[s.scope] / s.local);
    else if (s.role == site_role::instances && calls) {
      const kept_instances& node = *calls->nodes[next_call++];
      for (std::size_t i = 0; i < node.size(); ++i) add_addresses(*node[i].structure, node[i].calls.get(), node.path_of(i), to);
    }
  }
}

// Where a choice stands: a site of the run (node null) or of an instance that it keeps.
struct choice_place {
  const kept_instances* node;
  std::size_t instance;
  const schema* structure;
  std::uint32_t site;
};
std::optional<choice_place> look_up(const schema& structure, const kept_calls* calls, const path& where, std::size_t depth, std::uint64_t rest,
                                    const kept_instances* node, std::size_t instance) {
  if (const auto k = structure.find(rest); k >= 0 && structure.sites()[static_cast<std::size_t>(k)].is_choice())
    return choice_place{node, instance, &structure, static_cast<std::uint32_t>(k)};
  if (!calls) return {};
  if (calls->nodes.empty()) return {};
  const path_components parts(where);
  for (const auto& call : calls->nodes) {
    const std::size_t n = call->where().size();
    if (parts.size() <= n || n < depth || !parts[n].is_index() || !where.starts_with(call->where())) continue;
    const auto i = static_cast<std::size_t>(parts[n].index);
    if (i >= call->size()) return {};
    std::uint64_t inner = path::root_hash;
    for (std::size_t p = n + 1; p < parts.size(); ++p) inner = hash_combine(inner, parts[p].hash());
    const auto& x = (*call)[i];
    return look_up(*x.structure, x.calls.get(), where, n + 1, inner, call.get(), i);
  }
  return {};
}
std::optional<found_choice> look_up(const trace_state& state, const path& where) {
  const auto p = look_up(*state.structure, state.calls.get(), where, 0, where.hash(), nullptr, 0);
  if (!p) return {};
  const double* values = p->node ? p->node->values((*p->node)[p->instance]) : state.numbers.values.data();
  const double* densities = p->node ? p->node->densities((*p->node)[p->instance]) : state.numbers.densities.data();
  const site& s = p->structure->sites()[p->site];
  return found_choice{s.type, values + s.offset, densities[p->site]};
}

choice_value value_of(const found_choice& c) { return choice_value(c.type, std::vector<double>(c.values, c.values + c.type.size())); }

}  // namespace

std::vector<path> addresses_of(const schema& run, const kept_calls* calls) {
  std::vector<path> all;
  add_addresses(run, calls, path(), all);
  return all;
}

void require_values_apart(const schema& run, const kept_calls* calls, const path& inside) {
  std::vector<path> all;
  add_addresses(run, calls, inside, all);
  std::unordered_map<std::uint64_t, const path*> values;
  for (const path& p : all)
    if (!values.emplace(p.hash(), &p).second) throw_visited_twice(p);
  for (const path& p : all) {
    for (path above = p; !above.empty();) {
      above = above.without_back();
      if (const auto it = values.find(above.hash()); it != values.end()) throw_value_and_subtree(*it->second, p);
    }
  }
}

trace_state copy_state(const trace_state& state, copied_cells& cells) {
  trace_state copy = state;
  if (state.calls) {
    copy.calls = std::make_shared<kept_calls>(*state.calls, cells);
    copy.calls->rebind(cells);
  }
  return copy;
}

found_choice find_choice(const trace_state& state, const path& where) {
  if (const auto c = look_up(state, where)) return *c;
  throw std::out_of_range(describe_unmet({where}, addresses_of(*state.structure, state.calls.get()), "trace"));
}
bool has_choice(const trace_state& state, const path& where) { return look_up(state, where).has_value(); }
bool has_choice(const schema& run, const kept_calls* calls, const path& where) {
  return look_up(run, calls, where, 0, where.hash(), nullptr, 0).has_value();
}

template <class F>
void for_each_discarded(const journal& j, const trace_state& before, F&& f) {
  for (const auto k : j.changed) {
    const site& s = before.structure->sites()[k];
    f(before.structure->path_of(k), found_choice{s.type, before.numbers.values.data() + s.offset, before.numbers.densities[k]});
  }
  for (const auto& s : j.undo.steps) {
    if (s.what == kept_undo::step::kind::changed) s.node->visit_discarded([](void* to, const path& where, const choice_type& type, const double* x, double lp) { (*static_cast<std::remove_reference_t<F>*>(to))(where, found_choice{type, x, lp}); }, &f);
    if (s.what == kept_undo::step::kind::removed) visit_node(*s.removed, f);
  }
}

choice_map journal::choices() const {
  if (taken_back) throw std::logic_error("discard: the update was taken back by rollback(), and with it what it discarded; copy the discard before");
  if (discard) return *discard;
  choice_map c;
  for_each_discarded(*this, before, [&](const path& where, const found_choice& x) { c.set(where, value_of(x)); });
  return c;
}
// Whether a run and the instances that it keeps have a choice of this type there.
static bool has_choice(const schema& run, const kept_calls* calls, const path& where, const choice_type& type) {
  const auto found = look_up(run, calls, where, 0, where.hash(), nullptr, 0);
  return found && found->structure->sites()[found->site].type == type;
}
double journal::removed_density(const schema& after, const schema& visited) const {
  double total = 0;
  for_each_discarded(*this, before, [&](const path& where, const found_choice& x) {
    if (!has_choice(after, calls.get(), where, x.type) && visited.find(where.hash()) < 0) total += x.density;
  });
  return total;
}
template <class Replaced>
static bool lost_track_of(const journal& j, const trace_state& old, const schema& now, const Replaced& replaced) {
  const auto kinds_changed = [](const kept_undo::step& s) { return s.what == kept_undo::step::kind::removed || s.what == kept_undo::step::kind::added; };
  if (std::none_of(j.undo.steps.begin(), j.undo.steps.end(), kinds_changed)) return false;
  bool lost = false;
  for_each_discarded(j, old, [&](const path& where, const found_choice& x) {
    lost = lost || (!replaced.contains(where) && has_choice(now, j.calls.get(), where, x.type));
  });
  return lost;
}
bool journal::lost_track(const trace_state& old, const schema& now, const choice_map& replaced) const { return lost_track_of(*this, old, now, replaced); }
bool journal::lost_track(const trace_state& old, const schema& now, const selection& replaced) const { return lost_track_of(*this, old, now, replaced); }
bool journal::empty() const { return undo.steps.empty() ? changed.empty() && (!discard || discard->empty()) : choices().empty(); }
void journal::close(bool somebody_asks) {
  if (somebody_asks && !taken_back && !undo.steps.empty() && !discard) discard = choices();
  else if (!somebody_asks) discard.reset();
  undo.forget();
}

void kept_instances::visit_discarded(discard_visitor f, void* context) const {
  for (const saved& old : log_) {
    const double* numbers = log_numbers_.data() + old.numbers;
    const path inside = path_of(old.i);
    const schema& structure = old.structure ? *old.structure : *instances_[old.i].structure;
    for (std::size_t c = old.first_changed; c < old.last_changed; ++c) {
      const site& s = structure.sites()[changed_[c]];
      f(context, inside / structure.path_of(changed_[c]), s.type, numbers + s.offset, numbers[structure.elements() + changed_[c]]);
    }
  }
  for (std::size_t j = 0; j < removed_.size(); ++j) {
    const instance& x = removed_[j];
    visit_run(*x.structure, values(x), densities(x), x.calls.get(), path_of(instances_.size() + j),
              [&](const path& where, const found_choice& c) { f(context, where, c.type, c.values, c.density); });
  }
}

choice_value choice_at(const trace_state& state, std::uint32_t k) {
  const auto& s = state.structure->sites()[k];
  const double* from = state.numbers.values.data() + s.offset;
  return choice_value(s.type, std::vector<double>(from, from + s.type.size()));
}

choice_map choices_of(const trace_state& state, const std::vector<std::uint32_t>& sites) {
  choice_map c;
  for (const auto k : sites) c.set(state.structure->path_of(k), choice_at(state, k));
  return c;
}

choice_map choices_of(const trace_state& state) {
  choice_map all;
  for_each_choice(state, [&](const path& where, const found_choice& c) {
    all.set(where, value_of(c));
  });
  return all;
}

std::uint32_t site_at(const schema& s, const path& where) {
  const auto k = s.find(where.hash());
  if (k >= 0 && s.sites()[static_cast<std::size_t>(k)].is_choice()) return static_cast<std::uint32_t>(k);
  throw std::out_of_range(describe_unmet({where}, addresses_of(s), "trace"));
}

namespace {
double project_run(const schema& structure, const double* densities, const kept_calls* calls, std::vector<path_component> inside, const selection& s) {
  double total = 0;
  std::size_t next_call = 0;
  path_cursor cursor(structure, inside);
  for (std::uint32_t k = 0; k < structure.sites().size(); ++k) {
    if (structure.sites()[k].role == site_role::instances && calls) {
      const kept_instances& node = *calls->nodes[next_call++];
      auto where = node.where().parts();
      where.emplace_back();
      for (std::size_t i = 0; i < node.size(); ++i) {
        where.back().index = static_cast<std::int64_t>(i);
        total += project_run(*node[i].structure, node.densities(node[i]), node[i].calls.get(), where, s);
      }
    } else if (s.contains(cursor.at(k))) {
      total += densities[k];
    }
  }
  return total;
}
}  // namespace

std::vector<std::uint8_t> projected_sites(const schema& run, const selection& s) {
  std::vector<path_component> where;
  path_cursor cursor(run, where);
  std::vector<std::uint8_t> chosen(run.sites().size());
  for (std::uint32_t k = 0; k < chosen.size(); ++k) chosen[k] = s.contains(cursor.at(k));
  return chosen;
}

double project_state(const trace_state& state, const selection& s) {
  return project_run(*state.structure, state.numbers.densities.data(), state.calls.get(), {}, s);
}

void append_removed(const schema& before, const schema& after, std::vector<std::uint32_t>& changed) {
  for (std::uint32_t k = 0; k < before.sites().size(); ++k) {
    const auto& s = before.sites()[k];
    if (s.is_choice() && after.find(s.full, s.type) < 0) changed.push_back(k);
  }
}

void append_redrawn(const std::vector<std::uint8_t>& selected, const schema& before, const schema& after, std::vector<std::uint32_t>& changed) {
  for (std::uint32_t k = 0; k < selected.size(); ++k) {
    if (!selected[k]) continue;
    const auto& s = before.sites()[k];
    if (&before == &after || after.find(s.full, s.type) >= 0) changed.push_back(k);
  }
}

double factors_from(std::uint32_t first, const schema& run, const double* densities) {
  double total = 0;
  for (std::size_t k = first; k < run.sites().size(); ++k)
    if (run.sites()[k].is_factor()) total += densities[k];
  return total;
}

void require_visited(const choice_map& proposed, const schema& structure, const kept_calls* calls) {
  const auto left = unmet(proposed, structure, calls);
  if (!left.empty()) throw std::invalid_argument(describe_unmet(left, addresses_of(structure, calls), "edit: a proposal"));
}

choice_map visited_by(const schema& run, const choice_map& discarded) {
  choice_map kept;
  for (const auto& e : discarded.entries())
    if (run.find(e.where.hash()) >= 0) kept.set(e.where, e.value);
  return kept;
}

}  // namespace starling
