// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011): a keyed
// bijection of 128-bit counters. One block of four words, or one block per lane of a register.
#pragma once

#include <array>
#include <cstdint>

#include <starling/values/registers.hpp>

namespace starling {

inline constexpr std::uint32_t philox_multiplier_0 = 0xd2511f53;
inline constexpr std::uint32_t philox_multiplier_1 = 0xcd9e8d57;
inline constexpr std::uint32_t philox_weyl_0 = 0x9e3779b9;
inline constexpr std::uint32_t philox_weyl_1 = 0xbb67ae85;

// One block: four random words from four counter words and two key words.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> x, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * x[0];
    const std::uint64_t p1 = std::uint64_t{philox_multiplier_1} * x[2];
    x = {static_cast<std::uint32_t>(p1 >> 32) ^ x[1] ^ key[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ x[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += philox_weyl_0;
    key[1] += philox_weyl_1;
  }
  return x;
}

// One block per lane, in 64-bit words whose low halves count: the multiply instruction reads only those, so the high
// halves carry rubbish until the end. Registers is registers<double, N, Isa>.
template <class Registers> struct philox_lanes {
  using words = typename Registers::bits;

  // The first counter word enters only through this product: compute it once, use it for every block.
  static words first_product(words lane) {
    return Registers::multiply_halves(lane, Registers::broadcast_bits(philox_multiplier_0));
  }

  // Counter words (lane, step, visit, draw): lanes differ in the first word only, so the first round and half of the
  // second are scalar.
  [[gnu::always_inline]] static std::array<words, 4> block(words product_of_lane, std::uint32_t step, std::uint32_t visit, std::uint32_t draw,
                                                           std::uint64_t key) {
    const std::uint64_t p1 = std::uint64_t{philox_multiplier_1} * visit;
    const words x2 = exclusive_or(high(product_of_lane), draw ^ high_word(key));
    return from_second_round(high_word(p1) ^ step ^ low_word(key), low_word(p1), x2, product_of_lane, key);
  }

  // The same counter, where lanes differ in the last word only.
  [[gnu::always_inline]] static std::array<words, 4> block_over_draws(std::uint32_t lane, std::uint32_t step, std::uint32_t visit, words draws,
                                                                      std::uint64_t key) {
    const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * lane;
    const std::uint64_t p1 = std::uint64_t{philox_multiplier_1} * visit;
    const words x2 = exclusive_or(draws, high_word(p0) ^ high_word(key));
    return from_second_round(high_word(p1) ^ step ^ low_word(key), low_word(p1), x2,
                             Registers::broadcast_bits(low_word(p0)), key);
  }

  // The same counter, where lanes differ in the second word only.
  [[gnu::always_inline]] static std::array<words, 4> block_over_steps(std::uint32_t lane, words steps, std::uint32_t visit, std::uint32_t draw,
                                                                      std::uint64_t key) {
    const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * lane;
    const std::uint64_t p1 = std::uint64_t{philox_multiplier_1} * visit;
    const std::uint32_t x2 = high_word(p0) ^ draw ^ high_word(key);
    const std::uint64_t q1 = std::uint64_t{philox_multiplier_1} * x2;
    const std::uint32_t k0 = low_word(key) + philox_weyl_0, k1 = high_word(key) + philox_weyl_1;
    const words q0 = Registers::multiply_halves(exclusive_or(steps, high_word(p1) ^ low_word(key)), Registers::broadcast_bits(philox_multiplier_0));
    return from_third_round({Registers::broadcast_bits(high_word(q1) ^ low_word(p1) ^ k0), Registers::broadcast_bits(low_word(q1)),
                             exclusive_or(high(q0), low_word(p0) ^ k1), q0},
                            k0, k1);
  }

 private:
  static constexpr std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static constexpr std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
  static words high(words x) { return Registers::shift_right(x, 32); }
  static words exclusive_or(words a, std::uint32_t b) {
    return Registers::xor_bits(a, Registers::broadcast_bits(b));
  }

  [[gnu::always_inline]] static std::array<words, 4> from_second_round(std::uint32_t x0, std::uint32_t x1, words x2, words x3,
                                                                       std::uint64_t key) {
    const std::uint32_t k0 = low_word(key) + philox_weyl_0;
    const std::uint32_t k1 = high_word(key) + philox_weyl_1;
    const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * x0;
    const words p1 = Registers::multiply_halves(x2, Registers::broadcast_bits(philox_multiplier_1));
    return from_third_round({exclusive_or(high(p1), x1 ^ k0), p1, exclusive_or(x3, high_word(p0) ^ k1), Registers::broadcast_bits(low_word(p0))}, k0, k1);
  }
  [[gnu::always_inline]] static std::array<words, 4> from_third_round(std::array<words, 4> x, std::uint32_t k0, std::uint32_t k1) {
    const auto next = [&](std::uint32_t i) __attribute__((always_inline)) {
      x = round(x, k0 + i * philox_weyl_0, k1 + i * philox_weyl_1);
    };
    next(1), next(2), next(3), next(4), next(5), next(6), next(7), next(8);
    return x;
  }

  [[gnu::always_inline]] static std::array<words, 4> round(const std::array<words, 4>& x, std::uint32_t k0, std::uint32_t k1) {
    const words p0 = Registers::multiply_halves(x[0], Registers::broadcast_bits(philox_multiplier_0));
    const words p1 = Registers::multiply_halves(x[2], Registers::broadcast_bits(philox_multiplier_1));
    return {exclusive_or(Registers::xor_bits(high(p1), x[1]), k0), p1,
            exclusive_or(Registers::xor_bits(high(p0), x[3]), k1), p0};
  }
};

}  // namespace starling
