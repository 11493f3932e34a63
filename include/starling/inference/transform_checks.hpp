// What makes a transform's move lawful: the choices that it writes determine the new state, its Jacobian has a column for every continuous
// choice that changes, and applied to what it made it leads back. Each failure is an error that names the address.
#pragma once

#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/inference/trace_transform.hpp>
#include <starling/models/assess.hpp>

namespace starling {

// Throws unless a run of structure `after` has every choice that was written, of its type, and else only choices of `before` and observed
// ones; observed choices are not written.
void require_determined(const char* who, const transformed_choices& writes, const choice_map& observations, const schema& before, const schema& after);
// The same of a new trace with the choices `after`.
void require_determined(const char* who, const transformed_choices& writes, const choice_map& observations, const choice_map& after);
// Throws unless a choice of a model can take what was written.
void require_writable(const char* who, const transformed_choice& w, const choice_type& expected);

// The auxiliary choices that a transform wrote, as a run of their proposal q given the state of a trace: its score is log q(u; t). Throws
// where they are not what q chooses there.
template <class G>
trace_state assess_auxiliary(const char* who, const G& q, const trace_state& given, const choice_map& choices, const run_place& place = {}) {
  const auto as = args(current_trace{&given});
  trace_state run;
  structure_walk walk(run.structure, false);
  deciding_handler<double> h(walk, key(0), run.numbers, place, nullptr, choices, without_value::is_missing);
  try {
    trace<G, std::remove_const_t<decltype(as)>>::run(q, h, as);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(std::string(who) + ": the auxiliary choices that the transform writes: " + e.what());
  }
  finish_run(walk, h, run);
  const auto left = h.all_used() ? std::vector<path>() : unmet(choices, *run.structure);
  if (!left.empty()) refuse_transform(who, "writes the auxiliary choice " + left.front().str() + ", which the proposal does not make there");
  return run;
}

// Throws unless `again`, what the transform (or its inverse) made of what it had made, is where it started from: every choice in `changed`
// has the value that it had in `was`, in all of `lanes`, up to tolerance · (1 + |value|), and whatever else is written stays what it was.
// now: where choices that the way back does not write stand; null: it must write all of them.
template <real V>
void require_round_trip(const char* who, const transformed_side<V>& again, const std::vector<path>& changed, const current_choices<V>& was,
                        const std::type_identity_t<current_choices<V>>* now, const mask_of<V>& lanes, double tolerance) {
  if constexpr (sizeof(scalar_of<V>) < sizeof(double)) tolerance = tolerance < 1e-3 ? 1e-3 : tolerance;
  const auto compare = [&](const path& where, const V* is, std::size_t size) {
    const auto old = was.find(where);
    if (old.type.size() != size) refuse_transform(who, "does not lead back: at " + where.str() + " it writes another size of value than there was");
    for (std::size_t e = 0; e < size; ++e) {
      const V& x = old.values[e];
      const mask_of<V> wrong = lanes & !(abs(is[e] - x) <= V(static_cast<scalar_of<V>>(tolerance)) * (V(1) + abs(x)));
      for (int l = 0; l < lanes_of<V>; ++l)
        if (holds_in(wrong, l))
          refuse_transform(who, "does not lead back: applied to what it made, it gives " + where.str() + " the value " + std::to_string(number_in(is[e], l)) + ", where it was " +
                                    std::to_string(number_in(x, l)));
    }
  };
  std::unordered_map<std::uint64_t, bool> expected;
  for (const path& where : changed) {
    expected.emplace(where.hash(), true);
    if (const auto* w = again.writes.find(where.hash())) {
      compare(where, again.numbers.data() + w->first, w->type.size());
    } else {
      if (!now || !now->contains(where)) refuse_transform(who, "does not lead back: applied to what it made, it does not write " + where.str());
      const auto here = now->find(where);
      compare(where, here.values, here.type.size());
    }
  }
  for (const auto& w : again.writes) {
    if (expected.contains(w.where.hash())) continue;
    if (!was.contains(w.where)) refuse_transform(who, "does not lead back: applied to what it made, it writes " + w.where.str() + ", which was not there");
    compare(w.where, again.numbers.data() + w.first, w.type.size());
  }
}

// The columns of a Jacobian that belong to choices which change. Throws where one of those that are continuous was not read.
class kept_columns {
 public:
  kept_columns(const char* who, std::size_t columns) : who_(who), marks_(columns) {}
  void add(const transformed_choices& reads, const path& where, const choice_type& type, const char* fate);
  const std::vector<std::uint8_t>& marks() const { return marks_; }

 private:
  const char* who_;
  std::vector<std::uint8_t> marks_;
};

}  // namespace starling
