// Means over lanes that were worked out block by block.
#pragma once

#include <cstddef>

#include <starling/models/batch.hpp>

namespace starling {

template <class V> struct lane_blocks {
  std::size_t lanes, first, count;
  template <class T> explicit lane_blocks(const lane_request<T>& n) : lanes(n.count), first(n.first), count((n.count + width - 1) / width) {}
  static constexpr std::size_t width = lanes_of<V>;
  run_place place(std::size_t block) const { return {first + block * width, first + lanes}; }
};

struct lane_mean {
  double mean = 0, standard_error = 0;
};

// Of the numbers of all lanes, one V a block; the error is 0 for one lane.
template <class V, class OfBlock> lane_mean mean_of_lanes(const lane_blocks<V>& blocks, OfBlock of_block) {
  double sum = 0, squares = 0, shift = 0;
  for (std::size_t b = 0; b < blocks.count; ++b) {
    const V x = of_block(b);
    const std::size_t left = blocks.lanes - b * lane_blocks<V>::width, here = left < lane_blocks<V>::width ? left : lane_blocks<V>::width;
    for (std::size_t l = 0; l < here; ++l) {
      const double lane = [&] {
        if constexpr (std::is_arithmetic_v<V>) return static_cast<double>(x);
        else return static_cast<double>(x[static_cast<int>(l)]);
      }();
      if (b == 0 && l == 0) shift = lane - lane == 0 ? lane : 0;
      sum += lane - shift;
      squares += (lane - shift) * (lane - shift);
    }
  }
  const auto n = static_cast<double>(blocks.lanes);
  const double mean = sum / n;
  return {shift + mean, blocks.lanes < 2 ? 0 : sqrt(max(squares / n - mean * mean, 0.0) / (n - 1))};
}

}  // namespace starling
