// Points of an unconstrained_posterior as named draws: its choices by their addresses, then the notes of the body.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/unconstrained.hpp>

namespace starling {

// Runs over choices that are set; tells the notes, and where the density is 0.
template <class V>
class draw_handler : public handler<draw_handler<V>, V, frozen_walk, false, true> {
 public:
  using base = handler<draw_handler<V>, V, frozen_walk, false, true>;
  draw_handler(frozen_walk& walk, tile<V> t, const run_place& place) : base(walk, key(0), t, place) {}

  // On the first site whose density is 0 in lane 0: its address, value, distribution and parameters. Empty: there is none.
  const std::string& trouble() const { return trouble_; }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const X x = this->template value_in_place<X>(k);
    const V lp = this->score_site(k, d, x);
    if (any(!(lp > V(negative_infinity)))) [[unlikely]] describe(k, d, x, lp);
    return x;
  }
  template <class X, class D>
  [[gnu::noinline, gnu::cold]] void describe(std::uint32_t k, const D& d, const X& x, const V& lp) {
    if (!trouble_.empty() || number_in(lp, 0) > negative_infinity) return;
    trouble_ = "the density is 0 at " + this->walk_.current().path_of(k).str();
    if constexpr (rank_of<X> == 0) trouble_ += ", whose value is " + text(number_in(x, 0));
    trouble_ += ", of the distribution " + std::string(D::name);
    if constexpr (requires { d.parameters([](auto&&...) {}); }) {
      int n = 0;  // of vectors of parameters the first few
      d.parameters([&](std::string_view parameter, const auto& value, const auto&, std::string_view) {
        if (n < 6) trouble_ += (n == 0 ? " with " : ", ") + std::string(parameter) + " " + text(number_in(value, 0));
        ++n;
      });
    }
  }
  static std::string text(double x) {
    char number[32];
    std::snprintf(number, sizeof number, "%.6g", x);
    return number;
  }

  std::string trouble_;
};

template <class V, class Posterior>
class unconstrained_draws final : public draw_view {
 public:
  // Both must outlive it. All choices must be there in every lane.
  unconstrained_draws(const Posterior& post, const unconstrained_posterior<V, Posterior>& density, bool notes)
      : post_(post), density_(density), runs_(element_runs(density.structure(), density.layout().latents)) {
    for (const auto k : density_.layout().latents) layout_.add(density_.structure().path_of(k), density_.structure().sites()[k].type);
    choices_ = layout_.slots();
    if (!notes) return;
    const arena_scope memory;
    note_names names(layout_);
    run(starting_values(), names);
  }

  const draw_layout& layout() const override { return layout_; }
  std::size_t lanes() const override { return lanes_of<V>; }
  void write(const double* const* q, double* const* to) const override {
    const arena_scope memory;
    V* const values = values_at(q);
    if (layout_.slots() > choices_) {
      note_numbers notes(to, choices_);
      run(values, notes);
    }
    std::size_t slot = 0;
    for (const auto [first, size] : runs_)
      for (std::uint32_t e = first; e < first + size; ++e) put_apart(values[e], to, slot++);
  }
  std::string trouble_at(const double* q) const override {
    const double* all[lanes_of<V>];
    std::fill_n(all, lanes_of<V>, q);
    const arena_scope memory;
    V* const values = values_at(all);
    frozen_walk walk(density_.structure());
    draw_handler<V> h(walk, {values, const_cast<V*>(density_.layout().shared.data()), nullptr}, density_.place());
    post_.run(h);
    if (h.problem().found) return "a parameter was bad " + h.problem().sentence(density_.structure());
    return h.trouble().empty() ? "the density or its gradient was not finite" : h.trouble();
  }

 private:
  static void put_apart(const V& x, double* const* to, std::size_t slot) {
    for (int l = 0; l < lanes_of<V>; ++l) to[l][slot] = number_in(x, l);
  }
  struct note_names final : note_sink<V> {
    explicit note_names(draw_layout& layout) : layout(layout) {}
    void note(const path& where, const choice_type& type, const V*) override { layout.add_note(where, type); }
    draw_layout& layout;
  };
  struct note_numbers final : note_sink<V> {
    note_numbers(double* const* to, std::size_t first) : to(to), slot(first) {}
    void note(const path&, const choice_type& type, const V* values) override {
      for (std::size_t e = 0; e < type.size(); ++e) put_apart(values[e], to, slot++);
    }
    double* const* to;
    std::size_t slot;
  };

  // In the arena.
  V* starting_values() const {
    const auto& from = density_.starting_values();
    return std::copy(from.begin(), from.end(), arena::current().template take<V>(from.size())) - from.size();
  }
  V* values_at(const double* const* q) const {
    V* const values = starting_values();
    V* const free = arena::current().template take<V>(density_.dimension());
    for (std::size_t i = 0; i < density_.dimension(); ++i) free[i] = element_of_points<V>(q, i);
    density_.choices(free, values);
    return values;
  }
  void run(V* values, note_sink<V>& notes) const {
    frozen_walk walk(density_.structure());
    draw_handler<V> h(walk, {values, const_cast<V*>(density_.layout().shared.data()), nullptr}, density_.place());
    h.send_notes_to(&notes);
    post_.run(h);
  }

  const Posterior& post_;
  const unconstrained_posterior<V, Posterior>& density_;
  std::vector<element_run> runs_;
  draw_layout layout_;
  std::size_t choices_ = 0;  // slots of the choices; those of the notes follow
};

}  // namespace starling
