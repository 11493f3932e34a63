// What turns unconstrained points into named draws: the other side of a target.
#pragma once

#include <cstddef>

#include <starling/inference/draw_layout.hpp>

namespace starling {

// Called from many threads at once. Points come in any order, from any chains.
class draw_view {
 public:
  virtual ~draw_view() = default;

  // Names, shapes and kinds of the numbers of a draw (slots), latents first, then notes.
  virtual const draw_layout& layout() const = 0;
  // How many points `write` takes at a time.
  virtual std::size_t lanes() const = 0;
  // For each lane: reads the unconstrained point q[lane][0 … d−1], writes the draw to[lane][0 … slots−1].
  virtual void write(const double* const* q, double* const* to) const = 0;
};

}  // namespace starling
