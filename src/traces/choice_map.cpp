#include <starling/traces/choice_map.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace starling {

choice_value::choice_value(per_lane_vectors xs) : data(std::move(xs.values)) {
  const std::size_t size = xs.size;
  lanes = size == 0 ? 0 : data.size() / size;
  if (lanes == 0 || lanes * size != data.size())
    throw std::invalid_argument("per_lane: expected a whole number of lanes of " + std::to_string(size) + " values each, got " +
                                std::to_string(data.size()) + " values");
  as_vector(value_kind::real);
  type.rows = static_cast<std::uint32_t>(size);
}

choice_map& choice_map::set_number(const path& where, double x) {
  if (const auto it = index_.find(where.hash()); it != index_.end()) {
    entry& e = entries_[it->second];
    if (e.value.lanes == 0 && e.type_code == choice_type{}.code()) {
      e.value.data[0] = x;
      return *this;
    }
  }
  return set(where, choice_value(x));
}

choice_map& choice_map::set(const path& where, choice_value value) {
  if (value.lanes != 0) {
    if (lanes_ != 0 && lanes_ != value.lanes)
      throw std::invalid_argument("choice map: " + where.str() + " has values for " + std::to_string(value.lanes) +
                                  " lanes, the others for " + std::to_string(lanes_));
    lanes_ = value.lanes;
  }
  if (prefixes_.contains(where.hash()))
    throw std::invalid_argument("choice map: a value cannot be set at " + where.str() + ": a subtree of choices stands there");
  if (const auto it = index_.find(where.hash()); it != index_.end()) {
    entries_[it->second].type_code = value.type.code();
    entries_[it->second].value = std::move(value);
    return *this;
  }
  path prefix;
  for (std::size_t k = 0; k + 1 < where.parts().size(); ++k) {
    prefix.append(where.parts()[k]);
    if (index_.contains(prefix.hash()))
      throw std::invalid_argument("choice map: a value cannot be set at " + where.str() + ": a value stands at " + prefix.str());
    ++prefixes_[prefix.hash()];
  }
  if (!where.empty()) ++prefixes_[path().hash()];
  index_.emplace(where.hash(), static_cast<std::uint32_t>(entries_.size()));
  const std::uint64_t code = value.type.code();
  entries_.push_back({where, std::move(value), code});
  return *this;
}

choice_map& choice_map::merge(const choice_map& other) {
  for (const auto& e : other.entries_) set(e.where, e.value);
  return *this;
}

void choice_map::reindex() {
  std::vector<entry> old;
  old.swap(entries_);
  clear();
  for (auto& e : old) set(e.where, std::move(e.value));
}

void choice_map::erase(const path& where) {
  std::erase_if(entries_, [&](const entry& e) { return e.where.starts_with(where); });
  reindex();
}

void choice_map::clear() {
  entries_.clear();
  index_.clear();
  prefixes_.clear();
  lanes_ = 0;
}

choice_map choice_map::submap(const path& prefix) const {
  choice_map sub;
  for (const auto& e : entries_)
    if (e.where.starts_with(prefix)) sub.set(e.where.without_front(prefix.parts().size()), e.value);
  return sub;
}

choice_map choice_map::lane(std::size_t k) const {
  choice_map one;
  for (const auto& e : entries_) {
    if (e.value.lanes == 0) {
      one.set(e.where, e.value);
      continue;
    }
    if (k >= e.value.lanes)
      throw std::out_of_range("choice map: lane " + std::to_string(k) + " of " + std::to_string(e.value.lanes) + " at " + e.where.str());
    if (!e.value.present.empty() && !e.value.present[k]) continue;
    const auto n = static_cast<std::ptrdiff_t>(e.value.type.size());
    const auto from = e.value.data.begin() + static_cast<std::ptrdiff_t>(k) * n;
    one.set(e.where, choice_value(e.value.type, std::vector<double>(from, from + n)));
  }
  return one;
}

const choice_map::entry* choice_map::entry_at(std::uint64_t path_hash) const {
  const auto it = index_.find(path_hash);
  return it == index_.end() ? nullptr : &entries_[it->second];
}

constraint_ref choice_map::ref(std::size_t entry_index, std::int64_t element) const {
  const constraint_ref r = ref(entry_index);
  return {r.data + element, r.lane_stride, choice_type{r.type().kind, 0, 1, 1}.code(), r.present};
}

constraint_ref choice_map::find(std::uint64_t where, std::uint64_t parent, std::int64_t index) const {
  if (const auto it = index_.find(where); it != index_.end()) return ref(it->second);
  if (index < 0) return {};
  const auto it = index_.find(parent);
  if (it == index_.end()) return {};
  const auto& v = entries_[it->second].value;
  if (v.type.rank == 0 || static_cast<std::size_t>(index) >= v.type.size()) return {};
  return ref(it->second, index);
}

constraint_ref choice_map::find(const path& where) const {
  path parent;
  for (std::size_t k = 0; k + 1 < where.parts().size(); ++k) parent.append(where.parts()[k]);
  const bool indexed = !where.empty() && where.parts().back().is_index();
  return find(where.hash(), parent.hash(), indexed ? where.parts().back().index : -1);
}

std::vector<std::size_t>& instance_set::sorted() {
  std::sort(some_.begin(), some_.end());
  return some_;
}

void choice_map::add_instances(const path& where, std::size_t instances, instance_set& found) const {
  if (entries_.empty()) return;
  if (entries_.size() > 1) {
    if (index_.contains(where.hash())) return found.add_all();  // an array for all of them
    if (!has_prefix(where.hash())) return;
  } else if (entries_[0].where.hash() == where.hash()) {
    return found.add_all();
  }
  if (entries_.size() > instances) {
    for (std::size_t i = 0; i < instances; ++i) {
      const auto one = hash_combine(where.hash(), hash_index(static_cast<std::int64_t>(i)));
      if (index_.contains(one) || prefixes_.contains(one)) found.add(i);
    }
    return;
  }
  const std::size_t depth = where.parts().size();
  for (const auto& e : entries_) {
    if (e.where.parts().size() <= depth || !e.where.starts_with(where)) continue;
    const auto& next = e.where.parts()[depth];
    if (next.is_index() && next.index >= 0) found.add(static_cast<std::size_t>(next.index));
  }
}

choice_value choice_map::value_at(const path& where) const {
  const auto r = find(where);
  if (!r) {
    if (has_prefix(where.hash())) throw std::out_of_range("choice map: a subtree stands at " + where.str() + ", not a value");
    std::string known;
    for (std::size_t k = 0; k < entries_.size() && k < 8; ++k) known += (k ? ", " : "") + entries_[k].where.str();
    throw std::out_of_range("choice map: no choice at " + where.str() + "; it has " + (known.empty() ? "no choices" : known) +
                            (entries_.size() > 8 ? ", …" : ""));
  }
  if (r.lane_stride != 0)
    throw std::invalid_argument("choice map: " + where.str() + " has a value for each lane; take one with .lane(k) first");
  return choice_value(r.type(), std::vector<double>(r.data, r.data + r.type().size()));
}

double choice_map::scalar(const path& where, const choice_value& v) {
  if (v.type.rank != 0) throw std::invalid_argument("choice map: expected a scalar at " + where.str() + ", it holds " + v.type.str());
  return v.data[0];
}

double choice_map::operator[](const path& where) const { return scalar(where, value_at(where)); }

bool operator==(const choice_map& a, const choice_map& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.entries_.begin(), a.entries_.end(), [&](const choice_map::entry& e) {
    const auto* other = b.entry_at(e.where.hash());
    return other && other->value.type == e.value.type && other->value.data == e.value.data && other->value.lanes == e.value.lanes &&
           other->value.present == e.value.present;
  });
}

std::string choice_map::str() const {
  std::string text;
  for (const auto& e : entries_) {
    text += e.where.str() + " = ";
    if (e.value.lanes != 0) {
      text += "(" + std::to_string(e.value.lanes) + " lanes)";
    } else {
      for (std::size_t k = 0; k < e.value.data.size(); ++k) {
        char number[32];
        std::snprintf(number, sizeof number, "%.6g", e.value.data[k]);
        text += (k ? " " : "") + std::string(number);
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace starling
