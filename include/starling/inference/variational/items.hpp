// Data that are many items of one kind, each with latents of its own, such as pictures: model and guide tell of one item, and a step takes a part of them side by
// side in lanes.
//
//   const auto pictures = sl::items(model, sl::args(), {{"x", sl::per_lane(numbers, 64)}}, {.batch = 64});
//   const auto fit = sl::fit(sl::objectives::iwelbo(8), pictures, sl::amortised(guide), sl::adam{.rate = 1e-3}, {.steps = 5000, .samples = 1}, key);
//
// The objective is the mean over items, each with `samples` groups of its own; every epoch goes through all items once, in an order from the key. What all items
// share is a parameter, also the numbers of nets: those of decoders and encoders are read from, and go to, the same store.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/variational/fit.hpp>
#include <starling/inference/variational/minibatches.hpp>
#include <starling/values/registers_joined.hpp>

namespace starling {

struct item_options {
  std::size_t batch = 64;  // items a step; all, where there are fewer
};

// Items are many and each tells little: what a step costs beside arithmetic is shared by more lanes.
using item_lanes = wide_pack<double>;

template <class G, class Arguments> struct items_of_model {
  posterior<G, Arguments> first;  // of the first item
  choice_map data;
  item_options options;
};
// Data are observations with a lane an item. Throws std::invalid_argument where there are none.
template <generative_function G, class... A> auto items(G model, arguments<A...> as, choice_map data, item_options o = {}) {
  if (data.lanes() == 0) throw std::invalid_argument("items: the data must have a lane an item: sl::per_lane(numbers, size)");
  auto first = posterior<G, arguments<A...>>(std::move(model), std::move(as), data.lane(0));
  return items_of_model<G, arguments<A...>>{std::move(first), std::move(data), o};
}

// 0 … n − 1.
inline std::vector<std::size_t> first_items(std::size_t n) {
  std::vector<std::size_t> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = i;
  return all;
}

// A source of posteriors for fit_to.
template <class G, class Arguments> class item_source {
 public:
  using posterior_type = posterior<G, Arguments>;
  using lanes = item_lanes;
  item_source(const items_of_model<G, Arguments>& of, const key& k) : of_(of), epochs_(of.data.lanes(), std::min(of.options.batch, of.data.lanes()), k) {}

  const posterior_type& posterior_of_step(std::size_t) const { return of_.first; }
  double count() const { return 1; }
  const selection& local() const { return none_; }
  item_rows items_of_step(std::size_t t) { return {&of_.data, epochs_.items_of_step(t)}; }

 private:
  const items_of_model<G, Arguments>& of_;
  epochs epochs_;
  selection none_;
};

template <class Objective, class G, class Arguments, class Guide, class Optimizer>
fit_result fit(const Objective& objective, const items_of_model<G, Arguments>& data, const Guide& guide, const Optimizer& optimizer, const fit_options& o, const key& k) {
  constexpr bool is_static = !G::is_dynamic && !Guide::is_dynamic;
  static_assert(is_static, "sl::fit needs a model and a guide whose structure is found once: sl::gen without sl::dynamic");
  item_source<G, Arguments> source(data, k.scope(hash_text("epochs")));
  fit_result r = fit_to(objective, source, guide, optimizer, o, k);
  const auto some = first_items(std::min<std::size_t>(data.data.lanes(), 500));
  fit_step<item_lanes, posterior<G, Arguments>, Guide, Objective> step(objective, guide, 1);
  tell_latents(r, step.use_of_latents(data.first, {&data.data, some}, 32, r.parameters, k.scope(hash_text("latents"))));
  return r;
}

// The objective at given parameters: the mean over all items, `samples` groups each.
template <class Objective, class G, class Arguments, class Guide>
double objective_value(const Objective& objective, const items_of_model<G, Arguments>& data, const Guide& guide, const parameter_store& parameters, std::size_t samples, const key& k) {
  fit_step<item_lanes, posterior<G, Arguments>, Guide, Objective> step(objective, guide, samples);
  const auto all = first_items(data.data.lanes());
  double sum = 0;
  for (std::size_t first = 0; first < all.size(); first += data.options.batch) {
    const auto which = std::span<const std::size_t>(all).subspan(first, std::min(data.options.batch, all.size() - first));
    const auto found = step.run(data.first, 1, {}, 1, parameters, fold_in(k, first), {&data.data, which});
    sum += found.value * static_cast<double>(which.size());
  }
  return sum / static_cast<double>(all.size());
}

}  // namespace starling
