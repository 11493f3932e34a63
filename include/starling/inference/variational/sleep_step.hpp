// The sleeping part of a step of sl::fit: the guide's log density at choices that are drawn from the model together with data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <starling/inference/variational/guide_runs.hpp>
#include <starling/models/posterior.hpp>
#include <starling/models/simulate.hpp>

namespace starling {

template <class V, class Posterior, class Guide> class sleep_step {
 public:
  static constexpr std::size_t width = lanes_of<V>;

  // Adds `share` of the mean derivatives over `lanes` pairs. Gives the mean log density.
  double run(const Posterior& post, const Guide& guide, const schema& of_guide, std::size_t lanes, double share, const parameter_store& store, const key& k, std::string& trouble,
             shared_sums& sums) {
    double total = 0;
    for (std::size_t first = 0; first < lanes; first += width) {
      const arena_scope memory;
      const run_place place{first, lanes};
      draw(post, place, store, k, trouble);
      if (!trouble.empty()) return 0;
      const tile<const V> drawn{drawn_.values.data(), drawn_.shared.data(), nullptr};
      take_choices(of_guide, drawn);
      tape_scope<V> tape;
      V weight(0);
      for (std::size_t l = 0; l < width && first + l < lanes; ++l) weight.set(static_cast<int>(l), static_cast<scalar_of<V>>(share / static_cast<double>(lanes)));
      parameter_variables<V> read(tape);
      frozen_walk walk(of_guide);
      constant_values constants(of_guide.sites().size());
      none_.assign(of_guide.sites().size(), 0);
      lane_density_handler<V> h(walk, {choices_.data(), nullptr, nullptr}, constants, place, none_, once_, false, tape, {read, sums, &weight});
      h.read_parameters(&store);
      run_guide<V>(guide, h, *structure_, drawn);
      tape.sweep();
      for (std::size_t l = 0; l < width && first + l < lanes; ++l) total += static_cast<double>(h.value()[static_cast<int>(l)]);
      add_weighted(read, weight, sums);
    }
    if (!(total - total == 0)) trouble = "the density of the guide is 0 at choices drawn from the model";
    return total / static_cast<double>(lanes);
  }

 private:
  void draw(const Posterior& post, const run_place& place, const parameter_store& store, const key& k, std::string& trouble) {
    structure_walk walk(structure_, structure_ != nullptr);
    if (structure_) drawn_.fit(*structure_);
    deciding_handler<V> h(walk, k, drawn_, {}, place);
    h.read_parameters(&store);
    with_arguments<V>(post.args(), place.first_lane, place.lanes, [&](const auto&... a) { post.model().run(h, a...); });
    auto structure = walk.finish();
    if (h.problem().is_error()) trouble = h.problem().sentence(*structure);
    structure_ = std::move(structure);
  }
  void take_choices(const schema& of_guide, const tile<const V>& drawn) {
    choices_.resize(of_guide.elements());
    for (const site& to : of_guide.sites()) {
      const auto from = structure_->find(to.full, to.type);
      if (!to.is_choice() || from < 0) continue;
      const V* const at = drawn.at(structure_->sites()[static_cast<std::size_t>(from)]);
      for (std::size_t e = 0; e < to.type.size(); ++e) choices_[to.offset + e] = at[e];
    }
  }

  std::shared_ptr<const schema> structure_;
  tile_storage<V> drawn_;
  std::vector<V> choices_;
  std::vector<std::uint8_t> none_;
  const std::vector<double> once_;
};

}  // namespace starling
