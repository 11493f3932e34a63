// What a trace remembers of the arguments of a call with instances, to see which instances an update concerns.
//
// Arguments are compared with copies. An argument that is the model's own, while the model's arguments are the same, is known to be the
// same without looking; a hint (change.hpp) says so of new ones. What refers to something (std::span, pointers, std::ref, also inside of an
// argument) may change unseen: with new arguments it counts as changed.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/combinators/gate.hpp>
#include <starling/models/kept/kept_run.hpp>

namespace starling {

// An argument that all instances share.
template <class A>
class remembered {
 public:
  // Brings the memory up to date; adds all instances where the argument changed.
  void compare(const A& now, const argument_context* model, instance_set& todo) {
    const bool of_model = model && model->holds(&now);
    if (of_model && address_ == &now && epoch_ == model->epoch) return;
    const change known = of_model ? model->hint(&now) : change();
    bool same = has_value() && known.what == change::kind::none;
    if constexpr (copied)
      if (has_value() && known.what == change::kind::unknown) same = same_values(*copy_, now);
    if (!same) {
      todo.add_all();
      store(now);
    }
    address_ = of_model ? &now : nullptr;
    epoch_ = of_model ? model->epoch : 0;
  }
  void take_back() {
    if (before_) copy_ = std::move(*before_);
    before_.reset();
  }
  void forget() { before_.reset(); }

 private:
  using copy_type = persistent_t<A>;
  static constexpr bool copied = !refers_elsewhere<A> && std::copy_constructible<copy_type> && !std::is_empty_v<A>;
  bool has_value() const { return !copied || copy_.has_value(); }
  void store(const A& now) {
    if constexpr (copied) {
      if (!before_) before_.emplace(std::move(copy_));
      copy_.emplace(persist(now));
    }
  }
  std::optional<copy_type> copy_;
  std::optional<std::optional<copy_type>> before_;
  const void* address_ = nullptr;
  std::uint64_t epoch_ = 0;
};

// An argument of which instance i has element i.
template <class Sequence>
class remembered<each_of<Sequence>> {
 public:
  void compare(const each_of<Sequence>& now, const argument_context* model, instance_set& todo) {
    const auto& values = now.values;
    const void* const here = now.place();
    const bool of_model = model && model->holds(here);
    if (of_model && address_ == here && epoch_ == model->epoch) return;
    const change known = of_model ? model->hint(here) : change();
    const std::size_t n = values.size();
    if constexpr (refers_elsewhere<std::remove_cvref_t<Sequence>>) {
      if (known.what == change::kind::elements)
        for (const auto i : known.elements) todo.add(i);
      else if (known.what != change::kind::none) todo.add_all();
    } else {
      if (!known_before_) {
        for (std::size_t i = 0; i < n; ++i) copies_.push_back(persist(values[i]));
        todo.add_all();
      } else {
        if (!count_before_) count_before_ = copies_.size();
        const auto look = [&](std::size_t i) {
          if (i >= copies_.size() || i >= n || same_values(copies_[i], values[i])) return;
          old_.emplace_back(i, copies_[i]);
          copies_[i] = persist(values[i]);
          todo.add(i);
        };
        if (known.what == change::kind::elements)
          for (const auto i : known.elements) look(i);
        else if (known.what != change::kind::none)
          for (std::size_t i = 0; i < n; ++i) look(i);
        for (std::size_t i = copies_.size(); i-- > n;) {
          if (i < *count_before_) old_.emplace_back(i, copies_[i]);
          copies_.pop_back();
        }
        for (std::size_t i = copies_.size(); i < n; ++i) copies_.push_back(persist(values[i]));
      }
    }
    known_before_ = true;
    address_ = of_model ? here : nullptr;
    epoch_ = of_model ? model->epoch : 0;
  }
  void take_back() {
    if (count_before_) copies_.resize(*count_before_);
    for (auto o = old_.rbegin(); o != old_.rend(); ++o) copies_[o->first] = o->second;
    forget();
  }
  void forget() {
    old_.clear();
    count_before_.reset();
  }

 private:
  using copy_type = std::decay_t<decltype(persist(std::declval<const each_of<Sequence>&>().values[0]))>;
  std::vector<copy_type> copies_;
  std::vector<std::pair<std::size_t, copy_type>> old_;
  std::optional<std::size_t> count_before_;
  bool known_before_ = false;
  const void* address_ = nullptr;
  std::uint64_t epoch_ = 0;
};

// Which function instances run: where a body's own `if` runs another one at the same address, nothing is as it was.
template <class F>
inline constexpr char function_tag = 0;

// All arguments of a call, and the tag of the function that had them.
template <class... A>
class remembered_arguments {
 public:
  void compare(const void* function, const std::tuple<const A&...>& now, const argument_context* model, instance_set& todo) {
    if (function != function_) todo.add_all();
    function_ = function;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (std::get<I>(each_).compare(std::get<I>(now), model, todo), ...);
    }(std::index_sequence_for<A...>());
  }
  // In a batch: those that all lanes share, or those of a block.
  static constexpr bool has_lanes = (differs_by_lane<A>() || ...);
  template <bool OfLanes>
  void compare_some(const void* function, const std::tuple<const A&...>& now, const argument_context* model, instance_set& todo) {
    if (!OfLanes && function != function_) todo.add_all();
    function_ = function;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto one = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
        if constexpr (differs_by_lane<std::tuple_element_t<J, std::tuple<A...>>>() == OfLanes) std::get<J>(each_).compare(std::get<J>(now), model, todo);
      };
      (one(std::integral_constant<std::size_t, I>()), ...);
    }(std::index_sequence_for<A...>());
    forget();
  }
  void take_back() {
    function_ = old_function_;
    std::apply([](auto&... a) { (a.take_back(), ...); }, each_);
  }
  void forget() {
    old_function_ = function_;
    std::apply([](auto&... a) { (a.forget(), ...); }, each_);
  }

 private:
  const void *function_ = nullptr, *old_function_ = nullptr;
  std::tuple<remembered<A>...> each_;
};

// How instances of F depend on their arguments, and on nothing else (map), or also on the result of the one before (unfold, scan). An F
// with a state (a lambda that captures) may be another function each time.
template <bool Chained, class F, class... A>
struct instance_policy {
  using memory = remembered_arguments<A...>;
  static constexpr bool chained = Chained;
  static constexpr bool is_told_all = F::is_stateless;  // by its arguments
  std::tuple<const A&...> arguments;

  template <class Node>
  void compare(Node& node, const argument_context* model, instance_set& todo, kept_undo& undo) const {
    node.touch(undo);  // the memory may change
    if constexpr (!F::is_stateless) todo.add_all();
    node.memory.compare(&function_tag<F>, arguments, model, todo);
  }
  template <bool OfLanes>
  void compare_some(memory& m, const argument_context* model, instance_set& todo) const {
    if constexpr (!F::is_stateless && !OfLanes) todo.add_all();
    m.template compare_some<OfLanes>(&function_tag<F>, arguments, model, todo);
  }
  template <class R>
  static bool feeds(const R& before, const R& now) {
    return !same_values(before, now);
  }
};
template <bool Chained, class F, class... A>
auto instances_depend_on(const A&... a) {
  return instance_policy<Chained, F, A...>{std::tuple<const A&...>(a...)};
}

}  // namespace starling
