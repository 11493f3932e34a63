// The bit patterns of a pack's lanes: an unsigned integer as wide as T in each.
#pragma once

#include <cstdint>

#include <starling/values/registers.hpp>

namespace starling {

template <class T, int N, class Isa = isa::native> class lane_bits {
 public:
  using machine = registers<T, N, Isa>;
  using word = word_of<T>;
  static constexpr int lanes = N;

  lane_bits() = default;
  lane_bits(word x) : b_(machine::broadcast_bits(x)) {}
  word operator[](int i) const { return machine::get_bits(b_, i); }
  void set(int i, word x) { machine::set_bits(b_, i, x); }
  // first, first + 1, …
  static lane_bits iota(word first) {
    lane_bits r(first);
    for (int i = 0; i < N; ++i) r.set(i, static_cast<word>(first + static_cast<word>(i)));
    return r;
  }

  friend lane_bits operator+(lane_bits a, lane_bits b) { return from(machine::add_bits(a.b_, b.b_)); }
  friend lane_bits operator-(lane_bits a, lane_bits b) { return from(machine::sub_bits(a.b_, b.b_)); }
  friend lane_bits operator&(lane_bits a, lane_bits b) { return from(machine::and_bits(a.b_, b.b_)); }
  friend lane_bits operator|(lane_bits a, lane_bits b) { return from(machine::or_bits(a.b_, b.b_)); }
  friend lane_bits operator^(lane_bits a, lane_bits b) { return from(machine::xor_bits(a.b_, b.b_)); }
  friend lane_bits operator~(lane_bits a) { return from(machine::not_bits(a.b_)); }
  friend lane_bits operator<<(lane_bits a, int n) { return from(machine::shift_left(a.b_, n)); }
  friend lane_bits operator>>(lane_bits a, int n) { return from(machine::shift_right(a.b_, n)); }
  // The 64-bit products of the low halves of 64-bit words.
  friend lane_bits multiply_halves(lane_bits a, lane_bits b) { return from(machine::multiply_halves(a.b_, b.b_)); }

  typename machine::bits machine_bits() const { return b_; }
  static lane_bits from(typename machine::bits b) {
    lane_bits r;
    r.b_ = b;
    return r;
  }

 private:
  typename machine::bits b_;
};

}  // namespace starling
