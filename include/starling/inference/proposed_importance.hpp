// Importance sampling with a proposal of one's own: a generative function that draws some or all of the latents.
//
//   sl::importance(post, guide, sl::args(ys), 100'000, key)
//   sl::importance(post, sl::amortised(sl::with_parameters(guide, fit.parameters)), 100'000, key)    a guide that takes the data, say one with nets
//   log w = log p(observations, proposed latents | the others, drawn from the model) − log q(proposed latents)
//
// A defensive mixture draws a share ε of the particles from the model, and q is (1 − ε) proposal + ε prior for all of them: weights are at most
// p(observations | latents) / ε, whatever the proposal misses (Hesterberg 1995; deterministic shares: Owen and Zhou 2000). It is the default for guides that
// take the data, since a trained net tells nothing where it was not trained.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/variational/guide_runs.hpp>
#include <starling/values/counts.hpp>

namespace starling {

struct proposal_options {
  double defensive = 0.1;  // the share of the particles that is drawn from the model, 0 ≤ ε < 1; 0: all come from the proposal
};

// Whether block b is one of the share of the model: the first one, and so on at even distances.
bool is_defensive(std::size_t b, double share);
// Adds k̂ of the weights to the attributes and says what it means where it is above 0.7. Throws std::invalid_argument where options make no sense.
void check_proposal_options(const proposal_options& o);
void tell_pareto_k(result& r);

// The particles of a proposal that runs as run_proposal(handler, first lane, lanes).
template <class Posterior, class RunProposal>
result importance_by(const Posterior& post, const posterior_layout<native_pack<double>>& layout, const RunProposal& run_proposal, std::size_t n, const proposal_options& o, const key& k) {
  require_count("importance", "the number of particles", n, 1, largest_lanes);
  check_proposal_options(o);
  using V = native_pack<double>;
  constexpr std::size_t width = lanes_of<V>, at_once = 4096;
  const schema& model = *layout.structure;
  const auto& sites = model.sites();
  block_record record(model, layout.latents, 0, 1, 1, n, false);
  result r;
  r.posterior.chains = 1;
  r.posterior.draws = n;
  r.posterior.variables = record.layout.variables(1, n);
  r.log_weights.reserve(n);
  const auto targets = record.layout.targets();
  std::vector<std::size_t> elements;
  for (const auto& v : r.posterior.variables) elements.push_back(v.elements());

  lane_block<V> proposed;
  proposed.find({0, width}, [&](auto& h) { run_proposal(h, run_place{0, width}); });
  const auto latents = kernels::proposed_latents(*proposed.structure, model, layout.latents);
  tile_storage<V> storage;
  storage.fit(model);
  auto shared = layout.shared;
  auto plan = layout.plan;
  std::vector<std::vector<double>> numbers(latents.size());  // of the proposed latents, [lane of the part][element]
  for (std::size_t i = 0; i < latents.size(); ++i) {
    const choice_type& type = sites[latents[i]].type;
    numbers[i].resize(std::min(at_once, n) * type.size() + width * type.size());
    plan[latents[i]] = {{numbers[i].data(), type.size(), type.code()}};
  }
  std::size_t of_prior = 0;
  for (std::size_t lane = 0; lane < n; lane += width) of_prior += is_defensive(lane / width, o.defensive) ? std::min(width, n - lane) : 0;
  const double share = static_cast<double>(of_prior) / static_cast<double>(n);
  const V log_share(log(share)), log_rest(log1p(-share));

  bad_parameter bad;
  for (std::size_t first = 0; first < n; first += at_once) {
    const std::size_t count = std::min(at_once, n - first);
    const key part = k.scope(first / at_once);
    for (std::size_t lane = 0; lane < count; lane += width) {
      const arena_scope scope;
      const run_place place{lane, count};
      const auto take = [&](const V* from, std::size_t i, std::size_t size) {
        for (std::size_t e = 0; e < size; ++e)
          for (std::size_t l = 0; l < width; ++l) numbers[i][(lane + l) * size + e] = from[e][static_cast<int>(l)];
      };
      V log_q(0);
      const bool from_model = is_defensive((first + lane) / width, o.defensive);
      if (from_model) {
        {
          frozen_walk walk(model);
          following_handler<V> h(walk, part.scope(hash_text("defensive")), {storage.values.data(), shared.data(), nullptr}, place, layout.plan);
          post.run(h);
          if (h.problem().is_error())
            throw std::invalid_argument("importance: a defensive mixture draws from the model, which cannot be drawn from, " + h.problem().sentence(model) + "; say .defensive = 0");
        }
        for (std::size_t i = 0; i < latents.size(); ++i) {
          const site& s = sites[latents[i]];
          take(storage.values.data() + s.offset, i, s.type.size());
          for (std::size_t e = 0; e < s.type.size(); ++e) proposed.values(i)[e] = storage.values[s.offset + e];
        }
        log_q = proposed.score(place, [&](auto& h) { run_proposal(h, place); });
      } else {
        log_q = proposed.draw(
            part.scope(hash_text("proposal")), place, [&](auto& h) { run_proposal(h, place); }, true);
        for (std::size_t i = 0; i < latents.size(); ++i) take(proposed.values(i), i, sites[latents[i]].type.size());
      }
      frozen_walk walk(model);
      following_handler<V> h(walk, part, {storage.values.data(), shared.data(), storage.densities.data()}, place, plan);
      post.run(h);
      bad.keep_first(h.problem());
      const V w = h.weight();
      if (share > 0) {
        V prior(0);
        for (const auto j : latents) prior = prior + storage.densities[j];
        log_q = log_sum_exp(V(log_rest + log_q), V(log_share + prior));
      }
      const std::size_t used = std::min(width, count - lane);
      for (std::size_t l = 0; l < used; ++l) {
        const double log_p = w[static_cast<int>(l)];
        r.log_weights.push_back(log_p > negative_infinity ? log_p - static_cast<double>(log_q[static_cast<int>(l)]) : negative_infinity);
      }
      std::size_t slot = 0;
      for (const auto site_number : layout.latents)
        for (std::size_t e = 0; e < sites[site_number].type.size(); ++e, ++slot)
          for (std::size_t l = 0; l < used; ++l)
            r.posterior.variables[targets[slot].variable].values[(first + lane + l) * elements[targets[slot].variable] + targets[slot].element] =
                storage.values[sites[site_number].offset + e][static_cast<int>(l)];
    }
  }
  weighted_sums total;
  for (const double w : r.log_weights) {
    weighted_sums one;
    one.top = w;
    one.weight = one.weight_squared = w > negative_infinity ? 1 : 0;
    total.merge(one);
  }
  add_observed(r, post);
  r.attributes = {{"method", "importance sampling with a proposal"}, {"particles", std::to_string(n)}, {"lanes", std::to_string(width)}, {"defensive", std::to_string(share)}};
  if (bad.found) r.warnings.push_back((bad.is_factor ? "some particles have weight 0 since " : "some particles gave a distribution bad parameters and have weight 0; the first: ") + bad.sentence(model));
  finish_importance(r, post.observations(), total, n, n, {}, record.layout, false, bad.found ? "; the first trouble was " + bad.sentence(model) : std::string());
  tell_pareto_k(r);
  return r;
}

// The proposal must cover the posterior, by itself or with the defensive share: where it cannot propose what has posterior mass the result is wrong, which no
// weight can tell. Notes are not recorded. Throws std::invalid_argument for a choice of the proposal that is no latent, or of another kind or size;
// parameter_error where the proposal's own distributions get bad parameters; std::runtime_error where every weight is 0.
template <class Posterior, generative_function Proposal, class... A>
result importance(const Posterior& post, const Proposal& proposal, const arguments<A...>& as, std::size_t n, const key& k, const proposal_options& o = {.defensive = 0}) {
  constexpr bool fixed = !Posterior::model_type::is_dynamic && !Proposal::is_dynamic;
  static_assert(fixed, "importance sampling with a proposal: neither the model nor the proposal may be dynamic");
  using V = native_pack<double>;
  return importance_by(
      post, find_layout<V>(post), [&](auto& h, const run_place& place) {
        with_arguments<V>(as, place.first_lane, place.lanes, [&](const auto&... a) { proposal.run(h, a...); });
      },
      n, o, k);
}

// With a guide that takes the data of the posterior.
template <class Posterior, class G>
result importance(const Posterior& post, const amortised_guide<G>& guide, std::size_t n, const key& k, const proposal_options& o = {}) {
  constexpr bool fixed = !Posterior::model_type::is_dynamic && !G::is_dynamic;
  static_assert(fixed, "importance sampling with a proposal: neither the model nor the proposal may be dynamic");
  using V = native_pack<double>;
  auto layout = find_layout<V>(post);
  return importance_by(
      post, layout, [&](auto& h, const run_place&) {
        run_guide<V>(guide, h, *layout.structure, tile<const V>{nullptr, layout.shared.data(), nullptr});
      },
      n, o, k);
}

}  // namespace starling
