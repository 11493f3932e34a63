// What a benchmark is: a work with a name, made ready once and run many times, whose answer is checked.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct work_options {
  bool single_precision = false;     // float instead of double
  std::size_t particles = 10'000'000;  // of `memory`
  bool summaries_only = false;       // of `memory`
  std::size_t threads = 1;           // of `threads`
  std::size_t lanes = 10'000;        // of `filter`: particles; of `unfold_…` and `batch_extend`: steps
};

// The answer of a work, in words, and whether it is right: a fast program that computes something else is no benchmark.
struct verdict {
  std::string text;
  bool right = true;
  double amount = 1;  // of what one run gives, where that is to be divided by: effective draws
};

struct prepared_work {
  std::function<void()> run;        // once
  std::function<verdict()> check;   // of the last run
  std::size_t operations = 1;       // that one run does; times are for one
};

struct work {
  const char* name;
  const char* what;
  prepared_work (*prepare)(const work_options&);
};

// All works, in a fixed order.
const std::vector<work>& all_works();

prepared_work prepare_importance(const work_options&);
prepared_work prepare_importance_loop(const work_options&);
prepared_work prepare_memory(const work_options&);
prepared_work prepare_chains(const work_options&);
prepared_work prepare_chains_loop(const work_options&);
prepared_work prepare_threads(const work_options&);
prepared_work prepare_spin(const work_options&);
prepared_work prepare_chain_vector(const work_options&);
prepared_work prepare_chain_sites(const work_options&);
prepared_work prepare_update(const work_options&);
prepared_work prepare_update_loop(const work_options&);
prepared_work prepare_generate(const work_options&);
prepared_work prepare_generate_loop(const work_options&);
prepared_work prepare_simulate(const work_options&);
prepared_work prepare_simulate_loop(const work_options&);
prepared_work prepare_filter(const work_options&);
prepared_work prepare_filter_loop(const work_options&);
prepared_work prepare_unfold_update(const work_options&);
prepared_work prepare_unfold_extend(const work_options&);
prepared_work prepare_unfold_extend_loop(const work_options&);
prepared_work prepare_batch_extend(const work_options&);
prepared_work prepare_batch_update(const work_options&);
prepared_work prepare_cone(const work_options&);
prepared_work prepare_cone_loop(const work_options&);
prepared_work prepare_rerun(const work_options&);
prepared_work prepare_rerun_loop(const work_options&);
prepared_work prepare_plate(const work_options&);
prepared_work prepare_plate_loop(const work_options&);
prepared_work prepare_logistic_gradient(const work_options&);
prepared_work prepare_logistic_hmc(const work_options&);
prepared_work prepare_logistic_nuts(const work_options&);
prepared_work prepare_schools_nuts(const work_options&);
prepared_work prepare_polynomial_hmc(const work_options&);
prepared_work prepare_hmm_gradient(const work_options&);
prepared_work prepare_adev(const work_options&);
prepared_work prepare_fit_step(const work_options&);
prepared_work prepare_fit_step_by_hand(const work_options&);
prepared_work prepare_advi(const work_options&);
prepared_work prepare_advi_full(const work_options&);
prepared_work prepare_vimco(const work_options&);
prepared_work prepare_wake_sleep(const work_options&);
prepared_work prepare_doubly(const work_options&);
prepared_work prepare_adjoint_pack(const work_options&);
prepared_work prepare_adjoint_pack_by_hand(const work_options&);
prepared_work prepare_adjoint_double(const work_options&);
prepared_work prepare_adjoint_double_by_hand(const work_options&);
prepared_work prepare_adjoint_bulk(const work_options&);
prepared_work prepare_adjoint_bulk_by_hand(const work_options&);
prepared_work prepare_plain_sites(const work_options&);
prepared_work prepare_plain_map(const work_options&);
prepared_work prepare_plain_vector(const work_options&);
prepared_work prepare_plain_large(const work_options&);
prepared_work prepare_plain_one_sites(const work_options&);
prepared_work prepare_plain_one_vector(const work_options&);
prepared_work prepare_groups(const work_options&);
prepared_work prepare_field(const work_options&);
prepared_work prepare_mixture(const work_options&);
prepared_work prepare_garch(const work_options&);
prepared_work prepare_garch_by_hand(const work_options&);
prepared_work prepare_series(const work_options&);
prepared_work prepare_process(const work_options&);
prepared_work prepare_predators(const work_options&);
prepared_work prepare_net(const work_options&);
prepared_work prepare_field_nuts(const work_options&);
prepared_work prepare_program_ar_k(const work_options&);
prepared_work prepare_program_arma11(const work_options&);
prepared_work prepare_program_garch11(const work_options&);
prepared_work prepare_program_hmm_example(const work_options&);
prepared_work prepare_program_blr(const work_options&);
prepared_work prepare_program_kidscore_momiq(const work_options&);
prepared_work prepare_program_logearn_height(const work_options&);
prepared_work prepare_program_logmesquite(const work_options&);
prepared_work prepare_program_eight_schools(const work_options&);
prepared_work prepare_program_gp_regr(const work_options&);
prepared_work prepare_program_gp_pois_regr(const work_options&);
prepared_work prepare_program_low_dim_gauss_mix(const work_options&);
prepared_work prepare_draw_normal(const work_options&);
prepared_work prepare_draw_exponential(const work_options&);
prepared_work prepare_draw_gamma_03(const work_options&);
prepared_work prepare_draw_gamma_3(const work_options&);
prepared_work prepare_draw_gamma_300(const work_options&);
prepared_work prepare_draw_beta(const work_options&);
prepared_work prepare_draw_student_t(const work_options&);
prepared_work prepare_draw_poisson_05(const work_options&);
prepared_work prepare_draw_poisson_5(const work_options&);
prepared_work prepare_draw_poisson_500(const work_options&);
prepared_work prepare_draw_binomial(const work_options&);
prepared_work prepare_draw_negative_binomial_2(const work_options&);
prepared_work prepare_draw_categorical_10(const work_options&);
prepared_work prepare_draw_categorical_10000(const work_options&);
prepared_work prepare_draw_dirichlet(const work_options&);
prepared_work prepare_draw_von_mises(const work_options&);
prepared_work prepare_density_normal(const work_options&);
prepared_work prepare_density_exponential(const work_options&);
prepared_work prepare_density_gamma_3(const work_options&);
prepared_work prepare_density_beta(const work_options&);
prepared_work prepare_density_student_t(const work_options&);
prepared_work prepare_density_poisson_5(const work_options&);
prepared_work prepare_density_binomial(const work_options&);
prepared_work prepare_density_negative_binomial_2(const work_options&);
prepared_work prepare_density_categorical_10000(const work_options&);
prepared_work prepare_density_dirichlet(const work_options&);
prepared_work prepare_density_von_mises(const work_options&);
prepared_work prepare_kalman(const work_options&);

}  // namespace bench
