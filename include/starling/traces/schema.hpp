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
};

struct site : site_slot {
  bool is_factor = false;  // a term without a value
  bool last_is_index = false;
  std::uint32_t scope = 0;
  choice_type type{};
  std::uint64_t full = 0, parent = 0;  // hashes of the path and of the path without its last component
  address local{std::int64_t{0}};
  std::string_view distribution;
};

struct call {
  address local{std::int64_t{0}};
  std::uint64_t full = path::root_hash;
  std::uint32_t parent = 0;
  std::uint32_t first_site = 0, last_site = 0;  // [first, last)
};

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
  // The site at the path with this hash, or -1.
  std::int64_t find(std::uint64_t full) const;
  bool has_scope(std::uint64_t full) const;
  // The same structure in which the sites marked in `which` have a value for each lane.
  schema without_sharing(const std::vector<std::uint8_t>& which) const;

 private:
  friend class structure_walk;
  void append(site s);
  schema first(std::uint32_t sites, std::uint32_t calls) const;
  void rehash(std::size_t buckets);
  std::size_t bucket(std::uint64_t full) const;
  void index(std::uint64_t full, std::uint32_t entry);

  std::vector<site> sites_;
  std::vector<site_slot> slots_;
  std::vector<call> calls_;
  std::vector<std::uint32_t> buckets_;  // open addressing on `full`; 0 is empty, else site + 1
  std::uint32_t elements_ = 0, shared_elements_ = 0;
};

// Walks along a schema while a body runs. While the visits agree with the schema a claim is one comparison; from the first that
// does not, a new schema is grown.
class structure_walk {
 public:
  // `frozen`: the structure is known to be the same (same arguments, structure does not depend on values): nothing is compared.
  structure_walk(std::shared_ptr<const schema> expected, bool frozen);

  template <class Shared>
  std::uint32_t claim(const address& a, const choice_type& type, std::string_view distribution, Shared&& shared) {
    const std::uint32_t k = cursor_;
    if (frozen_) [[likely]] {
      ++cursor_;
      return k;
    }
    if (k < count_ && slots_[k].check == (a.hash() ^ type.code() * 0x9e3779b97f4a7c15u ^ scope_check_)) [[likely]] {
      ++cursor_;
      return k;
    }
    // By values, so that in the loops of bodies the address need not exist in memory.
    grow_at(a.name().data(), a.name().size(), a.hash(), a.index(0), a.index(1), a.index(2), a.indices(), type.code(), distribution.data(),
            distribution.size());
    if (shared(sites_[k])) mark_shared(k);
    return k;
  }
  std::uint32_t claim_factor();

  std::uint32_t enter(const address& a);  // a call; returns the scope to give to leave()
  void leave(std::uint32_t outer);
  std::uint32_t scope() const { return scope_; }
  std::uint64_t scope_hash() const { return schema_->calls()[scope_].full; }

  const site& operator[](std::uint32_t k) const { return sites_[k]; }
  const site_slot& slot(std::uint32_t k) const { return slots_[k]; }
  bool growing() const { return grown_ != nullptr; }
  const schema& current() const { return *schema_; }

  // Ends the walk: the schema of the run.
  std::shared_ptr<const schema> finish();

 private:
  [[gnu::noinline, gnu::cold]] void grow_at(const char* name, std::size_t length, std::uint64_t hash, std::int64_t i, std::int64_t j,
                                            std::int64_t l, int indices, std::uint64_t type_code, const char* distribution,
                                            std::size_t distribution_length);
  void grow(const address& a, const choice_type& type, std::string_view distribution, bool factor);
  void start_growing();
  void mark_shared(std::uint32_t k);
  void refresh();
  static std::uint64_t scope_key(std::uint32_t scope) { return (std::uint64_t{scope} + 1) * 0xd6e8feb86659fd93u; }

  const site* sites_ = nullptr;
  const site_slot* slots_ = nullptr;
  std::uint32_t count_ = 0, cursor_ = 0;
  bool frozen_ = false;
  std::uint64_t scope_check_ = 0;
  std::uint32_t scope_ = 0, call_cursor_ = 1;
  const schema* schema_ = nullptr;
  std::shared_ptr<const schema> expected_;
  std::shared_ptr<schema> grown_;
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
  std::uint32_t enter(const address&) {
    const std::uint32_t outer = scope_;
    scope_ = call_cursor_++;
    return outer;
  }
  void leave(std::uint32_t outer) { scope_ = outer; }
  std::uint32_t scope() const { return scope_; }
  std::uint64_t scope_hash() const { return schema_->calls()[scope_].full; }
  const site& operator[](std::uint32_t k) const { return schema_->sites()[k]; }
  const site_slot& slot(std::uint32_t k) const { return slots_[k]; }
  static constexpr bool growing() { return false; }
  const schema& current() const { return *schema_; }

 private:
  const site_slot* slots_;
  const schema* schema_;
  std::uint32_t cursor_ = 0, scope_ = 0, call_cursor_ = 1;
};

}  // namespace starling
