// edit: change a trace as a request says; gives the new trace, the log weight, and the request that leads back.
//
//   request                weight                                                              backward request
//   constraint(σ)          update's                                                            constraint(discard)
//   selection(S)           regenerate's                                                        selection(S)
//   arguments(x', σ)       update's, with new arguments                                        arguments(old x, discard)
//   proposal(fwd, bwd)     w_update − q_fwd(σ; t) + q_bwd(discard; t') + project(t, R)         proposal(bwd, fwd)
//   composite(e1, …, ek)   Σ                                                                   the backward requests, reversed
// σ in a proposal are the choices that fwd makes; R the removed addresses that bwd does not visit. fwd and bwd are generative functions
// of the current choices (current.hpp). A choice of fwd that the model does not visit is an error, and one of bwd that the discard lacks.
// A trace or batch that is moved in is used up; where an edit throws, in its last part too, it is as before and still the caller's.
#pragma once

#include <tuple>
#include <utility>

#include <starling/models/runs/current.hpp>
#include <starling/models/trace_batch.hpp>

namespace starling {

namespace edits {

struct constraint {
  choice_map choices;
};
struct selection {
  starling::selection selected;
};
template <class Arguments>
struct arguments {
  Arguments values;
  choice_map choices = {};
};
template <class A>
arguments(A) -> arguments<A>;
template <class A>
arguments(A, choice_map) -> arguments<A>;
// The same for each lane of a batch of a dynamic model by itself: what leads back differs from lane to lane.
struct constraint_by_lane {
  std::vector<choice_map> choices;
};
template <class Arguments>
struct arguments_by_lane {
  Arguments values;
  std::vector<choice_map> choices;
};
template <class Forward, class Backward = Forward>
struct proposal {
  Forward forward;
  Backward backward;
  explicit proposal(Forward f)
    requires std::is_same_v<Forward, Backward>
      : forward(f), backward(f) {}
  proposal(Forward f, Backward b) : forward(std::move(f)), backward(std::move(b)) {}
};
template <class F>
proposal(F) -> proposal<F, F>;
template <class F, class B>
proposal(F, B) -> proposal<F, B>;
template <class... Edits>
struct composite {
  std::tuple<Edits...> parts;
  explicit composite(Edits... e) : parts(std::move(e)...) {}
};

}  // namespace edits

// Weight is a number for a trace, a column for a batch.
template <class Target, class Weight, class Request>
struct edited {
  Target target;
  Weight weight;
  Request backward;
};
template <class T, class W, class R>
edited(T, W, R) -> edited<T, W, R>;

// Log weights add; −∞ stays −∞, whatever is added.
inline void add_weights(double& to, double w) { to = to == negative_infinity || w == negative_infinity ? negative_infinity : to + w; }
inline void add_weights(std::vector<double>& to, const std::vector<double>& w) {
  for (std::size_t l = 0; l < to.size(); ++l) add_weights(to[l], w[l]);
}

template <class Updated>
  requires requires(Updated& u) { u.trace; } || requires(Updated& u) { u.traces; }
decltype(auto) target_of(Updated& u) {
  if constexpr (requires { u.trace; }) return (u.trace);
  else return (u.traces);
}
template <class Updated>
decltype(auto) weight_of(Updated& u) {
  if constexpr (requires { u.weight; }) return (u.weight);
  else return (u.weights);
}

// Those whose changes are undone by one map of choices.
template <class T>
concept of_one_structure = trace_type<T> || batch_type<T>;
template <class T>
concept trace_or_batch = of_one_structure<T> || trace_batch_type<T>;

template <of_one_structure T>
auto edit(T&& given, const edits::constraint& e, const key& k) {
  auto u = update(std::forward<T>(given), e.choices, k);
  return edited{std::move(target_of(u)), std::move(weight_of(u)), edits::constraint{u.discard}};
}
template <trace_or_batch T>
auto edit(T&& given, const edits::selection& e, const key& k) {
  auto u = regenerate(std::forward<T>(given), e.selected, k);
  return edited{std::move(target_of(u)), std::move(weight_of(u)), e};
}
template <of_one_structure T, class Arguments>
auto edit(T&& given, const edits::arguments<Arguments>& e, const key& k) {
  const Arguments old = given.args();
  auto u = update(std::forward<T>(given), e.values, e.choices, k);
  return edited{std::move(target_of(u)), std::move(weight_of(u)), edits::arguments<Arguments>{old, u.discard}};
}

// f(), a run of a backward proposal: bad parameters are said to be its.
template <class F>
auto leading_back(F&& f) {
  try {
    return f();
  } catch (const parameter_error& e) {
    throw parameter_error(std::string("edit: the backward proposal: ") + e.what());
  }
}

// Throws where a proposal makes a choice that the new trace does not have.
void require_visited(const choice_map& proposed, const schema& structure, const kept_calls* calls = nullptr);
// Those of the discarded choices that a run visits.
choice_map visited_by(const schema& run, const choice_map& discarded);
// Σ old densities over removed choices that the backward proposal does not visit, lane by lane.
template <class V>
std::vector<double> removed_unvisited(const batch_state<V>& before, const batch_state<V>& after, const batch_state<V>& backward, std::size_t lanes) {
  std::vector<V> total(before.scores.size(), V(0));
  const auto& sites = before.structure->sites();
  for (std::uint32_t j = 0; j < sites.size(); ++j) {
    if (!sites[j].is_choice()) continue;
    const auto kept = after.structure->find(sites[j].full, sites[j].type);
    const auto visited = backward.structure->find(sites[j].full, sites[j].type);
    for (std::size_t b = 0; b < total.size(); ++b) {
      auto gone = lanes_present(*before.structure, before.block(b), j);
      if (kept >= 0) gone = gone & !lanes_present(*after.structure, after.block(b), static_cast<std::uint32_t>(kept));
      if (visited >= 0) gone = gone & !lanes_present(*backward.structure, backward.block(b), static_cast<std::uint32_t>(visited));
      total[b] += where(gone, density_of(*before.structure, before.block(b), j), V(0));
    }
  }
  return column(total, lanes);
}

// Adds to `weight` what a proposal's way back weighs; t was updated by what it proposed. Throws where there is no way back.
template <class G, class Arguments, class B>
void add_way_back(double& weight, const trace<G, Arguments>& t, const choice_map& proposed, const B& way_back) {
  require_visited(proposed, t.structure(), t.state().calls.get());
  const choice_map discard = t.discard();
  const auto as = args(current_trace{&t.state()});
  trace_state run;
  leading_back([&] {
    const arena_scope scope;
    structure_walk walk(run.structure, false);
    deciding_handler<double> h(walk, key(0), run.numbers, {}, nullptr, discard, without_value::is_not_discarded);
    trace<B, std::decay_t<decltype(as)>>::run(way_back, h, as);
    finish_run(walk, h, run);
  });
  add_weights(weight, run.score);
  add_weights(weight, t.last_update().removed_density(t.structure(), *run.structure));
}

template <trace_type T, class F, class B>
auto edit(T&& given, const edits::proposal<F, B>& e, const key& k) {
  return with_own(std::forward<T>(given), [&](auto& t) {
    const auto forward = simulate(e.forward, args(current_trace{&t.state()}), k.scope(hash_text("proposal")));
    const choice_map choices = forward.choices();
    double w = update_into(t, t.shared_args(), choices, k.scope(hash_text("update")));
    add_weights(w, -forward.score());
    try {
      add_way_back(w, t, choices, e.backward);
    } catch (...) {
      t.rollback();
      throw;
    }
    return edited{std::move(t), w, edits::proposal<B, F>(e.backward, e.forward)};
  });
}

template <batch_type T, class F, class B>
auto edit(T&& given, const edits::proposal<F, B>& e, const key& k) {
  using V = typename std::remove_cvref_t<T>::pack_type;
  const auto& t = given;
  const lane_request<scalar_of<V>> n{t.size(), t.first_lane()};
  const auto forward = simulate(e.forward, args(current_batch<V>{&t.state(), t.first_lane()}), k.scope(hash_text("proposal")), n);
  auto u = update(t, forward.choices(), k.scope(hash_text("update")));  // a copy, beside what was
  require_visited(forward.choices(), u.traces.structure());
  const auto now = args(current_batch<V>{&u.traces.state(), u.traces.first_lane()});
  const auto backward = leading_back([&] {
    const auto run = simulate(e.backward, now, key(0), n);  // which choices the backward proposal makes
    return assess_lanes(e.backward, now, visited_by(run.structure(), u.discard), n, without_value::is_not_discarded);
  });
  auto w = u.weights;
  auto q = forward.scores();
  for (double& x : q) x = -x;
  add_weights(w, q);
  add_weights(w, backward.scores);
  add_weights(w, removed_unvisited(t.state(), u.traces.state(), backward.traces.state(), w.size()));
  use_up(std::forward<T>(given));
  return edited{std::move(u.traces), std::move(w), edits::proposal<B, F>(e.backward, e.forward)};
}

template <std::size_t I, class T, class... E>
auto edit_parts(T&& t, const edits::composite<E...>& e, const key& k);

// Several parts change a copy: a trace can take back one update alone.
template <trace_or_batch T, class... E>
auto edit(T&& given, const edits::composite<E...>& e, const key& k) {
  static_assert(sizeof...(E) > 0, "a composite edit needs at least one part");
  if constexpr (sizeof...(E) == 1) {
    return edit_parts<0>(std::forward<T>(given), e, k);
  } else {
    auto all = edit_parts<0>(std::as_const(given), e, k);
    use_up(std::forward<T>(given));
    return all;
  }
}
template <std::size_t I, class T, class... E>
auto edit_parts(T&& t, const edits::composite<E...>& e, const key& k) {
  auto first = edit(std::forward<T>(t), std::get<I>(e.parts), k.scope(I));
  if constexpr (I + 1 == sizeof...(E)) {
    return edited{std::move(first.target), std::move(first.weight), edits::composite<decltype(first.backward)>(std::move(first.backward))};
  } else {
    auto rest = edit_parts<I + 1>(std::move(first.target), e, k);
    add_weights(rest.weight, first.weight);
    auto backward = std::apply(
        [&](auto&... later) {
          return edits::composite<std::decay_t<decltype(later)>..., decltype(first.backward)>(std::move(later)..., std::move(first.backward));
        },
        rest.backward.parts);
    return edited{std::move(rest.target), std::move(rest.weight), std::move(backward)};
  }
}

// Each lane of a dynamic batch by itself.
template <trace_batch_type T, class Choices>
auto edit_constraints(T&& given, const Choices& choices, const key& k) {
  auto u = update(std::forward<T>(given), choices, k);
  return edited{std::move(u.traces), std::move(u.weights), edits::constraint_by_lane{u.discard}};
}
template <trace_batch_type T>
auto edit(T&& given, const edits::constraint& e, const key& k) {
  return edit_constraints(std::forward<T>(given), e.choices, k);
}
template <trace_batch_type T>
auto edit(T&& given, const edits::constraint_by_lane& e, const key& k) {
  return edit_constraints(std::forward<T>(given), e.choices, k);
}
template <trace_batch_type T, class Arguments, class Choices>
auto edit_arguments(T&& given, const Arguments& next, const Choices& choices, const key& k) {
  const Arguments old = given.args();
  auto u = update(std::forward<T>(given), next, choices, k);
  return edited{std::move(u.traces), std::move(u.weights), edits::arguments_by_lane<Arguments>{old, u.discard}};
}
template <trace_batch_type T, class Arguments>
auto edit(T&& given, const edits::arguments<Arguments>& e, const key& k) {
  return edit_arguments(std::forward<T>(given), e.values, e.choices, k);
}
template <trace_batch_type T, class Arguments>
auto edit(T&& given, const edits::arguments_by_lane<Arguments>& e, const key& k) {
  return edit_arguments(std::forward<T>(given), e.values, e.choices, k);
}
template <trace_batch_type T, class F, class B>
auto edit(T&& given, const edits::proposal<F, B>& e, const key& k) {
  return with_own(std::forward<T>(given), [&](auto& b) {
    auto weights = b.change([&](auto& t, const run_place& place, std::size_t) {
      auto r = edit(std::move(t), e, fold_in(k.scope(hash_text("lane")), place.first_lane));
      t = std::move(r.target);
      return r.weight;
    });
    return edited{std::move(b), std::move(weights), edits::proposal<B, F>(e.backward, e.forward)};
  });
}

}  // namespace starling
