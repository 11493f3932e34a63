#pragma once
// The schema of a trace: its sites (random choices and factors) in order of execution, and its calls. Untyped and shared by all lanes
// and by all traces of the same structure; written once, then constant.
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <starling/traces/address.hpp>
#include <starling/traces/choice_type.hpp>

namespace starling {

// What every visit of a site needs: 16 bytes, so that long schemas stream through the cache.
struct site_slot {
  std::uint64_t check = 0;   // local hash, type and scope in one word: what the cursor compares
  std::uint32_t offset = 0;  // of its first element, in the lanes' or in the shared values
  bool shared = false;       // one value for all lanes, kept once
  bool again = false;        // the value stands at an earlier site: site_role::again
};

// What a site is. A choice has a value and a density. Where lanes differ (switch_, mask) every conditional region begins with a
// `presence` site, whose value says in each lane whether the region runs there (0 or 1); and an address that stands in two regions
// has its value once: later visits are sites of role `again`, with a density but the place of the first.
// Where a trace keeps the instances of a call by themselves, one site of role `instances` stands for all of them: its density is theirs.
enum class site_role : std::uint8_t { choice,
                                      factor,
                                      presence,
                                      again,
                                      instances };

struct site : site_slot {
  static constexpr std::uint32_t none = 0xffffffffu;
  site_role role = site_role::choice;
  std::uint32_t presence = none;   // the presence site of the innermost conditional region around it
  std::uint32_t first = none;      // role again: the choice that it visits again
  std::uint32_t next = none;       // of a choice or `again`: the next site of the same address
  std::uint32_t scope = 0;
  choice_type type{};
  std::uint64_t full = 0, parent = 0;  // hashes of the path and of the path without its last component
  std::int64_t last_index = -1;        // the last component of the path, where it is an index
  address local{std::int64_t{0}};
  std::string_view distribution;

  bool is_choice() const { return role == site_role::choice; }
  bool is_factor() const { return role == site_role::factor; }
  bool is_conditional() const { return presence != none; }
};

struct call {
  address local{std::int64_t{0}};
  std::uint64_t full = path::root_hash;
  std::uint32_t parent = 0;
  std::uint32_t first_site = 0, last_site = 0;  // [first, last)
  std::uint32_t presence = site::none;

  std::int64_t last_index() const;                       // the last component of its address, where it is an index
  std::uint64_t parent_hash(std::uint64_t scope) const;  // of its path without the last component; `scope`: its parent's hash
};

// Throw std::logic_error: an address holds one choice, and a value or a subtree.
[[noreturn]] void throw_visited_twice(const path& where, const char* what = "choice");
[[noreturn]] void throw_value_and_subtree(const path& value, const path& below);

class schema {
 public:
  schema();
  const std::vector<site>& sites() const { return sites_; }
  const std::vector<site_slot>& slots() const { return slots_; }  // the same sites
  const std::vector<call>& calls() const { return calls_; }       // [0] is the root
  std::uint32_t elements() const { return elements_; }       // numbers a lane
  std::uint32_t shared_elements() const { return shared_elements_; }

  path path_of(std::uint32_t site) const;
  path path_of_call(std::uint32_t call) const;
  std::vector<path> paths_of_calls(const path& root) const;  // of all of them, in a run that lies at `root`
  void add_components(std::uint32_t site, std::vector<path_component>& to) const;  // of its path
  // The site at the path with this hash, or -1; and the choice there that has the given type.
  std::int64_t find(std::uint64_t full) const;
  std::int64_t find(std::uint64_t full, const choice_type& type) const;
  // Whether some sites run in some lanes only.
  bool is_conditional() const { return conditional_; }
  bool has_scope(std::uint64_t full) const;
  // Whether some address is one of a call with indices, as {"y", 1} beside a call "y": instances of the call may stand there too.
  bool has_indices_beside_calls() const { return indices_beside_calls_; }
  // Choices of two regions, of which neither lies in the other, that one lane cannot both have: of two types at one address, or a value and what
  // stands below it. Found with the structure; which regions run is up to the lanes.
  struct rivals {
    std::uint32_t value, other;           // sites; `other` may be a call
    std::uint32_t presence, other_presence;
    bool is_below, is_call;               // the other
  };
  const std::vector<rivals>& all_rivals() const { return rivals_; }
  [[noreturn]] void refuse(const rivals& r) const;  // throws std::logic_error
  friend bool operator==(const schema& a, const schema& b);
  // How many calls from `call` on, the first of several instances, are alike: the same sites and calls, one set of places after the other.
  std::uint32_t alike(std::uint32_t call) const { return call < alike_.size() ? alike_[call] : 0; }
  // The same structure in which the sites marked in `which` have a value for each lane.
  schema without_sharing(const std::vector<std::uint8_t>& which) const;
  // The structure of one lane: the sites in `kept` (in order), without presences.
  schema of_one_lane(const std::vector<std::uint8_t>& kept, const std::vector<std::uint8_t>& kept_calls) const;

 private:
  friend class structure_walk;
  static constexpr std::uint32_t call_bit = 0x80000000u;  // of a bucket that holds a call
  void append(site s);
  void chain(std::uint32_t earlier, std::uint32_t later);
  bool is_taken(const call& c) const;
  bool may_meet(std::uint32_t presence, std::uint32_t other) const;
  bool has_call(std::uint64_t full, std::uint32_t presence) const;
  void find_alike();
  bool is_alike(std::uint32_t first, std::uint32_t other, std::uint32_t calls, std::uint32_t sites, std::uint32_t i) const;
  schema beginning(std::uint32_t sites, std::uint32_t calls) const;
  void rehash(std::size_t buckets);
  std::size_t bucket(std::uint64_t full) const;
  void index(std::uint64_t full, std::uint32_t entry);

  std::vector<site> sites_;
  std::vector<site_slot> slots_;
  std::vector<call> calls_;
  std::vector<std::uint32_t> buckets_;  // open addressing on `full`; 0 is empty, else site + 1
  std::uint32_t elements_ = 0, shared_elements_ = 0;
  std::vector<std::uint32_t> alike_;
  bool conditional_ = false;
  bool mixed_ = false;  // some address is a choice in one region and a call in another
  bool indices_beside_calls_ = false;
  std::vector<rivals> rivals_;
};

// Walks along a schema while a body runs. While the visits agree with the schema a claim is one comparison; from the first that
// does not, a new schema is grown.
class structure_walk {
 public:
  // `frozen`: the structure is known to be the same (same arguments, structure does not depend on values): nothing is compared.
  // `expected` (null: nothing is) outlives the walk.
  structure_walk(const std::shared_ptr<const schema>& expected, bool frozen);

  template <class Shared>
  std::uint32_t claim(const address& a, const choice_type& type, std::string_view distribution, Shared&& shared) {
    const std::uint32_t k = cursor_;
    if (frozen_) [[likely]] {
      ++cursor_;
      return k;
    }
    if (k < count_ && slots_[k].check == check_of(a.hash(), type, scope_check_)) [[likely]] {
      ++cursor_;
      return k;
    }
    // By values, so that in the loops of bodies the address need not exist in memory.
    grow_at(a.name().data(), a.name().size(), a.hash(), a.index(0), a.index(1), a.index(2), a.indices(), type.code(), distribution.data(),
            distribution.size());
    if (!sites_[k].is_conditional() && shared(sites_[k])) mark_shared(k);
    return k;
  }
  std::uint32_t claim_factor();
  std::uint32_t claim_instances();
  // A conditional region: claims its presence site; leave_region gets what was outside.
  std::uint32_t enter_region();
  void leave_region(std::uint32_t outside) { presence_ = outside; }
  std::uint32_t presence() const { return presence_; }
  std::uint32_t position() const { return cursor_; }
  std::uint32_t call_position() const { return call_cursor_; }
  const std::shared_ptr<const schema>& expected() const { return *expected_; }
  // Of a run inside of another: where(outside, i) is the path of its root.
  void lies_at(path (*where)(const void*, std::size_t), const void* outside, std::size_t i) { where_ = where, outside_ = outside, outside_index_ = i; }
  path path_of(std::uint32_t site) const { return outside_path(schema_->path_of(site)); }
  // Passes over what follows and is known to be as expected.
  void skip(std::uint32_t sites, std::uint32_t calls) { cursor_ += sites, call_cursor_ += calls; }

  std::uint32_t enter(const address& a);  // a call; returns the scope to give to leave()
  void leave(std::uint32_t outer);
  std::uint32_t scope() const { return scope_; }
  std::uint64_t scope_hash() const { return schema_->calls()[scope_].full; }

  const site& operator[](std::uint32_t k) const { return sites_[k]; }
  const site_slot& slot(std::uint32_t k) const { return slots_[k]; }
  bool growing() const { return grown_ != nullptr; }
  const schema& current() const { return *schema_; }

  // Ends the walk: the schema of the run.
  const std::shared_ptr<const schema>& finish();

 private:
  [[gnu::noinline, gnu::cold]] void grow_at(const char* name, std::size_t length, std::uint64_t hash, std::int64_t i, std::int64_t j,
                                            std::int64_t l, int indices, std::uint64_t type_code, const char* distribution,
                                            std::size_t distribution_length);
  void grow(const address& a, const choice_type& type, std::string_view distribution, site_role role);
  std::uint32_t claim_without_address(const literal& name, site_role role, const char* what);
  void start_growing();
  void mark_shared(std::uint32_t k);
  void refresh();
  path outside_path(const path& inner) const { return where_ ? where_(outside_, outside_index_) / inner : inner; }
  void require_values_apart();
  friend class schema;
  static std::uint64_t scope_key(std::uint32_t scope) { return (std::uint64_t{scope} + 1) * 0xd6e8feb86659fd93u; }
  static std::uint64_t check_of(std::uint64_t local, const choice_type& type, std::uint64_t scope) {
    return local ^ type.code() * 0x9e3779b97f4a7c15u ^ scope;
  }

  const site* sites_ = nullptr;
  const site_slot* slots_ = nullptr;
  std::uint32_t count_ = 0, cursor_ = 0;
  bool frozen_ = false;
  std::uint64_t scope_check_ = 0;
  std::uint32_t scope_ = 0, call_cursor_ = 1, presence_ = site::none;
  const schema* schema_ = nullptr;
  const std::shared_ptr<const schema>* expected_;
  std::shared_ptr<schema> grown_;
  std::shared_ptr<const schema> finished_;
  path (*where_)(const void*, std::size_t) = nullptr;
  const void* outside_ = nullptr;
  std::size_t outside_index_ = 0;
};

// Walks along a structure that is known to be the run's: nothing is compared, nothing grows.
class frozen_walk {
 public:
  explicit frozen_walk(const schema& s) : slots_(s.slots().data()), schema_(&s) {}

  template <class Shared>
  std::uint32_t claim(const address&, const choice_type&, std::string_view, Shared&&) {
    return cursor_++;
  }
  std::uint32_t claim_factor() { return cursor_++; }
  std::uint32_t enter_region() {
    const std::uint32_t outside = presence_;
    presence_ = cursor_++;
    return outside;
  }
  void leave_region(std::uint32_t outside) { presence_ = outside; }
  std::uint32_t presence() const { return presence_; }
  std::uint32_t position() const { return cursor_; }
  std::uint32_t call_position() const { return call_cursor_; }
  void skip(std::uint32_t sites, std::uint32_t calls) { cursor_ += sites, call_cursor_ += calls; }
  std::uint32_t enter(const address&) {
    const std::uint32_t outer = scope_;
    scope_ = call_cursor_++;
    return outer;
  }
  void leave(std::uint32_t outer) { scope_ = outer; }
  std::uint32_t scope() const { return scope_; }
  std::uint64_t scope_hash() const { return schema_->calls()[scope_].full; }
  const site& operator[](std::uint32_t k) const { return schema_->sites()[k]; }
  path path_of(std::uint32_t k) const { return schema_->path_of(k); }
  const site_slot& slot(std::uint32_t k) const { return slots_[k]; }
  static constexpr bool growing() { return false; }
  const schema& current() const { return *schema_; }

 private:
  const site_slot* slots_;
  const schema* schema_;
  std::uint32_t cursor_ = 0, scope_ = 0, call_cursor_ = 1, presence_ = site::none;
};

}  // namespace starling
