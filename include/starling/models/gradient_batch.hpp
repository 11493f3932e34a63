// gradients of N lanes at once: of each lane's score, everything else held fixed.
//
//   const auto g = sl::gradients(sl::simulate(model, as, key, sl::lanes(1000)), sl::select("x"));
//   g.choices["x"]     ∂ score of lane l / ∂ choice of lane l, a value a lane
//   g.scores           of the lanes
//   g.parameters       summed over the lanes, as store.ascend() wants them
// argument_gradients: those of arguments too, [lane] for a double, [lane][element] for a vector, whether lanes share it or not.
// A return gradient is a number, or for a body that returns a vector a vector, shared by all lanes or given for each (sl::per_lane).
// Of a dynamic model each lane has a score_gradients of its own.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/gradient.hpp>
#include <starling/models/trace_batch.hpp>

namespace starling {

// Runs over the choices of a block; those that are selected and real are variables.
template <class V>
class lane_gradient_handler : public differentiating_handler<lane_gradient_handler<V>, adjoint<V>> {
 public:
  using base = differentiating_handler<lane_gradient_handler<V>, adjoint<V>>;
  using real = adjoint<V>;

  lane_gradient_handler(frozen_walk& walk, tile<const V> choices, constant_values& constants, const run_place& place,
                        const std::vector<std::uint8_t>& selected, tape_scope<V>& tape)
      : base(walk, choices, constants, place), selected_(selected), tape_(tape), parameters_(tape), cells_(selected.size(), nullptr) {}

  // After the sweep: of site k, an element each; null where it is no variable.
  const V* derivatives(std::uint32_t k) const { return cells_[k]; }
  parameter_gradients gradients_of_parameters(std::size_t lanes) const { return parameters_.gradients(lanes); }
  void read_parameter(const literal& name, const vector<real>& values) { parameters_.read(name, values); }
  double* read_shared_parameter(const literal& name, std::span<const double> values) { return parameters_.read_shared(name, values); }

 private:
  friend base;
  friend typename base::base;

  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    const std::uint32_t first = s.role == site_role::again ? s.first : k;  // a choice of several regions is one
    if constexpr (std::is_same_v<choice_element<X>, real>) {
      if (selected_[first]) {
        if (!cells_[first]) cells_[first] = tape_.cells(s.type.size());
        const X x = variable_in<X>(cells_[first], this->plain_place(k), s.type);
        this->score_of(k, d, x);
        return x;
      }
    }
    return this->template constant<X>(k, d);
  }

  const std::vector<std::uint8_t>& selected_;
  tape_scope<V>& tape_;
  parameter_variables<V> parameters_;
  std::vector<V*> cells_;  // by the first site of a choice
};

// Writes the derivatives of lanes, W of them from `first` on.
template <class V>
void write_lanes(const V& d, std::size_t element, std::size_t size, std::size_t first, std::size_t lanes, std::vector<double>& to) {
  if (to.size() < lanes * size) to.resize(lanes * size);
  for (std::size_t l = 0; l < static_cast<std::size_t>(lanes_of<V>) && first + l < lanes; ++l)
    to[(first + l) * size + element] = static_cast<double>(d[static_cast<int>(l)]);
}

template <class A>
using lane_argument_gradients =
    std::conditional_t<std::is_floating_point_v<A> || std::is_same_v<A, std::vector<double>> || std::is_same_v<A, per_lane_numbers> || std::is_same_v<A, per_lane_vectors>,
                       std::vector<double>, nothing>;

template <class... A>
struct lane_gradients {
  std::vector<double> scores;
  choice_map choices;
  std::tuple<lane_argument_gradients<A>...> arguments;
  parameter_gradients parameters;
};

template <bool OfArguments, class G, class... A, class V, class Weight>
lane_gradients<A...> find_gradients(const batch<G, arguments<A...>, V>& b, const selection& selection_of_choices, const Weight& return_gradient) {
  const schema& structure = b.structure();
  const std::vector<std::uint8_t> selected = selected_sites(selection_of_choices, structure);
  if constexpr (std::is_same_v<Weight, per_lane_numbers> || std::is_same_v<Weight, per_lane_vectors>)
    if (lanes_given(return_gradient) != b.first_lane() + b.size())
      throw std::invalid_argument("gradients: the return gradient is given for " + std::to_string(lanes_given(return_gradient)) + " lanes, the batch has " +
                                  std::to_string(b.first_lane() + b.size()));
  lane_gradients<A...> r{b.scores(), {}, {}, {}};
  // Room for all blocks, so that each can write its lanes.
  std::vector<std::vector<double>> choices(structure.sites().size());
  for (std::uint32_t k = 0; k < choices.size(); ++k) {
    const site& s = structure.sites()[k];
    if (selected[k] && s.is_choice() && s.type.kind == value_kind::real) choices[k].resize(b.size() * s.type.size());
  }
  std::vector<parameter_gradients> parameters(b.blocks());
  std::vector<std::vector<std::vector<double>>> of_arguments(b.blocks(), std::vector<std::vector<double>>(sizeof...(A)));
  bad_parameter bad;
  parallel_for(b.blocks(), [&](std::size_t block) {
    const std::size_t first = block * lanes_of<V>, here = std::min<std::size_t>(lanes_of<V>, b.size() - first);
    const run_place place = b.place(block);
    const arena_scope memory;
    tape_scope<V> tape;
    frozen_walk walk(structure);
    constant_values constants(structure.sites().size());
    lane_gradient_handler<V> h(walk, b.state().block(block), constants, place, selected, tape);
    with_arguments<V>(b.args(), place.first_lane, place.lanes, [&](const auto&... a) {
      const auto given = std::tuple_cat(argument_variable<OfArguments>(tape, a)...);
      std::apply([&](const auto&... x) {
        if constexpr (std::is_same_v<Weight, nothing>) b.model().run(h, x...);
        else if constexpr (std::is_arithmetic_v<Weight>) add_return_gradient(b.model().run(h, x...), V(static_cast<scalar_of<V>>(return_gradient)));
        else add_return_gradient(b.model().run(h, x...), argument_for<V>(return_gradient, place.first_lane, place.lanes));
      },
                 given);
      tape.sweep();
      if constexpr (OfArguments) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
          [[maybe_unused]] const auto write = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
            if constexpr (std::is_same_v<std::tuple_element_t<J, decltype(r.arguments)>, nothing>) {
            } else {
              const auto& x = std::get<J>(given);
              if constexpr (is_adjoint<std::decay_t<decltype(x)>>) write_lanes(x.derivative(), 0, 1, 0, here, of_arguments[block][J]);
              else
                for (std::size_t i = 0; i < x.size(); ++i) write_lanes(x[i].derivative(), i, x.size(), 0, here, of_arguments[block][J]);
            }
          };
          (write(std::integral_constant<std::size_t, I>()), ...);
        }(std::index_sequence_for<A...>());
      }
    });
    bad.keep_first_of_threads(h.problem());
    for (std::uint32_t k = 0; k < choices.size(); ++k)
      if (const V* d = h.derivatives(k); d && !choices[k].empty())
        for (std::size_t e = 0, n = structure.sites()[k].type.size(); e < n; ++e) write_lanes(d[e], e, n, first, b.size(), choices[k]);
    parameters[block] = h.gradients_of_parameters(here);
  });
  throw_if_bad(bad, structure);
  for (std::uint32_t k = 0; k < choices.size(); ++k) {
    if (choices[k].empty()) continue;
    const path where = structure.path_of(k);
    if (r.choices.contains(where))
      throw std::invalid_argument("gradients: the choice at " + where.str() + " has another kind or size from lane to lane; ask lane(k)");
    r.choices.set(where, choice_value(structure.sites()[k].type, std::move(choices[k]), b.size(), b.value_at(k).present));
  }
  for (std::size_t block = 0; block < b.blocks(); ++block) {
    r.parameters += parameters[block];
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto append = [](auto& to, const std::vector<double>& from) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(to)>, nothing>) to.insert(to.end(), from.begin(), from.end());
      };
      (append(std::get<I>(r.arguments), of_arguments[block][I]), ...);
    }(std::index_sequence_for<A...>());
  }
  return r;
}

template <class G, class... A, class V, class Weight = nothing>
auto gradients(const batch<G, arguments<A...>, V>& b, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<false>(b, selected, return_gradient);
}
template <class G, class... A, class V, class Weight = nothing>
auto argument_gradients(const batch<G, arguments<A...>, V>& b, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<true>(b, selected, return_gradient);
}

// f(trace of lane k) for each lane, on all cores.
template <class G, class Arguments, class F>
auto gradients_of_lanes(const trace_batch<G, Arguments>& b, F&& f) {
  std::vector<decltype(f(b.lane(0)))> each(b.size());
  parallel_for_first_failure(b.size(), [&](std::size_t k) { each[k] = f(b.lane(k)); });
  return each;
}
template <class G, class Arguments, class Weight = nothing>
auto gradients(const trace_batch<G, Arguments>& b, const selection& selected = all, const Weight& return_gradient = {}) {
  return gradients_of_lanes(b, [&](const auto& t) { return gradients(t, selected, return_gradient); });
}
template <class G, class Arguments, class Weight = nothing>
auto argument_gradients(const trace_batch<G, Arguments>& b, const selection& selected = all, const Weight& return_gradient = {}) {
  return gradients_of_lanes(b, [&](const auto& t) { return argument_gradients(t, selected, return_gradient); });
}

}  // namespace starling
