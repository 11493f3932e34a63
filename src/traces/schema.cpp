#include <starling/traces/schema.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace starling {

void throw_visited_twice(const path& where, const char* what) {
  throw std::logic_error("the address " + where.str() + " was visited twice in one run; every " + what + " needs an address of its own");
}
void throw_value_and_subtree(const path& value, const path& below) {
  throw std::logic_error("a value stands at " + value.str() + ", and below it, in the same run, stands " + below.str() +
                         ": an address holds a value or a subtree of choices, not both");
}

schema::schema() : calls_(1), buckets_(16, 0) {}

std::int64_t call::last_index() const { return local.indices() > 0 ? local.index(local.indices() - 1) : -1; }

std::uint64_t call::parent_hash(std::uint64_t scope) const {
  return local.indices() > 0 ? extend_hash(scope, local, local.indices() - 1) : scope;
}

namespace {
// Not by recursion: calls may be as deep as the stack allows.
void add_components_of(const address& a, const std::vector<call>& calls, std::uint32_t c, std::vector<path_component>& to) {
  const auto outside = static_cast<std::ptrdiff_t>(to.size());
  const auto add_backwards = [&](const address& part) {
    for (int i = part.indices(); i-- > 0;) to.push_back({{}, part.index(i)});
    if (!part.name().empty()) to.push_back({part.name(), 0});
  };
  for (add_backwards(a); c != 0; c = calls[c].parent) add_backwards(calls[c].local);
  std::reverse(to.begin() + outside, to.end());
}
}  // namespace

path schema::path_of_call(std::uint32_t call) const {
  std::vector<path_component> parts;
  add_components_of(address(), calls_, call, parts);
  path p;
  for (const auto& part : parts) p.append(part);
  return p;
}

std::vector<path> schema::paths_of_calls(const path& root) const {
  std::vector<path> all(calls_.size(), root);
  for (std::size_t c = 1; c < all.size(); ++c) all[c] = all[calls_[c].parent] / calls_[c].local;
  return all;
}

path schema::path_of(std::uint32_t site) const { return path_of_call(sites_[site].scope).append(sites_[site].local); }

void schema::add_components(std::uint32_t site, std::vector<path_component>& to) const {
  add_components_of(sites_[site].local, calls_, sites_[site].scope, to);
}

// The bucket that holds `full`, or the empty one where it would go.
std::size_t schema::bucket(std::uint64_t full) const {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t b = static_cast<std::size_t>(full) & mask;
  const auto hash_of = [&](std::uint32_t e) { return e & call_bit ? calls_[e & ~call_bit].full : sites_[e - 1].full; };
  while (buckets_[b] != 0 && hash_of(buckets_[b]) != full) b = (b + 1) & mask;
  return b;
}

void schema::rehash(std::size_t buckets) {
  buckets_.assign(buckets, 0);
  // Sites after calls: a choice at the empty address of a call stands where the call stands. Of several at one address the first.
  for (std::uint32_t k = 1; k < calls_.size(); ++k) buckets_[bucket(calls_[k].full)] = k | call_bit;
  for (std::uint32_t k = 0; k < sites_.size(); ++k)
    if (auto& b = buckets_[bucket(sites_[k].full)]; b == 0 || (b & call_bit)) b = k + 1;
}

void schema::index(std::uint64_t full, std::uint32_t entry) {
  if (2 * (sites_.size() + calls_.size()) > buckets_.size()) rehash(2 * buckets_.size());
  else buckets_[bucket(full)] = entry;
}

std::int64_t schema::find(std::uint64_t full) const {
  const std::uint32_t e = buckets_[bucket(full)];
  return e == 0 || (e & call_bit) ? -1 : static_cast<std::int64_t>(e) - 1;
}

std::int64_t schema::find(std::uint64_t full, const choice_type& type) const {
  auto j = find(full);
  while (j >= 0 && !(sites_[static_cast<std::size_t>(j)].is_choice() && sites_[static_cast<std::size_t>(j)].type == type)) {
    const auto next = sites_[static_cast<std::size_t>(j)].next;
    j = next == site::none ? -1 : static_cast<std::int64_t>(next);
  }
  return j;
}

void schema::chain(std::uint32_t earlier, std::uint32_t later) {
  while (sites_[earlier].next != site::none) earlier = sites_[earlier].next;
  sites_[earlier].next = later;
}

bool schema::has_scope(std::uint64_t full) const {
  return full == path::root_hash || (buckets_[bucket(full)] & call_bit) != 0;
}

void schema::append(site s) {
  s.again = s.role == site_role::again;
  s.offset = s.again ? sites_[s.first].offset : elements_;
  if (s.role == site_role::choice || s.role == site_role::presence) elements_ += static_cast<std::uint32_t>(s.type.size());
  conditional_ = conditional_ || s.role == site_role::presence;
  sites_.push_back(s);
  slots_.push_back(s);
  for (std::uint32_t c = s.scope;; c = calls_[c].parent) {
    calls_[c].last_site = static_cast<std::uint32_t>(sites_.size());
    if (c == 0) break;
  }
  if (find(s.full) < 0) index(s.full, static_cast<std::uint32_t>(sites_.size()));
  else chain(static_cast<std::uint32_t>(find(s.full)), static_cast<std::uint32_t>(sites_.size() - 1));
}

namespace {
// Whether what stands in two regions never runs in the same lane.
bool are_apart(std::uint32_t presence, std::uint32_t other) { return presence != site::none && other != site::none && presence != other; }
}  // namespace

// Whether a call at that address may run in the same lanes as what stands in the region `presence`.
bool schema::has_call(std::uint64_t full, std::uint32_t presence) const {
  if (full == path::root_hash) return true;
  const std::uint32_t entry = buckets_[bucket(full)];
  if (entry == 0 || (!(entry & call_bit) && !mixed_)) return false;
  return std::any_of(calls_.begin(), calls_.end(), [&](const call& other) { return other.full == full && !are_apart(presence, other.presence); });
}

// Whether another call, or a choice, of the same address may run in the same lanes.
bool schema::is_taken(const call& c) const {
  for (auto j = find(c.full); j >= 0;) {
    const site& s = sites_[static_cast<std::size_t>(j)];
    if (!are_apart(c.presence, s.presence)) return true;
    j = s.next == site::none ? -1 : static_cast<std::int64_t>(s.next);
  }
  return has_call(c.full, c.presence);
}

bool schema::is_alike(std::uint32_t first, std::uint32_t other, std::uint32_t calls, std::uint32_t sites, std::uint32_t i) const {
  const call &a = calls_[first], &b = calls_[other];
  if (other + calls > calls_.size() || b.parent != a.parent || b.local.indices() != 1 || !b.local.name().empty() || b.local.index(0) != static_cast<std::int64_t>(i) ||
      b.first_site != a.first_site + i * sites || b.last_site != b.first_site + sites)
    return false;
  for (std::uint32_t c = 1; c < calls; ++c)
    if (calls_[other + c].local.hash() != calls_[first + c].local.hash() || calls_[other + c].parent - other != calls_[first + c].parent - first) return false;
  for (std::uint32_t k = 0; k < sites; ++k) {
    const site &x = sites_[a.first_site + k], &y = sites_[b.first_site + k], &z = sites_[a.first_site + sites + k];
    if (!(x.type == y.type) || x.role != y.role || x.role == site_role::presence || x.is_conditional() || x.shared != y.shared ||
        (!x.is_factor() && x.local.hash() != y.local.hash()) || y.offset - x.offset != i * (z.offset - x.offset))
      return false;
  }
  return true;
}

void schema::find_alike() {
  alike_.clear();
  if (calls_.size() < 16) return;
  alike_.resize(calls_.size());
  for (std::uint32_t c = 1; c + 1 < calls_.size(); ++c) {
    const call& first = calls_[c];
    if (first.local.indices() != 1 || !first.local.name().empty() || first.local.index(0) != 0) continue;
    std::uint32_t next = c + 1;
    while (next < calls_.size() && calls_[next].parent > first.parent) ++next;  // past the calls inside it
    if (next >= calls_.size()) continue;
    const std::uint32_t calls = next - c, sites = calls_[next].first_site - first.first_site;
    if (sites == 0 || first.last_site != first.first_site + sites) continue;
    std::uint32_t n = 1;
    while (c + n * calls < calls_.size() && is_alike(c, c + n * calls, calls, sites, n)) ++n;
    alike_[c] = n;
  }
}

schema schema::without_sharing(const std::vector<std::uint8_t>& which) const {
  schema s = *this;
  s.alike_.clear();
  s.elements_ = s.shared_elements_ = 0;
  for (std::uint32_t k = 0; k < s.sites_.size(); ++k) {
    auto& here = s.sites_[k];
    if (which[k]) here.shared = false;
    auto& end = here.shared ? s.shared_elements_ : s.elements_;
    here.offset = here.again ? s.sites_[here.first].offset : end;
    if (here.role == site_role::choice || here.role == site_role::presence) end += static_cast<std::uint32_t>(here.type.size());
    s.slots_[k] = here;
  }
  return s;
}

bool operator==(const schema& a, const schema& b) {
  if (a.slots_.size() != b.slots_.size() || a.calls_.size() != b.calls_.size()) return false;
  for (std::size_t k = 0; k < a.slots_.size(); ++k)
    if (a.slots_[k].check != b.slots_[k].check || a.slots_[k].offset != b.slots_[k].offset) return false;
  for (std::size_t k = 0; k < a.calls_.size(); ++k)
    if (a.calls_[k].full != b.calls_[k].full || a.calls_[k].parent != b.calls_[k].parent || a.calls_[k].first_site != b.calls_[k].first_site) return false;
  return true;
}

schema schema::of_one_lane(const std::vector<std::uint8_t>& kept, const std::vector<std::uint8_t>& kept_calls) const {
  schema s;
  std::vector<std::uint32_t> new_call(calls_.size(), 0);
  std::uint32_t done = 1;  // calls so far
  const auto copy_calls_to = [&](std::uint32_t site) {
    for (; done < calls_.size() && calls_[done].first_site <= site; ++done) {
      if (!kept_calls[done]) continue;
      call c = calls_[done];
      c.parent = new_call[c.parent];
      c.presence = site::none;
      c.first_site = c.last_site = static_cast<std::uint32_t>(s.sites_.size());
      new_call[done] = static_cast<std::uint32_t>(s.calls_.size());
      s.calls_.push_back(c);
      s.index(c.full, static_cast<std::uint32_t>(s.calls_.size() - 1) | call_bit);
    }
  };
  for (std::uint32_t k = 0; k < sites_.size(); ++k) {
    copy_calls_to(k);
    if (!kept[k]) continue;
    site here = sites_[k];
    if (here.role == site_role::again) here.role = site_role::choice;
    here.shared = false;
    here.presence = here.first = here.next = site::none;
    here.scope = new_call[here.scope];
    here.check = structure_walk::check_of(here.local.hash(), here.type, structure_walk::scope_key(here.scope));
    s.append(here);
  }
  copy_calls_to(static_cast<std::uint32_t>(sites_.size()));
  return s;
}

schema schema::beginning(std::uint32_t sites, std::uint32_t calls) const {
  schema s;
  s.mixed_ = mixed_;
  s.sites_.assign(sites_.begin(), sites_.begin() + sites);
  s.slots_.assign(slots_.begin(), slots_.begin() + sites);
  s.calls_.assign(calls_.begin(), calls_.begin() + calls);
  for (auto& c : s.calls_) {
    c.first_site = std::min(c.first_site, sites);
    c.last_site = std::min(c.last_site, sites);
  }
  for (auto& k : s.sites_) {
    if (k.next != site::none && k.next >= sites) k.next = site::none;
    s.conditional_ = s.conditional_ || k.role == site_role::presence;
    if (k.role == site_role::choice || k.role == site_role::presence)
      (k.shared ? s.shared_elements_ : s.elements_) += static_cast<std::uint32_t>(k.type.size());
  }
  std::size_t buckets = 16;
  while (buckets < 4 * (s.sites_.size() + s.calls_.size())) buckets *= 2;
  s.rehash(buckets);
  return s;
}

void schema::refuse(const rivals& r) const {
  if (!r.is_below) throw_visited_twice(path_of(r.value));
  throw_value_and_subtree(path_of(r.value), r.is_call ? path_of_call(r.other) : path_of(r.other));
}

// Whether what stands in two regions may run in the same lane for what the structure says: one lies in the other.
bool schema::may_meet(std::uint32_t presence, std::uint32_t other) const {
  const auto lies_in = [&](std::uint32_t inner, std::uint32_t outer) {
    while (inner != outer && inner != site::none) inner = sites_[inner].presence;
    return inner == outer;
  };
  return lies_in(presence, other) || lies_in(other, presence);
}

}  // namespace starling
