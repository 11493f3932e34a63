// How chains score a candidate.
#pragma once

#include <starling/inference/erased_posterior.hpp>
#include <starling/models/runs/deciding.hpp>
#include <starling/models/runs/score.hpp>
#include <starling/values/isa.hpp>

namespace starling {

// The score of what stands, without examination: it makes its handler where the body is. The instruction set is in its name, for chains of one lane too:
// they use packs inside.
template <class V, class Isa = isa::native>
struct score_run {
  using real = V;
  const schema& structure;
  tile<V> numbers;
  const run_place& place;
  const V* const* places;
  V score = V(0);

  template <class Posterior>
  void under(const Posterior& post) {
    const arena_scope scope;
    frozen_walk walk(structure);
    score_handler<V> h(walk, numbers, place, places);
    post.run(h);
    score = h.score();
  }
};
// What kernels know that only score.
template <class V>
using chain_posterior = erased_posterior<deciding_handler<V>, score_run<V>>;

}  // namespace starling
