// Arguments per instance.
#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/arguments.hpp>
#include <starling/models/runs/wide.hpp>

namespace starling {

// An argument of which instance i gets element i: anything with size() and []. sl::each(xs) refers to xs; a temporary, or one given
// in sl::args, is kept.
template <class Sequence>
struct each_of {
  Sequence values;
  std::size_t size() const { return values.size(); }
  decltype(auto) operator[](std::size_t i) const { return values[i]; }
  // Where the values are: tells whether they are those of an argument of the model.
  const void* place() const { return &values; }
};
template <class Sequence>
constexpr each_of<Sequence> each(Sequence&& values) {
  return {std::forward<Sequence>(values)};
}
// Elements of a std::vector<bool> that is no constant are no booleans, but places in it.
inline each_of<const std::vector<bool>&> each(std::vector<bool>& values) { return {values}; }

// In sl::args: referred to no more.
template <class Sequence>
struct stored_argument<each_of<Sequence&>> {
  using type = each_of<std::remove_const_t<Sequence>>;
  static type from(const each_of<Sequence&>& a) { return {a.values}; }
};

template <class A>
inline constexpr bool is_each = false;
template <class Sequence>
inline constexpr bool is_each<each_of<Sequence>> = true;

template <class A>
decltype(auto) instance_argument(const A& a, std::size_t i) {
  if constexpr (is_each<A>) return a.values[i];
  else return (a);
}
// The argument of W instances: a pack, where it is per instance.
template <class A, class P>
decltype(auto) instance_argument(const A& a, const wide_index<P>& i) {
  if constexpr (is_each<A>) return lanes_from<P>(a.values, i.first);
  else return (a);
}

}  // namespace starling
