// What handlers that run on adjoints share: constants come from tiles of plain values, scores go straight to the cells.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <starling/distributions/fused.hpp>
#include <starling/models/handler.hpp>

namespace starling {

// A sum on adjoints keeps the value alone, as a constant: handlers pass the derivatives of each term on at once, so the sum itself is
// no number on the tape.
template <class V> class site_sum<adjoint<V>, false> {
 public:
  [[gnu::always_inline]] void add(std::uint32_t, const adjoint<V>& term) { total_ = total_ + term.value(); }
  adjoint<V> total() const { return adjoint<V>(total_); }
  site_sum take() {
    const site_sum all = *this;
    total_ = V(0.0);
    return all;
  }

 private:
  V total_ = V(0.0);
};

// The values of choices that are constants, as a body on adjoints sees them, made when a site is visited for the first time and kept:
// observed vectors are not made anew for every gradient. For one structure and one set of constants.
class constant_values {
 public:
  // `for_long`: the constants stay the same for very many runs, so that a density may look at them once (linear_summary.hpp).
  explicit constant_values(std::size_t sites = 0, bool for_long = false) : at_(sites, nullptr), summaries_(for_long ? sites : 0, nullptr) {}

  // For another set of constants.
  void forget() {
    bool any = false;
    for (void*& at : at_) any = std::exchange(at, nullptr) || any;
    for (void*& at : summaries_) any = std::exchange(at, nullptr) || any;
    if (any) memory_->clear();
  }

  // What the density d of site k needs of the value x; null: the value itself.
  template <class D, class V> const auto* summary(std::uint32_t k, const D& d, const vector<const V>& x) {
    using kept = decltype(d.summarize(x, *memory_));
    if (summaries_.empty() || !d.has_summary()) return static_cast<const kept*>(nullptr);
    auto* s = static_cast<kept*>(summaries_[k]);
    if (!s) summaries_[k] = s = ::new (memory_->template take<kept>(1)) kept(d.summarize(x, *memory_));
    return d.is_summary(*s) ? static_cast<const kept*>(s) : nullptr;
  }

  // The value of site k, whose numbers stand at `from`.
  template <class X, class V> X get(std::uint32_t k, const choice_type& type, const V* from) {
    if constexpr (rank_of<X> == 0) {
      return from_plain<X>(*from);
    } else {
      using element = choice_element<X>;
      auto* to = static_cast<element*>(at_[k]);
      if (!to) {
        to = memory_->template take<element>(type.size());
        at_[k] = to;
        for (std::size_t i = 0; i < type.size(); ++i) to[i] = from_plain<element>(from[i]);
      }
      if constexpr (rank_of<X> == 1) return X(to, type.rows);
      else return X(to, type.rows, type.cols);
    }
  }

 private:
  template <class E, class V> static E from_plain(const V& x) {
    if constexpr (is_adjoint<E>) return E(x);
    else return from_stored<E>(x);
  }

  std::vector<void*> at_, summaries_;
  std::unique_ptr<arena> memory_ = std::make_unique<arena>();
};

// A site's numbers as the density of a constant choice takes them: plain, and in their place.
template <class X, class V> auto plain_choice(const V* from, const choice_type& type) {
  if constexpr (rank_of<X> == 0) return *from;
  else if constexpr (rank_of<X> == 1) return vector<const V>(from, type.rows);
  else return matrix<const V>(from, type.rows, type.cols);
}

// The plain value type of handlers: V of adjoint<V>, else itself.
template <class R> using plain_of = primal_of<R>;

// R: adjoint<V>, or V itself where only the score is wanted. Draws: whether it also draws.
template <class Derived, class R, class Walk = frozen_walk, bool Draws = false> class differentiating_handler : public site_handler<Derived, reading<R, Walk, Draws, true>> {
 public:
  using base = site_handler<Derived, reading<R, Walk, Draws, true>>;
  using V = plain_of<R>;

  differentiating_handler(Walk& walk, tile<const V> plain, constant_values& constants, const run_place& place)
      : base(walk, key(0), tile<R>{}, place), plain_(plain), constants_(constants) {}
  // One that draws, into `drawn`.
  differentiating_handler(Walk& walk, const key& k, tile<R> drawn, tile<const V> plain, constant_values& constants, const run_place& place)
      : base(walk, k, drawn, place), plain_(plain), constants_(constants) {}

  V value() const { return primal(this->score()); }
  void mark_presence(std::uint32_t, const mask_of<V>&) {}  // its tile is not written to
  auto sums() { return std::tie(log_jacobian_); }

 protected:
  // Sums take log Jacobians too, where they are wanted.
  struct jacobian_terms {
    differentiating_handler& h;
    bool wanted = true;
    template <class X> void add(const X& term) {
      if (wanted) h.count(h.log_jacobian_, 0, R(term));
    }
  };

  const V* plain_place(std::uint32_t k) const { return plain_.at(this->run.body.walk.slot(k)); }

  // A choice that is a constant.
  template <class X, class D> [[gnu::always_inline]] X constant(std::uint32_t k, const D& d) { return constant_at<X>(k, d, plain_place(k)); }
  // The same of one that stands at `from`.
  template <class X, class D> [[gnu::always_inline]] X constant_at(std::uint32_t k, const D& d, const V* from) {
    const choice_type& type = this->run.at(k).type;
    const auto x = plain_choice<X>(from, type);
    if (!score_summary(k, d, x)) score_of(k, d, x);
    return constants_.template get<X>(k, type, from);
  }
  template <class X> X constant_without_density(std::uint32_t k) { return constants_.template get<X>(k, this->run.at(k).type, plain_place(k)); }

  // Whether what is kept of x was enough.
  template <class D, class X> bool score_summary(std::uint32_t k, const D& d, const X& x) {
    if constexpr (is_adjoint<R> && std::is_same_v<scalar_of<V>, double> && requires { d.has_summary(); }) {
      if (!everywhere() || this->run.at(k).is_conditional()) return false;
      const auto* const s = constants_.summary(k, d, x);
      if (!s) return false;
      const V lp = d.pass_on_summary(*s);
      check(k, d, x, lp);
      this->run.score.add(k, R(lp));
      return true;
    }
    return false;
  }
  template <class D, class X> [[gnu::always_inline]] void score_of(std::uint32_t k, const D& d, const X& x) {
    if constexpr (requires(V lp) { d.pass_on_ordinary(x, lp); }) {
      V lp;
      if (everywhere() && d.pass_on_ordinary(x, lp)) [[likely]]
        return this->run.score.add(k, R(lp));
      const D same = d;  // copies, so that neither needs a place in memory in the frequent case
      const X value = x;
      score_anywhere(k, same, value);
    } else {
      score_anywhere(k, d, x);
    }
  }
  template <class D, class X> [[gnu::noinline]] void score_anywhere(std::uint32_t k, const D& d, const X& x) {
    if constexpr (requires { d.fused_log_density(x); }) {
      const auto terms = d.fused_log_density(x);
      check(k, d, x, terms.value);  // before the score is −∞ itself
      this->run.score.add(k, R(terms.value));
      if (everywhere()) terms.add_derivatives();
      else terms.add_derivatives(this->run.lanes.active);
    } else {
      if constexpr (requires { d.pass_on_log_density(x); }) {
        if (everywhere()) {
          const V lp = d.pass_on_log_density(x);
          check(k, d, x, lp);
          return this->run.score.add(k, R(lp));
        }
      }
      const R lp(d.log_density(x));
      check(k, d, x, primal(lp));
      count(this->run.score, k, lp);
    }
  }
  // The density of x at site k is 0 in some lane: may be told why, where no derivatives are wanted.
  template <class D, class X> void explain(std::uint32_t, const D&, const X&, const V&) {}
  void decide_factor(std::uint32_t, const R& lp) { pass_on(lp); }  // the handler has added its value

  template <class Sum> void count(Sum& sum, std::uint32_t k, const R& term) {
    sum.add(k, R(primal(term)));
    pass_on(term);
  }
  // What lanes do that a conditional region does not run in counts nowhere.
  void pass_on(const R& term) {
    if constexpr (is_adjoint<R>) {
      if (!term.cell()) return;
      const bool all_lanes = everywhere();
      const auto counted = [&](const V& d) { return all_lanes ? d : where(this->run.lanes.active, d, V(0)); };
      *term.cell() += counted(term.by());
      if (term.other()) *term.other() += counted(term.by_other());
    }
  }
  bool everywhere() const { return lanes_of<V> == 1 || all(this->run.lanes.active); }

  tile<const V> plain_;
  constant_values& constants_;
  site_sum<R, false> log_jacobian_;

 private:
  friend base;
  template <class D, class X> void check(std::uint32_t k, const D& d, const X& x, const V& lp) {
    if (!any(!(lp > V(negative_infinity)))) [[likely]]
      return;
    this->run.examine(k, d, R(lp));
    if constexpr (!is_adjoint<R>) this->self().explain(k, d, x, lp);
  }
};

}  // namespace starling
