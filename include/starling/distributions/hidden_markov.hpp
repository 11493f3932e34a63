// hidden_markov(initial, transition, emission, n): a series y_0, …, y_(n−1) from states z_t that are summed out: z_0 is k with probability initial[k], z_t is j after
// i with probability transition(i, j), y_t is drawn from element z_t of the emission, a scalar distribution with a vector parameter of an element for each
// state: hidden_markov(start, moves, normal(means, 1.0), 100). On adjoints the density is one tape entry. draw_states(rng, y): the states given the series.
// Where densities are given in place of an emission: hidden_markov_log_density (forward_backward.hpp).
#pragma once

#include <concepts>
#include <cstdint>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/forward_backward.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/pick.hpp>

namespace starling {

template <class Initial, class Transition, class Emission> class hidden_markov : public distribution {
 public:
  static constexpr bool has_states = requires { requires Emission::is_vector; typename Emission::formulas; };
  static_assert(has_states, "sl::hidden_markov(initial, transition, emission, n): the emission is a scalar distribution with vector parameters, an element for each state");
  using emitting = typename Emission::formulas;
  static constexpr std::string_view name = "hidden_markov";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<typename emitting::template value<V>>;

  // Throws std::invalid_argument where the sizes do not fit.
  template <std::integral Size>
  hidden_markov(Initial initial, Transition transition, Emission emission, Size steps)
      : initial_(std::move(initial)), transition_(std::move(transition)), emission_(std::move(emission)), n_(static_cast<std::size_t>(steps)) {
    require_count(name, "the size", n_, 1, largest_size);
    require_count(name, "the number of states", initial_.size(), 1, largest_rows);
    require_shape(name, "transition", transition_, initial_.size(), initial_.size());
    if (emission_.size() != initial_.size()) [[unlikely]]
      throw_wrong_size("hidden_markov: the emission", initial_.size(), emission_.size());
  }

  std::size_t size() const { return n_; }
  std::size_t states() const { return initial_.size(); }
  auto support() const {
    return std::apply([&](const auto&... p) { return vector_of{emitting::support(element_at{0}(p)...), n_}; }, emission_.values());
  }

  // Element 2t of the site gives the state at t, element 2t + 1 what it emits.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    using drawn = typename emitting::template value<V>;
    vector<drawn> y(n_);
    const auto good = is_good();
    whole_of<V> state(0);
    for (std::size_t t = 0; t < n_; ++t) {
      rng.element(static_cast<std::uint32_t>(2 * t));
      state = chosen<V>(rng.uniform(), [&](std::size_t k) { return t == 0 ? V(element_at{k}(initial_)) : from<V>(state, k); });
      rng.element(static_cast<std::uint32_t>(2 * t + 1));
      std::apply([&](const auto&... p) { y[t] = where(good, drawn(draw_element<emitting>(rng, of_state<V>(p, state)...)), no_value<drawn>()); }, emission_.values());
    }
    return y;
  }

  // The states z given the series y, a vector of whole numbers 0, …, states() − 1: from the last to the first.
  template <class Rng, class Y> auto draw_states(Rng& rng, const Y& y) const {
    using V = typename Rng::real;
    require_size(y);
    vector<whole_of<V>> z(n_);
    const arena_scope scratch;
    const auto forward = pass<V>(y);
    for (std::size_t t = n_; t-- > 0;) {
      rng.element(static_cast<std::uint32_t>(t));
      const V* const a = forward.forward.data() + t * states();
      z[t] = chosen<V>(rng.uniform(), [&](std::size_t k) { return t + 1 == n_ ? a[k] : V(a[k] * pick(row<V>(k), z[t + 1])); });
    }
    return z;
  }

  template <class Y> auto log_density(const Y& y) const {
    require_size(y);
    using real = typename promoted_with<Y>::type;
    using V = primal_of<real>;
    if constexpr (!is_adjoint<real>) {
      const arena_scope scratch;
      return never_nan(real(where(is_good(), pass<V>(y).log_density, negative_infinity)));
    } else {
      return never_nan(real(where(is_good(), log_density_on_tape<V>(y), negative_infinity)));
    }
  }

  template <class Visit> void parameters(Visit&& visit) const {
    const auto sum = near_one(sum_of([&](std::size_t k) { return primal(element_at{k}(initial_)); }));
    visit_elements(
        visit, "initial", initial_, [&](const auto& p) { return both(is_probability(p), sum); }, "must be between 0 and 1 and sum to 1");
    for (std::size_t i = 0; i < states(); ++i) {
      const auto row = near_one(sum_of([&](std::size_t j) { return primal(as_real(transition_(i, j))); }));
      for (std::size_t j = 0; j < states(); ++j) {
        const auto p = as_real(transition_(i, j));
        visit("transition", p, both(is_probability(p), row), "must be between 0 and 1, each row summing to 1");
      }
    }
    emission_.parameters(visit);
  }

 private:
  template <class> struct numbers_of;
  template <class... P> struct numbers_of<std::tuple<P...>> {
    using type = promote<element_of<P>...>;
    template <class Y> using with = promote<element_of<Y>, element_of<P>...>;
    static constexpr std::size_t count = sizeof...(P);
  };
  using emitted = numbers_of<std::remove_cvref_t<decltype(std::declval<const Emission&>().values())>>;
  template <class Y> struct promoted_with {
    using type = promote<typename emitted::template with<Y>, element_of<Initial>, matrix_element<Transition>>;
  };

  template <class Y> void require_size(const Y& y) const {
    if (y.size() != n_) [[unlikely]]
      throw_wrong_size(name, n_, y.size());
  }
  template <class F> auto sum_of(F f) const {
    auto total = f(0);
    for (std::size_t k = 1; k < states(); ++k) total = total + f(k);
    return total;
  }
  auto is_good() const {
    mask_of<promote<typename emitted::type, element_of<Initial>, matrix_element<Transition>>> good(true);
    parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
    return good;
  }

  // The first state where the sum of the weights so far reaches u times their sum.
  template <class V, class Weight> whole_of<V> chosen(const V& u, Weight weight) const {
    V total(0);
    for (std::size_t k = 0; k < states(); ++k) total = total + weight(k);
    const V target = u * total;
    V reached(0), state(0);
    for (std::size_t k = 0; k + 1 < states(); ++k) {
      reached = reached + weight(k);
      state = where(reached < target, V(static_cast<double>(k + 1)), state);
    }
    return drawn_whole(state);
  }
  // The probability of `to` after the state, lane by lane.
  template <class V> V from(const whole_of<V>& state, std::size_t to) const { return V(pick(column<V>(to), state)); }
  template <class V> vector<V> column(std::size_t to) const {
    vector<V> p(states());
    for (std::size_t i = 0; i < states(); ++i) p[i] = V(as_real(transition_(i, to)));
    return p;
  }
  template <class V> vector<V> row(std::size_t from_state) const {
    vector<V> p(states());
    for (std::size_t j = 0; j < states(); ++j) p[j] = V(as_real(transition_(from_state, j)));
    return p;
  }
  template <class V, class P> static auto of_state(const P& p, const whole_of<V>& state) {
    if constexpr (sequence<P>) {
      vector<V> values(p.size());
      for (std::size_t k = 0; k < p.size(); ++k) values[k] = V(element_at{k}(p));
      return V(pick(values, state));
    } else {
      return p;
    }
  }

  // Plain numbers of all parameters.
  template <class V, class Y> forward_pass<V> pass(const Y& y) const {
    const std::size_t k = states();
    vector<V> initial(k), transition(k * k);
    for (std::size_t i = 0; i < k; ++i) {
      initial[i] = V(primal(element_at{i}(initial_)));
      for (std::size_t j = 0; j < k; ++j) transition[i * k + j] = V(primal(as_real(transition_(i, j))));
    }
    return pass_of<V>(y, initial.data(), transition.data());
  }
  template <class V, class Y> forward_pass<V> pass_of(const Y& y, const V* initial, const V* transition) const {
    vector<V> log_emissions(n_ * states());
    std::apply(
        [&](const auto&... p) {
          for (std::size_t t = 0; t < n_; ++t)
            for (std::size_t k = 0; k < states(); ++k) log_emissions[t * states() + k] = V(never_nan(emitting::log_density(primal(element_at{t}(y)), primal(element_at{k}(p))...)));
        },
        emission_.values());
    return {n_, states(), initial, transition, log_emissions.data()};
  }

  // One entry: what the derivatives by the emissions are is known once the states' probabilities are.
  template <class V, class Y> adjoint<V> log_density_on_tape(const Y& y) const {
    require_tape<V>();
    tape<V>& t = *tape<V>::current;
    const std::size_t k = states();
    const vector<element_of<Initial>> starts(k);
    const vector<matrix_element<Transition>> moves(k * k);
    for (std::size_t i = 0; i < k; ++i) {
      starts[i] = element_at{i}(initial_);
      for (std::size_t j = 0; j < k; ++j) moves[i * k + j] = as_real(transition_(i, j));
    }
    const auto initial = capture<V>(static_cast<const element_of<Initial>*>(starts.data()), k);
    const auto transition = capture<V>(static_cast<const matrix_element<Transition>*>(moves.data()), k * k);
    const auto forward = pass_of<V>(y, initial.values, transition.values);
    const backward_pass<V> backward(forward, transition.values, t);
    const reduction_part<V> by_initial{initial.cells, backward.by_initial}, by_transition{transition.cells, backward.by_transition};
    if constexpr (!is_adjoint<typename emitted::template with<Y>>) {
      return reduced<V>(forward.log_density, by_initial, by_transition);
    } else {
      // Cells and derivatives: of y, then of each parameter in each state; then the same of the second cells of these numbers.
      constexpr std::size_t parameters = emitted::count;
      const std::size_t count = n_ + parameters * k;
      V** const cells = t.template take<V*>(2 * count);
      V* const by = t.template take<V>(2 * count);
      for (std::size_t i = 0; i < 2 * count; ++i) cells[i] = nullptr, by[i] = V(0);
      std::apply(
          [&](const auto&... p) {
            for (std::size_t step = 0; step < n_; ++step)
              for (std::size_t state = 0; state < k; ++state) {
                const auto terms = fused([](const auto&... q) { return emitting::log_density(q...); }, element_at{step}(y), element_at{state}(p)...);
                const V share = backward.posterior[step * k + state];
                for (std::size_t m = 0; m <= parameters; ++m) {
                  const std::size_t at = m == 0 ? step : n_ + (m - 1) * k + state;
                  cells[at] = terms.cell[m];
                  cells[count + at] = terms.other[m];
                  by[at] = by[at] + passed_on(share, terms.by[m]);
                  by[count + at] = by[count + at] + passed_on(share, terms.by_other[m]);
                }
              }
          },
          emission_.values());
      return reduced<V>(forward.log_density, by_initial, by_transition, reduction_part<V>{captured_cells<V>{2 * count, nullptr, cells, by}, nullptr});
    }
  }

  Initial initial_;
  Transition transition_;
  Emission emission_;
  std::size_t n_;
};
template <class Initial, class Transition, class Emission, class Size>
hidden_markov(Initial&&, Transition&&, Emission, Size) -> hidden_markov<held<Initial>, std::remove_cvref_t<Transition>, Emission>;

}  // namespace starling
