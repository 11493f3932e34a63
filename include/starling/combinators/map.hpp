// map(f): f for each of many instances, instance i under the address i of the call. Arguments given as sl::each(xs) are per instance
// (element i for instance i), all others are shared.
//
//   constexpr auto plate = sl::map(sl::gen([](auto& trace, const auto& x, const auto& slope) { return trace({}, sl::normal(slope * x, 1.0)); }));
//   const auto ys = trace("y", plate, sl::each(xs), slope);       // choices {"y", 0}, {"y", 1}, …
//
// Returns the results of the instances (results.hpp). An update runs the instances again whose choices or arguments it changes.
// Where the body takes its numbers per instance as `const auto&`, many instances are scored at once in one lane, in packs; where it takes them as `double`
// they are single numbers, and of one_by_one(f) all are. vmap is another name for it. repeat(f, n): n instances without arguments of their own.
// Throws std::invalid_argument where per-instance arguments have different sizes.
#pragma once

#include <stdexcept>
#include <string>

#include <starling/combinators/each.hpp>
#include <starling/combinators/gate.hpp>
#include <starling/combinators/remembered.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// The number of instances that per-instance arguments are given for.
template <class Handler, class... Args>
std::size_t instance_count(const Handler& trace, const char* combinator, const Args&... args) {
  std::size_t n = 0;
  bool known = false;
  const auto meet = [&](const auto& a) {
    if constexpr (is_each<std::decay_t<decltype(a)>>) {
      const auto size = static_cast<std::size_t>(a.values.size());
      if (known && size != n)
        throw std::invalid_argument(std::string(combinator) + " at " + trace.here().str() + ": arguments for " + std::to_string(n) + " and for " +
                                    std::to_string(size) + " instances");
      n = size;
      known = true;
    }
  };
  (meet(args), ...);
  return n;
}

// Whether an argument can go to W instances at once.
template <class A>
inline constexpr bool goes_wide = true;
template <class Sequence>
inline constexpr bool goes_wide<each_of<Sequence>> = has_lanes<std::remove_cvref_t<Sequence>>;

// Runs instance i, or, given a wide_index, W instances in the lanes of a pack.
template <class F, class... Args>
struct map_step {
  const F& inner;
  std::tuple<const Args&...> arguments;

  template <class Handler, class Index>
  auto operator()(Handler& instance, const Index& i, const auto&) const {
    return std::apply([&](const Args&... a) { return run_for_result(inner, instance, instance_argument(a, i)...); }, arguments);
  }
  // Whether W instances run at once: each argument per instance is a number, and the parameters of the body are not of a type of their own.
  template <class P>
  static constexpr bool fits() {
    if constexpr (F::is_dynamic || !(goes_wide<Args> && ...)) return false;
    else if constexpr (requires(const F& f) { f.body; })
      return body_takes<decltype(F::body), wide_handler<P>, std::decay_t<decltype(instance_argument(std::declval<const Args&>(), wide_index<P>{}))>...>;
    else return false;
  }
  template <class P>
  using result = result_of<F, wide_handler<P>, std::decay_t<decltype(instance_argument(std::declval<const Args&>(), wide_index<P>{}))>...>;
};

// one_by_one(f): f as an instance of a map whose numbers, in one lane, are never packs of instances nor duals (dual_instances.hpp): for bodies that take them
// as `const auto&` and ask `if` of them, or give them to functions that know no such numbers.
template <generative_function F>
struct one_by_one_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic, is_stateless = F::is_stateless, knows_address = F::knows_address;
  F inner;
  constexpr explicit one_by_one_model(F f) : inner(std::move(f)) {}

  template <class Handler, class... Args>
  decltype(auto) run(Handler& trace, const Args&... args) const { return inner.run(trace, args...); }
  template <class Handler, class... Args>
  decltype(auto) run_at(const address& a, Handler& trace, const Args&... args) const { return run_called(trace, a, inner, args...); }
};

template <generative_function F>
constexpr auto one_by_one(F f) {
  return one_by_one_model<F>(std::move(f));
}

template <generative_function F>
struct map_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic;
  static constexpr bool is_stateless = F::is_stateless;
  F inner;
  constexpr explicit map_model(F f) : inner(std::move(f)) {}

  template <class Handler, class... Args>
  auto run(Handler& trace, const Args&... args) const {
    constexpr bool some = (is_each<Args> || ...);
    static_assert(some, "map needs an argument per instance, sl::each(xs); for instances without arguments of their own there is sl::repeat(f, n)");
    using R = result_of<F, Handler, std::decay_t<decltype(instance_argument(args, 0))>...>;
    return trace.template instances<R>(
        instance_count(trace, "map", args...), instances_depend_on<false, F>(args...),
        map_step<F, Args...>{inner, {args...}});
  }
};

template <generative_function F>
constexpr auto map(F f) {
  return map_model<F>(std::move(f));
}
template <generative_function F>
constexpr auto vmap(F f) {
  return map_model<F>(std::move(f));
}

template <generative_function F>
struct repeat_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic;
  F inner;
  std::size_t n;
  constexpr repeat_model(F f, std::size_t count) : inner(std::move(f)), n(count) {}

  template <class Handler, class... Args>
  auto run(Handler& trace, const Args&... args) const {
    return trace.template instances<result_of<F, Handler, Args...>>(
        n, instances_depend_on<false, F>(args...), map_step<F, Args...>{inner, {args...}});
  }
};

template <generative_function F>
constexpr auto repeat(F f, std::size_t n) {
  require_count("repeat", "the number of instances", n, 0, largest_size);
  return repeat_model<F>(std::move(f), n);
}

}  // namespace starling
