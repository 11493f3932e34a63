// A boolean per lane.
#pragma once

#include <concepts>
#include <cstdint>

#include <starling/values/registers.hpp>
#include <starling/values/sentences.hpp>

namespace starling {

template <class> inline constexpr bool false_for = false;

// What a comparison of packs gives: one boolean per lane. It cannot be tested in an `if`: lanes may differ.
// Choose values with `where(mask, a, b)`; ask about all lanes with `sl::any(mask)`, or `all(mask)`, `none(mask)`, which are found by their argument: sl::all
// and sl::none by themselves stand for every address and none (selection.hpp), and stay one function each.
template <class T, int N, class Isa = isa::native> class lane_mask {
 public:
  using machine = registers<T, N, Isa>;
  static constexpr int lanes = N;

  lane_mask() = default;
  // The same boolean in every lane.
  template <std::same_as<bool> Bool> lane_mask(Bool b) : m_(machine::broadcast_mask(b)) {}
  // Bit i says whether lane i holds.
  static lane_mask from_bits(std::uint64_t bits) { return from(machine::mask_from_bits(bits)); }
  // True in lanes 0 … n-1.
  static lane_mask first(std::int64_t n) {
    return from_bits(n <= 0 ? 0 : n >= 64 ? ~std::uint64_t(0)
                                          : (std::uint64_t(1) << n) - 1);
  }

  std::uint64_t bits() const { return machine::mask_bits(m_); }
  bool operator[](int i) const { return ((bits() >> i) & 1) != 0; }

  [[gnu::always_inline]] friend lane_mask operator&(lane_mask a, lane_mask b) { return from(machine::mask_and(a.m_, b.m_)); }
  [[gnu::always_inline]] friend lane_mask operator|(lane_mask a, lane_mask b) { return from(machine::mask_or(a.m_, b.m_)); }
  [[gnu::always_inline]] friend lane_mask operator^(lane_mask a, lane_mask b) { return from(machine::mask_xor(a.m_, b.m_)); }
  [[gnu::always_inline]] friend lane_mask operator!(lane_mask a) { return from(machine::mask_not(a.m_)); }
  // Lane by lane: whether a and b agree.
  [[gnu::always_inline]] friend lane_mask operator==(lane_mask a, lane_mask b) { return !(a ^ b); }
  [[gnu::always_inline]] friend lane_mask operator!=(lane_mask a, lane_mask b) { return a ^ b; }
  lane_mask& operator&=(lane_mask b) { return *this = *this & b; }
  lane_mask& operator|=(lane_mask b) { return *this = *this | b; }
  lane_mask& operator^=(lane_mask b) { return *this = *this ^ b; }

  [[gnu::always_inline]] friend bool all(lane_mask a) { return machine::all(a.m_); }
  [[gnu::always_inline]] friend bool none(lane_mask a) { return !machine::any(a.m_); }
  // How many lanes hold.
  friend int count(lane_mask a) { return __builtin_popcountll(a.bits()); }

  template <std::same_as<bool> Bool> explicit operator Bool() const {
    sentences::mask_in_if<0 * sizeof(Bool)>();
    return false;
  }

  typename machine::mask machine_mask() const { return m_; }
  static lane_mask from(typename machine::mask m) {
    lane_mask r;
    r.m_ = m;
    return r;
  }

 private:
  typename machine::mask m_;
};

template <class T, int N, class Isa> [[gnu::always_inline]] inline bool any(lane_mask<T, N, Isa> a) { return lane_mask<T, N, Isa>::machine::any(a.machine_mask()); }
inline bool any(bool b) { return b; }
inline bool all(bool b) { return b; }
inline bool none(bool b) { return !b; }
inline int count(bool b) { return b ? 1 : 0; }

}  // namespace starling
