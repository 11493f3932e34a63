// Fits a guide, and the parameters of the model, by stochastic ascent of an objective.
//
//   const auto guide = sl::gen([](auto& trace) {
//     const auto m = trace.param("m", 0.0);
//     const auto s = sl::exp(trace.param("log_s", 0.0));
//     trace("x", sl::normal(m, s));                                     // the latents of the posterior, at their addresses
//   });
//   const auto fit = sl::fit(sl::objectives::elbo(), post, guide, sl::adam{.rate = sl::cosine(0.05, 2000)}, {.steps = 2000, .samples = 16}, key);
//   fit.parameters                                                     guide and model alike, told apart by name
//   sl::simulate(sl::with_parameters(guide, fit.parameters), sl::args(), key, sl::lanes(1000))
//
// The guide makes every latent of the posterior and nothing else. One that takes the data, sl::amortised(guide), is called guide(trace, data): data["y"] is an
// observed number, data.get("y") a vector; objectives that sleep (wake_sleep, lecture) draw data from the model. A choice that cannot follow the guide's
// parameters (a discrete one, or sl::reinforce(d)) takes the score function. To learn from parts of the data at a time: minibatches.hpp.
// A step whose objective or derivatives are not finite is skipped and counted; after 100 in a row the fit stops. An unconverged fit is kept.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/variational/fit_step.hpp>
#include <starling/inference/variational/fitted.hpp>
#include <starling/inference/variational/objectives.hpp>

namespace starling {

template <class Source> item_rows items_of(Source& source, std::size_t step) {
  if constexpr (requires { source.items_of_step(step); }) return source.items_of_step(step);
  else return {};
}

// The lanes that steps run in: those of one register, unless the source says `lanes`.
template <class Source> struct source_lanes {
  using type = native_pack<double>;
};
template <class Source>
  requires requires { typename Source::lanes; }
struct source_lanes<Source> {
  using type = typename Source::lanes;
};
template <class Source> using lanes_of_source = typename source_lanes<Source>::type;

// fit's steps on any source of posteriors: source.posterior_of_step(t) gives one, source.count() how often local terms count in it, source.local() which those are;
// source.items_of_step(t), where it has that, the rows of data that are items of their own.
template <class Objective, class Source, class Guide, class Optimizer>
fit_result fit_to(const Objective& objective, Source& source, const Guide& guide, const Optimizer& optimizer, const fit_options& o, const key& k) {
  check_fit_options(o);
  using engine = fit_step<lanes_of_source<Source>, typename Source::posterior_type, Guide, Objective>;
  fit_history history(o);
  fit_result r;
  if (o.start) r.last = *o.start;
  engine step(objective, guide, o.samples, o.threads);
  parameter_gradients up;
  const key steps = k.scope(hash_text("fit"));
  for (std::size_t t = 0; t < o.steps && !history.is_hopeless(); ++t) {
    step.begin();
    double value = 0;
    std::string trouble;
    for (std::size_t i = 0; i < o.accumulate && trouble.empty(); ++i) {
      const std::size_t n = (o.first_step + t) * o.accumulate + i;
      const auto& post = source.posterior_of_step(n);
      const double prior_weight = o.prior_warm_up == 0 ? 1 : min(1.0, static_cast<double>(o.first_step + t + 1) / static_cast<double>(o.prior_warm_up));
      value += step.add(post, source.count(), source.local(), prior_weight, r.last, fold_in(steps, n), trouble, items_of(source, n)) / static_cast<double>(o.accumulate);
    }
    step.write_derivatives(1 / static_cast<double>(o.accumulate), up);
    if (trouble.empty()) trouble = trouble_in(value, up);
    if (trouble.empty()) r.last.ascend(up, optimizer);
    history.add(t, value, trouble, r.last);
  }
  history.finish(r);
  return r;
}

// A posterior as the source of every step.
template <class Posterior> struct whole_posterior {
  using posterior_type = Posterior;
  const Posterior& post;
  selection none = {};
  const Posterior& posterior_of_step(std::size_t) const { return post; }
  double count() const { return 1; }
  const selection& local() const { return none; }
};

template <class Objective, class G, class Arguments, class Guide, class Optimizer>
fit_result fit(const Objective& objective, const posterior<G, Arguments>& post, const Guide& guide, const Optimizer& optimizer, const fit_options& o, const key& k) {
  constexpr bool is_static = !G::is_dynamic && !Guide::is_dynamic;
  static_assert(is_static, "sl::fit needs a model and a guide whose structure is found once: sl::gen without sl::dynamic");
  whole_posterior<posterior<G, Arguments>> source{post};
  return fit_to(objective, source, guide, optimizer, o, k);
}

}  // namespace starling
