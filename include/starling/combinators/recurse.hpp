// recurse<Result>(body): a generative function that calls itself: trees, lists, grammars.
//
//   const auto tree = sl::recurse<double>([](auto& trace, const auto& self, int depth) -> double {
//     if (trace("leaf", sl::bernoulli(0.6))) return trace("x", sl::normal(0.0, 1.0));
//     return trace("left", self, depth + 1) + trace("right", self, depth + 1);
//   });
//
// `Result` is what the body returns (in a recursive generic lambda it cannot be deduced). The structure is random: over N lanes it
// runs as single traces. Where calls are nested deeper than max_depth, or than this thread's stack holds, std::length_error is thrown
// with the beginning of the address.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <starling/models/generative_function.hpp>
#include <starling/traces/address.hpp>

namespace starling {

struct recurse_options {
  std::size_t max_depth = 10'000;
};

// Throws where the stack of this thread is about to end, or depth > max_depth. `here`: the address of the call.
void require_depth(std::size_t depth, std::size_t max_depth, path (*here)(const void*), const void* trace);

template <class Result, class Body>
struct recurse_model : generative {
  static constexpr bool is_dynamic = true;
  Body body;
  recurse_options options;
  constexpr recurse_model(Body b, recurse_options o) : body(std::move(b)), options(o) {}

  // What the body calls.
  struct self_type : generative {
    static constexpr bool is_dynamic = true;
    const recurse_model* model;
    std::size_t depth;
    self_type(const recurse_model* m, std::size_t d) : model(m), depth(d) {}

    template <class Handler, class... Args>
    Result run(Handler& trace, const Args&... args) const {
      require_depth(depth, model->options.max_depth, [](const void* t) { return static_cast<const Handler*>(t)->here(); }, &trace);
      const self_type inner(model, depth + 1);
      return model->body(trace, inner, args...);
    }
  };

  template <class Handler, class... Args>
  Result run(Handler& trace, const Args&... args) const {
    return self_type(this, 1).run(trace, args...);
  }
};

template <class Result, class Body>
constexpr auto recurse(Body body, recurse_options options = {}) {
  return recurse_model<Result, Body>(std::move(body), options);
}

}  // namespace starling
