// One run of an expectation's body. On adjoints: draws follow their parameters, scores and jumps are noted. On plain numbers: values only, with some
// sites forced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <starling/inference/expectations/jumps.hpp>
#include <starling/models/gradient.hpp>
#include <starling/models/handler.hpp>
#include <starling/random/adjoint_stream.hpp>

namespace starling {

// The values of enumerated sites, in the order of their visits, and how many each has. A run adds the first value of sites that are new.
struct enumeration {
  std::vector<long> picks, sizes;
  static constexpr double most_chosen = 64, most = 4096;  // combinations: of sites that nobody asked to enumerate; of all

  // The next combination; false: that was the last.
  bool advance() {
    while (!picks.empty() && ++picks.back() == sizes.back()) picks.pop_back(), sizes.pop_back();
    return !picks.empty();
  }
  double combinations() const {
    double n = 1;
    for (const long s : sizes) n *= static_cast<double>(s);
    return n;
  }
};

// A site that has this value in the lanes of the mask.
template <class V> struct forced_value {
  std::uint32_t site;
  mask_of<V> lanes;
  V value;
};

// Of parameters whose derivatives are summed over lanes where they are read: those of nets.
[[noreturn, gnu::cold]] inline void throw_needs_lanes(const char* what, const literal& name) {
  throw std::logic_error(std::string(what) + ": the parameter \"" + std::string(name.text()) + "\" is of a net, and its derivatives would be summed over lanes that count differently; read it by trace.param");
}

template <class R> class expectation_handler : public site_handler<expectation_handler<R>, reading<R>> {
 public:
  using base = site_handler<expectation_handler<R>, reading<R>>;
  using V = primal_of<R>;
  static constexpr bool on_tape = is_adjoint<R>;

  expectation_handler(structure_walk& walk, const key& k, tile_storage<R>& storage, const run_place& place, enumeration& picks, parameter_variables<V>* parameters,
                      const std::vector<forced_value<V>>* forced)
      : base(walk, k, storage, place), enumeration_(picks), parameters_read_(parameters), forced_(forced) {}

  // After the run. The probability of the enumerated values; the log densities whose signal has a baseline of all lanes; those with one of their own.
  struct scored {
    R log_density;
    V baseline;
  };
  const R& weight() const { return weight_; }
  const R& scores() const { return scores_; }
  bool has_scores() const { return has_scores_; }
  const std::vector<scored>& own_scores() const { return own_scores_; }
  const std::vector<jump<V>>& jumps() const { return jumps_; }

  void read_parameter(const literal& name, const vector<R>& values) {
    if constexpr (on_tape) parameters_read_->read(name, values);
  }
  double* read_shared_parameter(const literal& name, std::span<const double>) {
    if constexpr (on_tape) throw_needs_lanes("expectation", name);
    return nullptr;
  }

 private:
  friend base;

  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    constexpr auto how = strategy_of<D>();
    constexpr bool chosen = how == derivative_strategy::automatic;
    constexpr bool follows = how == derivative_strategy::reparam || (chosen && can_follow<D>);
    if constexpr (how == derivative_strategy::enumerated || (chosen && !can_follow<D> && is_finite_and_scalar<D>())) {
      const auto [least, count] = values_of(d);
      if (how == derivative_strategy::enumerated || is_worth_enumerating(count)) return enumerate<X>(k, d, least, count);
    }
    if constexpr (follows) {
      const X x = this->run.template draw<X>(k, d);
      check(k, d, x);
      this->run.record(k, x);
      return x;
    } else {
      X x = without_derivatives(this->run.template draw<X>(k, d));
      check(k, d, x);
      if constexpr (rank_of<X> == 0) x = forced(k, x);
      this->run.record(k, x);
      if constexpr (on_tape) {
        if constexpr (how == derivative_strategy::measure_valued) {
          find_measures<V>(d, primal(to_stored<R>(x)), this->run.numbers.stream.plain(), [&](const auto&... j) { note_jump(k, false, j...); });
        } else if constexpr (how == derivative_strategy::perturbed) {
          find_perturbations<V>(d, primal(to_stored<R>(x)), [&](const auto&... j) { note_jump(k, true, j...); });
        } else {
          const R lp = counted_here(R(d.log_density(x)));
          if constexpr (requires { d.baseline; }) own_scores_.push_back({lp, V(primal(d.baseline))});
          else scores_ = scores_ + lp;
        }
      }
      if constexpr (how == derivative_strategy::reinforce || chosen)
        if constexpr (!requires { d.baseline; }) has_scores_ = true;
      return x;
    }
  }

  // What only the lanes count in which the body is.
  R counted_here(const R& x) const {
    if constexpr (base::width == 1) return x;
    else return all(this->run.lanes.active) ? x : R(where(this->run.lanes.active, x, R(0.0)));
  }

  template <class X> static X without_derivatives(const X& x) {
    using E = choice_element<X>;
    if constexpr (!is_adjoint<E>) return x;
    else if constexpr (rank_of<X> == 0) return X(x.value());
    else {
      for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = E(x.data()[i].value());
      return x;
    }
  }

  template <class X> X forced(std::uint32_t k, const X& x) const {
    if (!forced_) return x;
    V value = primal(to_stored<R>(x));
    for (const auto& f : *forced_)
      if (f.site == k) value = where(f.lanes, f.value, value);
    if constexpr (is_adjoint<X>) return X(value);
    else return from_stored<X>(value);
  }

  template <class... Minus> void note_jump(std::uint32_t k, bool perturbs, const adjoint<V>& direction, const V& coefficient, const V& plus, const Minus&... minus) {
    if (direction.is_constant()) return;
    const V counted = base::width == 1 ? coefficient : V(where(this->run.lanes.active, coefficient, V(0)));
    jumps_.push_back({k, direction, counted, plus, plus, sizeof...(Minus) > 0, perturbs});
    ((jumps_.back().minus = minus), ...);
  }

  // The values of a finite support, in all lanes together.
  template <class D> static std::pair<long, long> values_of(const D& d) {
    using support_type = std::remove_cvref_t<decltype(d.support())>;
    if constexpr (std::is_same_v<support_type, boolean>) {
      return {0, 2};
    } else {
      const auto s = d.support();
      const auto least = [](const auto& x) {
        const auto r = primal(as_real(x));
        if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(r)>>) return static_cast<double>(r);
        else return static_cast<double>(min_lane(r));
      };
      const double lo = least(s.lo), hi = -least(-as_real(s.hi));
      if (!(hi >= lo) || hi - lo > 1e9) return {0, hi >= lo ? 2'000'000'000L : 1L};
      return {static_cast<long>(lo), static_cast<long>(hi - lo) + 1};
    }
  }
  bool is_worth_enumerating(long count) const {
    return count <= 8 && combinations_ * static_cast<double>(count) <= enumeration::most_chosen;
  }

  template <class X, class D> X enumerate(std::uint32_t k, const D& d, long least, long count) {
    const std::size_t e = enumerated_++;
    combinations_ *= static_cast<double>(count);
    if (combinations_ > enumeration::most)
      throw std::invalid_argument("expectation: the values of the enumerated sites up to " + this->run.body.walk.path_of(k).str() + " have more than " +
                                  std::to_string(static_cast<long>(enumeration::most)) + " combinations; use sl::reinforce or sl::perturbed at some of them");
    if (e == enumeration_.picks.size()) enumeration_.picks.push_back(0), enumeration_.sizes.push_back(count);
    if (enumeration_.sizes[e] != count)
      throw std::invalid_argument("expectation: how many values " + this->run.body.walk.path_of(k).str() + " has depends on a measure-valued or perturbed site; use sl::reinforce there");
    const V number(static_cast<double>(least + enumeration_.picks[e]));
    const X x = from_stored<X>(number);
    check(k, d, x);
    this->run.record(k, x);
    R probability = probability_at(d, x, enumeration_.picks[e]);
    if constexpr (base::width > 1)
      if (!all(this->run.lanes.active)) probability = where(this->run.lanes.active, probability, R(enumeration_.picks[e] == 0 ? 1.0 : 0.0));
    weight_ = e == 0 ? probability : R(weight_ * probability);
    return x;
  }
  // Of the pick-th value x: as the parameters say it where they do, so that its derivative is right where it is 0, too.
  template <class D, class X> static R probability_at(const D& d, const X& x, long pick) {
    if constexpr (has_formulas<D, bernoulli_formulas>()) {
      const R p(std::get<0>(d.values()));
      return pick == 0 ? R(1.0 - p) : p;
    } else if constexpr (is_categorical<D>) {
      return R(element_at{static_cast<std::size_t>(pick)}(d.probabilities));
    } else {
      return R(exp(R(d.log_density(x))));
    }
  }

  template <class X, class D> void check(std::uint32_t k, const D& d, const X& x) {
    using E = choice_element<X>;
    if constexpr (value_traits<E>::is_boolean) {
      if (all(has_good_parameters<R>(d) | !this->run.lanes.active)) [[likely]]
        return;
    } else if constexpr (rank_of<X> == 0) {
      const V value = primal(to_stored<R>(x));
      if (all((value == value) | !this->run.lanes.active)) [[likely]]
        return;
    } else {
      bool good = true;
      for (std::size_t i = 0; i < x.size() && good; ++i) {
        const V value = primal(to_stored<R>(x.data()[i]));
        good = all((value == value) | !this->run.lanes.active);
      }
      if (good) [[likely]]
        return;
    }
    find_bad_parameter<R>(this->run.found.problem, k, d, this->run.lanes.active, this->run.lanes.place);
  }
  void decide_factor(std::uint32_t, const R&) {
    throw std::logic_error("expectation: the body returns its cost; trace.factor has no meaning in it");
  }

  enumeration& enumeration_;
  std::size_t enumerated_ = 0;
  double combinations_ = 1;
  parameter_variables<V>* parameters_read_;
  const std::vector<forced_value<V>>* forced_;
  R weight_ = R(1.0), scores_ = R(0.0);
  bool has_scores_ = false;
  std::vector<scored> own_scores_;
  std::vector<jump<V>> jumps_;
};

}  // namespace starling
