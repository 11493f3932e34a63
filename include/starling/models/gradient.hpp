// gradients: how the score changes with choices, arguments and parameters, everything else held fixed:
//   choices[a]   ∂ score / ∂ choice a, for the selected real-valued choices
//   parameters   ∂ score / ∂ parameter
//   arguments    ∂ score / ∂ argument, by argument_gradients, for doubles and std::vector<double>; the body gets adjoints for them and
//                must take them as `const auto&`
// With a `return_gradient` v all of them have v · ∂ value added (the vector–Jacobian product of what the body returns).
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <starling/models/assess.hpp>
#include <starling/models/runs/differentiating.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

// The parameters that a run reads: their values get cells, the same ones whenever one is read.
template <class V>
class parameter_variables {
 public:
  explicit parameter_variables(tape_scope<V>& tape) : tape_(&tape) {}
  // For another run: as new, but in the memory that it has.
  void begin(tape_scope<V>& tape) {
    tape_ = &tape;
    read_.clear();
    shared_.clear();
  }
  void read(const literal& name, const vector<adjoint<V>>& values) {
    parameter* known = nullptr;
    for (auto& p : read_)
      if (p.name.hash() == name.hash()) known = &p;
    if (!known) {
      const std::size_t n = values.size();
      double* const numbers = tape_->template take<double>(n);
      for (std::size_t i = 0; i < n; ++i) numbers[i] = static_cast<double>(lane_of(values[i].value(), 0));
      read_.push_back({name, {numbers, n}, tape_->cells(n)});
      known = &read_.back();
    }
    if (known->values.size() != values.size()) throw_parameter_size(name, known->values.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = {values[i].value(), V(1), known->cells + i};
  }
  // Where the derivatives with respect to a parameter that is read in place are summed up, over lanes and visits.
  double* read_shared(const literal& name, std::span<const double> values) {
    for (auto& p : shared_)
      if (p.name.hash() == name.hash()) return p.sums;
    shared_.push_back({name, values, tape_->template take<double>(values.size())});
    for (std::size_t i = 0; i < values.size(); ++i) shared_.back().sums[i] = 0;
    return shared_.back().sums;
  }
  // After the sweep: f(name, values, cells) of each, a literal and a span, a cell an element.
  template <class F> void each(F f) const {
    for (const auto& p : read_) f(p.name, p.values, static_cast<const V*>(p.cells));
  }
  // The sums over the first `lanes`.
  parameter_gradients gradients(std::size_t lanes) const {
    parameter_gradients found;
    for (const auto& p : read_) {
      found.entries.push_back({std::string(p.name.text()), {p.values.begin(), p.values.end()}, std::vector<double>(p.values.size())});
      for (std::size_t i = 0; i < p.values.size(); ++i)
        for (std::size_t l = 0; l < lanes; ++l) found.entries.back().derivatives[i] += static_cast<double>(lane_of(p.cells[i], static_cast<int>(l)));
    }
    for (const auto& p : shared_)
      found.entries.push_back({std::string(p.name.text()), {p.values.begin(), p.values.end()}, {p.sums, p.sums + p.values.size()}});
    return found;
  }

 private:
  struct shared_parameter {
    literal name;
    std::span<const double> values;
    double* sums;
  };
  struct parameter {
    literal name;
    std::span<const double> values;
    V* cells;
  };
  tape_scope<V>* tape_;
  std::vector<parameter> read_;
  std::vector<shared_parameter> shared_;
};

// A choice or argument of numbers `from`, whose derivatives go to `cells`.
template <class X, class V>
X variable_in(V* cells, const V* from, const choice_type& type) {
  if constexpr (rank_of<X> == 0) {
    return {*from, V(1), cells};
  } else {
    X x = [&] {
      if constexpr (rank_of<X> == 1) return X(type.rows);
      else return X(type.rows, type.cols);
    }();
    for (std::size_t i = 0; i < type.size(); ++i) x.data()[i] = {from[i], V(1), cells + i};
    return x;
  }
}

// Runs over given choices; those that are selected and real are variables.
class gradient_handler : public differentiating_handler<gradient_handler, adjoint<double>, structure_walk> {
 public:
  using base = differentiating_handler<gradient_handler, adjoint<double>, structure_walk>;
  using real = adjoint<double>;

  gradient_handler(structure_walk& walk, constant_values& none, const choice_map& choices, const selection& selected, tape_scope<double>& tape)
      : base(walk, tile<double>{}, none, {}), cursor_(choices), selected_(selected), tape_(tape), parameters_read_(tape) {}

  bool all_used() const { return cursor_.all_used(); }
  // After the sweep.
  choice_map choice_gradients() const {
    choice_map found;
    for (const auto& v : variables_) found.set(v.where, choice_value(v.type, std::vector<double>(v.cells, v.cells + v.type.size())));
    return found;
  }
  parameter_gradients gradients_of_parameters() const { return parameters_read_.gradients(1); }
  void read_parameter(const literal& name, const vector<real>& values) { parameters_read_.read(name, values); }
  double* read_shared_parameter(const literal& name, std::span<const double> values) { return parameters_read_.read_shared(name, values); }

 private:
  friend site_handler<gradient_handler, reading<real, structure_walk, false, true>>;

  struct variable_choice {
    path where;
    choice_type type;
    double* cells;
  };

  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    const constraint_ref c = cursor_.find(s.full, s.parent, s.last_index);
    const path where = this->run.body.walk.current().path_of(k);
    if (!c) throw std::invalid_argument("gradients: no value was given for " + where.str());
    if (c.type_code != s.type.code()) check_constraint(c, s.type, where);
    const std::size_t n = s.type.size();
    auto* const values = arena::current().take<double>(n);
    put_constraint(values, c, n, 0, 1);
    if constexpr (std::is_same_v<choice_element<X>, real>) {
      if (selected_.contains(where)) {
        variables_.push_back({where, s.type, tape_.cells(n)});
        const X x = variable_in<X>(variables_.back().cells, static_cast<const double*>(values), s.type);
        this->score_of(k, d, x);
        return x;
      }
    }
    this->score_of(k, d, plain_choice<X>(static_cast<const double*>(values), s.type));
    constant_values once(1);
    return keep(std::move(once)).template get<X>(0, s.type, static_cast<const double*>(values));
  }
  constant_values& keep(constant_values&& c) {
    kept_values_.push_back(std::move(c));
    return kept_values_.back();
  }

  constraint_cursor cursor_;
  const selection& selected_;
  tape_scope<double>& tape_;
  std::vector<variable_choice> variables_;
  parameter_variables<double> parameters_read_;
  std::vector<constant_values> kept_values_;
};

// The derivative with respect to an argument: double, std::vector<double>, or `nothing` where it has none.
template <class A>
using argument_gradient =
    std::conditional_t<std::is_floating_point_v<A>, double, std::conditional_t<std::is_same_v<A, std::vector<double>>, std::vector<double>, nothing>>;

// What the body gets for an argument, in a tuple: numbers that lanes differ in as adjoints, and, where its derivatives are wanted, all reals;
// what is neither as a reference.
template <bool Wanted, class V, class A>
auto argument_variable(tape_scope<V>& tape, const A& a) {
  if constexpr (std::is_same_v<A, V>) {
    if constexpr (Wanted) return std::tuple(tape.variable(a));
    else return std::tuple(adjoint<V>(a));
  } else if constexpr (Wanted && std::is_floating_point_v<A>) {
    return argument_variable<Wanted>(tape, V(static_cast<scalar_of<V>>(a)));
  } else if constexpr (std::is_same_v<A, vector<V>> || (Wanted && std::is_same_v<A, std::vector<double>>)) {
    vector<adjoint<V>> x(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) x[i] = std::get<0>(argument_variable<Wanted>(tape, a[i]));
    return std::tuple(x);
  } else {
    return std::tuple<const A&>(a);
  }
}
template <class A, class X>
argument_gradient<A> gradient_of_argument(const X& x) {
  if constexpr (std::is_floating_point_v<A>) {
    return x.derivative();
  } else if constexpr (std::is_same_v<A, std::vector<double>>) {
    std::vector<double> d;
    for (const auto& e : x) d.push_back(e.derivative());
    return d;
  } else {
    return {};
  }
}

template <class... A>
struct score_gradients {
  double score = 0;
  choice_map choices;
  std::tuple<argument_gradient<A>...> arguments;
  parameter_gradients parameters;
};

// What the body returns counts with these weights: a number for a number, a vector for a vector.
template <class Value, class Weight>
void add_return_gradient(const Value& value, const Weight& weight) {
  constexpr bool number = is_adjoint<Value>, numbers = requires { value[0].cell(); weight.size(); };
  static_assert(number || numbers || std::is_same_v<Weight, nothing>,
                "gradients: a return gradient is for a body that returns a real number or a vector of reals");
  if constexpr (number) {
    value.add_derivative(primal_of<Value>(weight));
  } else if constexpr (numbers) {
    if (value.size() != weight.size())
      throw std::invalid_argument("gradients: the body returned " + std::to_string(value.size()) + " numbers, the return gradient has " +
                                  std::to_string(weight.size()));
    for (std::size_t i = 0; i < value.size(); ++i) value[i].add_derivative(primal_of<std::decay_t<decltype(value[i])>>(weight[i]));
  }
}

template <bool OfArguments, class G, class... A, class Weight>
score_gradients<A...> find_gradients(const G& model, const arguments<A...>& as, const choice_map& choices, const selection& selected,
                                     const Weight& return_gradient) {
  require_one_lane(choices, "gradients");
  const arena_scope memory;
  tape_scope<double> tape;
  structure_walk walk(nullptr, false);
  constant_values none;
  gradient_handler h(walk, none, choices, selected, tape);
  score_gradients<A...> r;
  const auto run = [&](const auto&... x) {
    if constexpr (std::is_same_v<Weight, nothing>) model.run(h, x...);
    else add_return_gradient(model.run(h, x...), return_gradient);
    tape.sweep();
  };
  std::apply(
      [&](const A&... a) {
        if constexpr (!OfArguments) {
          run(a...);
        } else {
          const auto given = std::tuple_cat(argument_variable<true>(tape, a)...);
          std::apply(run, given);
          r.arguments = std::apply([](const auto&... x) { return std::tuple<argument_gradient<A>...>(gradient_of_argument<A>(x)...); }, given);
        }
      },
      as.values);
  const auto structure = walk.finish();
  throw_if_bad(h.problem(), *structure);
  if (!h.all_used()) {
    require_met(choices, *structure, "gradients");
  }
  r.score = h.value();
  r.choices = h.choice_gradients();
  r.parameters = h.gradients_of_parameters();
  return r;
}

// Throws std::invalid_argument where a choice is missing or one is not the model's.
template <generative_function G, class... A, class Weight = nothing>
auto gradients(const G& model, const arguments<A...>& as, const choice_map& choices, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<false>(model, as, choices, selected, return_gradient);
}
template <class G, class... A, class Weight = nothing>
auto gradients(const trace<G, arguments<A...>>& t, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<false>(t.model(), t.args(), t.choices(), selected, return_gradient);
}
// With those of the arguments.
template <generative_function G, class... A, class Weight = nothing>
auto argument_gradients(const G& model, const arguments<A...>& as, const choice_map& choices, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<true>(model, as, choices, selected, return_gradient);
}
template <class G, class... A, class Weight = nothing>
auto argument_gradients(const trace<G, arguments<A...>>& t, const selection& selected = all, const Weight& return_gradient = {}) {
  return find_gradients<true>(t.model(), t.args(), t.choices(), selected, return_gradient);
}

}  // namespace starling
