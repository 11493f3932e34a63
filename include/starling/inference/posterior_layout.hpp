// What all chains of a posterior share: its structure and what is observed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <starling/models/posterior.hpp>

namespace starling {

// The structure of a posterior, found once by a run, shared by all its chains. `parameters`: what the model reads.
template <class V>
struct posterior_layout {
  std::shared_ptr<const schema> structure;
  site_plan plan;                     // which sites are observed
  std::vector<V> shared;              // the observed values
  std::vector<std::uint32_t> latents; // sites that are not observed

  bool is_latent(std::uint32_t k) const { return structure->sites()[k].is_choice() && !plan[k]; }
};

template <class V, class Posterior>
posterior_layout<V> find_layout(const Posterior& post, const parameter_store* parameters = nullptr) {
  posterior_layout<V> found;
  tile_storage<V> storage;
  structure_walk walk(nullptr, false);
  const arena_scope scope;
  deciding_handler<V> h(walk, key(0), storage, post.observations(), {0, lanes_of<V>}, &found.plan);
  h.allow_starts();
  if (parameters) h.read_parameters(parameters);
  post.run(h);
  found.structure = walk.finish();
  require_met(post.observations(), *found.structure, "posterior");
  found.plan.resize(found.structure->sites().size());
  storage.fit(*found.structure);
  found.shared = std::move(storage.shared);
  for (std::uint32_t k = 0; k < found.plan.size(); ++k)
    if (found.is_latent(k)) found.latents.push_back(k);
  return found;
}

// The same in one lane, of a structure without conditional regions: values are shared by nobody there.
template <class V>
posterior_layout<double> in_one_lane(const posterior_layout<V>& of) {
  const std::vector<std::uint8_t> all(of.plan.size(), 1);
  return {std::make_shared<const schema>(of.structure->without_sharing(all)), of.plan, {}, of.latents};
}

// Four lanes at most: chains that follow a gradient are few, and wider packs would stand half empty.
using gradient_pack = std::conditional_t<(lanes_of<native_pack<double>> > 4), pack<double, 4, isa::avx2>, native_pack<double>>;

}  // namespace starling
