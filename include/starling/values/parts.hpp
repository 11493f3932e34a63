// What a value is made of, said once for each shape: what lifts values into lanes, blends, keeps, moves, compares and follows them all
// goes through it.
//
// Numbers, and whatever is not described, are a whole. A class of your own joins by one specialisation, which names its members in the
// order in which braces take them:
//
//   template <> struct sl::parts_of<fit> : sl::made_of<&fit::slope, &fit::residuals> {};
//
// Class templates with one type parameter that are aggregates (S<double>, S<V>) are made of their members without a word.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/values/matrix.hpp>
#include <starling/values/real.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// whole: nothing can be said of its parts. members: a few, each of its own type, `list(x)` as a tuple of references; `with<F>` is the same
// class over F<T> in the place of its types T, which (`takes_any`) are those of its members. elements: any number of one type, `element`; at(x, i) is one of them, room<Y>(x) an
// Y, whose elements are to be written, with as many as x; `arena<E>` and `owned<E>` are such a class over E, in the run's arena and not.
enum class made { whole,
                  members,
                  elements };

template <class X> struct parts_of {
  static constexpr made kind = made::whole;
};

template <class X> inline constexpr made parts_kind = value<X> ? made::whole : parts_of<X>::kind;
template <class X> inline constexpr bool takes_any = requires { parts_of<X>::takes_any; };
template <class X> concept has_members = parts_kind<X> == made::members;
template <class X> concept has_elements = parts_kind<X> == made::elements;

template <class> inline constexpr bool is_tuple = false;
template <class... T> inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B> inline constexpr bool is_tuple<std::pair<A, B>> = true;

// An aggregate's members as a tuple of references, for up to eight members.
struct anything {
  template <class T> operator T() const;
};
template <class T, std::size_t... I> constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{((void)I, anything{})...}; };
}
// Nine stands for more than eight.
template <class T, std::size_t N = 9> constexpr std::size_t member_count() {
  if constexpr (N == 0) return 0;
  else if constexpr (takes<T>(std::make_index_sequence<N>())) return N;
  else return member_count<T, N - 1>();
}
template <class S> constexpr auto members(S& s) {
  constexpr std::size_t n = member_count<std::remove_const_t<S>>();
  if constexpr (n == 0) return std::tuple<>();
  else if constexpr (n == 1) {
    auto& [a] = s;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = s;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = s;
    return std::tie(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = s;
    return std::tie(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = s;
    return std::tie(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, f] = s;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, f, g] = s;
    return std::tie(a, b, c, d, e, f, g);
  } else {
    auto& [a, b, c, d, e, f, g, h] = s;
    return std::tie(a, b, c, d, e, f, g, h);
  }
}

template <template <class> class S, class T>
  requires std::is_aggregate_v<S<T>> && (member_count<S<T>>() < 9)
struct parts_of<S<T>> {
  static constexpr made kind = made::members;
  template <class X> static constexpr auto list(X& x) { return members(x); }
  template <template <class> class F> using with = S<F<T>>;
};
// A class by pointers to its members: it stays what it is in lanes.
template <class S> struct same_class {
  template <template <class> class> using with = S;
};
template <class S, class T> S class_of(T S::*);
template <auto First, auto... Member> struct made_of : same_class<decltype(class_of(First))> {
  static constexpr made kind = made::members;
  template <class X> static constexpr auto list(X& x) { return std::tie(x.*First, x.*Member...); }
};
template <class A, class B> struct parts_of<std::pair<A, B>> {
  static constexpr made kind = made::members;
  static constexpr bool takes_any = true;
  template <class X> static constexpr auto list(X& x) { return std::tie(x.first, x.second); }
  template <template <class> class F> using with = std::pair<F<A>, F<B>>;
};
template <class... A> struct parts_of<std::tuple<A...>> {
  static constexpr made kind = made::members;
  static constexpr bool takes_any = true;
  template <class X> static constexpr auto list(X& x) {
    return std::apply([](auto&... a) { return std::tie(a...); }, x);
  }
  template <template <class> class F> using with = std::tuple<F<A>...>;
};

template <class T, std::size_t N> struct parts_of<std::array<T, N>> {
  static constexpr made kind = made::elements;
  using element = T;
  template <class E> using arena = std::array<E, N>;
  template <class E> using owned = std::array<E, N>;
  static std::size_t size(const std::array<T, N>&) { return N; }
  template <class X> static auto& at(X& x, std::size_t i) { return x[i]; }
  template <class Y> static Y room(const std::array<T, N>&) { return Y{}; }
};
// Lists: what takes its size.
template <class X, class T> struct parts_of_list {
  static constexpr made kind = made::elements;
  using element = T;
  template <class E> using arena = vector<E>;
  template <class E> using owned = std::vector<E>;
  static std::size_t size(const X& x) { return x.size(); }
  template <class Any> static decltype(auto) at(Any& x, std::size_t i) { return x[i]; }
  template <class Y> static Y room(const X& x) { return Y(x.size()); }
};
template <class T> struct parts_of<std::vector<T>> : parts_of_list<std::vector<T>, T> {};
template <class T> struct parts_of<vector<T>> : parts_of_list<vector<T>, std::remove_const_t<T>> {
  // The same vector at `to`.
  static vector<T> placed(const vector<T>& x, std::remove_const_t<T>* to) { return {to, x.size()}; }
};

// None or one.
template <class T> struct parts_of<std::optional<T>> {
  static constexpr made kind = made::elements;
  using element = T;
  template <class E> using arena = std::optional<E>;
  template <class E> using owned = std::optional<E>;
  static std::size_t size(const std::optional<T>& x) { return x.has_value(); }
  template <class X> static auto& at(X& x, std::size_t) { return *x; }
  template <class Y> static Y room(const std::optional<T>& x) { return x ? Y(std::in_place) : Y(); }
};

// A matrix that owns its numbers, row-major.
template <class E> struct owned_matrix {
  std::size_t rows = 0, cols = 0;
  std::vector<E> values;
  const E& operator()(std::size_t i, std::size_t j) const { return values[i * cols + j]; }
  friend bool operator==(const owned_matrix&, const owned_matrix&) = default;
};
template <class T> struct parts_of<matrix<T>> {
  static constexpr made kind = made::elements;
  using element = std::remove_const_t<T>;
  template <class E> using arena = matrix<E>;
  template <class E> using owned = owned_matrix<E>;
  static std::size_t size(const matrix<T>& x) { return x.size(); }
  static std::size_t columns(const matrix<T>& x) { return x.cols(); }
  static T& at(const matrix<T>& x, std::size_t i) { return x.data()[i]; }
  template <class Y> static Y room(const matrix<T>& x) {
    if constexpr (requires { &Y::values; }) return Y{x.rows(), x.cols(), decltype(Y::values)(x.size())};
    else return Y(x.rows(), x.cols());
  }
  static matrix<T> placed(const matrix<T>& x, std::remove_const_t<T>* to) { return {to, x.rows(), x.cols()}; }
};
template <class T> struct parts_of<owned_matrix<T>> {
  static constexpr made kind = made::elements;
  using element = T;
  template <class E> using arena = matrix<E>;
  template <class E> using owned = owned_matrix<E>;
  static std::size_t size(const owned_matrix<T>& x) { return x.values.size(); }
  static std::size_t columns(const owned_matrix<T>& x) { return x.cols; }
  template <class X> static auto& at(X& x, std::size_t i) { return x.values[i]; }
  template <class Y> static Y room(const owned_matrix<T>& x) {
    if constexpr (requires { &Y::values; }) return Y{x.rows, x.cols, decltype(Y::values)(x.values.size())};
    else return Y(x.rows, x.cols);
  }
};

// Whether two values have as many parts, in the same order: those of two lists or matrices may differ in type.
template <class X, class Y> bool are_alike(const X& x, const Y& y) {
  if constexpr (has_elements<X>) {
    if constexpr (requires { parts_of<X>::columns(x); })
      if (parts_of<X>::columns(x) != parts_of<Y>::columns(y)) return false;
    return parts_of<X>::size(x) == parts_of<Y>::size(y);
  } else {
    return true;
  }
}

template <class X> std::size_t parts_count(const X& x) {
  if constexpr (has_elements<X>) return parts_of<X>::size(x);
  else return std::tuple_size_v<decltype(parts_of<X>::list(x))>;
}

// f(part) for all parts of x; f(part of x, the same part of y) for all parts of two that are alike, until one is false.
template <class F, class X> void for_each_part(F&& f, X& x) {
  using parts = parts_of<std::remove_const_t<X>>;
  if constexpr (has_elements<std::remove_const_t<X>>) {
    for (std::size_t i = 0, n = parts::size(x); i < n; ++i) f(parts::at(x, i));
  } else if constexpr (has_members<std::remove_const_t<X>>) {
    std::apply([&](auto&... p) { (f(p), ...); }, parts::list(x));
  }
}
template <class F, class X, class Y> bool all_parts(F&& f, X& x, const Y& y) {
  using parts = parts_of<std::remove_const_t<X>>;
  if constexpr (has_elements<std::remove_const_t<X>>) {
    for (std::size_t i = 0, n = parts::size(x); i < n; ++i)
      if (!f(parts::at(x, i), parts_of<Y>::at(y, i))) return false;
    return true;
  } else if constexpr (has_members<std::remove_const_t<X>>) {
    const auto a = parts::list(x);
    const auto b = parts_of<Y>::list(y);
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return (f(std::get<I>(a), std::get<I>(b)) && ...); }(std::make_index_sequence<std::tuple_size_v<decltype(a)>>());
  } else {
    return true;
  }
}

// An R whose parts are f(part of x), or f(part of x, the same part of y).
template <class R, class F, class X> R rebuilt(F&& f, const X& x) {
  using parts = parts_of<X>;
  if constexpr (has_elements<X>) {
    R r = parts::template room<R>(x);
    for (std::size_t i = 0, n = parts::size(x); i < n; ++i) parts_of<R>::at(r, i) = f(parts::at(x, i));
    return r;
  } else {
    return std::apply([&](const auto&... p) { return R{f(p)...}; }, parts::list(x));
  }
}
template <class R, class F, class X> R rebuilt(F&& f, const X& x, const X& y) {
  using parts = parts_of<X>;
  if constexpr (has_elements<X>) {
    R r = parts::template room<R>(x);
    for (std::size_t i = 0, n = parts::size(x); i < n; ++i) parts_of<R>::at(r, i) = f(parts::at(x, i), parts::at(y, i));
    return r;
  } else {
    const auto a = parts::list(x), b = parts::list(y);
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return R{f(std::get<I>(a), std::get<I>(b))...}; }(std::make_index_sequence<std::tuple_size_v<decltype(a)>>());
  }
}

// Whether f(std::type_identity<P>) holds for the type P of some part.
template <class X, class F> constexpr bool some_part(F f) {
  if constexpr (has_elements<X>) {
    return f(std::type_identity<typename parts_of<X>::element>());
  } else if constexpr (has_members<X>) {
    return [&]<class... P>(std::type_identity<std::tuple<P&...>>) { return (f(std::type_identity<std::remove_const_t<P>>()) || ...); }(std::type_identity<decltype(parts_of<X>::list(std::declval<X&>()))>());
  } else {
    return false;
  }
}

}  // namespace starling
