// The choices of a trace, or of the lanes of a block, as a proposal reads them: `current["slope"]` is a real of the run's value type.
#pragma once

#include <starling/models/batch.hpp>
#include <starling/models/trace.hpp>

namespace starling {

template <real V>
class current_choices {
 public:
  current_choices(const schema& structure, tile<const V> values) : structure_(&structure), values_(values) {}

  // The scalar at an address. Throws, naming it, where there is none.
  V operator[](const path& where) const {
    const site& s = structure_->sites()[site_at(*structure_, where)];
    if (s.type.rank != 0) throw std::invalid_argument("current: expected a scalar at " + where.str() + ", it holds " + s.type.str());
    return *values_.at(s);
  }
  // The vector at an address; a scalar is a vector of one.
  vector<V> get(const path& where) const {
    const site& s = structure_->sites()[site_at(*structure_, where)];
    return take<vector<V>>(values_.at(s), {value_kind::real, 1, static_cast<std::uint32_t>(s.type.size()), 1});
  }
  bool contains(const path& where) const { return structure_->find(where.hash()) >= 0; }

 private:
  const schema* structure_;
  tile<const V> values_;
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
  return {*c.state->structure, {c.state->numbers.values.data(), c.state->numbers.shared.data(), nullptr}};
}
template <real V>
current_choices<V> argument_for(const current_batch<V>& c, std::size_t first_lane, std::size_t) {
  return {*c.state->structure, c.state->block((first_lane - c.first_lane) / lanes_of<V>)};
}

}  // namespace starling
