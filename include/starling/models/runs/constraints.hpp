#pragma once
// Meeting constraints and sites: finding the constraint of a site while a body runs, checking its type, and saying clearly what is
// wrong when constraints are left over.
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <starling/traces/choice_map.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// What generate and update do about a constraint that a run, or a lane of it, did not reach (a branch not taken, a mask that is off):
// by default the trace disagrees with the constraints and the weight is −∞; `.unreached = sl::ignore` passes over it, for padded data
// under a mask. An address that the model can never visit is an error all the same.
enum class unreached_constraints { impossible,
                                   ignored };
inline constexpr auto ignore = unreached_constraints::ignored;
struct constraint_options {
  unreached_constraints unreached = unreached_constraints::impossible;
};

// Walks along a choice map while sites are visited. Constraints in the order of the model cost one comparison each.
class constraint_cursor {
 public:
  explicit constraint_cursor(const choice_map& c) : map_(&c), count_(c.size()) {}

  // The constraint of the site at the path with hash `full`; `parent` and `index` as in choice_map::find.
  constraint_ref find(std::uint64_t full, std::uint64_t parent, std::int64_t index) {
    if (next_ < count_ && map_->entries()[next_].where.hash() == full) [[likely]] {
      ++used_;
      return map_->ref(next_++);
    }
    if (count_ == 0) return {};
    return search(full, parent, index);
  }
  // The frequent case of one lane, in registers: the numbers of the constraint that stands next, where it is for the site at `full` and of
  // its type and has elements; null: ask find().
  [[gnu::always_inline]] const double* next(std::uint64_t full, std::uint64_t type_code) {
    if (next_ >= count_) return nullptr;
    const auto& e = map_->entries()[next_];
    if (e.where.hash() != full || e.type_code != type_code || e.value.data.empty()) return nullptr;
    ++used_;
    ++next_;
    return e.value.data.data();
  }
  bool empty() const { return count_ == 0; }
  const choice_map& choices() const { return *map_; }

  // True where every constraint was met in order; otherwise ask unmet().
  bool all_used() const { return used_ == count_; }

 private:
  constraint_ref search(std::uint64_t full, std::uint64_t parent, std::int64_t index);
  const choice_map* map_;
  std::size_t count_, next_ = 0, element_ = 0, used_ = 0;
};

// The constraint for a choice of this type at `where`.
constraint_ref given_to(const choice_map& constraints, const path& where, const choice_type& type);

// What a choice is that is neither given nor kept: drawn; missing, which is an error; the same on the way back from a move (edit), which discarded no
// value for it.
enum class without_value : std::uint8_t { is_drawn,
                                          is_missing,
                                          is_not_discarded };

// Throws where there must be one: a bit for each lane of a block that lacks it, the first of these the lane `first`; no bit: all of them do.
[[noreturn]] void refuse_missing(const path& where, without_value rest, std::uint64_t lanes = 0, std::size_t first = 0);

// Whether a constraint can be the value of a site: same rank and size; whole numbers and booleans where they are needed.
bool fits(const constraint_ref& c, const choice_type& expected);
// Throws unless it can.
void check_constraint(const constraint_ref& c, const choice_type& expected, const path& where);

// The constraints that no site of the run has (by address), in order.
std::vector<path> unmet(const choice_map& constraints, const schema& run);

// Takes from `left` what `seen` visits; with any_index also what differs from it by indices alone.
void remove_reachable(std::vector<path>& left, const schema& seen, bool any_index);

// The addresses of the choices of a run and of the instances that it keeps (calls, or null), in order.
class kept_calls;
std::vector<path> addresses_of(const schema& run, const kept_calls* calls = nullptr);
// Whether there is a value below which `where` would stand, or a subtree where it does.
bool contradicts(const path& where, const std::vector<path>& addresses);
// The sentence about constraints that the model cannot visit: what they are, and what stands there instead or is close by.
std::string describe_unmet(const std::vector<path>& left, const std::vector<path>& addresses, const char* operation);
// "; no run visited slop: did you mean slope?" of observations that no run of a dynamic model visited; empty where all were.
std::string describe_unvisited(const std::vector<path>& left, const std::vector<path>& addresses);

// Throws where constraints are not met by the structure of a batch, which is the same in all lanes.
void require_met(const choice_map& constraints, const schema& run, const char* operation);
// "the observation at y is NaN; …" of the first that is; empty where none is.
std::string nan_among(const choice_map& observations);
// The same of one that is infinite, for where a density is 0.
std::string infinity_among(const choice_map& observations);
// Throws where an observation is NaN, naming it: "particle_filter: at step 3 the observation at y is NaN; …".
void require_numbers(const choice_map& observations, const std::string& where);
// Throws where constraints are given per lane and the operation runs one.
void require_one_lane(const choice_map& constraints, const char* operation);
// Throws where constraints given per lane are for another number of lanes.
void require_lanes(const choice_map& constraints, std::size_t lanes);

// Which sites a selection holds, of a whole run (call null) or of one inside of an instance of `call`.
std::vector<std::uint8_t> selected_sites(const class selection& s, const schema& run);
void selected_sites(const class selection& s, const schema& run, const path* call, std::size_t instance, std::vector<std::uint8_t>& selected);

}  // namespace starling
