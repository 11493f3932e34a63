// Several registers side by side as one of more lanes, every primitive done part by part: a pack of 16 numbers on a machine whose registers hold 4. What is
// done once for a pack, whatever its width, is then done for more lanes at a time, and its parts do not wait for each other.
#pragma once

#include <cstdint>
#include <utility>

#include <starling/values/pack.hpp>

namespace starling {

namespace isa {
// As many registers of Part as the lanes need.
template <class Part> struct joined {};
template <class Part> inline constexpr bool fast_fma<joined<Part>> = fast_fma<Part>;
}  // namespace isa

template <class T, int N, class Part> struct registers<T, N, isa::joined<Part>> {
  static constexpr int width = isa::register_bytes<Part> / static_cast<int>(sizeof(T)), count = N / width;
  static_assert(count * width == N, "joined registers hold a multiple of the lanes of one");
  using part = registers<T, width, Part>;
  using word = word_of<T>;
  struct vec {
    typename part::vec at[count];
  };
  struct mask {
    typename part::mask at[count];
  };
  struct bits {
    typename part::bits at[count];
  };

  template <class Out, class F> [[gnu::always_inline]] static Out each(F f) {
    return [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) { return Out{{f(I)...}}; }
    (std::make_integer_sequence<int, count>());
  }

  [[gnu::always_inline]] static vec broadcast(T x) {
    const auto all = part::broadcast(x);
    return each<vec>([&](int) __attribute__((always_inline)) { return all; });
  }
  [[gnu::always_inline]] static vec load(const T* p) {
    return each<vec>([&](int i) __attribute__((always_inline)) { return part::load(p + i * width); });
  }
  [[gnu::always_inline]] static void store(T* p, const vec& a) {
    for (int i = 0; i < count; ++i) part::store(p + i * width, a.at[i]);
  }
  static T get(const vec& a, int i) { return part::get(a.at[i / width], i % width); }
  static void set(vec& a, int i, T x) { part::set(a.at[i / width], i % width, x); }
  static bits broadcast_bits(word x) {
    return each<bits>([&](int) __attribute__((always_inline)) { return part::broadcast_bits(x); });
  }
  static word get_bits(const bits& a, int i) { return part::get_bits(a.at[i / width], i % width); }
  static void set_bits(bits& a, int i, word x) { part::set_bits(a.at[i / width], i % width, x); }

  // F of the part's operands, part by part.
  template <class Out, auto F, class... X> [[gnu::always_inline]] static Out by_part(const X&... x) {
    return each<Out>([&](int i) __attribute__((always_inline)) { return F(x.at[i]...); });
  }

  [[gnu::always_inline]] static bits to_bits(const vec& a) { return by_part<bits, part::to_bits>(a); }
  [[gnu::always_inline]] static vec from_bits(const bits& a) { return by_part<vec, part::from_bits>(a); }
  [[gnu::always_inline]] static vec add(const vec& a, const vec& b) { return by_part<vec, part::add>(a, b); }
  [[gnu::always_inline]] static vec sub(const vec& a, const vec& b) { return by_part<vec, part::sub>(a, b); }
  [[gnu::always_inline]] static vec mul(const vec& a, const vec& b) { return by_part<vec, part::mul>(a, b); }
  [[gnu::always_inline]] static vec div(const vec& a, const vec& b) { return by_part<vec, part::div>(a, b); }
  [[gnu::always_inline]] static vec neg(const vec& a) { return by_part<vec, part::neg>(a); }
  [[gnu::always_inline]] static vec fma(const vec& a, const vec& b, const vec& c) { return by_part<vec, part::fma>(a, b, c); }
  [[gnu::always_inline]] static vec multiply_add(const vec& a, const vec& b, const vec& c) { return by_part<vec, part::multiply_add>(a, b, c); }
  [[gnu::always_inline]] static vec sqrt(const vec& a) { return by_part<vec, part::sqrt>(a); }
  [[gnu::always_inline]] static vec abs(const vec& a) { return by_part<vec, part::abs>(a); }
  [[gnu::always_inline]] static vec min(const vec& a, const vec& b) { return by_part<vec, part::min>(a, b); }
  [[gnu::always_inline]] static vec max(const vec& a, const vec& b) { return by_part<vec, part::max>(a, b); }
  [[gnu::always_inline]] static vec rint(const vec& a) { return by_part<vec, part::rint>(a); }
  [[gnu::always_inline]] static vec floor(const vec& a) { return by_part<vec, part::floor>(a); }
  [[gnu::always_inline]] static vec ceil(const vec& a) { return by_part<vec, part::ceil>(a); }
  [[gnu::always_inline]] static vec trunc(const vec& a) { return by_part<vec, part::trunc>(a); }
  [[gnu::always_inline]] static mask less(const vec& a, const vec& b) { return by_part<mask, part::less>(a, b); }
  [[gnu::always_inline]] static mask less_equal(const vec& a, const vec& b) { return by_part<mask, part::less_equal>(a, b); }
  [[gnu::always_inline]] static mask equal(const vec& a, const vec& b) { return by_part<mask, part::equal>(a, b); }
  [[gnu::always_inline]] static mask not_equal(const vec& a, const vec& b) { return by_part<mask, part::not_equal>(a, b); }
  [[gnu::always_inline]] static vec blend(const mask& m, const vec& a, const vec& b) { return by_part<vec, part::blend>(m, a, b); }
  [[gnu::always_inline]] static bits blend_bits(const mask& m, const bits& a, const bits& b) { return by_part<bits, part::blend_bits>(m, a, b); }
  [[gnu::always_inline]] static mask mask_and(const mask& a, const mask& b) { return by_part<mask, part::mask_and>(a, b); }
  [[gnu::always_inline]] static mask mask_or(const mask& a, const mask& b) { return by_part<mask, part::mask_or>(a, b); }
  [[gnu::always_inline]] static mask mask_xor(const mask& a, const mask& b) { return by_part<mask, part::mask_xor>(a, b); }
  [[gnu::always_inline]] static mask mask_not(const mask& a) { return by_part<mask, part::mask_not>(a); }
  [[gnu::always_inline]] static bits add_bits(const bits& a, const bits& b) { return by_part<bits, part::add_bits>(a, b); }
  [[gnu::always_inline]] static bits sub_bits(const bits& a, const bits& b) { return by_part<bits, part::sub_bits>(a, b); }
  [[gnu::always_inline]] static bits and_bits(const bits& a, const bits& b) { return by_part<bits, part::and_bits>(a, b); }
  [[gnu::always_inline]] static bits or_bits(const bits& a, const bits& b) { return by_part<bits, part::or_bits>(a, b); }
  [[gnu::always_inline]] static bits xor_bits(const bits& a, const bits& b) { return by_part<bits, part::xor_bits>(a, b); }
  [[gnu::always_inline]] static bits not_bits(const bits& a) { return by_part<bits, part::not_bits>(a); }
  [[gnu::always_inline]] static bits shift_left(const bits& a, int n) {
    return each<bits>([&](int i) __attribute__((always_inline)) { return part::shift_left(a.at[i], n); });
  }
  [[gnu::always_inline]] static bits shift_right(const bits& a, int n) {
    return each<bits>([&](int i) __attribute__((always_inline)) { return part::shift_right(a.at[i], n); });
  }
  [[gnu::always_inline]] static bits multiply_halves(const bits& a, const bits& b) { return by_part<bits, part::multiply_halves>(a, b); }

  // What only some machines have.
  [[gnu::always_inline]] static vec scale(const vec& a, const vec& b)
    requires requires { part::scale(a.at[0], b.at[0]); }
  {
    return each<vec>([&](int i) __attribute__((always_inline)) { return part::scale(a.at[i], b.at[i]); });
  }
  [[gnu::always_inline]] static vec exponent(const vec& a)
    requires requires { part::exponent(a.at[0]); }
  {
    return each<vec>([&](int i) __attribute__((always_inline)) { return part::exponent(a.at[i]); });
  }
  [[gnu::always_inline]] static vec fraction(const vec& a)
    requires requires { part::fraction(a.at[0]); }
  {
    return each<vec>([&](int i) __attribute__((always_inline)) { return part::fraction(a.at[i]); });
  }
  [[gnu::always_inline]] static mask mask_from_sign(const bits& a)
    requires requires { part::mask_from_sign(a.at[0]); }
  {
    return each<mask>([&](int i) __attribute__((always_inline)) { return part::mask_from_sign(a.at[i]); });
  }

  [[gnu::always_inline]] static T sum(const vec& a)
    requires requires { part::sum(a.at[0]); }
  {
    auto all = a.at[0];
    for (int i = 1; i < count; ++i) all = part::add(all, a.at[i]);
    return part::sum(all);
  }

  static mask broadcast_mask(bool b) {
    return each<mask>([&](int) __attribute__((always_inline)) { return part::broadcast_mask(b); });
  }
  static mask mask_from_bits(std::uint64_t b) {
    return each<mask>([&](int i) __attribute__((always_inline)) { return part::mask_from_bits(b >> i * width & ((std::uint64_t(1) << width) - 1)); });
  }
  static std::uint64_t mask_bits(const mask& m) {
    std::uint64_t r = 0;
    for (int i = 0; i < count; ++i) r |= part::mask_bits(m.at[i]) << i * width;
    return r;
  }
  [[gnu::always_inline]] static bool any(const mask& m) {
    auto some = m.at[0];
    for (int i = 1; i < count; ++i) some = part::mask_or(some, m.at[i]);
    return part::any(some);
  }
  [[gnu::always_inline]] static bool all(const mask& m) {
    auto every = m.at[0];
    for (int i = 1; i < count; ++i) every = part::mask_and(every, m.at[i]);
    return part::all(every);
  }
};

// Sixteen lanes, whatever the machine's registers hold: for work on many lanes that costs much a pack, beside its arithmetic.
template <class T> using wide_pack = pack<T, 16, isa::joined<isa::native>>;

}  // namespace starling
