// How draws are laid out: which choices and notes of a model become which named variables, and which number goes where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <starling/inference/result.hpp>
#include <starling/traces/schema.hpp>

namespace starling {

// A name for files and tables: "theta" for theta[3], "inner.x" for inner/x; all indices go to `index`.
struct draw_name {
  std::string name;
  std::vector<std::size_t> index;
};
draw_name name_of_draws(const path& where);

// Slots are the numbers of one draw of one lane, in the order in which they were added. Sites of one name become one variable:
// y[0], y[1], … the vector "y".
class draw_layout {
 public:
  // Adds the value at `where`; returns its first slot. optional: NaN in a draw means that it does not have it.
  std::size_t add(const path& where, const choice_type& type, bool optional = true);
  // The same for a note, whose NaN may be what the model computed. Throws std::logic_error where a choice or another note has its name.
  std::size_t add_note(const path& where, const choice_type& type, bool optional = false);
  // The first slot of the value at `where`, or -1.
  std::ptrdiff_t find(const path& where) const;
  std::size_t slots() const { return slots_; }

  // The variables, with room for chains × draws, filled with NaN.
  std::vector<variable> variables(std::size_t chains, std::size_t draws) const;
  // Where slot s goes: element `element` of variable `variable`.
  struct target {
    std::size_t variable, element;
  };
  std::vector<target> targets() const;
  // The names of the scalars, in order of slots.
  std::vector<std::string> slot_names() const;

 private:
  struct group {
    std::string name;
    value_kind kind = value_kind::real;
    std::vector<std::size_t> extents;
    bool optional = false;
    std::size_t numbers = 0;  // that something was added for: where they are fewer than its extents hold, there are holes
  };
  struct item {
    std::size_t group, first_slot;
    std::vector<std::size_t> index;
    choice_type type;
  };
  std::vector<group> groups_;
  std::vector<item> items_;
  std::unordered_map<std::uint64_t, std::size_t> by_path_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::size_t slots_ = 0;
};

// Where the values of sites stand in a tile: runs of elements, neighbours joined. In the order of the sites.
struct element_run {
  std::uint32_t offset, size;
};
std::vector<element_run> element_runs(const schema& structure, const std::vector<std::uint32_t>& sites);

// The observations of a posterior as variables: one value each.
std::vector<variable> observed_variables(const class choice_map& observations);

// Moves the variables of r.posterior that have the name of an observation to r.prior_predictive.
void split_predictive(result& r, const class choice_map& observations);

}  // namespace starling
