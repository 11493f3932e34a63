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

#include <starling/inference/free_handlers.hpp>
#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/target.hpp>

namespace starling {

// The target of the lanes of V: a differentiable density (inference/target.hpp). Many threads may use one at once. The posterior must
// outlive it.
template <class V, class Posterior> class unconstrained_posterior {
 public:
  using real = V;

  // Throws std::invalid_argument where a latent is not continuous, and in one lane where choices exist only under a condition.
  explicit unconstrained_posterior(const Posterior& post) : unconstrained_posterior(post, std::make_shared<const posterior_layout<V>>(layout_of(post))) {}
  // `moved`: the latents that have free numbers, the others being constants; none: all.
  unconstrained_posterior(const Posterior& post, std::shared_ptr<const posterior_layout<V>> layout, const run_place& place = {0, lanes_of<V>},
                          const std::vector<std::uint32_t>& moved = {})
      : post_(&post), layout_(std::move(layout)), place_(place), moved_(layout_->plan.size(), 0) {
    for (const auto k : moved.empty() ? layout_->latents : moved) moved_[k] = 1;
    values_.fit(structure());
    values_.shared = layout_->shared;
    if constexpr (lanes_of<V> == 1) draw_in_packs();
    else draw(*layout_, values_);
    // What is observed, in lanes too whose branch did not reach it now.
    for (std::uint32_t k = 0; k < layout_->plan.size(); ++k)
      if (layout_->plan[k]) put_constraint(values_.view().at(structure().slots()[k]), layout_->plan[k], structure().sites()[k].type.size(), place_.first_lane, place_.lanes);
    auto found = find_free_numbers(values_);
    offsets_ = std::move(found.offsets);
    for (const auto k : layout_->latents)
      if (!moved_[k]) offsets_[k] = constant_latent;
    dimension_ = found.free.size();
    find_constants();
    // The constants that bodies see are made now; from here on they are only read.
    constants_ = constant_values(offsets_.size(), moved.empty());
    constants_of_choices_ = constant_values(offsets_.size());
    std::vector<V> gradient(dimension_);
    log_density_and_gradient(found.free.data(), gradient.data());
    choices(found.free.data(), values_.values.data());
    start_ = std::move(found.free);
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
    for (std::size_t i = 0; i < dimension_; ++i) gradient[i] = V(0);  // the cells of the free numbers
    frozen_walk walk(structure());
    free_handler<adjoint<V>> h(walk, constants(), constants_, place_, offsets_.data(), {q, gradient, constant_places(what).data()}, nullptr, with_jacobian, what);
    run_body(h);
    tape.sweep();
    const V density = h.value() + h.log_jacobian();
    const auto good = density - density == V(0);
    if (!all(good)) [[unlikely]]
      for (std::size_t i = 0; i < dimension_; ++i) gradient[i] = where(good, gradient[i], V(0));
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
    free_handler<V> h(walk, constants(), constants_of_choices_, place_, offsets_.data(), {q}, values, report.with_jacobian);
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
  static posterior_layout<V> layout_of(const Posterior& post) {
    if constexpr (lanes_of<V> > 1) return find_layout<V>(post);
    else return in_one_lane(find_layout<gradient_pack>(post));
  }
  // Draws a point to begin at, improper choices at their start.
  template <class W> void draw(const posterior_layout<W>& layout, tile_storage<W>& to) const {
    const arena_scope scope;
    structure_walk walk(layout.structure, true);
    deciding_handler<W> h(walk, key(0), to.view(), place_, layout.plan);
    h.allow_starts();
    post_->run(h);
  }
  // One lane of a pack of them: the body runs on packs in the same program, and is not compiled once more for this.
  void draw_in_packs() {
    const auto lanes = find_layout<gradient_pack>(*post_);
    if (lanes.structure->is_conditional())
      throw std::invalid_argument(
          "this posterior has choices that exist only under a condition: in one lane their structure changes with the values; "
          "use lanes");
    tile_storage<gradient_pack> points;
    points.fit(*lanes.structure);
    points.shared = lanes.shared;
    draw(lanes, points);
    for (const auto k : layout_->latents)
      for (std::size_t e = 0; e < structure().sites()[k].type.size(); ++e)
        values_.values[structure().slots()[k].offset + e] = points.values[lanes.structure->slots()[k].offset + e][0];
  }
  // The body as a function of its own: in one with the loops about it, g++ 12.2 stops with an internal error for some small models.
  template <class Handler> [[gnu::noinline]] void run_body(Handler& h) const { post_->run(h); }
  void copy_latents(const V* values, tile_storage<V>& to) const {
    for (const auto k : layout_->latents) {
      const auto& slot = structure().slots()[k];
      std::copy(values + slot.offset, values + slot.offset + structure().sites()[k].type.size(), to.values.data() + slot.offset);
    }
  }
  void free_numbers_of(tile_storage<V>& all, V* q) const {
    const auto found = find_free_numbers(all);
    std::copy(found.free.begin(), found.free.end(), q);
  }
  found_free_numbers<V> find_free_numbers(tile_storage<V>& all) const {
    const arena_scope memory;
    frozen_walk walk(structure());
    constant_values none;
    found_free_numbers<V> found{moved_};
    free_handler<V> h(walk, all.view(), none, place_, found);
    run_body(h);
    return found;
  }
  // Where the constants stand whose density counts: in the posterior all of them, in its prior the latents among them.
  void find_constants() {
    posterior_constants_.assign(offsets_.size(), nullptr);
    prior_constants_ = posterior_constants_;
    for (std::uint32_t k = 0; k < offsets_.size(); ++k) {
      if (offsets_[k] >= 0) continue;
      posterior_constants_[k] = constants().at(structure().slots()[k]);
      if (offsets_[k] == constant_latent) prior_constants_[k] = posterior_constants_[k];
    }
  }
  const std::vector<const V*>& constant_places(density_kind what) const { return what == density_kind::posterior ? posterior_constants_ : prior_constants_; }
  // What bodies read of choices that are no latents.
  tile<V> constants() const { return {const_cast<V*>(values_.values.data()), const_cast<V*>(values_.shared.data()), nullptr}; }

  const Posterior* post_;
  std::shared_ptr<const posterior_layout<V>> layout_;
  run_place place_;
  std::vector<std::uint8_t> moved_;  // of each site: whether it has free numbers
  tile_storage<V> values_;
  std::vector<std::int64_t> offsets_;
  std::vector<const V*> posterior_constants_, prior_constants_;
  mutable constant_values constants_, constants_of_choices_;
  std::size_t dimension_ = 0;
  std::vector<V> start_;
};

template <class Density>
target target_of(const Density& density) {
  return target::of<typename Density::real>(density);
}

// The prior in the space of a posterior's free numbers.
template <class Density>
struct prior_density {
  const Density& of;
  using real = typename Density::real;
  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* q, real* gradient) const { return of.log_density_and_gradient(q, gradient, true, density_kind::prior); }
  std::string trouble_at(const double* q) const { return of.trouble_at(q); }
};

// The density of the choices themselves, as a function of their free numbers: what a mode is the mode of.
template <class Density>
struct choices_density {
  const Density& of;
  using real = typename Density::real;
  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* q, real* gradient) const { return of.log_density_and_gradient(q, gradient, false); }
  std::string trouble_at(const double* q) const { return of.trouble_at(q); }
};

}  // namespace starling
