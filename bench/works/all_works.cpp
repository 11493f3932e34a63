#include "works/work.hpp"

namespace bench {

const std::vector<work>& all_works() {
  static const std::vector<work> works = {
      {"is", "importance sampling, linear regression, 20 observations, 10^6 particles, summaries only", prepare_importance},
      {"is_loop", "the same, a hand-written loop, f64", prepare_importance_loop},
      {"mh", "Metropolis-Hastings drift, same model, 1,000 chains x 1,000 steps, summaries only", prepare_chains},
      {"mh_loop", "the same, a hand-written loop, f64", prepare_chains_loop},
      {"mh1_vector", "one chain x 200,000 steps, observations as one vector-valued choice, f64", prepare_chain_vector},
      {"mh1_sites", "one chain x 200,000 steps, an address per observation, f64", prepare_chain_sites},
      {"update", "update of 40 sites, 38 constrained, one lane", prepare_update},
      {"update_plain", "the same densities in a plain loop", prepare_update_loop},
      {"generate", "generate of 40 sites, 38 constrained, one lane", prepare_generate},
      {"generate_plain", "the same densities and draws in a plain loop", prepare_generate_loop},
      {"simulate", "simulate of 40 sites, one lane", prepare_simulate},
      {"simulate_plain", "the same draws in a plain loop", prepare_simulate_loop},
      {"filter", "bootstrap filter of stochastic volatility, T = 100, --lanes particles, with history", prepare_filter},
      {"filter_loop", "the same, a hand-written loop, f64", prepare_filter_loop},
      {"unfold_update", "update of the last of --lanes steps of an unfold, trace moved in", prepare_unfold_update},
      {"unfold_extend", "an unfold extended step by step to --lanes steps", prepare_unfold_extend},
      {"unfold_extend_loop", "the same, a hand-written loop", prepare_unfold_extend_loop},
      {"batch_extend", "an unfold of 10,000 lanes extended by a step, from --lanes steps on", prepare_batch_extend},
      {"batch_update", "update of one of 20 sites of 10^6 lanes, batch moved in; time of a lane and site", prepare_batch_update},
      {"cone", "single-site MH on a hierarchical model of 1,000 instances, one step", prepare_cone},
      {"cone_loop", "the same, a hand-written incremental step", prepare_cone_loop},
      {"rerun", "update of what its 1,000 instances share", prepare_rerun},
      {"rerun_loop", "the same densities in a plain loop", prepare_rerun_loop},
      {"plate", "score of a map of 10,000 normal observations, one lane", prepare_plate},
      {"plate_loop", "the same, a plain SIMD loop", prepare_plate_loop},
      {"logistic_gradient", "gradient of logistic regression, 1000 x 20, four chains in lanes; time of one chain's", prepare_logistic_gradient},
      {"logistic_hmc", "static HMC on it, 4 chains x 1000 x 10 leapfrogs", prepare_logistic_hmc},
      {"logistic_nuts", "NUTS on it, 4 x (1000 + 1000)", prepare_logistic_nuts},
      {"schools_nuts", "NUTS on eight schools, non-centred, 4 x (1000 + 1000)", prepare_schools_nuts},
      {"polynomial_hmc", "static HMC on a polynomial regression, one chain, 1050 x 20 leapfrogs", prepare_polynomial_hmc},
      {"hmm_gradient", "gradient of the likelihood of a hidden Markov model, 20 states, 1,000 steps, one lane", prepare_hmm_gradient},
      {"adjoint_pack", "gradient of a robust regression in plain operators on adjoints of a pack", prepare_adjoint_pack},
      {"adjoint_pack_by_hand", "the same, written out", prepare_adjoint_pack_by_hand},
      {"adjoint_double", "the same on adjoints of one lane", prepare_adjoint_double},
      {"adjoint_double_by_hand", "the same, written out", prepare_adjoint_double_by_hand},
      {"adjoint_bulk", "gradient of logistic regression, 1000 x 20, on adjoints of a pack", prepare_adjoint_bulk},
      {"adjoint_bulk_by_hand", "the same, written out", prepare_adjoint_bulk_by_hand},
      {"threads", "as mh, 4,000 chains x 4,000 steps on --threads cores", prepare_threads},
      {"spin", "a loop in registers", prepare_spin},
      {"memory", "importance sampling of --particles, once; with --summaries none are kept", prepare_memory},
  };
  return works;
}

}  // namespace bench
