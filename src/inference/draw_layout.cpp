#include <starling/inference/draw_layout.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <starling/traces/choice_map.hpp>

namespace starling {

draw_name name_of_draws(const path& where) {
  draw_name d;
  for (const auto& part : where.parts()) {
    if (part.is_index()) {
      if (part.index < 0) d.name += "." + std::to_string(part.index);  // a negative index cannot be a place in an array
      else d.index.push_back(static_cast<std::size_t>(part.index));
    } else {
      d.name += (d.name.empty() ? "" : ".") + std::string(part.name);
    }
  }
  if (d.name.empty()) d.name = "value";
  return d;
}

namespace {
std::vector<std::size_t> extents_of(const choice_type& t) {
  if (t.rank == 0) return {};
  if (t.rank == 1) return {t.rows};
  return {t.rows, t.cols};
}
std::size_t product(const std::vector<std::size_t>& shape) {
  std::size_t n = 1;
  for (const auto e : shape) n *= e;
  return n;
}
}  // namespace

std::size_t draw_layout::add(const path& where, const choice_type& type, bool optional) {
  auto d = name_of_draws(where);
  auto extents = d.index;
  for (auto& e : extents) ++e;
  for (const auto e : extents_of(type)) extents.push_back(e);
  // Names that differ in their number of indices cannot share an array: the odd one gets a name of its own.
  for (auto it = by_name_.find(d.name); it != by_name_.end() && groups_[it->second].extents.size() != extents.size(); it = by_name_.find(d.name))
    d.name += "_";
  auto [it, fresh] = by_name_.try_emplace(d.name, groups_.size());
  if (fresh) groups_.push_back({d.name, type.kind, extents, false, 0});
  auto& g = groups_[it->second];
  for (std::size_t k = 0; k < extents.size(); ++k) g.extents[k] = std::max(g.extents[k], extents[k]);
  if (g.kind != type.kind) g.kind = value_kind::real;
  g.optional = g.optional || optional;
  g.numbers += type.size();
  items_.push_back({it->second, slots_, std::move(d.index), type});
  by_path_.emplace(where.hash(), items_.size() - 1);
  slots_ += type.size();
  return items_.back().first_slot;
}

std::size_t draw_layout::add_note(const path& where, const choice_type& type, bool optional) {
  if (find(where) >= 0) throw std::logic_error("the note " + where.str() + " has the name of a choice or of another note");
  return add(where, type, optional);
}

std::ptrdiff_t draw_layout::find(const path& where) const {
  const auto it = by_path_.find(where.hash());
  return it == by_path_.end() ? -1 : static_cast<std::ptrdiff_t>(items_[it->second].first_slot);
}

std::vector<variable> draw_layout::variables(std::size_t chains, std::size_t draws) const {
  std::vector<variable> all;
  for (const auto& g : groups_) {
    variable v;
    v.name = g.name;
    v.shape = g.extents;
    v.kind = g.kind == value_kind::real ? variable::kinds::real : g.kind == value_kind::whole ? variable::kinds::whole
                                                                                              : variable::kinds::boolean;
    v.optional = g.optional || g.numbers < product(g.extents);
    v.values.assign(chains * draws * product(g.extents), std::numeric_limits<double>::quiet_NaN());
    all.push_back(std::move(v));
  }
  return all;
}

std::vector<draw_layout::target> draw_layout::targets() const {
  std::vector<target> to(slots_);
  for (const auto& i : items_) {
    const auto& shape = groups_[i.group].extents;
    std::size_t base = 0;
    for (std::size_t k = 0; k < i.index.size(); ++k) base = base * shape[k] + i.index[k];
    const auto inner = extents_of(i.type);
    const std::size_t first = shape.size() - inner.size();
    for (std::size_t e = 0; e < i.type.size(); ++e) {
      // Row-major within the value, in the (possibly larger) shape of the variable.
      std::size_t place = base, rest = e;
      if (inner.size() == 1) place = base * shape[first] + rest;
      if (inner.size() == 2) place = (base * shape[first] + rest / inner[1]) * shape[first + 1] + rest % inner[1];
      to[i.first_slot + e] = {i.group, place};
    }
  }
  return to;
}

std::vector<std::string> draw_layout::slot_names() const {
  const auto vars = variables(0, 0);
  std::vector<std::string> names;
  for (const auto& t : targets()) names.push_back(vars[t.variable].element_name(t.element));
  return names;
}

std::vector<element_run> element_runs(const schema& structure, const std::vector<std::uint32_t>& sites) {
  std::vector<element_run> runs;
  for (const auto k : sites) {
    const site& s = structure.sites()[k];
    const auto size = static_cast<std::uint32_t>(s.type.size());
    if (!runs.empty() && runs.back().offset + runs.back().size == s.offset) runs.back().size += size;
    else runs.push_back({s.offset, size});
  }
  return runs;
}

std::vector<variable> observed_variables(const choice_map& observations) {
  draw_layout layout;
  for (const auto& e : observations.entries())
    if (e.value.type.size() != 0) layout.add(e.where, e.value.type);
  auto vars = layout.variables(1, 1);
  const auto targets = layout.targets();
  std::size_t slot = 0;
  for (const auto& e : observations.entries())
    for (const double x : e.value.data) {
      const auto t = targets[slot++];
      vars[t.variable].values[t.element] = x;
    }
  return vars;
}

void split_predictive(result& r, const choice_map& observations) {
  std::vector<std::string> observed;
  for (const auto& v : observed_variables(observations)) observed.push_back(v.name);
  r.prior_predictive.chains = r.posterior.chains;
  r.prior_predictive.draws = r.posterior.draws;
  std::vector<variable> rest;
  for (auto& v : r.posterior.variables)
    (std::find(observed.begin(), observed.end(), v.name) != observed.end() ? r.prior_predictive.variables : rest).push_back(std::move(v));
  r.posterior.variables = std::move(rest);
}

}  // namespace starling
