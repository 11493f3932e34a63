// A batch of a dynamic model: N single traces, run on all cores, behind the interface of a batch. Lane k draws what the same lane
// draws alone. A lane whose run did not reach a constraint has weight −∞.
#pragma once

#include <cstddef>
#include <optional>
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
  using arguments_type = Arguments;
  using lane_arguments_type = decltype(lane_arguments(std::declval<const Arguments&>(), 0));
  using lane_trace = trace<G, lane_arguments_type>;

  trace_batch(const G& model, const Arguments& as, std::size_t lanes, std::size_t first) : first_(first), arguments_(std::make_shared<const Arguments>(as)) {
    require_count("lanes", "the number of lanes", lanes, 1, largest_lanes);
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

  std::size_t size() const { return whole().lanes_.size(); }
  std::size_t first_lane() const { return whole().first_; }
  const Arguments& args() const { return *whole().arguments_; }
  std::shared_ptr<const Arguments> shared_args() const { return whole().arguments_; }
  void set_args(std::shared_ptr<const Arguments> as) { arguments_ = std::move(as); }
  const lane_trace& lane(std::size_t k) const { return check_lane(k), lanes_[k]; }
  lane_trace& lane(std::size_t k) { return check_lane(k), lanes_[k]; }
  const auto& value(std::size_t k) const { return lane(k).value(); }

  std::vector<double> scores() const {
    return numbers([](const lane_trace& t) { return t.score(); });
  }
  // The scalar choice at an address, a number a lane; NaN in lanes that do not have it. Throws where no lane has it.
  std::vector<double> operator[](const path& where) const {
    if (!contains(where)) throw std::out_of_range("batch: no lane has a choice at " + where.str());
    return numbers([&](const lane_trace& t) { return t.contains(where) ? t[where] : not_a_number; });
  }
  // The choice at an address, [lane][element]; NaN in lanes that do not have it. Throws where no lane has it, or where its size differs.
  std::vector<double> get(const path& where) const {
    std::size_t size = 0;
    for (const auto& t : whole().lanes_) {
      if (!t.contains(where)) continue;
      const auto n = t.template get<std::vector<double>>(where).size();
      if (size != 0 && n != size) throw std::invalid_argument("batch: the choice at " + where.str() + " has another size from lane to lane; ask lane(k)");
      size = n;
    }
    if (size == 0) throw std::out_of_range("batch: no lane has a choice at " + where.str());
    std::vector<double> column;
    for (const auto& t : whole().lanes_) {
      const auto numbers = t.contains(where) ? t.template get<std::vector<double>>(where) : std::vector<double>(size, not_a_number);
      column.insert(column.end(), numbers.begin(), numbers.end());
    }
    return column;
  }
  bool contains(const path& where) const {
    for (const auto& t : whole().lanes_)
      if (t.contains(where)) return true;
    return false;
  }
  // The choices of each lane: their addresses differ from lane to lane.
  std::vector<choice_map> choices() const {
    std::vector<choice_map> all;
    for (const auto& t : whole().lanes_) all.push_back(t.choices());
    return all;
  }

  // Calls f(lane, place, k) for every lane, on all cores, and gathers its numbers. Throws what the first lane that fails throws.
  template <class F>
  std::vector<double> each(F&& f) {
    std::vector<double> result(size());
    parallel_for_first_failure(size(), [&](std::size_t k) { result[k] = f(lanes_[k], run_place{first_ + k, first_ + size()}, k); });
    return result;
  }

  // The same, where f changes each lane and returns its weight: where one throws, all are as before.
  template <class F>
  std::vector<double> change(F&& f) {
    std::vector<std::uint8_t> changed(size());
    try {
      return each([&](lane_trace& t, const run_place& place, std::size_t k) {
        const double w = f(t, place, k);
        changed[k] = 1;
        return w;
      });
    } catch (...) {
      for (std::size_t k = 0; k < size(); ++k)
        if (changed[k]) lanes_[k].rollback();
      throw;
    }
  }

 private:
  const trace_batch& whole() const {
    if (!arguments_) [[unlikely]]
      throw_moved_from("batch");
    return *this;
  }
  void check_lane(std::size_t k) const {
    if (k >= size()) throw std::out_of_range("batch: lane " + std::to_string(k) + " of " + std::to_string(size()));
  }
  template <class F>
  std::vector<double> numbers(F&& f) const {
    std::vector<double> column;
    for (const auto& t : whole().lanes_) column.push_back(f(t));
    return column;
  }
  std::size_t first_;
  std::shared_ptr<const Arguments> arguments_;
  std::vector<lane_trace> lanes_;
};

template <class>
inline constexpr bool is_trace_batch = false;
template <class G, class Arguments>
inline constexpr bool is_trace_batch<trace_batch<G, Arguments>> = true;
template <class B>
concept trace_batch_type = is_trace_batch<std::remove_cvref_t<B>>;

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

// Lanes that were changed one by one by f(trace, arguments, place, lane), which gives the weight. `next` are the new arguments (null: as
// before). A batch that is moved in is changed in place; where a lane throws it is as before.
template <class B, class F>
auto changed_lanes_of(B&& given, const typename std::remove_cvref_t<B>::arguments_type* next, F&& f) {
  using batch_type = std::remove_cvref_t<B>;
  return with_own(std::forward<B>(given), [&](auto& b) {
    std::optional<batch_type> with_next;  // whose lanes have the new arguments
    if (next) with_next.emplace(b.lane(0).model(), *next, b.size(), b.first_lane());
    auto weights = b.change([&](auto& t, const run_place& place, std::size_t lane) {
      return f(t, with_next ? with_next->lane(lane).shared_args() : t.shared_args(), place, lane);
    });
    if (with_next) b.set_args(with_next->shared_args());
    std::vector<discarded> discards;
    for (std::size_t lane = 0; lane < b.size(); ++lane) discards.push_back(b.lane(lane).discard());
    return updated_traces<batch_type>{std::move(b), std::move(weights), discarded_traces(std::move(discards))};
  });
}
// With constraints for all lanes, or for each lane of its own, which may be at other addresses in each.
template <class B, class Constraints>
auto update_lanes(B&& given, const typename std::remove_cvref_t<B>::arguments_type* next, const Constraints& constraints, const key& k,
                  const constraint_options& o) {
  constexpr bool for_all = std::is_same_v<Constraints, choice_map>;
  if constexpr (for_all) require_lanes(constraints, given.first_lane() + given.size());
  else if (constraints.size() != given.size())
    throw std::invalid_argument("update: constraints for " + std::to_string(constraints.size()) + " lanes, the batch has " + std::to_string(given.size()));
  return changed_lanes_of(std::forward<B>(given), next, [&](auto& t, auto as, const run_place& place, std::size_t lane) {
    if constexpr (for_all) return update_into(t, as, lane_constraints(constraints, place.first_lane).get(), k, place, nullptr, o);
    else return update_into(t, as, constraints[lane], k, place, nullptr, o);
  });
}

template <trace_batch_type B>
auto update(B&& given, const std::vector<choice_map>& constraints, const key& k, const constraint_options& o = {}) {
  return update_lanes(std::forward<B>(given), nullptr, constraints, k, o);
}
template <trace_batch_type B>
auto update(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const std::vector<choice_map>& constraints, const key& k,
            const constraint_options& o = {}) {
  return update_lanes(std::forward<B>(given), &as, constraints, k, o);
}
template <trace_batch_type B>
auto update(B&& given, const choice_map& constraints, const key& k, const constraint_options& o = {}) {
  return update_lanes(std::forward<B>(given), nullptr, constraints, k, o);
}
template <trace_batch_type B>
auto update(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const choice_map& constraints, const key& k,
            const constraint_options& o = {}) {
  return update_lanes(std::forward<B>(given), &as, constraints, k, o);
}

template <class B>
auto regenerate_lanes(B&& given, const typename std::remove_cvref_t<B>::arguments_type* next, const selection& s, const key& k) {
  return changed_lanes_of(std::forward<B>(given), next,
                          [&](auto& t, auto as, const run_place& place, std::size_t) { return regenerate_into(t, as, s, k, place); });
}
template <trace_batch_type B>
auto regenerate(B&& given, const selection& s, const key& k) {
  return regenerate_lanes(std::forward<B>(given), nullptr, s, k);
}
template <trace_batch_type B>
auto regenerate(B&& given, const typename std::remove_cvref_t<B>::arguments_type& as, const selection& s, const key& k) {
  return regenerate_lanes(std::forward<B>(given), &as, s, k);
}

template <class G, class Arguments>
std::vector<double> project(const trace_batch<G, Arguments>& b, const selection& s) {
  std::vector<double> sums;
  for (std::size_t k = 0; k < b.size(); ++k) sums.push_back(project(b.lane(k), s));
  return sums;
}

}  // namespace starling
