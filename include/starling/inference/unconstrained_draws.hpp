// Points of an unconstrained_posterior as named draws: its choices by their addresses, then the notes of the body.
#pragma once

#include <vector>

#include <starling/inference/draw_view.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/unconstrained.hpp>

namespace starling {

template <class V, class Posterior>
class unconstrained_draws final : public draw_view {
 public:
  // The density must outlive it. All choices must be there in every lane.
  unconstrained_draws(const unconstrained_posterior<V, Posterior>& density, bool notes)
      : density_(density), runs_(element_runs(density.structure(), density.layout().latents)) {
    for (const auto k : density_.layout().latents) layout_.add(density_.structure().path_of(k), density_.structure().sites()[k].type);
    choices_ = layout_.slots();
    if (!notes) return;
    const arena_scope memory;
    note_names names(layout_);
    density_.choices(density_.start().data(), starting_values(), {.notes = &names});
  }

  const draw_layout& layout() const override { return layout_; }
  std::size_t lanes() const override { return lanes_of<V>; }
  void write(const double* const* q, double* const* to) const override {
    const arena_scope memory;
    note_numbers notes(to, choices_);
    V* const values = values_at(q, {.notes = layout_.slots() > choices_ ? &notes : nullptr});
    std::size_t slot = 0;
    for (const auto [first, size] : runs_)
      for (std::uint32_t e = first; e < first + size; ++e) put_apart(values[e], to, slot++);
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
  V* values_at(const double* const* q, const choices_report<V>& report) const {
    V* const values = starting_values();
    V* const free = arena::current().template take<V>(density_.dimension());
    for (std::size_t i = 0; i < density_.dimension(); ++i) free[i] = element_of_points<V>(q, i);
    density_.choices(free, values, report);
    return values;
  }

  const unconstrained_posterior<V, Posterior>& density_;
  std::vector<element_run> runs_;
  draw_layout layout_;
  std::size_t choices_ = 0;  // slots of the choices; those of the notes follow
};

}  // namespace starling
