#include <starling/traces/choice_map.hpp>

#include <algorithm>
#include <stdexcept>

#include "diagnostics/number_text.hpp"
#include "traces/path_components.hpp"

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

namespace {
bool are_for_other_lanes(const choice_value& a, const choice_value& b) {
  if (a.present.empty() || b.present.size() != a.present.size()) return false;
  for (std::size_t l = 0; l < a.present.size(); ++l)
    if (a.present[l] && b.present[l]) return false;
  return true;
}
}  // namespace

// Whether all that stands at `where` and below is for other lanes than a value is, and of another kind where it stands there.
bool choice_map::stands_beside(const path& where, const choice_value& value) const {
  return std::all_of(entries_.begin(), entries_.end(), [&](const entry& e) {
    if (!e.where.starts_with(where)) return true;
    return are_for_other_lanes(e.value, value) && (e.where.size() > where.size() || !(e.value.type == value.type));
  });
}

constraint_ref choice_map::search_type(std::uint64_t where, std::uint64_t type_code, const constraint_ref& otherwise) const {
  for (std::size_t k = 0; k < entries_.size(); ++k)
    if (entries_[k].where.hash() == where && entries_[k].type_code == type_code) return ref(k);
  return otherwise;
}

choice_map& choice_map::set(const path& where, choice_value value) {
  if (value.lanes != 0) {
    if (lanes_ != 0 && lanes_ != value.lanes)
      throw std::invalid_argument("choice map: " + where.str() + " has values for " + std::to_string(value.lanes) +
                                  " lanes, the others for " + std::to_string(lanes_));
    lanes_ = value.lanes;
  }
  const auto beside = [&](const path& other) { return !value.present.empty() && stands_beside(other, value); };
  if (prefixes_.contains(where.hash())) {
    if (!beside(where)) throw std::invalid_argument("choice map: a value cannot be set at " + where.str() + ": a subtree of choices stands there");
    mixed_ = true;
  }
  if (index_.contains(where.hash())) {
    if (beside(where)) {
      mixed_ = true;
      const std::uint64_t code = value.type.code();
      entries_.push_back({where, std::move(value), code});
      return *this;
    }
    std::size_t at = index_.at(where.hash());
    if (mixed_) {
      if (!value.present.empty())
        for (std::size_t k = 0; k < entries_.size(); ++k)
          if (entries_[k].where == where && entries_[k].value.type == value.type) at = k;
      std::vector<entry> old;
      old.swap(entries_);
      for (std::size_t k = 0; k < old.size(); ++k) {
        if (k != at && old[k].where == where && !are_for_other_lanes(old[k].value, value)) continue;
        if (k == at) at = entries_.size();
        entries_.push_back(std::move(old[k]));
      }
      index_[where.hash()] = static_cast<std::uint32_t>(at);
    }
    entries_[at].type_code = value.type.code();
    entries_[at].value = std::move(value);
    if (mixed_) reindex();
    return *this;
  }
  // Above an address that others stand below too there is nothing new.
  if (!where.empty()) {
    const auto is_new = [&](const path& above) { return !prefixes_.contains(above.hash()); };
    for (path above = where.without_back(); mixed_ || is_new(above); above = above.without_back()) {
      if (index_.contains(above.hash())) {
        const auto is_apart = [&](const entry& e) { return !(e.where == above) || are_for_other_lanes(e.value, value); };
        if (!std::all_of(entries_.begin(), entries_.end(), is_apart)) throw std::invalid_argument("choice map: a value cannot be set at " + where.str() + ": a value stands at " + above.str());
        mixed_ = true;
      }
      if (above.empty()) break;
    }
    for (path above = where.without_back(); is_new(above); above = above.without_back()) prefixes_.insert(above.hash());
  }
  index_.emplace(where.hash(), static_cast<std::uint32_t>(entries_.size()));
  const std::uint64_t code = value.type.code();
  entries_.push_back({where, std::move(value), code});
  return *this;
}

choice_map& choice_map::merge(const choice_map& other) {
  for (const auto& e : other.entries_) set(e.where, e.value);
  return *this;
}

choice_map& choice_map::merge_observations(const choice_map& observed) {
  for (const auto& e : observed.entries_) {
    const choice_value& v = e.value;
    if (v.type.rank == 0 || v.lanes != 0 || !has_prefix(e.where.hash())) {
      set(e.where, v);
      continue;
    }
    for (std::size_t i = 0; i < v.data.size(); ++i) set(e.where / address(static_cast<std::int64_t>(i)), choice_value(choice_type{v.type.kind, 0, 1, 1}, {v.data[i]}));
  }
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
  mixed_ = false;
}

choice_map choice_map::submap(const path& prefix) const {
  choice_map sub;
  for (const auto& e : entries_)
    if (e.where.starts_with(prefix)) sub.set(e.where.without_front(prefix.size()), e.value);
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
  if (v.type.rank == 0 || static_cast<std::size_t>(index) >= v.type.size() || (mixed_ && !v.present.empty())) return {};
  return ref(it->second, index);
}

constraint_ref choice_map::find(const path& where) const {
  const bool indexed = !where.empty() && where.back().is_index();
  return find(where.hash(), indexed ? where.without_back().hash() : 0, indexed ? where.back().index : -1);
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
  const std::size_t depth = where.size();
  for (const auto& e : entries_) {
    if (e.where.size() <= depth || !e.where.starts_with(where)) continue;
    const path_component next = path_components(e.where)[depth];
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
    for (std::size_t k = 0; b.mixed_ && k < b.size(); ++k)
      if (b.entries_[k].where == e.where && b.entries_[k].value.type == e.value.type) other = &b.entries_[k];
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
      for (std::size_t k = 0; k < e.value.data.size(); ++k) text += (k ? " " : "") + number_text(e.value.data[k], "%.6g");
    }
    text += "\n";
  }
  return text;
}

}  // namespace starling
