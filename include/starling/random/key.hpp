// Keys: explicit names for streams of random numbers. There is no global generator, no default key and no clock.
//
// A key is 64 mixed bits (Philox's key) and a step number (a word of Philox's counter). Deriving keys:
//   fold_in(key, i)   the i-th child. On a key without a step it only sets the step and is free; on a key that has
//                     one it mixes and gives a key without a step again.
//   split(key, n)     n independent keys, mixed: for set-up, not for loops.
//   key.scope(hash)   the key of a scope (a call, an instance), mixed with the scope's hash; keeps the step.
// Use a key for drawing or for deriving others, not for both.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace starling {

class key {
 public:
  constexpr explicit key(std::uint64_t seed) : state_(mixed(seed, 0, root_tag)) {}

  constexpr key scope(std::uint64_t hash) const { return {mixed(state_, hash, scope_tag), step_}; }

  friend constexpr key fold_in(const key& parent, std::uint64_t i) {
    if (parent.step_ == 0 && i < 0xffffffffu) return {parent.state_, static_cast<std::uint32_t>(i) + 1};
    return {mixed(mixed(parent.state_, parent.step_, step_tag), i, fold_tag), 0};
  }

  friend std::vector<key> split(const key& parent, std::size_t n) {
    std::vector<key> children;
    children.reserve(n);
    for (std::size_t i = 0; i < n; ++i) children.push_back(parent.child(i));
    return children;
  }

  friend constexpr std::array<key, 2> split(const key& parent) { return {parent.child(0), parent.child(1)}; }

  // Of fold_in(parent, i), where that only set the step: fold_in(parent, i + 1).
  constexpr key following() const { return {state_, step_ + 1}; }

  // Philox's key, and its step word: 0 where no step was folded in, else the step + 1.
  constexpr std::uint64_t state() const { return state_; }
  constexpr std::uint32_t step_word() const { return step_; }

  friend constexpr bool operator==(const key&, const key&) = default;

 private:
  static constexpr std::uint64_t root_tag = 0x243f6a8885a308d3;
  static constexpr std::uint64_t scope_tag = 0x13198a2e03707344;
  static constexpr std::uint64_t step_tag = 0xa4093822299f31d0;
  static constexpr std::uint64_t fold_tag = 0x082efa98ec4e6c89;
  static constexpr std::uint64_t split_tag = 0x452821e638d01377;

  constexpr key(std::uint64_t state, std::uint32_t step) : state_(state), step_(step) {}

  constexpr key child(std::uint64_t i) const { return {mixed(mixed(state_, step_, step_tag), i, split_tag), 0}; }

  // SplitMix64's finaliser (Steele, Lea, Flood 2014): for a fixed parent a bijection of i, so children never collide.
  static constexpr std::uint64_t mixed(std::uint64_t parent, std::uint64_t i, std::uint64_t tag) {
    std::uint64_t x = parent + tag + 0x9e3779b97f4a7c15 * i;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
  std::uint32_t step_ = 0;
};

constexpr key fold_in(const key& parent, std::uint64_t i);
std::vector<key> split(const key& parent, std::size_t n);
constexpr std::array<key, 2> split(const key& parent);

}  // namespace starling
