// What counts as a real number, and the types that go with each.
#pragma once

#include <concepts>
#include <type_traits>

#include <starling/values/whole.hpp>

namespace starling {

// Describes a value type; a new one (a gradient type, an array type) specialises this.
//   scalar     the plain type of one lane
//   lanes      how many lanes; 1 for one execution
//   real, integer, mask   the types of reals, integers and booleans that flow beside it
//   is_real, is_integer, is_boolean   which of the three it is itself
//   rank       arithmetic between two reals gives the one of higher rank
template <class V> struct value_traits {
  static constexpr bool is_real = false, is_integer = false, is_boolean = false;
};

template <class Number>
  requires std::is_arithmetic_v<Number>
struct value_traits<Number> {
  using scalar = Number;
  using real = std::conditional_t<std::floating_point<Number>, Number, double>;
  using integer = long;
  using mask = bool;
  static constexpr int lanes = 1, rank = 0;
  static constexpr bool is_boolean = std::same_as<Number, bool>;
  static constexpr bool is_real = std::floating_point<Number>, is_integer = !is_real && !is_boolean;
};

template <class T, int N, class Isa> struct lane_traits {
  using real = pack<T, N, Isa>;
  using integer = whole<T, N, Isa>;
  using mask = lane_mask<T, N, Isa>;
  static constexpr int lanes = N, rank = 1;
};
template <class T, int N, class Isa> struct value_traits<pack<T, N, Isa>> : lane_traits<T, N, Isa> {
  using scalar = T;
  static constexpr bool is_real = true, is_integer = false, is_boolean = false;
};
template <class T, int N, class Isa> struct value_traits<whole<T, N, Isa>> : lane_traits<T, N, Isa> {
  using scalar = long;
  static constexpr bool is_real = false, is_integer = true, is_boolean = false;
};
template <class T, int N, class Isa> struct value_traits<lane_mask<T, N, Isa>> : lane_traits<T, N, Isa> {
  using scalar = bool;
  static constexpr bool is_real = false, is_integer = false, is_boolean = true;
};

// A real number: float, double, a pack, or a type that specialises value_traits so.
template <class V>
concept real = value_traits<V>::is_real;
// Any leaf value: a real, an integer or a boolean, in one lane or many.
template <class V>
concept value = value_traits<V>::is_real || value_traits<V>::is_integer || value_traits<V>::is_boolean;

template <value V> using scalar_of = typename value_traits<V>::scalar;
template <value V> inline constexpr int lanes_of = value_traits<V>::lanes;
template <value V> using mask_of = typename value_traits<V>::mask;
template <value V> using whole_of = typename value_traits<V>::integer;
template <value V> using real_type_of = typename value_traits<V>::real;

// Two reals: the one of higher rank; of rank 0, C++'s own choice (float and int give double, as in std::exp).
template <class A, class B> struct promote_two {
  using a = real_type_of<A>;
  using b = real_type_of<B>;
  static constexpr int difference = value_traits<a>::rank - value_traits<b>::rank;
  static constexpr bool plain = std::is_arithmetic_v<a> && std::is_arithmetic_v<b>;
  static_assert(difference != 0 || plain || std::same_as<a, b>,
                "these two value types have different lanes and cannot meet in one expression");
  template <bool Plain, class X, class Y> struct meet {
    using type = std::conditional_t<(difference < 0), Y, X>;
  };
  template <class X, class Y> struct meet<true, X, Y> {
    using type = decltype(X() + Y());
  };
  using type = typename meet<plain, a, b>::type;
};
template <class... A> struct promote_all;
template <class A> struct promote_all<A> {
  using type = real_type_of<A>;
};
template <class A, class B, class... Rest> struct promote_all<A, B, Rest...> {
  using type = typename promote_all<typename promote_two<A, B>::type, Rest...>::type;
};
// The real type that arithmetic on the given values leads to; integers and booleans alone give double or their pack.
template <value... A> using promote = typename promote_all<A...>::type;

// What the mathematical functions of this layer take: built-in numbers, packs and whole numbers in lanes.
template <class V> inline constexpr bool is_plain_number = std::is_arithmetic_v<V>;
template <class T, int N, class Isa> inline constexpr bool is_plain_number<pack<T, N, Isa>> = true;
template <class T, int N, class Isa> inline constexpr bool is_plain_number<whole<T, N, Isa>> = true;
template <class V>
concept plain_number = is_plain_number<V>;

// A built-in float as a pack of one lane, a pack as itself: how one body serves both. Carries the instruction set.
template <class V, class Isa> struct as_pack {
  using type = pack<V, 1, Isa>;
};
template <class T, int N, class PackIsa, class Isa> struct as_pack<pack<T, N, PackIsa>, Isa> {
  using type = pack<T, N, PackIsa>;
};
template <class V, class Isa = isa::native> using pack_for = typename as_pack<promote<V>, Isa>::type;

// Back from one lane to the built-in float.
template <class V, class T, int N, class Isa> inline V as_value(pack<T, N, Isa> x) {
  if constexpr (std::is_arithmetic_v<V>) return x[0];
  else return x;
}

}  // namespace starling
