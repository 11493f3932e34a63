// What a fit predicts, and how well it predicts what was observed: draw by draw, in lanes.
//
//   fit.prior_predictive = sl::prior_predictive(post, 1000, key);   observed choices drawn from the model
//   sl::posterior_predictive(post, fit, key);                       observed choices drawn anew given each draw of the latents
//   sl::log_likelihood(post, fit);                                  log density of each observed choice given each draw
// Variables have the names of the observations. Weighted draws keep their weights (resample first for equal ones).
#pragma once

#include <cstddef>
#include <vector>

#include <starling/inference/lane_chains.hpp>
#include <starling/inference/pointwise.hpp>
#include <starling/inference/predictive_dynamic.hpp>
#include <starling/inference/result.hpp>
#include <starling/models/simulate.hpp>
#include <starling/values/counts.hpp>

namespace starling {

// The latents of a structure in the draws of a fit, found by name. Throws std::invalid_argument where the fit does not have one.
class latent_draws {
 public:
  // partial: what the fit does not have is NaN.
  latent_draws(const schema& structure, const std::vector<std::uint32_t>& latents, const draws& fit, bool partial = false);
  // Values for lanes: those of draws first, first + 1, … (all chains in a row).
  choice_map constraints(std::size_t first, std::size_t count) const;
  // The numbers of one draw, latent by latent.
  void read(std::size_t draw, double* to) const;

 private:
  struct place {
    path where;
    choice_type type;
    std::vector<const double*> numbers;   // of each element, in draw 0
    std::vector<std::size_t> strides;     // from one draw to the next
  };
  std::vector<place> places_;
};

// Draws of the observed sites, to be filled lane by lane; types: of what each has.
class observed_draws {
 public:
  observed_draws(const schema& structure, std::vector<std::uint32_t> observed, const std::vector<choice_type>& types, std::size_t chains, std::size_t draws);
  const std::vector<std::uint32_t>& sites() const { return sites_; }
  std::size_t size(std::size_t j) const { return sizes_[j]; }
  void set(std::size_t j, std::size_t element, std::size_t draw, double x);
  draws take() { return std::move(filled_); }

 private:
  std::vector<std::uint32_t> sites_;
  std::vector<std::size_t> sizes_, first_slots_;
  std::vector<std::size_t> variables_, elements_, widths_;  // of slots
  draws filled_;
};

// What the three do: operations on batches of at most `lanes_at_once` draws, so that memory does not grow with the draws.
inline constexpr std::size_t lanes_at_once = 4096;

template <class Posterior>
auto observed_sites(const Posterior& post, posterior_layout<native_pack<double>>& layout) {
  layout = find_layout<native_pack<double>>(post);
  std::vector<std::uint32_t> observed;
  for (std::uint32_t k = 0; k < layout.structure->sites().size(); ++k)
    if (layout.plan[k]) observed.push_back(k);
  if (post.observations().empty()) throw std::invalid_argument("the posterior has no observations: there is nothing to predict");
  return observed;  // none of an empty list
}

// Copies what `number(site, element, block, lane)` gives of a batch to draws first, first + 1, …
template <class Number>
void copy_lanes(observed_draws& to, std::size_t first, std::size_t count, Number&& number) {
  constexpr std::size_t width = lanes_of<native_pack<double>>;
  for (std::size_t j = 0; j < to.sites().size(); ++j)
    for (std::size_t e = 0; e < to.size(j); ++e)
      for (std::size_t l = 0; l < count; ++l) to.set(j, e, first + l, number(to.sites()[j], e, l / width)[static_cast<int>(l % width)]);
}
template <class Batch>
auto values_of(const Batch& b) {
  return [&b](std::uint32_t k, std::size_t e, std::size_t block) { return b.state().block(block).at(b.structure().sites()[k])[e]; };
}

inline std::vector<choice_type> types_of(const schema& structure, const std::vector<std::uint32_t>& sites) {
  std::vector<choice_type> types;
  for (const auto k : sites) types.push_back(structure.sites()[k].type);
  return types;
}

// each(filled, constraints, first, count), for parts of the draws; begin(constraints, observed) gives the types of what is filled in, from the first draw.
template <class Posterior, class Begin, class Each>
draws for_each_draw(const Posterior& post, const result& fit, Begin&& begin, Each&& each) {
  posterior_layout<native_pack<double>> layout;
  auto observed = observed_sites(post, layout);
  const latent_draws latents(*layout.structure, layout.latents, fit.posterior);
  const std::size_t n = fit.posterior.chains * fit.posterior.draws;
  const auto types = begin(latents.constraints(0, 1), *layout.structure, observed);
  observed_draws filled(*layout.structure, std::move(observed), types, fit.posterior.chains, fit.posterior.draws);
  for (std::size_t first = 0; first < n; first += lanes_at_once) {
    const std::size_t count = std::min(lanes_at_once, n - first);
    each(filled, latents.constraints(first, count), first, count);
  }
  return filled.take();
}

// n draws of the observed choices from the model. Throws std::logic_error where a latent is improper.
template <class Posterior>
draws prior_predictive(const Posterior& post, std::size_t n, const key& k) {
  require_count("prior_predictive", "the number of draws", n, 1, largest_lanes);
  if constexpr (Posterior::model_type::is_dynamic) {
    return observed_of_traces(post, 1, n, false, [&](auto& t, std::size_t, const run_place& place) { simulate_into(t, k, place); });
  } else {
    posterior_layout<native_pack<double>> layout;
    auto observed = observed_sites(post, layout);
    const auto types = types_of(*layout.structure, observed);
    observed_draws filled(*layout.structure, std::move(observed), types, 1, n);
    for (std::size_t first = 0; first < n; first += lanes_at_once) {
      const std::size_t count = std::min(lanes_at_once, n - first);
      const auto b = simulate(post.model(), post.args(), fold_in(k, first / lanes_at_once), lanes(count));
      copy_lanes(filled, first, count, values_of(b));
    }
    return filled.take();
  }
}

// Throws std::invalid_argument where there are none.
void require_draws(const result& fit);

// Fills fit.posterior_predictive, and returns it.
template <class Posterior>
const draws& posterior_predictive(const Posterior& post, result& fit, const key& k) {
  require_draws(fit);
  if constexpr (Posterior::model_type::is_dynamic) {
    fit.posterior_predictive = recall_draws(post, fit.posterior, false, k);
  } else {
    fit.posterior_predictive = for_each_draw(
        post, fit, [](const choice_map&, const schema& s, const auto& sites) { return types_of(s, sites); }, [&](observed_draws& to, const choice_map& given, std::size_t first, std::size_t count) {
      const auto r = generate(post.model(), post.args(), given, fold_in(k, first / lanes_at_once), lanes(count));
      copy_lanes(to, first, count, values_of(r.traces)); });
  }
  return fit.posterior_predictive;
}

// Fills fit.log_likelihood, and returns it: one number an observed choice; of a vector of independent elements (iid, normal of a vector, a glm, …) one
// an element, as leave-one-out cross-validation needs. NaN where a draw does not have the choice.
template <class Posterior>
const draws& log_likelihood(const Posterior& post, result& fit) {
  require_draws(fit);
  if constexpr (Posterior::model_type::is_dynamic) {
    fit.log_likelihood = recall_draws(post, fit.posterior, true, key(0));
  } else {
    using V = native_pack<double>;
    const auto run_all = [&](choice_map given, std::size_t count) { return generate(post.model(), post.args(), given.merge_observations(post.observations()), key(0), lanes(count)); };
    fit.log_likelihood = for_each_draw(
        post, fit,
        [&](const choice_map& given, const schema& structure, const std::vector<std::uint32_t>& sites) {
          const auto r = run_all(given, 1);
          auto values = r.traces.state();  // a copy: the walk writes where it reads
          pointwise_densities<V> one(structure, sites);
          one.find(post, values.block(0), r.traces.place(0));
          return one.types();
        },
        [&](observed_draws& to, const choice_map& given, std::size_t first, std::size_t count) {
          const auto r = run_all(given, count);
          auto values = r.traces.state();
          std::vector<pointwise_densities<V>> blocks(r.traces.blocks(), pointwise_densities<V>(r.traces.structure(), to.sites()));
          parallel_for(blocks.size(), [&](std::size_t b) { blocks[b].find(post, values.block(b), r.traces.place(b)); });
          copy_lanes(to, first, count, [&](std::uint32_t k, std::size_t e, std::size_t block) { return blocks[block].of(k)[e]; });
        });
  }
  return fit.log_likelihood;
}

}  // namespace starling
