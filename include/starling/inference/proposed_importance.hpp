// Importance sampling with a proposal of one's own: a generative function that draws some or all of the latents.
//
//   sl::importance(post, guide, sl::args(ys), 100'000, key)
//   log w = log p(observations, proposed latents | the others, drawn from the model) − log q(proposed latents)
#pragma once

#include <vector>

#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/models/simulate.hpp>
#include <starling/values/counts.hpp>

namespace starling {

// The proposal must cover the posterior: where it cannot propose what has posterior mass the result is wrong, which no weight can tell.
// Notes are not recorded. Throws std::invalid_argument for a choice of the proposal that is no latent, or of another kind or size;
// parameter_error where the proposal's own distributions get bad parameters; std::runtime_error where every weight is 0.
template <class Posterior, generative_function Proposal, class... A>
result importance(const Posterior& post, const Proposal& proposal, const arguments<A...>& as, std::size_t n, const key& k) {
  constexpr bool fixed = !Posterior::model_type::is_dynamic && !Proposal::is_dynamic;
  static_assert(fixed, "importance sampling with a proposal: neither the model nor the proposal may be dynamic");
  require_count("importance", "the number of particles", n, 1, largest_lanes);
  using V = native_pack<double>;
  constexpr std::size_t width = lanes_of<V>, at_once = 4096;
  const auto layout = find_layout<V>(post);
  const auto& sites = layout.structure->sites();
  block_record record(*layout.structure, layout.latents, 0, 1, 1, n, false);
  result r;
  r.posterior.chains = 1;
  r.posterior.draws = n;
  r.posterior.variables = record.layout.variables(1, n);
  const auto targets = record.layout.targets();
  std::vector<std::size_t> elements;
  for (const auto& v : r.posterior.variables) elements.push_back(v.elements());
  bad_parameter bad;
  for (std::size_t first = 0; first < n; first += at_once) {
    const std::size_t count = std::min(at_once, n - first);
    const key part = k.scope(first / at_once);
    const auto proposed = simulate(proposal, as, part.scope(hash_text("proposal")), lanes(count));
    const auto latents = kernels::proposed_latents(proposed.structure(), *layout.structure, layout.latents);
    auto plan = layout.plan;
    std::vector<std::vector<double>> numbers;  // of the proposed latents, [lane][element]
    for (std::uint32_t j = 0, next = 0; j < proposed.structure().sites().size(); ++j) {
      if (!proposed.structure().sites()[j].is_choice()) continue;
      const site& s = sites[latents[next]];
      numbers.push_back(proposed.get(proposed.structure().path_of(j)));
      plan[latents[next++]] = {{numbers.back().data(), s.type.size(), s.type.code()}};
    }
    const auto log_q = proposed.scores();
    auto shared = layout.shared;
    tile_storage<V> storage;
    storage.fit(*layout.structure);
    for (std::size_t lane = 0; lane < count; lane += width) {
      const arena_scope scope;
      const run_place place{lane, count};
      frozen_walk walk(*layout.structure);
      following_handler<V> h(walk, part, {storage.values.data(), shared.data(), nullptr}, place, plan);
      post.run(h);
      bad.keep_first(h.problem());
      const V w = h.weight();
      const std::size_t used = std::min(width, count - lane);
      for (std::size_t l = 0; l < used; ++l) {
        const double log_p = w[static_cast<int>(l)];
        r.log_weights.push_back(log_p > negative_infinity ? log_p - log_q[lane + l] : negative_infinity);
      }
      std::size_t slot = 0;
      for (const auto site_number : layout.latents)
        for (std::size_t e = 0; e < sites[site_number].type.size(); ++e, ++slot)
          for (std::size_t l = 0; l < used; ++l)
            r.posterior.variables[targets[slot].variable].values[(first + lane + l) * elements[targets[slot].variable] + targets[slot].element] =
                storage.values[sites[site_number].offset + e][static_cast<int>(l)];
    }
  }
  weighted_sums total;
  for (const double w : r.log_weights) {
    weighted_sums one;
    one.top = w;
    one.weight = one.weight_squared = w > negative_infinity ? 1 : 0;
    total.merge(one);
  }
  add_observed(r, post);
  r.attributes = {{"method", "importance sampling with a proposal"}, {"particles", std::to_string(n)}, {"lanes", std::to_string(width)}};
  if (bad.found) r.warnings.push_back((bad.is_factor ? "some particles have weight 0 since " : "some particles gave a distribution bad parameters and have weight 0; the first: ") + bad.sentence(*layout.structure));
  finish_importance(r, total, n, n, {}, record.layout, false, bad.found ? "; the first trouble was " + bad.sentence(*layout.structure) : std::string());
  return r;
}

}  // namespace starling
