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
#pragma once

#include <tuple>
#include <utility>

#include <starling/models/current.hpp>
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
decltype(auto) target_of(Updated& u) {
  if constexpr (requires { u.trace; }) return (u.trace);
  else return (u.traces);
}
template <class Updated>
decltype(auto) weight_of(Updated& u) {
  if constexpr (requires { u.weight; }) return (u.weight);
  else return (u.weights);
}

template <class T>
auto edit(T t, const edits::constraint& e, const key& k) {
  auto u = update(std::move(t), e.choices, k);
  return edited{std::move(target_of(u)), std::move(weight_of(u)), edits::constraint{u.discard}};
}
template <class T>
auto edit(T t, const edits::selection& e, const key& k) {
  auto u = regenerate(std::move(t), e.selected, k);
  return edited{std::move(target_of(u)), std::move(weight_of(u)), e};
}
template <class T, class Arguments>
auto edit(T t, const edits::arguments<Arguments>& e, const key& k) {
  const Arguments old = t.args();
  auto u = update(std::move(t), e.values, e.choices, k);
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

template <class G, class Arguments, class F, class B>
auto edit(trace<G, Arguments> t, const edits::proposal<F, B>& e, const key& k) {
  const auto forward = simulate(e.forward, args(current_trace{&t.state()}), k.scope(hash_text("proposal")));
  const choice_map choices = forward.choices();
  auto u = update(std::move(t), choices, k.scope(hash_text("update")));
  require_visited(choices, u.trace.structure(), u.trace.state().calls.get());
  const choice_map discard = u.discard;
  const auto as = args(current_trace{&u.trace.state()});
  trace_state run;
  leading_back([&] {
    const arena_scope scope;
    structure_walk walk(run.structure, false);
    assess_handler<double> h(walk, run.numbers, discard);
    h.leads_back();
    trace<B, std::decay_t<decltype(as)>>::run(e.backward, h, as);
    finish_run(walk, h, run);
  });
  double w = u.weight;
  add_weights(w, -forward.score());
  add_weights(w, run.score);
  add_weights(w, u.trace.last_update().removed_density(u.trace.structure(), *run.structure));
  return edited{std::move(u.trace), w, edits::proposal<B, F>(e.backward, e.forward)};
}

template <class G, class Arguments, class V, class F, class B>
auto edit(batch<G, Arguments, V> t, const edits::proposal<F, B>& e, const key& k) {
  const lane_request<scalar_of<V>> n{t.size(), t.first_lane()};
  const auto forward = simulate(e.forward, args(current_batch<V>{&t.state(), t.first_lane()}), k.scope(hash_text("proposal")), n);
  const batch_state<V> before = t.state();
  auto u = update(std::move(t), forward.choices(), k.scope(hash_text("update")));
  require_visited(forward.choices(), u.traces.structure());
  const auto now = args(current_batch<V>{&u.traces.state(), u.traces.first_lane()});
  const auto backward = leading_back([&] {
    const auto run = simulate(e.backward, now, key(0), n);  // which choices the backward proposal makes
    return assess_lanes(e.backward, now, visited_by(run.structure(), u.discard), n, true);
  });
  auto w = u.weights;
  auto q = forward.scores();
  for (double& x : q) x = -x;
  add_weights(w, q);
  add_weights(w, backward.scores);
  add_weights(w, removed_unvisited(before, u.traces.state(), backward.traces.state(), w.size()));
  return edited{std::move(u.traces), std::move(w), edits::proposal<B, F>(e.backward, e.forward)};
}

template <std::size_t I, class T, class... E>
auto edit_parts(T t, const edits::composite<E...>& e, const key& k);

template <class T, class... E>
auto edit(T t, const edits::composite<E...>& e, const key& k) {
  static_assert(sizeof...(E) > 0, "a composite edit needs at least one part");
  return edit_parts<0>(std::move(t), e, k);
}
template <std::size_t I, class T, class... E>
auto edit_parts(T t, const edits::composite<E...>& e, const key& k) {
  auto first = edit(std::move(t), std::get<I>(e.parts), k.scope(I));
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
template <class G, class Arguments, class Choices>
auto edit_constraints(trace_batch<G, Arguments> b, const Choices& choices, const key& k) {
  auto u = update(std::move(b), choices, k);
  return edited{std::move(u.traces), std::move(u.weights), edits::constraint_by_lane{u.discard}};
}
template <class G, class Arguments>
auto edit(trace_batch<G, Arguments> b, const edits::constraint& e, const key& k) {
  return edit_constraints(std::move(b), e.choices, k);
}
template <class G, class Arguments>
auto edit(trace_batch<G, Arguments> b, const edits::constraint_by_lane& e, const key& k) {
  return edit_constraints(std::move(b), e.choices, k);
}
template <class G, class Arguments, class Choices>
auto edit_arguments(trace_batch<G, Arguments> b, const Arguments& next, const Choices& choices, const key& k) {
  const Arguments old = b.args();
  auto u = update(std::move(b), next, choices, k);
  return edited{std::move(u.traces), std::move(u.weights), edits::arguments_by_lane<Arguments>{old, u.discard}};
}
template <class G, class Arguments>
auto edit(trace_batch<G, Arguments> b, const edits::arguments<Arguments>& e, const key& k) {
  return edit_arguments(std::move(b), e.values, e.choices, k);
}
template <class G, class Arguments>
auto edit(trace_batch<G, Arguments> b, const edits::arguments_by_lane<Arguments>& e, const key& k) {
  return edit_arguments(std::move(b), e.values, e.choices, k);
}
template <class G, class Arguments, class F, class B>
auto edit(trace_batch<G, Arguments> b, const edits::proposal<F, B>& e, const key& k) {
  auto weights = b.each([&](auto& t, const run_place& place, std::size_t) {
    auto r = edit(std::move(t), e, fold_in(k.scope(hash_text("lane")), place.first_lane));
    t = std::move(r.target);
    return r.weight;
  });
  return edited{std::move(b), std::move(weights), edits::proposal<B, F>(e.backward, e.forward)};
}

}  // namespace starling
