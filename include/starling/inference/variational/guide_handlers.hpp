// The runs that a step of sl::fit is made of: a guide that draws, its choices with derivatives; and models or guides over given choices, a density and
// derivatives for each lane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <starling/distributions/following_draws.hpp>
#include <starling/inference/expectations/expectation_handler.hpp>
#include <starling/inference/variational/step_parameters.hpp>
#include <starling/models/handler.hpp>
#include <starling/random/adjoint_stream.hpp>

namespace starling {

template <class V, class X> void drop_derivatives(X& x) {
  using E = choice_element<X>;
  if constexpr (is_adjoint<E>) {
    if constexpr (rank_of<X> == 0) x = X(x.value());
    else
      for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = E(x.data()[i].value());
  }
}

// Draws a guide's choices into a tile of adjoints: where `follow` holds those that can follow parameters do. Of the others it sums the log densities.
template <class V> class guide_draw_handler : public site_handler<guide_draw_handler<V>, reading<adjoint<V>>> {
 public:
  using A = adjoint<V>;
  using base = site_handler<guide_draw_handler<V>, reading<A>>;

  // entropy_counts: how often the entropy of each site's distribution counts, null: they are not wanted; empty: all once.
  guide_draw_handler(structure_walk& walk, const key& k, tile_storage<A>& storage, const run_place& place, bool follow, const step_parameters<V>& parameters,
                     const std::vector<double>* entropy_counts = nullptr)
      : base(walk, k, storage, place), follow_(follow), parameters_(parameters), entropy_counts_(entropy_counts) {}

  const A& discrete_scores() const { return discrete_scores_; }
  bool all_follow() const { return all_follow_; }
  // Of the distributions of all sites; the first site whose has none in closed form, −1: all have.
  const A& entropy() const { return entropy_; }
  std::int64_t without_entropy() const { return without_entropy_; }
  void read_parameter(const literal& name, const vector<A>& values) { parameters_.own.read(name, values); }
  double* read_shared_parameter(const literal& name, std::span<const double> values) { return follow_ ? parameters_.of_nets.of(name, values) : nullptr; }

 private:
  friend base;

  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    constexpr bool follows = can_follow<D> && (strategy_of<D>() == derivative_strategy::automatic || strategy_of<D>() == derivative_strategy::reparam);
    X x = this->run.template draw<X>(k, d);
    if (!follows || !follow_) drop_derivatives<V>(x);
    if (!follows) {
      all_follow_ = false;
      if (follow_) {
        const A lp(d.log_density(x));
        if constexpr (base::width == 1) discrete_scores_ = discrete_scores_ + lp;
        else discrete_scores_ = discrete_scores_ + A(where(this->run.lanes.active, lp, A(0.0)));
      }
    }
    this->run.record(k, x);
    if (entropy_counts_) add_entropy(k, d);
    return x;
  }
  template <class D> void add_entropy(std::uint32_t k, const D& d) {
    if constexpr (requires { A(d.entropy()); }) {
      const A h = (entropy_counts_->empty() ? 1.0 : (*entropy_counts_)[k]) * A(d.entropy());
      if constexpr (base::width == 1) entropy_ = entropy_ + h;
      else entropy_ = entropy_ + (all(this->run.lanes.active) ? h : A(where(this->run.lanes.active, h, A(0.0))));
    } else if (without_entropy_ < 0) {
      without_entropy_ = k;
    }
  }

  bool follow_, all_follow_ = true;
  step_parameters<V> parameters_;
  const std::vector<double>* entropy_counts_;
  std::int64_t without_entropy_ = -1;
  A entropy_ = A(0.0);
  A discrete_scores_ = A(0.0);
};

// Runs over the choices of a block; where `variable` holds the real ones that are `free` are variables. The densities of some sites count more than once.
template <class V> class lane_density_handler : public differentiating_handler<lane_density_handler<V>, adjoint<V>> {
 public:
  using base = differentiating_handler<lane_density_handler<V>, adjoint<V>>;
  using real = adjoint<V>;

  lane_density_handler(frozen_walk& walk, tile<const V> choices, constant_values& constants, const run_place& place, const std::vector<std::uint8_t>& free,
                       const std::vector<double>& counts, bool variable, tape_scope<V>& tape, const step_parameters<V>& parameters)
      : base(walk, choices, constants, place), free_(free), counts_(counts), variable_(variable), tape_(tape), parameters_(parameters), cells_(tape.template take<V*>(free.size())) {
    std::fill(cells_, cells_ + free.size(), nullptr);
  }

  // After the sweep: of site k, an element each; null where it is no variable.
  const V* derivatives(std::uint32_t k) const { return cells_[k]; }
  void read_parameter(const literal& name, const vector<real>& values) {
    if (parameters_.vary) parameters_.own.read(name, values);
  }
  double* read_shared_parameter(const literal& name, std::span<const double> values) { return parameters_.vary ? parameters_.of_nets.of(name, values) : nullptr; }
  const V* weights_of_lanes() const { return parameters_.weights; }

 private:
  friend base;
  friend typename base::base;

  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    const std::uint32_t first = s.role == site_role::again ? s.first : k;  // a choice of several regions is one
    const double count = counts_.empty() ? 1 : counts_[first];
    if constexpr (std::is_same_v<choice_element<X>, real>) {
      if (variable_ && free_[first]) {
        if (!cells_[first]) cells_[first] = tape_.cells(s.type.size());
        const X x = variable_in<X>(cells_[first], this->plain_place(k), s.type);
        if (count == 1) this->score_of(k, d, x);
        else this->count(this->run.score, k, real(count * real(d.log_density(x))));
        return x;
      }
    }
    if (count == 1) return this->template constant<X>(k, d);
    this->count(this->run.score, k, real(count * real(d.log_density(plain_choice<X>(this->plain_place(k), s.type)))));
    return this->template constant_without_density<X>(k);
  }

  const std::vector<std::uint8_t>& free_;
  const std::vector<double>& counts_;
  bool variable_;
  tape_scope<V>& tape_;
  step_parameters<V> parameters_;
  V** cells_;  // by the first site of a choice
};

// Draws a guide's choices, which follow nothing, and scores them in the same run: the density of each lane and its derivatives with respect to parameters.
template <class V> class guide_score_handler : public differentiating_handler<guide_score_handler<V>, adjoint<V>, frozen_walk, true> {
 public:
  using base = differentiating_handler<guide_score_handler<V>, adjoint<V>, frozen_walk, true>;
  using real = adjoint<V>;

  // plain: where the numbers go too, laid out as `drawn`.
  guide_score_handler(frozen_walk& walk, const key& k, tile<real> drawn, V* plain, constant_values& none, const run_place& place, const std::vector<double>& counts,
                      const step_parameters<V>& parameters)
      : base(walk, k, drawn, {plain, nullptr, nullptr}, none, place), to_(plain), counts_(counts), parameters_(parameters) {}

  void mark_presence(std::uint32_t k, const mask_of<V>& m) { *this->run.place(k) = where(m, real(1), real(0)); }
  void read_parameter(const literal& name, const vector<real>& values) { parameters_.own.read(name, values); }
  double* read_shared_parameter(const literal& name, std::span<const double> values) { return parameters_.of_nets.of(name, values); }
  const V* weights_of_lanes() const { return parameters_.weights; }

 private:
  friend base;
  friend typename base::base;

  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    const site& s = this->run.at(k);
    X x = this->run.template draw<X>(k, d);
    drop_derivatives<V>(x);
    this->run.record(k, x);
    V* const at = to_ + this->run.body.walk.slot(k).offset;
    for (std::size_t e = 0; e < s.type.size(); ++e) at[e] = this->run.place(k)[e].value();
    const auto value = plain_choice<X>(static_cast<const V*>(at), s.type);
    const double count = counts_.empty() ? 1 : counts_[s.role == site_role::again ? s.first : k];
    if (count == 1) this->score_of(k, d, value);
    else this->count(this->run.score, k, real(count * real(d.log_density(value))));
    return x;
  }

  V* to_;
  const std::vector<double>& counts_;
  step_parameters<V> parameters_;
};

}  // namespace starling
