// Starting points for chains (gradient_start::starts) beside those of kernels (initial_radius, start_kind::pathfinder).
//
//   sl::run(sl::kernels::nuts(), post, {.chains = 4}, sl::key(1), {.starts = sl::init::prior(post, 4, sl::key(2))});
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <starling/models/simulate.hpp>
#include <starling/traces/choice_map.hpp>

namespace starling::init {

// The latents of n draws from the prior. Throws std::logic_error where a latent is improper.
template <class Posterior>
std::vector<choice_map> prior(const Posterior& post, std::size_t n, const key& k) {
  std::vector<choice_map> points;
  for (std::size_t i = 0; i < n; ++i) {
    choice_map latents;
    const auto drawn = simulate(post.model(), post.args(), fold_in(k, i));
    for (const auto& e : drawn.choices().entries())
      if (!post.observations().find(e.where)) latents.set(e.where, e.value);
    points.push_back(std::move(latents));
  }
  return points;
}

}  // namespace starling::init
