#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <starling/traces/schema.hpp>

namespace starling {

structure_walk::structure_walk(const std::shared_ptr<const schema>& expected, bool frozen)
    : frozen_(frozen), scope_check_(scope_key(0)), expected_(&expected) {
  static const auto nothing = std::make_shared<const schema>();
  if (!expected) expected_ = &nothing;
  schema_ = expected_->get();
  refresh();
}

void structure_walk::refresh() {
  sites_ = schema_->sites().data();
  slots_ = schema_->slots().data();
  count_ = static_cast<std::uint32_t>(schema_->sites().size());
}

void structure_walk::start_growing() {
  if (grown_) return;
  grown_ = std::make_shared<schema>((*expected_)->beginning(cursor_, call_cursor_));
  schema_ = grown_.get();
  refresh();
}

void structure_walk::grow_at(const char* name, std::size_t length, std::uint64_t hash, std::int64_t i, std::int64_t j, std::int64_t l,
                             int indices, std::uint64_t type_code, const char* distribution, std::size_t distribution_length) {
  grow(address({name, length}, hash, i, j, l, indices), choice_type::from_code(type_code), {distribution, distribution_length}, site_role::choice);
}

void structure_walk::grow(const address& a, const choice_type& type, std::string_view distribution, site_role role) {
  start_growing();
  site s;
  s.check = check_of(a.hash(), type, scope_check_);
  s.scope = scope_;
  s.presence = presence_;
  s.type = type;
  s.role = role;
  s.local = a;
  s.distribution = distribution;
  const call& around = grown_->calls_[scope_];
  s.full = extend_hash(around.full, a);
  if (a.indices() > 0) {
    s.last_index = a.index(a.indices() - 1);
    s.parent = extend_hash(around.full, a, a.indices() - 1);
  } else if (!a.name().empty()) {
    s.parent = around.full;
  } else if (scope_ != 0) {  // the choice of a call at the empty address: its place is the call's
    s.last_index = around.last_index();
    s.parent = around.parent_hash(grown_->calls_[around.parent].full);
  }
  const auto where = [&] { return outside_path(grown_->path_of_call(scope_).append(a)); };
  // The address may stand in another conditional region: there it is the same choice, where its type is the same.
  for (auto j = grown_->find(s.full); j >= 0;) {
    const site& earlier = grown_->sites()[static_cast<std::size_t>(j)];
    if (role != site_role::choice || !s.is_conditional() || !earlier.is_conditional() || earlier.presence == s.presence)
      throw_visited_twice(where());
    if (earlier.is_choice() && earlier.type == type) {
      s.role = site_role::again;
      s.first = static_cast<std::uint32_t>(j);
    }
    j = earlier.next == site::none ? -1 : static_cast<std::int64_t>(earlier.next);
  }
  const bool in_its_call = a.hash() == address().hash();
  if (!in_its_call && grown_->has_call(s.full, s.presence))
    throw std::logic_error("the address " + where().str() + " is a choice, but a call stands there already in the same run");
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

std::uint32_t structure_walk::claim_without_address(const literal& name, site_role role, const char* what) {
  const std::uint32_t k = cursor_;
  if (frozen_) {
    ++cursor_;
    return k;
  }
  const address a(name, k);
  const choice_type type = role == site_role::presence ? choice_type{value_kind::boolean, 3, 1, 1} : choice_type{value_kind::real, 3, 0, 0};
  if (k < count_ && slots_[k].check == check_of(a.hash(), type, scope_check_)) {
    ++cursor_;
    return k;
  }
  grow(a, type, what, role);
  return k;
}

std::uint32_t structure_walk::claim_factor() {
  static const literal factor_name = name("<factor>");
  return claim_without_address(factor_name, site_role::factor, "factor");
}

std::uint32_t structure_walk::claim_instances() {
  static const literal instances_name = name("<instances>");
  return claim_without_address(instances_name, site_role::instances, "instances");
}

std::uint32_t structure_walk::enter_region() {
  static const literal presence_name = name("<presence>");
  const std::uint32_t outside = presence_;
  presence_ = claim_without_address(presence_name, site_role::presence, "presence");
  return outside;
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
    c.presence = presence_;
    if (grown_->is_taken(c))
      throw_visited_twice(outside_path(grown_->path_of_call(scope_).append(a)), "call");
    grown_->calls_.push_back(c);
    if (grown_->find(c.full) >= 0) grown_->mixed_ = true;
    else if (!grown_->has_scope(c.full)) grown_->index(c.full, static_cast<std::uint32_t>(grown_->calls_.size() - 1) | schema::call_bit);
  }
  scope_ = call_cursor_++;
  scope_check_ = scope_key(scope_);
  return outer;
}

void structure_walk::leave(std::uint32_t outer) {
  scope_ = outer;
  scope_check_ = scope_key(outer);
}

// The addresses above each choice and call, made of names and indices, hold no choice. (That nothing else stands at an address itself was
// seen when it was claimed.) Those of other regions become rivals.
void structure_walk::require_values_apart() {
  schema& s = *grown_;
  s.indices_beside_calls_ = false;
  s.rivals_.clear();
  const auto add_rivals = [&](const schema::rivals& r) {
    if (s.rivals_.empty() || s.rivals_.back().value != r.value || s.rivals_.back().other_presence != r.other_presence) s.rivals_.push_back(r);
  };
  std::uint64_t free_scope = 0, free_stem = 0;  // the last that hold none: those of many in a row are the same
  const auto look_above = [&](std::uint64_t above, std::uint32_t presence, std::uint32_t other, bool is_call) {
    auto j = s.find(above);
    if (j < 0) return true;
    for (; j >= 0; j = s.sites_[static_cast<std::size_t>(j)].next == site::none ? -1 : static_cast<std::int64_t>(s.sites_[static_cast<std::size_t>(j)].next)) {
      const site& v = s.sites_[static_cast<std::size_t>(j)];
      if (!v.is_choice() && v.role != site_role::again) continue;
      const schema::rivals r{static_cast<std::uint32_t>(j), other, v.presence, presence, true, is_call};
      if (s.may_meet(v.presence, presence)) throw_value_and_subtree(outside_path(s.path_of(r.value)), outside_path(is_call ? s.path_of_call(other) : s.path_of(other)));
      add_rivals(r);
    }
    return false;
  };
  const auto look = [&](const address& a, std::uint32_t scope, std::uint32_t presence, std::uint32_t other, bool is_call) {
    const std::uint64_t around = s.calls_[scope].full;
    if (around != free_scope && look_above(around, presence, other, is_call)) free_scope = around;
    if (a.name().empty()) return;
    for (int n = 0; n < a.indices(); ++n) {
      const std::uint64_t stem = extend_hash(around, a, n);
      if (stem == free_stem) continue;
      const bool beside_call = s.has_scope(stem);
      s.indices_beside_calls_ = s.indices_beside_calls_ || beside_call;
      if (look_above(stem, presence, other, is_call) && !beside_call) free_stem = stem;
    }
  };
  for (std::uint32_t k = 0; k < s.sites_.size(); ++k) {
    const site& here = s.sites_[k];
    if (here.role == site_role::factor || here.role == site_role::presence || (here.local.name().empty() && here.local.indices() == 0)) continue;
    if (here.role == site_role::instances) look(address(), here.scope, here.presence, here.scope, true);
    else look(here.local, here.scope, here.presence, k, false);
  }
  for (std::uint32_t c = 1; c < s.calls_.size(); ++c) look(s.calls_[c].local, s.calls_[c].parent, s.calls_[c].presence, c, true);
  if (!s.conditional_) return;
  for (std::uint32_t k = 0; k < s.sites_.size(); ++k) {
    const site& here = s.sites_[k];
    if (!here.is_conditional() || here.next == site::none || (!here.is_choice() && here.role != site_role::again)) continue;
    for (std::uint32_t j = here.next; j != site::none; j = s.sites_[j].next)
      if (!(s.sites_[j].type == here.type)) add_rivals({k, j, here.presence, s.sites_[j].presence, false, false});
  }
}

const std::shared_ptr<const schema>& structure_walk::finish() {
  if (!grown_ && (cursor_ < count_ || call_cursor_ < schema_->calls().size()) && !frozen_) start_growing();
  if (!grown_) return *expected_;
  grown_->find_alike();
  require_values_apart();
  finished_ = grown_;
  return finished_;
}

}  // namespace starling
