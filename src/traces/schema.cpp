#include <starling/traces/schema.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace starling {

namespace {
constexpr std::uint32_t call_bit = 0x80000000u;
}

schema::schema() : calls_(1), buckets_(16, 0) {}

path schema::path_of_call(std::uint32_t call) const {
  if (call == 0) return {};
  return path_of_call(calls_[call].parent).append(calls_[call].local);
}

path schema::path_of(std::uint32_t site) const { return path_of_call(sites_[site].scope).append(sites_[site].local); }

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
  for (std::uint32_t k = 0; k < sites_.size(); ++k) buckets_[bucket(sites_[k].full)] = k + 1;
  for (std::uint32_t k = 1; k < calls_.size(); ++k) buckets_[bucket(calls_[k].full)] = k | call_bit;
}

void schema::index(std::uint64_t full, std::uint32_t entry) {
  if (2 * (sites_.size() + calls_.size()) > buckets_.size()) rehash(2 * buckets_.size());
  else buckets_[bucket(full)] = entry;
}

std::int64_t schema::find(std::uint64_t full) const {
  const std::uint32_t e = buckets_[bucket(full)];
  return e == 0 || (e & call_bit) ? -1 : static_cast<std::int64_t>(e) - 1;
}

bool schema::has_scope(std::uint64_t full) const {
  return full == path::root_hash || (buckets_[bucket(full)] & call_bit) != 0;
}

void schema::append(site s) {
  s.offset = elements_;
  if (!s.is_factor) elements_ += static_cast<std::uint32_t>(s.type.size());
  sites_.push_back(s);
  slots_.push_back(s);
  for (std::uint32_t c = s.scope;; c = calls_[c].parent) {
    calls_[c].last_site = static_cast<std::uint32_t>(sites_.size());
    if (c == 0) break;
  }
  index(s.full, static_cast<std::uint32_t>(sites_.size()));
}

schema schema::without_sharing(const std::vector<std::uint8_t>& which) const {
  schema s = *this;
  s.elements_ = s.shared_elements_ = 0;
  for (std::uint32_t k = 0; k < s.sites_.size(); ++k) {
    auto& here = s.sites_[k];
    if (which[k]) here.shared = false;
    auto& end = here.shared ? s.shared_elements_ : s.elements_;
    here.offset = end;
    if (!here.is_factor) end += static_cast<std::uint32_t>(here.type.size());
    s.slots_[k] = here;
  }
  return s;
}

schema schema::first(std::uint32_t sites, std::uint32_t calls) const {
  schema s;
  s.sites_.assign(sites_.begin(), sites_.begin() + sites);
  s.slots_.assign(slots_.begin(), slots_.begin() + sites);
  s.calls_.assign(calls_.begin(), calls_.begin() + calls);
  for (auto& c : s.calls_) {
    c.first_site = std::min(c.first_site, sites);
    c.last_site = std::min(c.last_site, sites);
  }
  for (const auto& k : s.sites_) {
    if (k.is_factor) continue;
    (k.shared ? s.shared_elements_ : s.elements_) += static_cast<std::uint32_t>(k.type.size());
  }
  std::size_t buckets = 16;
  while (buckets < 4 * (s.sites_.size() + s.calls_.size())) buckets *= 2;
  s.rehash(buckets);
  return s;
}

structure_walk::structure_walk(std::shared_ptr<const schema> expected, bool frozen)
    : frozen_(frozen), scope_check_(scope_key(0)), expected_(std::move(expected)) {
  if (!expected_) {
    static const auto nothing = std::make_shared<const schema>();
    expected_ = nothing;
  }
  schema_ = expected_.get();
  refresh();
}

void structure_walk::refresh() {
  sites_ = schema_->sites().data();
  slots_ = schema_->slots().data();
  count_ = static_cast<std::uint32_t>(schema_->sites().size());
}

void structure_walk::start_growing() {
  if (grown_) return;
  grown_ = std::make_shared<schema>(expected_->first(cursor_, call_cursor_));
  schema_ = grown_.get();
  refresh();
}

void structure_walk::grow_at(const char* name, std::size_t length, std::uint64_t hash, std::int64_t i, std::int64_t j, std::int64_t l,
                             int indices, std::uint64_t type_code, const char* distribution, std::size_t distribution_length) {
  grow(address({name, length}, hash, i, j, l, indices), choice_type::from_code(type_code), {distribution, distribution_length}, false);
}

void structure_walk::grow(const address& a, const choice_type& type, std::string_view distribution, bool factor) {
  start_growing();
  site s;
  s.check = a.hash() ^ type.code() * 0x9e3779b97f4a7c15u ^ scope_check_;
  s.scope = scope_;
  s.type = type;
  s.is_factor = factor;
  s.local = a;
  s.distribution = distribution;
  path where = grown_->path_of_call(scope_).append(a);
  s.full = where.hash();
  s.last_is_index = !where.parts().empty() && where.parts().back().is_index();
  path parent;
  for (std::size_t k = 0; k + 1 < where.parts().size(); ++k) parent.append(where.parts()[k]);
  s.parent = parent.hash();
  if (grown_->find(s.full) >= 0)
    throw std::logic_error("the address " + where.str() + " was visited twice in one run; every choice needs an address of its own");
  if (scope_ != 0 || !where.empty()) {
    if (grown_->has_scope(s.full))
      throw std::logic_error("the address " + where.str() + " is a choice, but a call stands there already in the same run");
  }
  grown_->append(s);
  cursor_ = static_cast<std::uint32_t>(grown_->sites().size());
  refresh();
}

void structure_walk::mark_shared(std::uint32_t k) {
  auto& s = grown_->sites_[k];
  const auto n = static_cast<std::uint32_t>(s.type.size());
  grown_->elements_ -= n;
  s.offset = grown_->shared_elements_;
  s.shared = true;
  grown_->shared_elements_ += n;
  grown_->slots_[k] = s;
}

std::uint32_t structure_walk::claim_factor() {
  const std::uint32_t k = cursor_;
  if (frozen_) {
    ++cursor_;
    return k;
  }
  static const literal factor_name = name("<factor>");
  const address a(factor_name, k);
  const choice_type none{value_kind::real, 3, 0, 0};
  if (k < count_ && slots_[k].check == (a.hash() ^ none.code() * 0x9e3779b97f4a7c15u ^ scope_check_)) {
    ++cursor_;
    return k;
  }
  grow(a, none, "factor", true);
  return k;
}

std::uint32_t structure_walk::enter(const address& a) {
  const std::uint32_t outer = scope_;
  const auto& calls = schema_->calls();
  const bool same = call_cursor_ < calls.size() && calls[call_cursor_].parent == scope_ && calls[call_cursor_].local.hash() == a.hash() &&
                    calls[call_cursor_].first_site == cursor_;
  if (!frozen_ && !same) {
    start_growing();
    call c;
    c.local = a;
    c.parent = scope_;
    c.full = extend_hash(scope_hash(), a);
    c.first_site = c.last_site = cursor_;
    if (grown_->find(c.full) >= 0 || grown_->has_scope(c.full))
      throw std::logic_error("the address " + grown_->path_of_call(scope_).append(a).str() +
                             " was visited twice in one run; every call needs an address of its own");
    grown_->calls_.push_back(c);
    grown_->index(c.full, static_cast<std::uint32_t>(grown_->calls_.size() - 1) | call_bit);
  }
  scope_ = call_cursor_++;
  scope_check_ = scope_key(scope_);
  return outer;
}

void structure_walk::leave(std::uint32_t outer) {
  scope_ = outer;
  scope_check_ = scope_key(outer);
}

std::shared_ptr<const schema> structure_walk::finish() {
  if (!grown_ && (cursor_ < count_ || call_cursor_ < schema_->calls().size()) && !frozen_) start_growing();
  if (grown_) return grown_;
  return expected_;
}

}  // namespace starling
