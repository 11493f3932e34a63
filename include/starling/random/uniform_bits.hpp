// From Philox's words to uniform numbers, for every number type: which registers count, and which bits become a number.
#pragma once

#include <array>
#include <cstdint>

#include <starling/random/philox.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// A uniform number strictly between 0 and 1: (k + 0.5) / 2^52 from the top 52 bits of a word (float: 23 bits). The
// subtraction is exact, so all number types of one precision agree bit for bit.
template <class Registers> typename Registers::vec open_unit(typename Registers::bits word) {
  using bits_type = word_of<decltype(Registers::get(typename Registers::vec{}, 0))>;
  if constexpr (sizeof(bits_type) == 8) {
    const auto one_to_two = Registers::or_bits(Registers::shift_right(word, 12), Registers::broadcast_bits(0x3ff0000000000000));
    return Registers::sub(Registers::from_bits(one_to_two), Registers::broadcast(0x1.fffffffffffffp-1));
  } else {
    const auto one_to_two = Registers::or_bits(Registers::shift_right(word, 9), Registers::broadcast_bits(0x3f800000));
    return Registers::sub(Registers::from_bits(one_to_two), Registers::broadcast(0x1.fffffep-1f));
  }
}

// How blocks of four 32-bit words per lane become numbers of type V: `counting` are the registers of 64-bit words that
// Philox runs in, `groups` how many of them there are (float packs: even and odd lanes apart), `per_block` how many
// numbers a block gives a lane.
template <class V> struct uniform_bits;

template <class Counting> struct uniform_bits_in_one_group {
  using counting = Counting;
  using words = typename Counting::bits;
  static constexpr int groups = 1;
  // The lanes' own offsets 0, 1, 2, …
  static std::array<words, 1> lane_numbers(int lanes) {
    words r = Counting::broadcast_bits(0);
    for (int i = 1; i < lanes; ++i) Counting::set_bits(r, i, static_cast<std::uint64_t>(i));
    return {r};
  }
};

template <class Counting> typename Counting::bits joined_words(typename Counting::bits high, typename Counting::bits low) {
  return Counting::or_bits(Counting::shift_left(high, 32),
                           Counting::and_bits(low, Counting::broadcast_bits(0xffffffff)));
}

template <> struct uniform_bits<double> : uniform_bits_in_one_group<registers<double, 1, isa::native>> {
  static constexpr int per_block = 2;
  static std::array<double, 2> numbers(const std::array<std::array<words, 4>, 1>& x) {
    return {open_unit<counting>(joined_words<counting>(x[0][0], x[0][1])),
            open_unit<counting>(joined_words<counting>(x[0][2], x[0][3]))};
  }
};

template <> struct uniform_bits<float> : uniform_bits_in_one_group<registers<double, 1, isa::native>> {
  static constexpr int per_block = 4;
  static std::array<float, 4> numbers(const std::array<std::array<words, 4>, 1>& x) {
    const auto number = [&](int i) {
      return open_unit<registers<float, 1, isa::native>>(static_cast<std::uint32_t>(x[0][static_cast<std::size_t>(i)]));
    };
    return {number(0), number(1), number(2), number(3)};
  }
};

template <int N, class Isa>
struct uniform_bits<pack<double, N, Isa>> : uniform_bits_in_one_group<registers<double, N, Isa>> {
  using counting = registers<double, N, Isa>;
  using value = pack<double, N, Isa>;
  static constexpr int per_block = 2;
  [[gnu::always_inline]] static std::array<value, 2> numbers(const std::array<std::array<typename counting::bits, 4>, 1>& x) {
    return {value::from(open_unit<counting>(joined_words<counting>(x[0][0], x[0][1]))),
            value::from(open_unit<counting>(joined_words<counting>(x[0][2], x[0][3])))};
  }
};

template <int N, class Isa> struct uniform_bits<pack<float, N, Isa>> {
  static_assert(N % 2 == 0, "packs of float that draw random numbers have an even number of lanes");
  using counting = registers<double, N / 2, Isa>;
  using words = typename counting::bits;
  using value = pack<float, N, Isa>;
  static constexpr int groups = 2;
  static constexpr int per_block = 4;
  static std::array<words, 2> lane_numbers(int) {
    words even = counting::broadcast_bits(0);
    words odd = counting::broadcast_bits(1);
    for (int i = 1; i < N / 2; ++i) {
      counting::set_bits(even, i, static_cast<std::uint64_t>(2 * i));
      counting::set_bits(odd, i, static_cast<std::uint64_t>(2 * i + 1));
    }
    return {even, odd};
  }
  [[gnu::always_inline]] static std::array<value, 4> numbers(const std::array<std::array<words, 4>, 2>& x) {
    using floats = registers<float, N, Isa>;
    const auto number = [&](std::size_t i) {
      const words both = joined_words<counting>(x[1][i], x[0][i]);  // little endian: the even lane is the low half
      return value::from(open_unit<floats>(__builtin_bit_cast(typename floats::bits, both)));
    };
    return {number(0), number(1), number(2), number(3)};
  }
};

}  // namespace starling
