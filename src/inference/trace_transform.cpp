#include <starling/inference/transform_checks.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace starling {

const transformed_choice* transformed_choices::find(std::uint64_t path_hash) const {
  if (entries_.size() > few) {
    const auto it = index_.find(path_hash);
    return it == index_.end() ? nullptr : &entries_[it->second];
  }
  for (const auto& c : entries_)
    if (c.where.hash() == path_hash) return &c;
  return nullptr;
}

void transformed_choices::add(transformed_choice c) {
  entries_.push_back(std::move(c));
  for (std::size_t k = index_.size(); entries_.size() > few && k < entries_.size(); ++k) index_.emplace(entries_[k].where.hash(), k);
}

void cell_columns::sort() { std::sort(places_.begin(), places_.end()); }
std::size_t cell_columns::find(const void* cell) const {
  const auto it = std::lower_bound(places_.begin(), places_.end(), std::pair(cell, std::size_t{0}));
  return it != places_.end() && it->first == cell ? it->second : no_column;
}

std::string transformed_choices::str() const {
  std::string text;
  for (const auto& c : entries_) text += (text.empty() ? "" : ", ") + c.where.str();
  return text.empty() ? "nothing" : text;
}

void refuse_transform(const char* who, const std::string& what) { throw std::invalid_argument(std::string(who) + ": the transform " + what); }

void require_writable(const char* who, const transformed_choice& w, const choice_type& expected) {
  if (w.type.kind != expected.kind || w.type.size() != expected.size() || (w.type.rank != 0) != (expected.rank != 0))
    refuse_transform(who, "writes " + w.type.str() + " at " + w.where.str() + ", which is " + expected.str());
}

namespace {
[[noreturn]] void refuse_observed(const char* who, const path& where) { refuse_transform(who, "writes " + where.str() + ", which is observed"); }
[[noreturn]] void refuse_unknown(const char* who, const path& where) { refuse_transform(who, "writes " + where.str() + ", which the new state does not have"); }
[[noreturn]] void refuse_open(const char* who, const path& where) {
  refuse_transform(who, "leaves " + where.str() + " open: the new state has it, and no value was written for it");
}
}  // namespace

void require_determined(const char* who, const transformed_choices& writes, const choice_map& observations, const schema& before, const schema& after) {
  for (const auto& w : writes) {
    if (observations.find(w.where)) refuse_observed(who, w.where);
    const auto k = after.find(w.where.hash());
    if (k < 0) refuse_unknown(who, w.where);
    require_writable(who, w, after.sites()[static_cast<std::size_t>(k)].type);
  }
  if (&before == &after) return;
  for (std::uint32_t k = 0; k < after.sites().size(); ++k) {
    const site& s = after.sites()[k];
    if (!s.is_choice() || writes.find(s.full) || before.find(s.full, s.type) >= 0) continue;
    if (const path where = after.path_of(k); !observations.find(where)) refuse_open(who, where);
  }
}

void require_determined(const char* who, const transformed_choices& writes, const choice_map& observations, const choice_map& after) {
  for (const auto& w : writes) {
    if (observations.find(w.where)) refuse_observed(who, w.where);
    const auto* e = after.entry_at(w.where.hash());
    if (!e) refuse_unknown(who, w.where);
    require_writable(who, w, e->value.type);
  }
  for (const auto& e : after.entries())
    if (!writes.find(e.where.hash()) && !observations.find(e.where)) refuse_open(who, e.where);
}

void kept_columns::add(const transformed_choices& reads, const path& where, const choice_type& type, const char* fate) {
  if (type.kind != value_kind::real) return;
  const auto* r = reads.find(where.hash());
  if (!r) refuse_transform(who_, "never reads " + where.str() + ", which " + fate + ": nothing would lead back to its value");
  for (std::size_t e = 0; e < type.size(); ++e) marks_[r->first + e] = 1;
}

double log_absolute_determinant(double* a, std::size_t n) {
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    if (a[pivot * n + k] == 0) return -std::numeric_limits<double>::infinity();
    if (pivot != k) std::swap_ranges(a + k * n, a + (k + 1) * n, a + pivot * n);
    sum += std::log(std::abs(a[k * n + k]));
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / a[k * n + k];
      for (std::size_t j = k + 1; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return sum;
}

}  // namespace starling
