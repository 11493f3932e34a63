// Philox against Random123: its published known answers, and its own header as an oracle.
#include <starling/random/philox.hpp>

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <starling/values/pack.hpp>

namespace sl = starling;
using words = std::array<std::uint32_t, 4>;

TEST(philox, gives_the_published_known_answers) {
  // Random123 1.14, tests/kat_vectors, philox 4x32 with 10 rounds.
  EXPECT_EQ(sl::philox({0, 0, 0, 0}, {0, 0}), (words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(sl::philox({ones, ones, ones, ones}, {ones, ones}), (words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(sl::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

namespace {

words random123(std::uint32_t lane, std::uint32_t step, std::uint32_t visit, std::uint32_t draw, std::uint64_t key) {
  const r123array4x32 counter{{lane, step, visit, draw}};
  const r123array2x32 k{{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  const r123array4x32 x = philox4x32_R(10, counter, k);
  return {x.v[0], x.v[1], x.v[2], x.v[3]};
}

template <class Registers> void expect_lanes_agree(int lanes) {
  using philox = sl::philox_lanes<Registers>;
  std::uint64_t mix = 88172645463325252;
  const auto next = [&] { return mix = mix * 6364136223846793005u + 1442695040888963407u; };
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::uint64_t key = next();
    const auto lane = static_cast<std::uint32_t>(next() >> 32), step = static_cast<std::uint32_t>(next() >> 32);
    const auto visit = static_cast<std::uint32_t>(next() >> 32), draw = static_cast<std::uint32_t>(next() >> 32);
    auto lane_words = Registers::broadcast_bits(0), draw_words = Registers::broadcast_bits(0);
    for (int i = 0; i < lanes; ++i) {
      Registers::set_bits(lane_words, i, lane + static_cast<std::uint32_t>(i));
      Registers::set_bits(draw_words, i, draw + static_cast<std::uint32_t>(i));
    }
    const auto by_lane = philox::block(philox::first_product(lane_words), step, visit, draw, key);
    const auto by_draw = philox::block_over_draws(lane, step, visit, draw_words, key);
    for (int i = 0; i < lanes; ++i) {
      const auto offset = static_cast<std::uint32_t>(i);
      const words expected_by_lane = random123(lane + offset, step, visit, draw, key);
      const words expected_by_draw = random123(lane, step, visit, draw + offset, key);
      for (std::size_t w = 0; w < 4; ++w) {
        ASSERT_EQ(static_cast<std::uint32_t>(Registers::get_bits(by_lane[w], i)), expected_by_lane[w]);
        ASSERT_EQ(static_cast<std::uint32_t>(Registers::get_bits(by_draw[w], i)), expected_by_draw[w]);
      }
    }
  }
}

}  // namespace

TEST(philox, over_lanes_equals_random123) {
  expect_lanes_agree<sl::registers<double, 1, sl::isa::native>>(1);
  expect_lanes_agree<sl::registers<double, sl::native_width<double>, sl::isa::native>>(sl::native_width<double>);
  expect_lanes_agree<sl::registers<double, 2, sl::isa::portable>>(2);
  expect_lanes_agree<sl::registers<double, 5, sl::isa::portable>>(5);
}
