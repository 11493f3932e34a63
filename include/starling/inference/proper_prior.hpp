// Whether a ladder of temperatures may end at the prior.
#pragma once

#include <stdexcept>
#include <string>

#include <starling/inference/posterior_layout.hpp>

namespace starling {

// Draws the latents once: an improper prior cannot be drawn from.
template <class V, class Posterior>
void require_proper_prior(const Posterior& post, const posterior_layout<V>& layout) {
  tile_storage<V> storage;
  storage.fit(*layout.structure);
  storage.shared = layout.shared;
  const arena_scope scope;
  frozen_walk walk(*layout.structure);
  following_handler<V> h(walk, key(0), storage.view(), {0, lanes_of<V>}, layout.plan);
  try {
    post.run(h);
  } catch (const std::logic_error& e) {
    throw std::invalid_argument(std::string("run_tempered: ") + e.what() + ", or give a ladder that ends above 0");
  }
}

}  // namespace starling
