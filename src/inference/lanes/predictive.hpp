// What a fit predicts and how well, in the lanes of V, from a posterior without its model.
#pragma once

#include <starling/execution/executor.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/models/simulate.hpp>

namespace starling {

// What the three functions do: operations on batches of at most `lanes_at_once` draws, so that memory does not grow with the draws.
inline constexpr std::size_t lanes_at_once = 4096;

template <class V, class Posterior>
std::vector<std::uint32_t> observed_sites(const Posterior& post, posterior_layout<V>& layout) {
  layout = find_layout<V>(post);
  std::vector<std::uint32_t> observed;
  for (std::uint32_t k = 0; k < layout.structure->sites().size(); ++k)
    if (layout.plan[k]) observed.push_back(k);
  if (post.observations().empty()) throw std::invalid_argument("the posterior has no observations: there is nothing to predict");
  return observed;  // none of an empty list
}

// Copies what `number(site, element, block, lane)` gives of a batch to draws first, first + 1, …
template <class V, class Number>
void copy_lanes(observed_draws& to, std::size_t first, std::size_t count, Number&& number) {
  constexpr std::size_t width = lanes_of<V>;
  for (std::size_t j = 0; j < to.sites().size(); ++j)
    for (std::size_t e = 0; e < to.size(j); ++e)
      for (std::size_t l = 0; l < count; ++l) to.set(j, e, first + l, number(to.sites()[j], e, l / width)[static_cast<int>(l % width)]);
}
template <class Batch>
auto values_of(const Batch& b) {
  return [&b](std::uint32_t k, std::size_t e, std::size_t block) { return b.state().block(block).at(b.structure().sites()[k])[e]; };
}

inline std::vector<choice_type> types_of(const schema& structure, const std::vector<std::uint32_t>& sites) {
  std::vector<choice_type> types;
  for (const auto k : sites) types.push_back(structure.sites()[k].type);
  return types;
}

// each(filled, constraints, first, count), for parts of the draws; begin(constraints, observed) gives the types of what is filled in, from the first draw.
template <class V, class Posterior, class Begin, class Each>
draws for_each_draw(const Posterior& post, const result& fit, Begin&& begin, Each&& each) {
  posterior_layout<V> layout;
  auto observed = observed_sites(post, layout);
  const latent_draws latents(*layout.structure, layout.latents, fit.posterior);
  const std::size_t n = fit.posterior.chains * fit.posterior.draws;
  const auto types = begin(latents.constraints(0, 1), *layout.structure, observed);
  observed_draws filled(*layout.structure, std::move(observed), types, fit.posterior.chains, fit.posterior.draws);
  for (std::size_t first = 0; first < n; first += lanes_at_once) {
    const std::size_t count = std::min(lanes_at_once, n - first);
    each(filled, latents.constraints(first, count), first, count);
  }
  return filled.take();
}

template <class V>
draws prior_predictive_in(const drawn_posterior<V>& post, std::size_t n, const key& k) {
  posterior_layout<V> layout;
  auto observed = observed_sites(post, layout);
  const auto types = types_of(*layout.structure, observed);
  observed_draws filled(*layout.structure, std::move(observed), types, 1, n);
  for (std::size_t first = 0; first < n; first += lanes_at_once) {
    const std::size_t count = std::min(lanes_at_once, n - first);
    const auto b = simulate(post.model(), post.args(), fold_in(k, first / lanes_at_once), lanes(count));
    copy_lanes<V>(filled, first, count, values_of(b));
  }
  return filled.take();
}

template <class V>
draws posterior_predictive_in(const drawn_posterior<V>& post, const result& fit, const key& k) {
  return for_each_draw<V>(
      post, fit, [](const choice_map&, const schema& s, const auto& sites) { return types_of(s, sites); }, [&](observed_draws& to, const choice_map& given, std::size_t first, std::size_t count) {
    const auto r = generate(post.model(), post.args(), given, fold_in(k, first / lanes_at_once), lanes(count));
    copy_lanes<V>(to, first, count, values_of(r.traces)); });
}

template <class V>
draws log_likelihood_in(const scored_posterior<V>& post, const result& fit) {
  const auto run_all = [&](choice_map given, std::size_t count) { return generate(post.model(), post.args(), given.merge_observations(post.observations()), key(0), lanes(count)); };
  return for_each_draw<V>(
      post, fit,
      [&](const choice_map& given, const schema& structure, const std::vector<std::uint32_t>& sites) {
        const auto r = run_all(given, 1);
        auto values = r.traces.state();  // a copy: the walk writes where it reads
        pointwise_densities<V> one(structure, sites);
        one.find(post, values.block(0), r.traces.place(0));
        return one.types();
      },
      [&](observed_draws& to, const choice_map& given, std::size_t first, std::size_t count) {
        const auto r = run_all(given, count);
        auto values = r.traces.state();
        std::vector<pointwise_densities<V>> blocks(r.traces.blocks(), pointwise_densities<V>(r.traces.structure(), to.sites()));
        parallel_for(blocks.size(), [&](std::size_t b) { blocks[b].find(post, values.block(b), r.traces.place(b)); });
        copy_lanes<V>(to, first, count, [&](std::uint32_t k, std::size_t e, std::size_t block) { return blocks[block].of(k)[e]; });
      });
}

}  // namespace starling
