// mask(f): f where the first argument, a boolean, holds; nothing else. Off: no choices, score 0, no return value.
#pragma once

#include <starling/combinators/gate.hpp>
#include <starling/models/generative_function.hpp>

namespace starling {

// A value that may not be there. M: bool, or a lane_mask.
template <class R, class M>
struct maybe {
  M present = M(false);
  R value{};  // where present; elsewhere anything

  friend bool operator==(const maybe& a, const maybe& b)
    requires std::is_same_v<M, bool>
  {
    return a.present == b.present && (!a.present || a.value == b.value);
  }
};

template <class R, class M>
struct parts_of<maybe<R, M>> {
  static constexpr made kind = made::members;
  static constexpr bool takes_any = true;
  template <class X>
  static constexpr auto list(X& x) { return std::tie(x.present, x.value); }
  template <template <class> class F>
  using with = maybe<F<R>, F<M>>;
};
// x's value where it is there, `otherwise` elsewhere.
template <class R, class M>
R value_or(const maybe<R, M>& x, const R& otherwise) {
  return blend(x.present, x.value, otherwise);
}

template <generative_function F>
struct mask_model : generative {
  static constexpr bool is_dynamic = F::is_dynamic;
  static constexpr bool is_stateless = F::is_stateless;
  F inner;
  constexpr explicit mask_model(F f) : inner(std::move(f)) {}

  template <class Handler, class Condition, class... Args>
  auto run(Handler& trace, const Condition& on, const Args&... args) const {
    using V = typename Handler::real;
    using R = lift<V, result_of<F, Handler, Args...>>;
    maybe<R, typename Handler::mask> result{typename Handler::mask(on), {}};
    trace.masked(result.present, 0, [&] {
      const auto r = run_for_result(inner, trace, gate(trace.active(), args)...);
      if constexpr (std::is_same_v<R, std::decay_t<decltype(r)>>) result.value = r;
      else result.value = lift_value<V>(r);
    });
    return result;
  }
};

template <generative_function F>
constexpr auto mask(F f) {
  return mask_model<F>(std::move(f));
}

}  // namespace starling
