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
//
//   const auto list = sl::recurse<double>([](auto& trace, const auto& self, const auto& x) {
//     const auto here = trace("x", sl::normal(x, 1.0));
//     const auto rest = trace("rest", sl::mask(self), trace("more", sl::bernoulli(0.6)), here);
//     return here + sl::value_or(rest, here);
//   }, {.max_nodes = 20});
//
// With max_nodes N lanes run at once, under masks: the body calls itself in branches of mask, switch_, cond or or_else, where lanes go
// apart. The calls are laid out once for all lanes, as many levels of the tree of calls as max_nodes holds: of a body that calls itself
// once, a list of max_nodes calls; of one that does so twice, max_nodes = 2^d − 1 are d levels. A lane that goes beyond throws
// std::length_error with its number and the address. In one lane nothing is laid out, and max_depth alone bounds the run.
#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <starling/combinators/branches.hpp>
#include <starling/combinators/call_counter.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/counts.hpp>

namespace starling {

struct recurse_options {
  std::size_t max_depth = 10'000;
};
// A number that has to be given: options without it are recurse_options.
struct node_count {
  std::size_t n;
  constexpr node_count(std::integral auto count) : n(static_cast<std::size_t>(count)) {}
  constexpr operator std::size_t() const { return n; }
};
struct recurse_lane_options {
  node_count max_nodes;
  std::size_t max_depth = 10'000;
};

// Throws where the stack of this thread is about to end, or depth > max_depth. `here`: the address of the call.
void require_depth(std::size_t depth, std::size_t max_depth, path (*here)(const void*), const void* trace);
// Throws: of a call that has no place among max_nodes, in the given lane; of one more call than the outermost one makes.
[[noreturn]] void refuse_node(std::size_t lane, std::size_t max_nodes, const path& here);
[[noreturn]] void refuse_call(std::size_t calls, const path& here);

// Counts a call: returns its number, from 1 on. (Compiled elsewhere: g++ 12 drops counts that it sees through recursion.)
std::size_t count_call(std::size_t& calls);

template <class Result, class Body, class Options>
struct recurse_model : generative {
  static constexpr bool in_lanes = std::is_same_v<Options, recurse_lane_options>;
  static constexpr bool is_dynamic = !in_lanes;
  using result_type = Result;
  Body body;
  Options options;
  constexpr recurse_model(Body b, Options o) : body(std::move(b)), options(o) {}

  // What the body calls. The calls of a tree in which each makes `branching` are numbered level by level.
  struct self_type : generative {
    static constexpr bool is_dynamic = recurse_model::is_dynamic;
    const recurse_model* model;
    std::size_t depth, branching, parent = 0;  // of `parent` these are the calls; *calls were made so far
    std::size_t* calls = nullptr;
    self_type(const recurse_model* m, std::size_t d, std::size_t b) : model(m), depth(d), branching(b) {}

    template <class Handler, class... Args>
    lift<typename Handler::real, Result> run(Handler& trace, const Args&... args) const {
      using V = typename Handler::real;
      using R = lift<V, Result>;
      if constexpr (std::is_same_v<Handler, call_counter<V>>) {
        if (calls) count_call(*calls);  // else they are of another recursion inside of the body
        return R{};
      } else {
        std::size_t node = 0, made = 0;
        if constexpr (Handler::runs_all_regions) {
          const std::size_t call = calls ? count_call(*calls) : 0;
          if (calls) node = parent * branching + call;
          if (call > branching || node >= model->options.max_nodes) {
            if constexpr (Handler::width > 1 && requires { trace.lane(0); }) {
              if (call > branching) refuse_call(branching, trace.here());
              for (int l = 0; l < Handler::width; ++l)
                if (trace.active()[l]) refuse_node(trace.lane(l), model->options.max_nodes, trace.here());
            }
            return R{};
          }
        }
        require_depth(
            depth, model->options.max_depth, [](const void* t) { return static_cast<const Handler*>(t)->here(); }, &trace);
        self_type inner(model, depth + 1, branching);
        inner.parent = node;
        inner.calls = &made;
        return result_as<V, R>(model->body(trace, inner, args...));
      }
    }
  };

  template <class Handler, class... Args>
  auto run(Handler& trace, const Args&... args) const {
    std::size_t branching = 0;
    if constexpr (in_lanes && Handler::runs_all_regions) {
      call_counter<typename Handler::real> counter;
      self_type counted(this, 1, 0);
      counted.calls = &branching;
      body(counter, counted, args...);
    }
    return self_type(this, 1, branching).run(trace, args...);
  }
};

template <class Result, class Body>
constexpr auto recurse(Body body, recurse_options options = {}) {
  return recurse_model<Result, Body, recurse_options>(std::move(body), options);
}
template <class Result, class Body>
constexpr auto recurse(Body body, recurse_lane_options options) {
  require_count("recurse", "max_nodes", options.max_nodes, 1, 100'000'000);  // all of them are laid out
  return recurse_model<Result, Body, recurse_lane_options>(std::move(body), options);
}

}  // namespace starling
