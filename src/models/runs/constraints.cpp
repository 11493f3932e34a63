#include <starling/models/runs/constraints.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "diagnostics/number_text.hpp"
#include "traces/path_cursor.hpp"
#include <starling/models/trace.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

constraint_ref constraint_cursor::search(std::uint64_t full, std::uint64_t parent, std::int64_t index) {
  // The next element of the array that stands next.
  if (next_ < count_ && index >= 0 && static_cast<std::size_t>(index) == element_) {
    const auto& e = map_->entries()[next_];
    if (e.where.hash() == parent && e.value.type.rank != 0 && element_ < e.value.type.size()) {
      const auto found = map_->ref(next_, index);
      if (++element_ == e.value.type.size()) {
        element_ = 0;
        ++next_;
        ++used_;
      }
      return found;
    }
  }
  return map_->find(full, parent, index);
}

namespace {
bool same_shape(const choice_type& got, const choice_type& expected) {
  return got.size() == expected.size() && (got.rank == expected.rank || (got.rank != 0 && expected.rank != 0));
}
// The first number that cannot be an element of a choice of that kind, or -1.
std::int64_t first_unfit(const constraint_ref& c, value_kind expected) {
  if (expected == value_kind::real || c.lane_stride != 0) return -1;
  for (std::size_t e = 0; e < c.type().size(); ++e) {
    const double x = c.at(e, 0);
    if (!(expected == value_kind::boolean ? x == 0.0 || x == 1.0 : x == std::floor(x))) return static_cast<std::int64_t>(e);
  }
  return -1;
}
}  // namespace

constraint_ref given_to(const choice_map& constraints, const path& where, const choice_type& type) {
  return constraints.of_type(where.hash(), type.code(), constraints.find(where));
}

void refuse_missing(const path& where, without_value rest, std::uint64_t lanes, std::size_t first) {
  const std::string at = where.str() + (lanes == 0 ? "" : " in lane " + std::to_string(first + static_cast<std::size_t>(std::countr_zero(lanes))));
  if (rest == without_value::is_not_discarded) throw std::invalid_argument("edit: the backward proposal makes a choice at " + at + ", for which the move discarded no value");
  throw std::invalid_argument("assess: no value was given for " + at);
}

bool fits(const constraint_ref& c, const choice_type& expected) { return same_shape(c.type(), expected) && first_unfit(c, expected.kind) < 0; }

void check_constraint(const constraint_ref& c, const choice_type& expected, const path& where) {
  const choice_type got = c.type();
  if (!same_shape(got, expected))
    throw std::invalid_argument("at " + where.str() + ": the choice is " + expected.str() + ", the value given for it is " + got.str());
  if (const auto e = first_unfit(c, expected.kind); e >= 0)
    throw std::invalid_argument("at " + where.str() + ": the choice is " + expected.str() + ", the value given for it is " +
                                number_text(c.at(static_cast<std::size_t>(e), 0), "%.17g"));
}

namespace {

template <class Has>
bool is_met(const choice_map::entry& e, Has&& has) {
  if (has(e.where)) return true;
  if (e.value.type.rank == 0) return false;
  // An array for indexed choices: every element must have its site; an empty one says nothing of any, as of a loop over no rows.
  for (std::size_t i = 0; i < e.value.type.size(); ++i)
    if (!has(path(e.where).append(path_component{{}, static_cast<std::int64_t>(i)}))) return false;
  return true;
}

// The number of single-letter changes between two texts.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t best = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<path> unmet(const choice_map& constraints, const schema& run) { return unmet(constraints, run, nullptr); }

std::vector<path> unmet(const choice_map& constraints, const schema& run, const kept_calls* calls) {
  const auto has = [&](const path& p) { return run.find(p.hash()) >= 0 || (calls && has_choice(run, calls, p)); };
  std::vector<path> left;
  for (const auto& e : constraints.entries()) {
    if (is_met(e, has)) continue;
    bool some = false;
    if (e.value.type.rank != 0) {
      // Name the elements that have no site, when some have one.
      std::vector<path> missing;
      for (std::size_t i = 0; i < e.value.type.size(); ++i) {
        const path element = path(e.where).append(path_component{{}, static_cast<std::int64_t>(i)});
        if (!has(element)) missing.push_back(element);
        else some = true;
      }
      if (some) left.insert(left.end(), missing.begin(), missing.end());
    }
    if (!some) left.push_back(e.where);
  }
  return left;
}

void remove_reachable(std::vector<path>& left, const schema& seen, bool any_index) {
  std::vector<path> addresses;
  std::erase_if(left, [&](const path& p) {
    if (seen.find(p.hash()) >= 0) return true;
    if (!any_index) return false;
    if (addresses.empty()) addresses = addresses_of(seen);
    const auto parts = p.parts();
    return std::any_of(addresses.begin(), addresses.end(), [&](const path& q) {
      if (q.size() != p.size()) return false;
      const auto others = q.parts();
      return std::equal(parts.begin(), parts.end(), others.begin(), [](const path_component& a, const path_component& b) { return a == b || (a.is_index() && b.is_index()); });
    });
  });
}

bool contradicts(const path& where, const std::vector<path>& addresses) {
  return std::any_of(addresses.begin(), addresses.end(), [&](const path& p) { return p.size() != where.size() && (p.starts_with(where) || where.starts_with(p)); });
}

namespace {
// What stands at an address, or close by.
std::string describe_near(const path& p, const std::vector<path>& addresses) {
  std::string closest, known;
  std::size_t best = 3, shown = 0;
  for (const path& q : addresses) {
    if (q.size() > p.size() && q.starts_with(p)) return ": a subtree of choices stands there, not a value";
    if (q.size() < p.size() && p.starts_with(q)) return ": a value stands at " + q.str() + ", not a subtree";
  }
  const std::string text = p.str();
  for (const path& q : addresses) {
    const std::string here = q.str();
    if (const std::size_t d = distance(here, text); d < best) {
      best = d;
      closest = here;
    }
    if (shown++ < 8) known += (known.empty() ? "" : ", ") + here;
  }
  if (!closest.empty()) return "; did you mean " + closest + "?";
  return "; it has " + (known.empty() ? "no choices" : known) + (shown > 8 ? ", …" : "");
}
std::string and_more(const std::vector<path>& left, const char* of) {
  return left.size() > 1 ? " (and at " + std::to_string(left.size() - 1) + " more of the " + of + ")" : "";
}
}  // namespace

std::string describe_unmet(const std::vector<path>& left, const std::vector<path>& addresses, const char* operation) {
  return std::string(operation) + ": the model has no choice at " + left.front().str() + and_more(left, "given addresses") + describe_near(left.front(), addresses);
}

std::string describe_unvisited(const std::vector<path>& left, const std::vector<path>& addresses) {
  if (left.empty()) return {};
  return "; no run visited " + left.front().str() + and_more(left, "observations") + describe_near(left.front(), addresses);
}

void require_met(const choice_map& constraints, const schema& run, const char* operation) {
  const auto left = unmet(constraints, run);
  if (!left.empty()) throw std::invalid_argument(describe_unmet(left, addresses_of(run), operation));
}

namespace {
// "the observation at y is …" of the first for which is(number).
template <class Is>
std::string first_among(const choice_map& observations, Is is, const char* what) {
  for (const auto& e : observations.entries())
    for (std::size_t i = 0; i < e.value.data.size(); ++i)
      if (is(e.value.data[i]))
        return "the observation at " + (e.value.type.rank == 0 ? e.where : path(e.where).append(path_component{{}, static_cast<std::int64_t>(i)})).str() + what;
  return {};
}
}  // namespace

std::string nan_among(const choice_map& observations) {
  return first_among(
      observations, [](double x) { return std::isnan(x); }, " is NaN; leave out what was not observed");
}
std::string infinity_among(const choice_map& observations) {
  return first_among(
      observations, [](double x) { return std::isinf(x); }, " is infinite, which has density 0 under the distributions of this library");
}

void require_numbers(const choice_map& observations, const std::string& where) {
  if (const std::string trouble = nan_among(observations); !trouble.empty()) throw std::invalid_argument(where + " " + trouble);
}

void require_one_lane(const choice_map& constraints, const char* operation) {
  if (constraints.lanes() == 0) return;
  for (const auto& e : constraints.entries())
    if (e.value.lanes != 0)
      throw std::invalid_argument(std::string(operation) + ": the value at " + e.where.str() + " is given for each of " + std::to_string(e.value.lanes) +
                                  " lanes, but the operation runs one: give it sl::lanes(" + std::to_string(e.value.lanes) + "), or one lane's values, .lane(k)");
}

void require_lanes(const choice_map& constraints, std::size_t lanes) {
  if (constraints.lanes() != 0 && constraints.lanes() != lanes)
    throw std::invalid_argument("constraints are given for " + std::to_string(constraints.lanes()) + " lanes, the operation runs " +
                                std::to_string(lanes));
}

std::vector<std::uint8_t> selected_sites(const selection& s, const schema& run) {
  std::vector<std::uint8_t> selected;
  selected_sites(s, run, nullptr, 0, selected);
  return selected;
}
void selected_sites(const selection& s, const schema& run, const path* call, std::size_t instance, std::vector<std::uint8_t>& selected) {
  static thread_local std::vector<path_component> where;
  where.clear();
  if (call) {
    where = call->parts();
    where.push_back({{}, static_cast<std::int64_t>(instance)});
  }
  path_cursor cursor(run, where);
  selected.resize(run.sites().size());
  for (std::uint32_t k = 0; k < selected.size(); ++k) selected[k] = run.sites()[k].is_choice() && s.contains(cursor.at(k));
}

}  // namespace starling
