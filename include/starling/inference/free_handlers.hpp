// Runs of a body whose continuous latents come from free real numbers (distributions/bijectors.hpp), and runs that find these numbers.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <starling/distributions/at_free_numbers.hpp>
#include <starling/inference/dual_instances.hpp>
#include <starling/inference/trouble_told.hpp>
#include <starling/models/runs/differentiating.hpp>

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

// How many free numbers each latent has, and those of the values that stand in a tile: what a run may find.
template <class V> struct found_free_numbers {
  const std::vector<std::uint8_t>& moved;  // which sites have free numbers, of those that are latents
  std::vector<std::int64_t> offsets = std::vector<std::int64_t>(moved.size(), -1);  // of each site's free numbers; −1: it has none
  std::vector<V> free = {};
};

// In the place of an offset: the site is a latent all the same, which stays as it is.
inline constexpr std::int64_t constant_latent = -2;

// What a density of free numbers is made of: everything, or the latents alone, without observations and factors.
enum class density_kind { posterior,
                          prior };

// What a run without derivatives may tell beside the density.
template <class V> struct choices_report {
  bool with_jacobian = true;       // else log p of the choices themselves
  bad_parameter* problem = nullptr;  // the first bad parameter, where one was met
  std::string* trouble = nullptr;    // of the first site whose density is 0 in lane 0: its address, value, distribution and parameters
  note_sink<V>* notes = nullptr;
};

// Free numbers as a run takes them: plain ones in their place, or as adjoints, made where they are needed.
template <class R> struct free_place {
  const R* q;
  R number(std::size_t k) const { return q[k]; }
  const R* numbers(std::size_t k, std::size_t) const { return q + k; }
};
template <class V> struct free_place<adjoint<V>> {
  const V* q;
  V* cells;
  const V* const* constants;  // of each site: where its value stands, if it is a constant whose density counts; else null
  adjoint<V> number(std::size_t k) const { return {q[k], V(1), cells + k}; }
  const adjoint<V>* numbers(std::size_t k, std::size_t n) const {
    auto* const all = arena::current().take<adjoint<V>>(n);
    for (std::size_t i = 0; i < n; ++i) all[i] = number(k + i);
    return all;
  }
  // Of a vector of real numbers, which are their own free numbers.
  vector<adjoint<V>> vector_of_numbers(std::size_t k, std::size_t n) const { return vector<adjoint<V>>(new_leaf<V>(q + k, captured_cells<V>{n, cells + k, nullptr, nullptr}, n)); }
};
template <class Support> inline constexpr bool is_vector_of_reals = false;
template <> inline constexpr bool is_vector_of_reals<vector_of<real_line>> = true;
template <class Of>
  requires requires(const vector_of<Of>& s) { { s.element(0) } -> std::same_as<real_line>; }
inline constexpr bool is_vector_of_reals<vector_of<Of>> = true;

// Runs with the choices that belong to free numbers. R: adjoint<V>, or V where only the density is wanted; then the choices are
// written to `to`, each at its slot.
template <class R> class free_handler : public differentiating_handler<free_handler<R>, R> {
 public:
  using base = differentiating_handler<free_handler<R>, R>;
  using V = plain_of<R>;
  free_handler(frozen_walk& walk, tile<V> plain, constant_values& constants, const run_place& place, const std::int64_t* offsets, const free_place<R>& free,
               V* to = nullptr, bool with_jacobian = true, density_kind what = density_kind::posterior)
      : base(walk, plain, constants, place), offsets_(offsets), free_(free), to_(to), with_jacobian_(with_jacobian), what_(what) {}

  // Finds the free numbers of the values that stand in `plain`.
  free_handler(frozen_walk& walk, tile<V> plain, constant_values& constants, const run_place& place, found_free_numbers<V>& found)
    requires(!is_adjoint<R>)
      : base(walk, plain, constants, place), found_(&found) {}

  V log_jacobian() const { return primal(this->log_jacobian_.total()); }
  void describe_trouble_in(std::string* trouble) { trouble_ = trouble; }

 private:
  friend base;
  friend typename base::base;
  void decide_factor(std::uint32_t k, const R& lp) {
    base::decide_factor(k, lp);
    if constexpr (!is_adjoint<R>)
      if (trouble_ && trouble_->empty() && !(number_in(lp, 0) > negative_infinity)) *trouble_ = "the factor at " + this->run.body.walk.current().path_of(k).str() + " is −∞";
  }
  // Instances whose choices are all constants (dual_instances.hpp); false: they have to run one by one.
  template <class Result, class F> bool run_on_duals(std::size_t n, const F& f, results<Result>& all)
    requires(is_adjoint<R> && dual_instances<V, Result, F>::possible)
  {
    auto& walk = this->run.body.walk;
    const schema& s = walk.current();
    const std::uint32_t call = walk.call_position(), site = walk.position();
    if (n < 2 || n > s.alike(call) || what_ != density_kind::posterior || !this->everywhere() || this->run.found.notes) return false;
    const instance_size size(s, call, site);
    auto* const places = arena::current().take<constant_place<V>>(size.sites);
    for (std::uint32_t k = 0; k < size.sites; ++k) {
      if (const site_role role = s.sites()[site + k].role; role != site_role::choice && role != site_role::factor) return false;
      places[k] = {this->plain_place(site + k), std::ptrdiff_t{s.slots()[site + size.sites + k].offset} - std::ptrdiff_t{s.slots()[site + k].offset}};
    }
    for (std::size_t k = site, end = site + n * size.sites; k < end; ++k)
      if (offsets_[k] >= 0) return false;
    V value;
    if (!dual_instances<V, Result, F>::run(n, f, {places, size.sites, this->run.parameters.store}, value, all)) return false;
    this->run.score.add(site, R(value));
    walk.skip(static_cast<std::uint32_t>(n * size.sites), static_cast<std::uint32_t>(n) * size.calls);
    return true;
  }
  R factor_term(const R& lp) const { return what_ == density_kind::posterior ? lp : R(0); }
  template <class D, class X> [[gnu::noinline, gnu::cold]] void explain(std::uint32_t k, const D& d, const X& x, const V& lp) {
    if (!trouble_ || !trouble_->empty() || number_in(lp, 0) > negative_infinity) return;
    trouble_told t(*trouble_, this->run.body.walk.current().path_of(k));
    if constexpr (starling::value<X>) t.add_value(number_in(x, 0));
    else t.add_values(x.size(), [&](std::size_t i) { return number_in(x.data()[i], 0); });
    t.add_distribution(D::name);
    if constexpr (requires { d.parameters([](auto&&...) {}); })
      d.parameters([&](std::string_view parameter, const auto& v, const auto&, std::string_view) { t.add_parameter(parameter, number_in(v, 0)); });
  }
  template <class X, class D> [[gnu::always_inline]] X decide(std::uint32_t k, const D& d) {
    if constexpr (!is_adjoint<R>)
      if (found_) [[unlikely]]
        return find<X>(k, d);
    if constexpr (is_adjoint<R>)
      if (const V* const from = free_.constants[k]) [[likely]]
        return this->template constant_at<X>(k, d, from);
    const std::int64_t at = offsets_[k];
    if (at < 0) {
      if constexpr (is_adjoint<R>) return this->template constant_without_density<X>(k);
      else return what_ == density_kind::posterior || at == constant_latent ? this->template constant<X>(k, d) : this->template constant_without_density<X>(k);
    }
    if constexpr (std::is_trivially_destructible_v<D>) {
      const D same = d;  // a copy, so that d needs no place in memory in the frequent case
      return latent<X>(k, same, at);
    } else {
      return latent<X>(k, d, at);
    }
  }
  template <class X, class D> [[gnu::noinline, gnu::cold]] X find(std::uint32_t k, const D& d) {
    const X x = [&]() -> X {
      if constexpr (rank_of<X> == 0) return from_stored<X>(*this->plain_place(k));
      else return take<X>(this->plain_place(k), this->run.at(k).type);
    }();
    auto& [moved, offsets, free] = *found_;
    // A choice of several regions has its free numbers once, with the Jacobian of the region that runs.
    if (const site& s = this->run.at(k); s.role == site_role::again) offsets[k] = offsets[s.first];
    if (!moved[k]) return x;
    if constexpr (can_be_freed<D>) {
      const auto support = d.support();
      using move = bijector<std::remove_cvref_t<decltype(support)>>;
      offsets[k] = static_cast<std::int64_t>(free.size());
      free.resize(free.size() + move::free_size(support));
      move::from_support(support, x, free.data() + offsets[k]);
    } else {
      throw std::invalid_argument("the latent at " + this->run.body.walk.current().path_of(k).str() + " (" + std::string(D::name) +
                                  ") has no free real numbers: gradient-based kernels move continuous choices only. Sum it out, observe it, or "
                                  "move it by another kernel");
    }
    return x;
  }
  // Apart from the frequent case, so that bodies stay small where that is inlined.
  template <class X, class D> [[gnu::noinline]] X latent(std::uint32_t k, const D& d, std::int64_t at) {
    if constexpr (can_be_freed<D>) {
      const auto support = d.support();
      typename base::jacobian_terms terms{*this, with_jacobian_};
      const auto first = static_cast<std::size_t>(at);
      const X x = [&]() -> X {
        if constexpr (rank_of<X> == 0) {
          const R u = free_.number(first);
          return free_choice<X>(k, d, support, terms, &u);
        } else if constexpr (is_adjoint<R> && is_vector_of_reals<std::remove_cvref_t<decltype(support)>>) {
          const X all = free_.vector_of_numbers(first, support.n);
          this->score_of(k, d, all);
          return all;
        } else {
          return free_choice<X>(k, d, support, terms, free_.numbers(first, bijector<std::remove_cvref_t<decltype(support)>>::free_size(support)));
        }
      }();
      if constexpr (!is_adjoint<R>) put(to_ + this->run.body.walk.slot(k).offset, x);
      return x;
    } else {
      throw std::logic_error("a latent without free numbers");
    }
  }

  // The value that belongs to the free numbers from u on; its density is counted.
  template <class X, class D, class Support, class Terms> X free_choice(std::uint32_t k, const D& d, const Support& support, Terms& terms, const R* u) {
    using move = bijector<Support>;
    if constexpr (scores_free_elements<D> && rank_of<X> == 0) {
      const auto known = move::known(primal(*u));  // of what choice, Jacobian and density have in common
      const auto inner = move::inner(support, *u, known);
      terms.add(R(move::log_slope(support, inner)));
      const X x(inner.inside());
      this->score_of(k, at_free_number<D, R, std::remove_const_t<decltype(known)>>(d, *u, known), x);
      return x;
    } else if constexpr (scores_free_elements<D>) {
      const X x = move::template to_support<R>(support, u, terms);
      this->score_of(k, at_free_numbers<D, R>(d, u), x);
      return x;
    } else if constexpr (rank_of<X> == 0 && requires { d.log_density_inside(move::inner(support, *u, move::known(primal(*u)))); }) {
      const auto inner = move::inner(support, *u, move::known(primal(*u)));
      terms.add(R(move::log_slope(support, inner)));
      const X x(inner.inside());
      this->score_of(k, at_inner_point<D, std::remove_const_t<decltype(inner)>>(d, inner), x);
      return x;
    } else if constexpr (requires { d.log_density_inside(move::template inner<R>(support, u, terms)); }) {
      const auto point = move::template inner<R>(support, u, terms);
      this->score_of(k, at_inner_point<D, std::remove_const_t<decltype(point)>>(d, point), point.x);
      return point.x;
    } else {
      const X x = move::template to_support<R>(support, u, terms);
      this->score_of(k, d, x);
      return x;
    }
  }

  const std::int64_t* offsets_ = nullptr;
  free_place<R> free_ = {};
  V* to_ = nullptr;
  bool with_jacobian_ = true;
  density_kind what_ = density_kind::posterior;
  found_free_numbers<V>* found_ = nullptr;
  std::string* trouble_ = nullptr;
};

}  // namespace starling
