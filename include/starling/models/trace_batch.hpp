// A batch of a dynamic model: N single traces, run on all cores, behind the interface of a batch. Lane k draws what the same lane
// draws alone. A lane whose run did not reach a constraint has weight −∞.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <starling/models/assess.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/project.hpp>
#include <starling/models/propose.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

namespace starling {

template <class G, class Arguments>
class trace_batch {
 public:
  using lane_arguments_type = decltype(lane_arguments(std::declval<const Arguments&>(), 0));
  using lane_trace = trace<G, lane_arguments_type>;

  trace_batch(const G& model, const Arguments& as, std::size_t lanes, std::size_t first) : first_(first), arguments_(std::make_shared<const Arguments>(as)) {
    if (lanes == 0) throw std::invalid_argument("lanes: at least one lane is needed");
    if (const auto n = argument_lanes(as); n != 0 && n != first + lanes)
      throw std::invalid_argument("arguments are given for " + std::to_string(n) + " lanes, the operation runs " + std::to_string(first + lanes));
    const bool shared = argument_lanes(as) == 0;
    auto one = std::make_shared<const lane_arguments_type>(lane_arguments(as, first));
    lanes_.reserve(lanes);
    for (std::size_t k = 0; k < lanes; ++k) {
      if (!shared && k > 0) one = std::make_shared<const lane_arguments_type>(lane_arguments(as, first + k));
      lanes_.emplace_back(model, one);
    }
  }

  std::size_t size() const { return lanes_.size(); }
  std::size_t first_lane() const { return first_; }
  const Arguments& args() const { return *arguments_; }
  std::shared_ptr<const Arguments> shared_args() const { return arguments_; }
  void set_args(std::shared_ptr<const Arguments> as) { arguments_ = std::move(as); }
  const lane_trace& lane(std::size_t k) const { return lanes_.at(k); }
  lane_trace& lane(std::size_t k) { return lanes_.at(k); }
  const auto& value(std::size_t k) const { return lane(k).value(); }

  std::vector<double> scores() const {
    return numbers([](const lane_trace& t) { return t.score(); });
  }
  // The scalar choice at an address, a number a lane; NaN in lanes that do not have it. Throws where no lane has it.
  std::vector<double> operator[](const path& where) const {
    bool some = false;
    auto column = numbers([&](const lane_trace& t) {
      if (!t.contains(where)) return std::numeric_limits<double>::quiet_NaN();
      some = true;
      return t[where];
    });
    if (!some) throw std::out_of_range("batch: no lane has a choice at " + where.str());
    return column;
  }
  // The choice at an address, [lane][element]; NaN in lanes that do not have it. Throws where no lane has it, or where its size differs.
  std::vector<double> get(const path& where) const {
    std::size_t size = 0;
    for (const auto& t : lanes_) {
      if (!t.contains(where)) continue;
      const auto n = t.template get<std::vector<double>>(where).size();
      if (size != 0 && n != size) throw std::invalid_argument("batch: the choice at " + where.str() + " has another size from lane to lane; ask lane(k)");
      size = n;
    }
    if (size == 0) throw std::out_of_range("batch: no lane has a choice at " + where.str());
    std::vector<double> column;
    for (const auto& t : lanes_) {
      const auto numbers = t.contains(where) ? t.template get<std::vector<double>>(where) : std::vector<double>(size, not_a_number);
      column.insert(column.end(), numbers.begin(), numbers.end());
    }
    return column;
  }
  bool contains(const path& where) const {
    for (const auto& t : lanes_)
      if (t.contains(where)) return true;
    return false;
  }
  // The choices of each lane: their addresses differ from lane to lane.
  std::vector<choice_map> choices() const {
    std::vector<choice_map> all;
    for (const auto& t : lanes_) all.push_back(t.choices());
    return all;
  }

  // Calls f(lane, place, k) for every lane, on all cores, and gathers its numbers. Throws what the first lane that fails throws.
  template <class F>
  std::vector<double> each(F&& f) {
    std::vector<double> result(size());
    parallel_for_first_failure(size(), [&](std::size_t k) { result[k] = f(lanes_[k], run_place{first_ + k, first_ + size()}, k); });
    return result;
  }

 private:
  template <class F>
  std::vector<double> numbers(F&& f) const {
    std::vector<double> column;
    for (const auto& t : lanes_) column.push_back(f(t));
    return column;
  }
  std::size_t first_;
  std::shared_ptr<const Arguments> arguments_;
  std::vector<lane_trace> lanes_;
};

// The old values of each lane.
class discarded_traces {
 public:
  explicit discarded_traces(std::vector<discarded> lanes) : lanes_(std::move(lanes)) {}
  choice_map lane(std::size_t k) const { return lanes_.at(k).choices(); }
  std::vector<choice_map> choices() const {
    std::vector<choice_map> all;
    for (const auto& d : lanes_) all.push_back(d.choices());
    return all;
  }
  operator std::vector<choice_map>() const { return choices(); }
  std::size_t size() const { return lanes_.size(); }

 private:
  std::vector<discarded> lanes_;
};

template <class Batch>
struct updated_traces {
  Batch traces;
  std::vector<double> weights;  // log weights, one a lane
  discarded_traces discard;
};

// The constraints of one lane; shared ones are not copied.
class lane_constraints {
 public:
  lane_constraints(const choice_map& all, std::size_t lane) : all_(all), own_(all.lanes() == 0 ? choice_map() : all.lane(lane)) {}
  const choice_map& get() const { return all_.lanes() == 0 ? all_ : own_; }

 private:
  const choice_map& all_;
  choice_map own_;
};

template <generative_function G, class... A, class T>
  requires(G::is_dynamic)
auto simulate(const G& model, const arguments<A...>& as, const key& k, const lane_request<T>& n) {
  trace_batch<G, arguments<A...>> b(model, as, n.count, n.first);
  b.each([&](auto& t, const run_place& place, std::size_t) {
    simulate_into(t, k, place);
    return 0.0;
  });
  return b;
}

template <generative_function G, class... A, class T>
  requires(G::is_dynamic)
auto generate(const G& model, const arguments<A...>& as, const choice_map& constraints, const key& k, const lane_request<T>& n,
              const constraint_options& o = {}) {
  require_lanes(constraints, n.first + n.count);
  weighted_batch<trace_batch<G, arguments<A...>>> r{{model, as, n.count, n.first}, {}};
  r.weights = r.traces.each([&](auto& t, const run_place& place, std::size_t) {
    return generate_into(t, lane_constraints(constraints, place.first_lane).get(), k, false, place, o);
  });
  return r;
}

template <generative_function G, class... A, class T>
  requires(G::is_dynamic)
auto assess(const G& model, const arguments<A...>& as, const choice_map& choices, const lane_request<T>& n) {
  require_lanes(choices, n.first + n.count);
  assessed_batch<trace_batch<G, arguments<A...>>> r{{}, {model, as, n.count, n.first}};
  r.scores = r.traces.each([&](auto& t, const run_place& place, std::size_t) {
    const lane_constraints own(choices, place.first_lane);
    assess(t.model(), t.args(), own.get());  // says what is missing or left over
    generate_into(t, own.get(), key(0), false, place);
    return t.score();
  });
  return r;
}

template <class Batch>
struct proposed_lanes {
  std::vector<choice_map> choices;  // of each lane
  std::vector<double> scores;
  Batch traces;                     // with the values that the body returned
};

template <generative_function G, class... A, class T>
  requires(G::is_dynamic)
auto propose(const G& model, const arguments<A...>& as, const key& k, const lane_request<T>& n) {
  auto b = simulate(model, as, k, n);
  auto choices = b.choices();
  auto scores = b.scores();
  return proposed_lanes<decltype(b)>{std::move(choices), std::move(scores), std::move(b)};
}

template <class G, class Arguments>
auto with_discards(trace_batch<G, Arguments> b, std::vector<double> weights) {
  std::vector<discarded> discards;
  for (std::size_t lane = 0; lane < b.size(); ++lane) discards.push_back(b.lane(lane).discard());
  return updated_traces<trace_batch<G, Arguments>>{std::move(b), std::move(weights), discarded_traces(std::move(discards))};
}

// `next` are the new arguments (null: as before).
template <class G, class Arguments>
auto update_lanes(trace_batch<G, Arguments> b, const trace_batch<G, Arguments>* next, const choice_map& constraints, const key& k,
                  const constraint_options& o) {
  require_lanes(constraints, b.first_lane() + b.size());
  auto weights = b.each([&](auto& t, const run_place& place, std::size_t lane) {
    auto as = next ? next->lane(lane).shared_args() : t.shared_args();
    return update_into(t, std::move(as), lane_constraints(constraints, place.first_lane).get(), k, place, nullptr, o);
  });
  if (next) b.set_args(next->shared_args());
  return with_discards(std::move(b), std::move(weights));
}
// Each lane with constraints of its own, which may be at other addresses in each.
template <class G, class Arguments>
auto update_lanes(trace_batch<G, Arguments> b, const trace_batch<G, Arguments>* next, const std::vector<choice_map>& constraints, const key& k,
                  const constraint_options& o) {
  if (constraints.size() != b.size())
    throw std::invalid_argument("update: constraints for " + std::to_string(constraints.size()) + " lanes, the batch has " + std::to_string(b.size()));
  auto weights = b.each([&](auto& t, const run_place& place, std::size_t lane) {
    auto as = next ? next->lane(lane).shared_args() : t.shared_args();
    return update_into(t, std::move(as), constraints[lane], k, place, nullptr, o);
  });
  if (next) b.set_args(next->shared_args());
  return with_discards(std::move(b), std::move(weights));
}

template <class G, class Arguments>
auto update(trace_batch<G, Arguments> b, const std::vector<choice_map>& constraints, const key& k, const constraint_options& o = {}) {
  return update_lanes(std::move(b), static_cast<const trace_batch<G, Arguments>*>(nullptr), constraints, k, o);
}
template <class G, class Arguments>
auto update(trace_batch<G, Arguments> b, const Arguments& as, const std::vector<choice_map>& constraints, const key& k, const constraint_options& o = {}) {
  const trace_batch<G, Arguments> next(b.lane(0).model(), as, b.size(), b.first_lane());
  return update_lanes(std::move(b), &next, constraints, k, o);
}
template <class G, class Arguments>
auto update(trace_batch<G, Arguments> b, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  return update_lanes(std::move(b), static_cast<const trace_batch<G, Arguments>*>(nullptr), constraints, k, o);
}
template <class G, class Arguments>
auto update(trace_batch<G, Arguments> b, const Arguments& as, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  const trace_batch<G, Arguments> next(b.lane(0).model(), as, b.size(), b.first_lane());
  return update_lanes(std::move(b), &next, constraints, k, o);
}

template <class G, class Arguments>
auto regenerate_lanes(trace_batch<G, Arguments> b, const trace_batch<G, Arguments>* next, const selection& s, const key& k) {
  auto weights = b.each([&](auto& t, const run_place& place, std::size_t lane) {
    auto as = next ? next->lane(lane).shared_args() : t.shared_args();
    return regenerate_into(t, std::move(as), s, k, place);
  });
  if (next) b.set_args(next->shared_args());
  return with_discards(std::move(b), std::move(weights));
}
template <class G, class Arguments>
auto regenerate(trace_batch<G, Arguments> b, const selection& s, const key& k) {
  return regenerate_lanes(std::move(b), static_cast<const trace_batch<G, Arguments>*>(nullptr), s, k);
}
template <class G, class Arguments>
auto regenerate(trace_batch<G, Arguments> b, const Arguments& as, const selection& s, const key& k) {
  const trace_batch<G, Arguments> next(b.lane(0).model(), as, b.size(), b.first_lane());
  return regenerate_lanes(std::move(b), &next, s, k);
}

template <class G, class Arguments>
std::vector<double> project(const trace_batch<G, Arguments>& b, const selection& s) {
  std::vector<double> sums;
  for (std::size_t k = 0; k < b.size(); ++k) sums.push_back(project(b.lane(k), s));
  return sums;
}

}  // namespace starling
