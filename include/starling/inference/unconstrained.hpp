// A posterior as a density of free real numbers: what gradient-based kernels work on.
//
// Every continuous latent is the image of free numbers u under the bijector of its distribution's support (distributions/bijectors.hpp);
// all of them, in the order of the sites, are one flat vector q. The density of q is p(choices, observations) · |∂choices/∂q|.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <starling/distributions/structured_bijectors.hpp>
#include <starling/inference/lane_chains.hpp>
#include <starling/inference/trouble_told.hpp>
#include <starling/models/differentiating.hpp>

namespace starling {

template <class D> struct support_type {
  using type = void;
};
template <class D>
  requires requires(const D& d) { d.support(); }
struct support_type<D> {
  using type = std::remove_cvref_t<decltype(std::declval<const D&>().support())>;
};
// Whether the choices of D have free numbers.
template <class D> inline constexpr bool can_be_freed = has_bijector<typename support_type<D>::type>;
template <class D>
  requires std::is_void_v<typename support_type<D>::type>
inline constexpr bool can_be_freed<D> = false;

// Finds how many free numbers each latent has, and writes those of the values that stand in a tile.
template <class V> class free_numbers_handler : public handler<free_numbers_handler<V>, V, frozen_walk, false, true> {
 public:
  using base = handler<free_numbers_handler<V>, V, frozen_walk, false, true>;
  // `moved`: which sites have free numbers, of those that are latents.
  free_numbers_handler(frozen_walk& walk, tile<V> t, const run_place& place, const std::vector<std::uint8_t>& moved)
      : base(walk, key(0), t, place), moved_(moved), offsets(moved.size(), -1) {}

 private:
  friend base;
  const std::vector<std::uint8_t>& moved_;

 public:
  std::vector<std::int64_t> offsets;  // of each site's free numbers; −1: it has none
  std::vector<V> free;

 private:
  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    const X x = this->template value_in_place<X>(k);
    // A choice of several regions has its free numbers once, with the Jacobian of the region that runs.
    if (const site& s = this->at(k); s.role == site_role::again) offsets[k] = offsets[s.first];
    if (!moved_[k]) return x;
    if constexpr (can_be_freed<D>) {
      const auto support = d.support();
      using move = bijector<std::remove_cvref_t<decltype(support)>>;
      offsets[k] = static_cast<std::int64_t>(free.size());
      free.resize(free.size() + move::free_size(support));
      move::from_support(support, x, free.data() + offsets[k]);
    } else {
      throw std::invalid_argument("the latent at " + this->walk_.current().path_of(k).str() + " (" + std::string(D::name) +
                                  ") has no free real numbers: gradient-based kernels move continuous choices only. Sum it out, observe it, or "
                                  "move it by another kernel");
    }
    return x;
  }
};

// In the place of an offset: the site is a latent all the same, which stays as it is.
inline constexpr std::int64_t constant_latent = -2;

// What a density of free numbers is made of: everything, or the latents alone, without observations and factors.
enum class density_kind { posterior, prior };

// What a run without derivatives may tell beside the density.
template <class V> struct choices_report {
  bool with_jacobian = true;       // else log p of the choices themselves
  bad_parameter* problem = nullptr;  // the first bad parameter, where one was met
  std::string* trouble = nullptr;    // of the first site whose density is 0 in lane 0: its address, value, distribution and parameters
  note_sink<V>* notes = nullptr;
};

// Runs with the choices that belong to free numbers. R: adjoint<V>, or V where only the density is wanted; then the choices are
// written to `to`, each at its slot.
template <class R> class free_handler : public differentiating_handler<free_handler<R>, R> {
 public:
  using base = differentiating_handler<free_handler<R>, R>;
  using V = plain_of<R>;
  free_handler(frozen_walk& walk, tile<V> plain, constant_values& constants, const run_place& place, const std::int64_t* offsets, const R* free,
               V* to = nullptr, bool with_jacobian = true, density_kind what = density_kind::posterior)
      : base(walk, plain, constants, place), offsets_(offsets), free_(free), to_(to), with_jacobian_(with_jacobian), what_(what) {}

  V log_jacobian() const { return primal(this->log_jacobian_.total()); }
  void describe_trouble_in(std::string* trouble) { trouble_ = trouble; }

 private:
  friend base;
  friend typename base::base;
  void decide_factor(std::uint32_t k, const R& lp) {
    base::decide_factor(k, lp);
    if constexpr (!is_adjoint<R>)
      if (trouble_ && trouble_->empty() && !(number_in(lp, 0) > negative_infinity)) *trouble_ = "the factor at " + this->walk_.current().path_of(k).str() + " is −∞";
  }
  R factor_term(const R& lp) const { return what_ == density_kind::posterior ? lp : R(0); }
  template <class D, class X> [[gnu::noinline, gnu::cold]] void explain(std::uint32_t k, const D& d, const X& x, const V& lp) {
    if (!trouble_ || !trouble_->empty() || number_in(lp, 0) > negative_infinity) return;
    trouble_told t(*trouble_, this->walk_.current().path_of(k));
    if constexpr (starling::value<X>) t.add_value(number_in(x, 0));
    else t.add_values(x.size(), [&](std::size_t i) { return number_in(x.data()[i], 0); });
    t.add_distribution(D::name);
    if constexpr (requires { d.parameters([](auto&&...) {}); })
      d.parameters([&](std::string_view parameter, const auto& v, const auto&, std::string_view) { t.add_parameter(parameter, number_in(v, 0)); });
  }
  template <class X, class D> X decide(std::uint32_t k, const D& d) {
    const std::int64_t at = offsets_[k];
    if (at < 0) return what_ == density_kind::posterior || at == constant_latent ? this->template constant<X>(k, d) : this->template constant_without_density<X>(k);
    if constexpr (can_be_freed<D>) {
      const auto support = d.support();
      typename base::jacobian_terms terms{*this, with_jacobian_};
      const X x = bijector<std::remove_cvref_t<decltype(support)>>::template to_support<R>(support, free_ + at, terms);
      this->score_of(k, d, x);
      if constexpr (!is_adjoint<R>) put(to_ + this->walk_.slot(k).offset, x);
      return x;
    } else {
      throw std::logic_error("a latent without free numbers");
    }
  }

  const std::int64_t* offsets_;
  const R* free_;
  V* to_;
  bool with_jacobian_;
  density_kind what_;
  std::string* trouble_ = nullptr;
};

// The target of the lanes of V: a differentiable density (inference/target.hpp). Many threads may use one at once. The posterior must
// outlive it.
template <class V, class Posterior> class unconstrained_posterior {
 public:
  using real = V;

  // Throws std::invalid_argument where a latent is not continuous, and in one lane where choices are there under a condition only.
  explicit unconstrained_posterior(const Posterior& post) : unconstrained_posterior(post, std::make_shared<const posterior_layout<V>>(find_layout<V>(post))) {}
  // `moved`: the latents that have free numbers, the others being constants; none: all.
  unconstrained_posterior(const Posterior& post, std::shared_ptr<const posterior_layout<V>> layout, const run_place& place = {0, lanes_of<V>},
                          const std::vector<std::uint32_t>& moved = {})
      : post_(&post), layout_(std::move(layout)), place_(place), moved_(layout_->plan.size(), 0) {
    for (const auto k : moved.empty() ? layout_->latents : moved) moved_[k] = 1;
    if constexpr (lanes_of<V> == 1) {
      if (find_layout<native_pack<double>>(post).structure->is_conditional())
        throw std::invalid_argument("this posterior has choices that are there under a condition only: in one lane their structure changes with the values; "
                                    "use lanes");
    }
    values_.fit(structure());
    values_.shared = layout_->shared;
    {
      const arena_scope scope;
      structure_walk walk(layout_->structure, true);
      generate_handler<V> h(walk, key(0), values_.view(), place_, layout_->plan);
      h.allow_starts();
      post_->run(h);
    }
    // What is observed, in lanes too whose branch did not reach it now.
    for (std::uint32_t k = 0; k < layout_->plan.size(); ++k)
      if (layout_->plan[k]) put_constraint(values_.view().at(structure().slots()[k]), layout_->plan[k], structure().sites()[k].type.size(), place_.first_lane, place_.lanes);
    const arena_scope scope;
    frozen_walk walk(structure());
    free_numbers_handler<V> h(walk, values_.view(), place_, moved_);
    post_->run(h);
    offsets_ = std::move(h.offsets);
    for (const auto k : layout_->latents)
      if (!moved_[k]) offsets_[k] = constant_latent;
    dimension_ = h.free.size();
    // The constants that bodies see are made now; from here on they are only read.
    constants_ = constant_values(offsets_.size(), moved.empty());
    constants_of_choices_ = constant_values(offsets_.size());
    std::vector<V> gradient(dimension_);
    log_density_and_gradient(h.free.data(), gradient.data());
    choices(h.free.data(), values_.values.data());
    start_ = std::move(h.free);
  }
  unconstrained_posterior(const unconstrained_posterior&) = delete;
  unconstrained_posterior& operator=(const unconstrained_posterior&) = delete;

  std::size_t dimension() const { return dimension_; }
  const schema& structure() const { return *layout_->structure; }
  const posterior_layout<V>& layout() const { return *layout_; }
  const run_place& place() const { return place_; }
  // Values of all sites at the point where it began, observed ones included; [element][lane].
  const std::vector<V>& starting_values() const { return values_.values; }
  // Its free numbers.
  const std::vector<V>& start() const { return start_; }
  // Where the free numbers of site k begin; negative where it has none.
  std::int64_t offset(std::uint32_t k) const { return offsets_[k]; }

  // The log density of q (dimension() numbers a lane, [number][lane]) and its gradient. Where the density is 0, infinite or NaN:
  // −∞ and a gradient of 0. `with_jacobian` false: log p of the choices themselves. `what`: the posterior, or its prior in the same space.
  V log_density_and_gradient(const V* q, V* gradient, bool with_jacobian = true, density_kind what = density_kind::posterior) const {
    const arena_scope memory;
    tape_scope<V> tape;
    V* const cells = tape.cells(dimension_);
    vector<adjoint<V>> free(dimension_);
    for (std::size_t i = 0; i < dimension_; ++i) free[i] = {q[i], V(1), cells + i};
    frozen_walk walk(structure());
    free_handler<adjoint<V>> h(walk, constants(), constants_, place_, offsets_.data(), free.data(), nullptr, with_jacobian, what);
    post_->run(h);
    tape.sweep();
    const V density = h.value() + h.log_jacobian();
    const auto good = density - density == V(0);
    for (std::size_t i = 0; i < dimension_; ++i) gradient[i] = where(good, cells[i], V(0));
    return where(good, density, V(-std::numeric_limits<scalar_of<V>>::infinity()));
  }
  double log_density_and_gradient(std::span<const double> q, std::span<double> gradient) const
    requires std::same_as<V, double>
  {
    if (q.size() != dimension_ || gradient.size() != dimension_)
      throw std::invalid_argument("log_density_and_gradient: the posterior has " + std::to_string(dimension_) + " free numbers");
    return log_density_and_gradient(q.data(), gradient.data());
  }

  // The same without the gradient. The choices that belong to q are written to `values`, each at its slot's offset of the structure
  // (structure().elements() numbers a lane; those that are no latents are left as they are).
  V choices(const V* q, V* values, const choices_report<V>& report = {}) const {
    const arena_scope memory;
    frozen_walk walk(structure());
    free_handler<V> h(walk, constants(), constants_of_choices_, place_, offsets_.data(), q, values, report.with_jacobian);
    h.send_notes_to(report.notes);
    h.describe_trouble_in(report.trouble);
    post_->run(h);
    if (report.problem) *report.problem = h.problem();
    const V density = h.value() + h.log_jacobian();
    return where(density - density == V(0), density, V(-std::numeric_limits<scalar_of<V>>::infinity()));
  }
  // Why the log density of one lane's free numbers is −∞: the site, its value, its distribution's parameters.
  std::string trouble_at(const double* q) const {
    const arena_scope memory;
    V* const free = arena::current().template take<V>(dimension_);
    for (std::size_t i = 0; i < dimension_; ++i) free[i] = V(static_cast<scalar_of<V>>(q[i]));
    auto values = values_.values;
    bad_parameter problem;
    std::string trouble;
    choices(free, values.data(), {.problem = &problem, .trouble = &trouble});
    if (problem.is_factor) return problem.sentence(structure());
    if (problem.found) return "a parameter was bad " + problem.sentence(structure());
    return trouble.empty() ? "the density or its gradient was not finite" : trouble;
  }
  // Other values of the latents, which stand in `values` as choices() writes them: those without free numbers are constants from now on. Not while
  // another thread uses it.
  void set_choices(const V* values) {
    copy_latents(values, values_);
    constants_.forget();
    constants_of_choices_.forget();
  }
  // The free numbers of choices that stand in `values`, as choices() writes them.
  void free_numbers(const V* values, V* q) const {
    tile_storage<V> all = values_;
    copy_latents(values, all);
    free_numbers_of(all, q);
  }
  // The same of the choices that set_choices gave.
  void free_numbers(V* q) { free_numbers_of(values_, q); }

 private:
  void copy_latents(const V* values, tile_storage<V>& to) const {
    for (const auto k : layout_->latents) {
      const auto& slot = structure().slots()[k];
      std::copy(values + slot.offset, values + slot.offset + structure().sites()[k].type.size(), to.values.data() + slot.offset);
    }
  }
  void free_numbers_of(tile_storage<V>& all, V* q) const {
    const arena_scope memory;
    frozen_walk walk(structure());
    free_numbers_handler<V> h(walk, all.view(), place_, moved_);
    post_->run(h);
    std::copy(h.free.begin(), h.free.end(), q);
  }
  // What bodies read of choices that are no latents.
  tile<V> constants() const { return {const_cast<V*>(values_.values.data()), const_cast<V*>(values_.shared.data()), nullptr}; }

  const Posterior* post_;
  std::shared_ptr<const posterior_layout<V>> layout_;
  run_place place_;
  std::vector<std::uint8_t> moved_;  // of each site: whether it has free numbers
  tile_storage<V> values_;
  std::vector<std::int64_t> offsets_;
  mutable constant_values constants_, constants_of_choices_;
  std::size_t dimension_ = 0;
  std::vector<V> start_;
};

}  // namespace starling
