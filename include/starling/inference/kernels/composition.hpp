// Kernels made of kernels: one after the other, one at random, one several times.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/kernels/trajectory_counts.hpp>
#include <starling/values/counts.hpp>

namespace starling::kernels {

// What cycle and mix share: kernels in a tuple, and what each keeps in another.
template <kernel_type... K>
class several : public kernel {
 public:
  template <class Chains>
  auto start(Chains& chains) const {
    return std::apply([&](const K&... k) { return std::tuple<decltype(k.start(chains))...>{k.start(chains)...}; }, kernels_);
  }
  template <class State>
  trajectory_counts trajectories(const State& s) const {
    trajectory_counts sum;
    each([&](const auto& k, auto i) { sum += trajectories_of(k, std::get<i>(s)); });
    return sum;
  }
  template <class Archive, class State>
  void archive_state(Archive& a, State& s) const {
    each([&](const auto& k, auto i) { kernels::archive_state(a, k, std::get<i>(s)); });
  }

 protected:
  explicit several(K... kernels) : kernels_(std::move(kernels)...) {}
  // f(kernel, its place as a constant), in turn.
  template <class F>
  void each(F f) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::get<I>(kernels_), std::integral_constant<std::size_t, I>()), ...); }(std::index_sequence_for<K...>());
  }
  std::tuple<K...> kernels_;
};

// A step of each, in turn. The acceptance rate is the mean of theirs.
template <kernel_type... K>
class cycle : public several<K...> {
  using several<K...>::each, several<K...>::kernels_;

 public:
  static constexpr const char* name = "cycle";
  explicit cycle(K... kernels) : several<K...>(std::move(kernels)...) {}

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    step_info<V> total{mask_of<V>(false), V(0)};
    each([&](const auto& one, auto i) { add(total, one.step(k.scope(i), chains, std::get<i>(s), p)); });
    total.acceptance_rate = total.acceptance_rate / V(static_cast<scalar_of<V>>(sizeof...(K)));
    return total;
  }
  std::string mark() const { return marks_of(kernels_); }
  cycle within(const selection& which) const
    requires(has_selection<K> && ...)
  {
    return std::apply([&](const K&... k) { return cycle(k.within(which)...); }, kernels_);
  }

 private:
  template <class Info>
  static void add(Info& total, const Info& one) {
    total.accepted = total.accepted | one.accepted;
    total.acceptance_rate = total.acceptance_rate + one.acceptance_rate;
  }
};

// One of them at random at each step, with the given probabilities (equal ones by default); all chains of a run step together.
template <kernel_type... K>
class mix : public several<K...> {
  using several<K...>::each, several<K...>::kernels_;

 public:
  static constexpr const char* name = "mix";
  explicit mix(K... kernels) : mix(std::vector<double>(sizeof...(K), 1.0), std::move(kernels)...) {}
  mix(std::vector<double> weights, K... kernels) : several<K...>(std::move(kernels)...), weights_(std::move(weights)) {
    if (weights_.size() != sizeof...(K)) throw std::invalid_argument("mix: as many weights as kernels are needed");
    double total = 0;
    for (const double w : weights_) {
      if (!(w >= 0)) throw std::invalid_argument("mix: weights must not be negative");
      total += w;
    }
    if (!(total > 0)) throw std::invalid_argument("mix: one weight at least must be positive");
    for (double& w : weights_) w /= total;
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    stream<double> numbers(k.scope(hash_text(name)));
    numbers.visit(0);
    double u = numbers.uniform();
    std::size_t chosen = 0;
    while (chosen + 1 < weights_.size() && u >= weights_[chosen]) u -= weights_[chosen++];
    step_info<V> info{};
    each([&](const auto& one, auto i) {
      if (i == chosen) info = one.step(k.scope(i), chains, std::get<i>(s), p);
    });
    return info;
  }
  std::string mark() const {
    std::string of = marks_of(kernels_);
    for (const double w : weights_) {
      of += exactly(w);
    }
    return of;
  }
  mix within(const selection& which) const
    requires(has_selection<K> && ...)
  {
    return std::apply([&](const K&... k) { return mix(weights_, k.within(which)...); }, kernels_);
  }

 private:
  std::vector<double> weights_;
};
template <kernel_type... K>
mix(K...) -> mix<K...>;
template <kernel_type... K>
mix(std::vector<double>, K...) -> mix<K...>;

// n steps as one.
template <kernel_type K>
class repeat : public kernel {
 public:
  static constexpr const char* name = "repeat";
  repeat(K inner, std::size_t n) : inner_(std::move(inner)), n_(n) {
    require_count("repeat", "the number of steps", n, 1, largest_size);
  }
  template <class Chains>
  auto start(Chains& chains) const {
    return inner_.start(chains);
  }
  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    step_info<V> total{mask_of<V>(false), V(0)};
    for (std::size_t i = 0; i < n_; ++i) {
      const auto one = inner_.step(k.scope(i), chains, s, {p.warmup, p.step * n_ + i, p.steps * n_, p.watch});
      total.accepted = total.accepted | one.accepted;
      total.acceptance_rate = total.acceptance_rate + one.acceptance_rate;
    }
    total.acceptance_rate = total.acceptance_rate / V(static_cast<scalar_of<V>>(n_));
    return total;
  }
  template <class State>
  trajectory_counts trajectories(const State& s) const {
    return trajectories_of(inner_, s);
  }
  template <class Archive, class State>
  void archive_state(Archive& a, State& s) const {
    kernels::archive_state(a, inner_, s);
  }
  std::string mark() const {
    std::string of = mark_of(inner_);
    of += ' ';
    of += std::to_string(n_);
    return of;
  }
  repeat within(const selection& which) const
    requires has_selection<K>
  {
    return repeat(inner_.within(which), n_);
  }

 private:
  K inner_;
  std::size_t n_;
};

}  // namespace starling::kernels
