// The choices of a trace, or of the lanes of a block, as a proposal reads them: `current["slope"]` is a real of the run's value type.
#pragma once

#include <starling/models/batch.hpp>
#include <starling/models/trace.hpp>

namespace starling {

// A choice: its type and its numbers, one V an element.
template <real V>
struct found_numbers {
  choice_type type;
  const V* values;
};

template <real V>
class current_choices {
 public:
  current_choices(const schema& structure, tile<const V> values) : structure_(&structure), values_(values) {}
  explicit current_choices(const trace_state& state)
      : structure_(state.structure.get()), values_{state.numbers.values.data(), state.numbers.shared.data(), nullptr}, state_(&state) {}

  // The scalar at an address. Throws, naming it, where there is none. NaN in lanes that do not have it.
  V operator[](const path& at) const {
    if constexpr (lanes_of<V> == 1)
      if (state_) return scalar_in(*state_, at);
    const auto k = site_at(*structure_, at);
    const site& s = structure_->sites()[k];
    if (s.type.rank != 0) throw std::invalid_argument("current: expected a scalar at " + at.str() + ", it holds " + s.type.str());
    return scalar_of_site(k);
  }
  // The same, without a path where the name is met.
  template <std::size_t N>
  V operator[](const char (&name)[N]) const {
    const auto k = site_named(name);
    return k >= 0 && structure_->sites()[static_cast<std::size_t>(k)].type.rank == 0 ? scalar_of_site(static_cast<std::uint32_t>(k)) : (*this)[path(name)];
  }
  // The vector at an address; a scalar is a vector of one.
  vector<V> get(const path& where) const {
    if constexpr (lanes_of<V> == 1)
      if (state_) {
        const auto c = find_choice(*state_, where);
        return take<vector<V>>(c.values, {value_kind::real, 1, static_cast<std::uint32_t>(c.type.size()), 1});
      }
    return vector_of_site(site_at(*structure_, where));
  }
  template <std::size_t N>
  vector<V> get(const char (&name)[N]) const {
    const auto k = site_named(name);
    return k >= 0 ? vector_of_site(static_cast<std::uint32_t>(k)) : get(path(name));
  }
  // The choice at an address, of any type. Throws, naming it, where there is none.
  found_numbers<V> find(const path& where) const {
    if constexpr (lanes_of<V> == 1)
      if (state_) {
        const auto c = find_choice(*state_, where);
        return {c.type, c.values};
      }
    const site& s = structure_->sites()[site_at(*structure_, where)];
    return {s.type, values_.at(s)};
  }
  bool contains(const path& where) const { return state_ ? has_choice(*state_, where) : structure_->find(where.hash()) >= 0; }

 private:
  // −1: there is none, or they are the choices of one trace.
  template <std::size_t N>
  std::int64_t site_named(const char (&text)[N]) const {
    const std::string_view name(text, N - 1);
    if (state_) return -1;
    const auto k = structure_->find(extend_hash(path::root_hash, address(name, hash_text(name), 0, 0, 0, 0)));
    return k >= 0 && structure_->sites()[static_cast<std::size_t>(k)].is_choice() ? k : -1;
  }
  V scalar_of_site(std::uint32_t k) const {
    const site& s = structure_->sites()[k];
    return s.is_conditional() ? where(lanes_present(*structure_, values_, k), *values_.at(s), V(not_a_number)) : *values_.at(s);
  }
  vector<V> vector_of_site(std::uint32_t k) const {
    const site& s = structure_->sites()[k];
    return take<vector<V>>(values_.at(s), {value_kind::real, 1, static_cast<std::uint32_t>(s.type.size()), 1});
  }
  static double scalar_in(const trace_state& state, const path& where) {
    const auto c = find_choice(state, where);
    if (c.type.rank != 0) throw std::invalid_argument("current: expected a scalar at " + where.str() + ", it holds " + c.type.str());
    return *c.values;
  }
  const schema* structure_;
  tile<const V> values_;
  const trace_state* state_ = nullptr;  // of one trace, with the instances that it keeps
};

// The current choices as an argument of a proposal: what they are in a run is decided by its value type.
struct current_trace {
  const trace_state* state;
};
template <class V>
struct current_batch {
  const batch_state<V>* state;
  std::size_t first_lane;
};

template <real V>
current_choices<V> argument_for(const current_trace& c, std::size_t, std::size_t) {
  static_assert(std::is_same_v<V, double>, "one trace is read by runs of one lane");
  return current_choices<V>(*c.state);
}
template <real V>
current_choices<V> argument_for(const current_batch<V>& c, std::size_t first_lane, std::size_t) {
  return {*c.state->structure, c.state->block((first_lane - c.first_lane) / lanes_of<V>)};
}

}  // namespace starling
