#pragma once
// simulate: draw a trace from the model. Weight: none; score = log p(choices; arguments).
#include <starling/models/slips.hpp>
#include <starling/models/trace.hpp>
#include <starling/models/runs/batch_run.hpp>

namespace starling {

template <class G, class Arguments>
void simulate_into(trace<G, Arguments>& t, const key& k, const run_place& place = {}) {
  t.advance(t.shared_args(), [&](const trace_state&, trace_state& next, journal&) {
    structure_walk walk(next.structure, false);
    deciding_handler<double> h(walk, k, next.numbers, place, nullptr);
    t.keep_instances_of(h);
    auto value = trace<G, Arguments>::run(t.model(), h, t.args());
    finish_run(walk, h, next);
    return value;
  });
}

// A trace drawn from the model. Throws parameter_error where a distribution got bad parameters.
template <generative_function G, class... A>
auto simulate(const G& model, const arguments<A...>& as, const key& k) {
  using T = trace<G, arguments<A...>>;
  T t(model, std::make_shared<const arguments<A...>>(as));
  simulate_into(t, k);
  return t;
}

// The same, drawing anew into a trace of the same model and arguments: allocates nothing while the structure stays.
template <generative_function G, class Arguments>
auto simulate(trace<G, Arguments>&& t, const key& k) {
  simulate_into(t, k);
  return std::move(t);
}

// N lanes at once.
template <generative_function G, class... A, class T>
  requires(!G::is_dynamic)
auto simulate(const G& model, const arguments<A...>& as, const key& k, const lane_request<T>& n) {
  using V = native_pack<T>;
  batch<G, arguments<A...>, V> b(model, std::make_shared<const arguments<A...>>(as), n.count, n.first);
  batch_run(b).anew(
      [&](structure_walk& walk, tile_storage<V>& storage, const run_place& place, auto done) {
        deciding_handler<V> h(walk, k, storage, {}, place);
        done(h);
      },
      [&](structure_walk& walk, tile<V> t, const run_place& place, std::size_t, auto done) {
        deciding_handler<V> h(walk, k, t, place);
        done(h);
      });
  return b;
}

}  // namespace starling
