// custom_gradient(forward, backward, with_respect_to<…>): a deterministic function whose derivatives its author gives.
//
//   constexpr auto cube = sl::custom_gradient(
//       [](const auto& x, double scale) { return scale * x * x * x; },
//       [](const auto& value, const auto& derivative, const auto& x, double scale) { return derivative * 3.0 * scale * x * x; },
//       sl::with_respect_to<true, false>);
//   const auto y = trace({}, cube, x, 2.0);      // in a body; or cube(x, 2.0)
//
// forward(args…) gets plain values (V for a real, sl::vector<V> for a vector) and returns a V or an sl::vector<V>.
// backward(value, derivative, args…): `derivative` is that of the score with respect to the value; returns the derivatives with respect
// to the differentiable arguments: one, or a std::tuple of them in order; V for a real, something with V elements for a vector.
// Arguments whose flag is false get no derivative, and nothing of them is recorded. Both functions must be trivially copyable.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/models/generative_function.hpp>
#include <starling/values/captured.hpp>
#include <starling/values/dual.hpp>
#include <starling/values/lift.hpp>

namespace starling {

template <bool... Flags> struct differentiable_flags {};
template <bool... Flags> inline constexpr differentiable_flags<Flags...> with_respect_to{};

// An argument or value without its derivatives. Vectors of adjoints are copied to the tape, so that they are there in the backward pass.
template <class A> auto without_derivatives(const A& a) {
  if constexpr (is_adjoint<A>) {
    return a.value();
  } else if constexpr (requires { requires is_adjoint<std::remove_cvref_t<decltype(a[0])>>; a.size(); }) {
    using V = primal_of<std::remove_cvref_t<decltype(a[0])>>;
    V* const values = tape<V>::current->template take<V>(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) values[i] = a[i].value();
    return vector<V>(values, a.size());
  } else {
    return a;
  }
}
// The cells of an argument whose flag is set.
template <bool Flag, class V, class A> captured_cells<V> cells_if(const A& a) {
  if constexpr (Flag && is_adjoint<A>) return capture<V>(&a, 1).cells;
  else if constexpr (Flag && requires { requires is_adjoint<std::remove_cvref_t<decltype(a[0])>>; a.size(); }) return capture<V>(a.data(), a.size()).cells;
  else return {};
}

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_derivative(std::size_t argument, std::size_t elements, std::size_t found) {
  throw std::invalid_argument("custom_gradient: the derivative with respect to argument " + std::to_string(argument + 1) + " must have " + std::to_string(elements) +
                              " elements, one each of the argument's; the backward function gave " + std::to_string(found));
}

// Given: how many flags are set.
template <class V, class Value, class Backward, std::size_t N, std::size_t Given, class... Plain> struct custom_entry : tape_entry {
  Value value;
  V* own;
  Backward backward;
  captured_cells<V> cells[N];
  bool flags[N];
  std::tuple<Plain...> plain;

  static void pull_all(tape_entry* e) {
    const auto& self = static_cast<const custom_entry&>(*e);
    const auto derivative = [&] {
      if constexpr (value_is_number) return *self.own;
      else return vector<const V>(self.own, self.value.size());
    }();
    const arena_scope scratch;
    const auto found = std::apply([&](const auto&... a) { return self.backward(self.value, derivative, a...); }, self.plain);
    using found_type = std::remove_cvref_t<decltype(found)>;
    constexpr std::size_t count = [] {
      if constexpr (is_tuple<found_type>) return std::tuple_size_v<found_type>;
      else return std::size_t{1};
    }();
    static_assert(count == Given, "custom_gradient: the backward function must return one derivative for each flag that is true, in order; several as a std::tuple");
    std::size_t next = 0;
    const auto give = [&](const auto& d) {
      while (next < N && !self.flags[next]) ++next;
      const std::size_t argument = next++;
      const auto& to = self.cells[argument];
      if (!to) return;
      if constexpr (requires { d.size(); }) {
        if (d.size() != to.n) [[unlikely]]
          throw_wrong_derivative(argument, to.n, d.size());
        for (std::size_t i = 0; i < to.n; ++i) to.add(i, V(d[i]));
      } else {
        if (to.n != 1) [[unlikely]]
          throw_wrong_derivative(argument, to.n, 1);
        to.add(0, V(d));
      }
    };
    if constexpr (is_tuple<found_type>) std::apply([&](const auto&... d) { (give(d), ...); }, found);
    else give(found);
  }
  static constexpr bool value_is_number = std::is_same_v<Value, V>;
};

template <class Forward, class Backward, bool... Flags> struct custom_gradient_function : generative {
  Forward forward;
  Backward backward;
  static_assert(std::is_trivially_copyable_v<Backward>, "custom_gradient: what the backward function captures must be trivially copyable");

  constexpr custom_gradient_function(Forward f, Backward b) : forward(std::move(f)), backward(std::move(b)) {}

  // As a function in a body; without a handler, adjoints are told by the arguments.
  template <class... Args> auto operator()(const Args&... args) const {
    static_assert(sizeof...(Args) == sizeof...(Flags), "custom_gradient: one flag an argument");
    constexpr bool recorded = ((Flags && holds_adjoints<Args>) || ...);
    if constexpr (((Flags && differentiable<Args> && !is_adjoint<Args>) || ...)) dual_refusal::of_thread = true;
    if constexpr (recorded) return on_tape(args...);
    else return forward(without_derivatives(args)...);
  }
  template <class Handler, class... Args> auto run(Handler&, const Args&... args) const { return (*this)(args...); }

 private:
  template <class A> static constexpr bool holds_adjoints = is_adjoint<A> || requires(const A& a) { requires is_adjoint<std::remove_cvref_t<decltype(a[0])>>; };

  template <class... Args> auto on_tape(const Args&... args) const {
    using V = primal_of<promote_adjoints<Args...>>;
    require_tape<V>();
    const auto value = forward(without_derivatives(args)...);
    using value_type = std::remove_cvref_t<decltype(value)>;
    static_assert((std::is_trivially_destructible_v<decltype(without_derivatives(args))> && ...),
                  "custom_gradient: arguments are kept for the backward pass and must be plain: numbers, sl::vector, std::span, matrix_view");
    using entry = custom_entry<V, value_type, Backward, sizeof...(Args), (std::size_t{Flags} + ...), decltype(without_derivatives(args))...>;
    constexpr bool is_number = std::is_same_v<value_type, V>;
    V* own = nullptr;
    const auto result = [&] {
      if constexpr (is_number) {
        own = tape<V>::current->cells(1);
        return adjoint<V>(value, V(1), own);
      } else {
        return with_cells<V>(value.data(), value.size(), own);
      }
    }();
    const captured_cells<V> cells[] = {cells_if<Flags, V>(args)...};
    auto plain = std::make_tuple(without_derivatives(args)...);
    auto* const e = tape<V>::current->template push<entry>(nullptr);
    tape_entry* const previous = e->previous;
    auto* const made = ::new (static_cast<void*>(e)) entry{{previous, entry::pull_all}, kept<V>(value), own, backward, {}, {Flags...}, plain};
    for (std::size_t i = 0; i < sizeof...(Args); ++i) made->cells[i] = cells[i];
    return result;
  }
  template <class V, class Value> static Value kept(const Value& v) {
    if constexpr (std::is_same_v<Value, V>) {
      return v;
    } else {
      V* const values = tape<V>::current->template take<V>(v.size());
      for (std::size_t i = 0; i < v.size(); ++i) values[i] = v[i];
      return Value(values, v.size());
    }
  }
  template <class A> struct adjoint_of_argument {
    using type = double;
  };
  template <class V> struct adjoint_of_argument<adjoint<V>> {
    using type = adjoint<V>;
  };
  template <class A>
    requires(!is_adjoint<A> && holds_adjoints<A>)
  struct adjoint_of_argument<A> {
    using type = std::remove_cvref_t<decltype(std::declval<const A&>()[0])>;
  };
  template <class... Args> using promote_adjoints = promote<typename adjoint_of_argument<Args>::type...>;
};

template <class Forward, class Backward, bool... Flags>
constexpr auto custom_gradient(Forward forward, Backward backward, differentiable_flags<Flags...>) {
  return custom_gradient_function<Forward, Backward, Flags...>(std::move(forward), std::move(backward));
}

}  // namespace starling
