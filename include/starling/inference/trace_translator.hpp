// Trace translators (Cusumano-Towner: thesis, MIT 2020, chapter 3.6): from a trace t of one posterior to a trace t' of another. Auxiliary
// choices u are drawn by `forward`, a generative function of t; the transform makes (t', u') of (t, u); u' is what `backward` would have drawn
// given t' on the way back, by the inverse transform.
//   log weight = log p'(t') − log p(t) + log q_backward(u'; t') − log q_forward(u; t) + log |det J|
// So a weighted trace of the first posterior becomes one of the second, whose weight is the product: E[weight] = ratio of the evidences
// where t is a draw of the first posterior. The transform writes every latent of the new posterior, whose observations stand in their
// places, and reads every continuous latent of the old one (trace_transform.hpp).
//
//   const trace_translator coarse_to_fine(coarse, fine, forward, backward, transform, inverse_transform);
//   auto [t2, weight, auxiliary] = coarse_to_fine(t, key);
//   auto [t1, w, u] = coarse_to_fine.inverse().with(t2, auxiliary);      // t again, and −weight
//   auto [particles2, weights, us] = coarse_to_fine(particles, key);     // of a vector of traces, or the lanes of a dynamic batch
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <starling/inference/transform_checks.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/posterior.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/trace_batch.hpp>

namespace starling {

// A generative function without choices, for translators that need none on one side.
inline constexpr auto no_auxiliary_choices = gen([](auto&, const auto&) {});

struct translator_options {
  bool check = true;        // whether the inverse is applied to each result; it must lead back
  double tolerance = 1e-6;  // times 1 + |value|
};

template <class Trace>
struct translated {
  Trace trace;
  double weight = 0;     // log weight; −∞ where the new trace has density 0
  choice_map auxiliary;  // u'
};

// The same of many.
template <class Trace>
struct translated_traces {
  std::vector<Trace> traces;
  std::vector<double> weights;
  std::vector<choice_map> auxiliary;
};

template <class From, class To, generative_function Forward, generative_function Backward, class Transform, class Inverse>
class trace_translator {
 public:
  static constexpr const char* name = "trace translator";
  using from_trace = trace<typename From::model_type, typename From::arguments_type>;
  using to_trace = trace<typename To::model_type, typename To::arguments_type>;

  trace_translator(From from, To to, Forward forward, Backward backward, Transform transform, Inverse inverse, translator_options options = {})
      : from_(std::move(from)), to_(std::move(to)), forward_(std::move(forward)), backward_(std::move(backward)), transform_(std::move(transform)), inverse_(std::move(inverse)), options_(options) {}

  trace_translator<To, From, Backward, Forward, Inverse, Transform> inverse() const {
    return {to_, from_, backward_, forward_, inverse_, transform_, options_};
  }

  // With auxiliary choices drawn from `forward`. Throws as `with`; parameter_error where a distribution got bad parameters.
  translated<to_trace> operator()(const from_trace& t, const key& k) const {
    return with(t, simulate(forward_, args(current_trace{&t.state()}), k).choices());
  }
  // Each of n traces, on all cores; trace i as alone with fold_in(k, i). Throws what the first that fails throws.
  translated_traces<to_trace> operator()(const std::vector<from_trace>& particles, const key& k) const {
    return each(
        particles.size(), [&](std::size_t i) -> const from_trace& { return particles[i]; }, k);
  }
  translated_traces<to_trace> operator()(const trace_batch<typename From::model_type, typename From::arguments_type>& particles, const key& k) const {
    return each(
        particles.size(), [&](std::size_t i) -> const from_trace& { return particles.lane(i); }, k);
  }
  // With the given ones: all that `forward` makes at t. Throws std::invalid_argument, naming the address, where the transform leaves a
  // choice of the new trace open, writes or misses what it must not, or the inverse does not lead back.
  translated<to_trace> with(const from_trace& t, const choice_map& auxiliary) const {
    const arena_scope scope;
    const trace_state drawn = assess_auxiliary(name, forward_, t.state(), auxiliary);
    transform_runner<double> forth, back;
    const auto& there = forth(transform_, current_choices<double>(t.state()), current_choices<double>(drawn));

    translated<to_trace> r{to_trace(to_.model(), to_.shared_args()), 0, there.auxiliary.choices()};
    r.weight = generate_into(r.trace, there.model.choices().merge_observations(to_.observations()), key(0), false, {}, {.unreached = ignore});
    if (!(r.weight > negative_infinity) || !unmet(to_.observations(), r.trace.structure(), r.trace.state().calls.get()).empty()) {
      r.weight = negative_infinity;
      return r;
    }
    require_determined(name, there.model.writes, to_.observations(), r.trace.choices());

    kept_columns columns(name, there.columns);
    std::vector<path> latents, all;
    const choice_map old = t.choices();
    for (const auto& e : old.entries()) {
      if (from_.observations().find(e.where)) continue;
      latents.push_back(e.where);
      columns.add(there.model.reads, e.where, e.value.type, "is a latent of the old trace");
    }
    for (const auto& e : auxiliary.entries()) {
      all.push_back(e.where);
      columns.add(there.auxiliary.reads, e.where, e.value.type, "is an auxiliary choice");
    }
    const double volume = there.log_determinant(name, columns.marks());
    const trace_state home = assess_auxiliary(name, backward_, r.trace.state(), r.auxiliary);
    r.weight += home.score - t.score() - drawn.score + volume;
    if (!(r.weight > negative_infinity)) r.weight = negative_infinity;
    if (options_.check && r.weight > negative_infinity) {
      const auto& again = back(inverse_, current_choices<double>(r.trace.state()), current_choices<double>(home), false);
      require_round_trip<double>(name, again.model, latents, current_choices<double>(t.state()), nullptr, true, options_.tolerance);
      require_round_trip<double>(name, again.auxiliary, all, current_choices<double>(drawn), nullptr, true, options_.tolerance);
    }
    return r;
  }

 private:
  template <class F>
  translated_traces<to_trace> each(std::size_t n, const F& trace_of, const key& k) const {
    std::vector<std::optional<translated<to_trace>>> made(n);
    parallel_for_first_failure(n, [&](std::size_t i) { made[i].emplace((*this)(trace_of(i), fold_in(k, i))); });
    translated_traces<to_trace> all;
    for (auto& one : made) {
      all.traces.push_back(std::move(one->trace));
      all.weights.push_back(one->weight);
      all.auxiliary.push_back(std::move(one->auxiliary));
    }
    return all;
  }

  From from_;
  To to_;
  Forward forward_;
  Backward backward_;
  Transform transform_;
  Inverse inverse_;
  translator_options options_;
};

}  // namespace starling
