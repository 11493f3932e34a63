// Random numbers of one lane for several steps at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <starling/random/stream.hpp>

namespace starling {

// Lane j of P gets what one lane's stream gets from the key that is j steps further. For what knows the numbers of its next steps.
template <real P> class step_stream {
 public:
  step_stream(const key& first, std::uint64_t lane)
      : key_(lane >> 32 == 0 ? first.state() : first.scope(lane >> 32).state()), lane_(static_cast<std::uint32_t>(lane)), steps_(bits::lane_numbers(lanes_of<P>)) {
    for (auto& s : steps_) s = counting::add_bits(s, counting::broadcast_bits(first.step_word()));
  }

  // As stream::uniforms.
  static constexpr std::uint32_t per_block = uniform_bits<P>::per_block;
  [[gnu::always_inline]] std::array<P, per_block> uniforms(std::uint32_t row) const {
    std::array<std::array<words, 4>, bits::groups> x;
    for (std::size_t g = 0; g < bits::groups; ++g) x[g] = philox_lanes<counting>::block_over_steps(lane_, steps_[g], row, 0, key_);
    return bits::numbers(x);
  }

 private:
  using bits = uniform_bits<P>;
  using counting = typename bits::counting;
  using words = typename counting::bits;
  std::uint64_t key_;
  std::uint32_t lane_;
  std::array<words, bits::groups> steps_;
};

}  // namespace starling
