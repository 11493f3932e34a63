// What the steps of sl::fit know before they run: the structures of model and guide, which choices are the same, how often densities count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/variational/guide_runs.hpp>
#include <starling/models/posterior.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

// Rows of data, a lane each in the choice map (null: there are none), and those of a step.
struct item_rows {
  const choice_map* data = nullptr;
  std::span<const std::size_t> which;
};

template <class V, class Posterior, class Guide> struct fit_layout {
  using A = adjoint<V>;
  static constexpr std::size_t width = lanes_of<V>;

  // A latent of the model and the guide's choice that it is.
  struct pairing {
    std::uint32_t model, guide;
  };
  // An observed site, and its numbers in each item.
  struct item_site {
    std::uint32_t offset, size;
    constraint_ref numbers;
  };

  std::size_t version = 0;  // another one, where anything is new
  posterior_layout<V> found;
  std::shared_ptr<const schema> of_guide;
  std::vector<pairing> pairs;
  std::vector<double> model_counts, guide_counts;  // how often the density of each site counts; empty: all once
  std::vector<std::uint8_t> model_free, guide_free;
  std::vector<item_site> item_sites;
  bool all_real = true;    // the latents: what is constant for the model stays as it is
  bool all_follow = true;  // the guide's choices can follow its parameters
  std::int64_t without_entropy = -1;  // the guide's first site whose distribution has no entropy in closed form

  void prepare(const Posterior& post, const Guide& guide, double count, const selection& local, double prior_weight, const parameter_store& store, const item_rows& items) {
    if (prepared_for_ == &post && count == count_ && prior_weight == prior_weight_ && items.data == items_of_) return;
    ++version;
    found = find_layout<V>(post, &store);
    prepared_for_ = &post, count_ = count, prior_weight_ = prior_weight, items_of_ = items.data;
    if (!of_guide) find_guide(guide, store);
    pair_choices();
    const auto how_often = [&](const schema& s, bool is_guide) {
      std::vector<double> counts(s.sites().size(), 1);
      const auto is_local = selected_sites(local, s);
      bool all_once = true;
      for (std::uint32_t k = 0; k < counts.size(); ++k) {
        if (count != 1 && is_local[k]) counts[k] *= count;
        if (!is_guide && prior_weight != 1 && found.is_latent(k)) counts[k] *= prior_weight;
        if (is_guide) counts[k] *= prior_weight;
        all_once = all_once && counts[k] == 1;
      }
      return all_once ? std::vector<double>() : counts;
    };
    model_counts = how_often(*found.structure, false);
    guide_counts = how_often(*of_guide, true);
    model_free.assign(found.structure->sites().size(), 0);
    all_real = true;
    for (const auto k : found.latents) {
      model_free[k] = 1;
      all_real = all_real && found.structure->sites()[k].type.kind == value_kind::real;
    }
    guide_free.assign(of_guide->sites().size(), 1);
    item_sites.clear();
    for (std::uint32_t k = 0; items.data && k < found.plan.size(); ++k) {
      if (!found.plan[k]) continue;
      const site& s = found.structure->sites()[k];
      item_sites.push_back({s.offset, static_cast<std::uint32_t>(s.type.size()), items.data->find(found.structure->path_of(k))});
    }
  }

 private:
  void find_guide(const Guide& guide, const parameter_store& store) {
    const arena_scope memory;
    tape_scope<V> tape;
    tile_storage<A> storage;
    structure_walk walk(nullptr, false);
    parameter_variables<V> parameters(tape);
    shared_sums of_nets;
    const std::vector<double> once;
    guide_draw_handler<V> h(walk, key(0), storage, {0, width}, false, {parameters, of_nets}, &once);
    h.read_parameters(&store);
    run_guide<V>(guide, h, *found.structure, {nullptr, found.shared.data(), nullptr});
    all_follow = h.all_follow();
    without_entropy = h.without_entropy();
    of_guide = walk.finish();
    throw_if_bad(h.problem(), *of_guide);
  }

  void pair_choices() {
    pairs.clear();
    const schema& guide = *of_guide;
    std::vector<std::uint8_t> used(guide.sites().size(), 0);
    for (const auto k : found.latents) {
      const site& s = found.structure->sites()[k];
      const auto j = guide.find(s.full, s.type);
      if (j < 0) throw std::invalid_argument("fit: the guide makes no choice at " + found.structure->path_of(k).str() + " of the type that the posterior has there, " + s.type.str());
      pairs.push_back({k, static_cast<std::uint32_t>(j)});
      used[static_cast<std::size_t>(j)] = 1;
    }
    for (std::uint32_t j = 0; j < used.size(); ++j)
      if (!used[j] && guide.sites()[j].is_choice()) throw std::invalid_argument("fit: the guide's choice at " + guide.path_of(j).str() + " is no latent of the posterior");
  }

  const Posterior* prepared_for_ = nullptr;
  const choice_map* items_of_ = nullptr;
  double count_ = 1, prior_weight_ = 1;
};

}  // namespace starling
