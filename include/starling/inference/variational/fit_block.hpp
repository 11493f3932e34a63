// Some lanes of a step of sl::fit: what the guide draws in them, the densities of model and guide at it, and the derivatives of both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <starling/inference/variational/fit_layout.hpp>
#include <starling/inference/variational/objectives.hpp>

namespace starling {

// What all blocks of a step share; the sums are those of the blocks that run one after the other.
template <class V, class Posterior, class Guide> struct fit_work {
  const Posterior& post;
  const Guide& guide;
  const fit_layout<V, Posterior, Guide>& layout;
  const parameter_store& store;
  const item_rows& items;
  std::size_t lanes_each;  // of an item
  shared_sums& sums;
};

// Follow: whether choices follow the guide's parameters where they can.
template <class V, class Posterior, class Guide, bool Follow> struct fit_block {
  using A = adjoint<V>;
  using work = fit_work<V, Posterior, Guide>;
  static constexpr std::size_t width = lanes_of<V>;

  run_place place;
  tile_storage<A> draws;
  std::vector<V> plain, model_values, items;
  std::size_t layout = 0;  // which one the constants are of
  std::optional<constant_values> of_model_constants, of_guide_constants;
  V log_p = V(0), log_q = V(0);
  V model = V(0), path = V(0), score = V(0);  // what the derivatives of each lane count
  A discrete_scores = A(0.0), entropy = A(0.0);
  std::optional<parameter_variables<V>> of_draws, of_model, of_guide;
  std::vector<const V*> model_cells, guide_cells;  // by pair, by the guide's site

  // Draws from the guide, and works out the densities.
  void run(const work& w, const run_place& p, const key& k, guide_density of, tape_scope<V>& tape, std::string& trouble) {
    draw(w, p, k, of == guide_density::entropy, tape, trouble);
    score_model(w, tape, trouble);
    if constexpr (Follow) {
      guide_cells.clear();
      if (of != guide_density::entropy) score_guide(w, of == guide_density::with_scores, tape, trouble);
    }
  }

  void draw(const work& w, const run_place& p, const key& k, bool by_entropy, tape_scope<V>& tape, std::string& trouble) {
    place = p;
    take_items(w);
    const schema& s = *w.layout.of_guide;
    if (layout != w.layout.version) {
      of_model_constants.emplace(w.layout.found.structure->sites().size());
      of_guide_constants.emplace(s.sites().size());
      layout = w.layout.version;
    }
    draws.keep_densities = false;
    draws.fit(s);
    plain.resize(s.elements());
    if constexpr (Follow) {
      structure_walk walk(w.layout.of_guide, true);
      guide_draw_handler<V> h(walk, k, draws, place, true, {begun(of_draws, tape), w.sums}, by_entropy ? &w.layout.guide_counts : nullptr);
      h.read_parameters(&w.store);
      run_guide<V>(w.guide, h, *w.layout.found.structure, observed(w));
      discrete_scores = h.discrete_scores();
      entropy = h.entropy();
      log_q = -entropy.value();
      if (by_entropy && h.problem().is_error()) trouble = h.problem().sentence(s);
    } else {
      frozen_walk walk(s);
      of_guide_constants->forget();
      guide_score_handler<V> h(walk, k, draws.view(), plain.data(), *of_guide_constants, place, w.layout.guide_counts, {begun(of_guide, tape), w.sums, &score});
      h.read_parameters(&w.store);
      run_guide<V>(w.guide, h, *w.layout.found.structure, observed(w));
      log_q = h.value();
      if (h.problem().is_error()) trouble = h.problem().sentence(s);
    }
    for (std::size_t e = 0; e < plain.size(); ++e) plain[e] = draws.values[e].value();
    if constexpr (Follow) {
      auto* const e = starling::tape<V>::current->template push<link>(link::pull_all);
      e->of = this;
      e->layout = &w.layout;
    }
  }

  // After the sweep, by the weights.
  void add_derivatives(shared_sums& sums) const {
    if constexpr (Follow) add_weighted(*of_draws, V(1), sums);
    add_weighted(*of_model, model, sums);
    if (of_guide) add_weighted(*of_guide, score, sums);
  }

 private:
  // A lane an item, each `lanes_each` times.
  void take_items(const work& w) {
    if (!w.items.data) return;
    items.resize(w.layout.found.shared.size());
    std::size_t rows[width];
    for (std::size_t l = 0; l < width; ++l) rows[l] = w.items.which[std::min(place.first_lane + l, place.lanes - 1) / w.lanes_each];
    for (const auto& s : w.layout.item_sites)
      for (std::size_t e = 0; e < s.size; ++e) {
        if (rows[0] == rows[width - 1]) {
          items[s.offset + e] = V(static_cast<scalar_of<V>>(s.numbers.at(e, rows[0])));
        } else {
          scalar_of<V> numbers[width];
          for (std::size_t l = 0; l < width; ++l) numbers[l] = static_cast<scalar_of<V>>(s.numbers.at(e, rows[l]));
          items[s.offset + e] = V::load(numbers);
        }
      }
  }
  tile<const V> observed(const work& w) const { return {nullptr, w.items.data ? items.data() : w.layout.found.shared.data(), nullptr}; }

  static parameter_variables<V>& begun(std::optional<parameter_variables<V>>& of, tape_scope<V>& tape) {
    if (of) of->begin(tape);
    else of.emplace(tape);
    return *of;
  }

  // Carries the derivatives of the densities with respect to the choices to what drew them: on the tape before their runs, so that it is pulled after them.
  struct link : tape_entry {
    fit_block* of;
    const fit_layout<V, Posterior, Guide>* layout;
    static void pull_all(tape_entry* e) {
      const auto& self = static_cast<const link&>(*e);
      self.of->pass_on(*self.layout);
    }
  };
  void pass_on(const fit_layout<V, Posterior, Guide>& all) {
    const auto pass = [&](const site& to, const V* cells, const V& by) {
      for (std::size_t e = 0; cells && e < to.type.size(); ++e) draws.values[to.offset + e].add_derivative(passed_on(cells[e], by));
    };
    const auto& sites = all.of_guide->sites();
    for (std::size_t i = 0; i < all.pairs.size(); ++i) pass(sites[all.pairs[i].guide], model_cells[i], path);
    for (std::uint32_t j = 0; j < guide_cells.size(); ++j) pass(sites[j], guide_cells[j], -path);
  }

  void score_model(const work& w, tape_scope<V>& tape, std::string& trouble) {
    const schema& s = *w.layout.found.structure;
    model_values.resize(s.elements());
    for (const auto& p : w.layout.pairs) {
      const site& from = w.layout.of_guide->sites()[p.guide];
      for (std::size_t e = 0; e < from.type.size(); ++e) model_values[s.sites()[p.model].offset + e] = plain[from.offset + e];
    }
    frozen_walk walk(s);
    if (!Follow || !w.layout.all_real || w.items.data) of_model_constants->forget();
    lane_density_handler<V> h(walk, {model_values.data(), observed(w).shared, nullptr}, *of_model_constants, place, w.layout.model_free, w.layout.model_counts, Follow, tape,
                              {begun(of_model, tape), w.sums, &model});
    h.read_parameters(&w.store);
    with_arguments<V>(w.post.args(), place.first_lane, place.lanes, [&](const auto&... a) { w.post.model().run(h, a...); });
    log_p = h.value();
    if (trouble.empty() && h.problem().found) trouble = h.problem().sentence(s);
    model_cells.clear();
    for (const auto& p : w.layout.pairs) model_cells.push_back(h.derivatives(p.model));
  }

  void score_guide(const work& w, bool scores, tape_scope<V>& tape, std::string& trouble) {
    const schema& s = *w.layout.of_guide;
    frozen_walk walk(s);
    of_guide_constants->forget();
    lane_density_handler<V> h(walk, {plain.data(), nullptr, nullptr}, *of_guide_constants, place, w.layout.guide_free, w.layout.guide_counts, true, tape,
                              {begun(of_guide, tape), w.sums, &score, scores});
    h.read_parameters(&w.store);
    run_guide<V>(w.guide, h, *w.layout.found.structure, observed(w));
    log_q = h.value();
    if (h.problem().is_error()) trouble = h.problem().sentence(s);  // which made what the model got
    for (std::uint32_t j = 0; j < s.sites().size(); ++j) guide_cells.push_back(h.derivatives(j));
  }
};

}  // namespace starling
