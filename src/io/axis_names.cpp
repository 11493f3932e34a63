#include "axis_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace starling {
namespace {

const std::vector<std::string>* find(const named_lists& lists, const std::string& name) {
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const auto& l) { return l.first == name; });
  return found == lists.end() ? nullptr : &found->second;
}

std::vector<const variable*> all_variables(const result& fit) {
  std::vector<const variable*> all;
  for (const draws* group : {&fit.posterior, &fit.warmup_posterior, &fit.prior_predictive, &fit.posterior_predictive, &fit.log_likelihood})
    for (const variable& v : group->variables) all.push_back(&v);
  for (const auto* group : {&fit.observed_data, &fit.constant_data})
    for (const variable& v : *group) all.push_back(&v);
  return all;
}

// What no reader of the file could use.
std::string trouble_of(const std::string& name, const std::vector<std::string>& axes) {
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a] == "chain" || axes[a] == "draw") return fmt::format("dims calls an axis of {} \"{}\", as the axes of all draws are called: they are not used.", name, axes[a]);
    if (std::find(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(a), axes[a]) != axes.begin() + static_cast<std::ptrdiff_t>(a))
      return fmt::format("dims calls two axes of {} \"{}\", and readers of NetCDF take one name for one axis: they are not used.", name, axes[a]);
  }
  return {};
}

}  // namespace

axis_names::axis_names(const result& fit) : coords_(fit.coords) {
  std::map<std::string, std::size_t> lengths;
  for (const auto& [name, names] : coords_) lengths[name] = names.size();
  const auto all = all_variables(fit);
  for (const auto& [name, axes] : fit.dims) {
    if (const std::string problem = trouble_of(name, axes); !problem.empty()) {
      problems_.push_back(problem);
      continue;
    }
    bool there = false, fits = true;
    for (const variable* v : all) {
      if (v->name != name) continue;
      there = true;
      if (v->shape.size() != axes.size()) {
        problems_.push_back(fmt::format("dims names {} axes of {}, which has {}: they are not used.", axes.size(), name, v->shape.size()));
        fits = false;
        break;
      }
      for (std::size_t a = 0; fits && a < axes.size(); ++a) {
        const auto [known, is_new] = lengths.emplace(axes[a], v->shape[a]);
        if (is_new || known->second == v->shape[a]) continue;
        problems_.push_back(fmt::format("The axis {} has {} places, but {} has {} along it: its dims are not used.", axes[a], known->second, name, v->shape[a]));
        fits = false;
      }
      if (!fits) break;
    }
    if (there && fits) dims_.emplace_back(name, axes);
    if (!there) problems_.push_back(fmt::format("dims names axes of {}, but there is no such variable.", name));
  }
}

std::vector<std::string> axis_names::of(const variable& v, const std::string& as_written) const {
  if (const auto* axes = find(dims_, v.name); axes && axes->size() == v.shape.size()) return *axes;
  std::vector<std::string> axes;
  for (std::size_t a = 0; a < v.shape.size(); ++a) axes.push_back(fmt::format("{}_dim_{}", as_written, a));
  return axes;
}

const std::vector<std::string>* axis_names::along(const std::string& axis) const { return find(coords_, axis); }

}  // namespace starling
