// All that is compiled here for an instruction set, by its own source file. A symbol is defined in one of these files alone, and has the instruction set in
// its name: a program takes the file of the set that it was compiled for out of the library, and no other.
#pragma once

#include "importance.hpp"
#include "predictive.hpp"
#include "program.hpp"

#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/run.hpp>

// Of native packs V, no matter how many lanes.
#define STARLING_COMPILE_LANES(V)                                                              \
  template posterior_layout<V> find_layout(const chain_posterior<V>&, const parameter_store*); \
  template result importance_in_lanes<V>(const particle_posterior<V>&, std::size_t, const importance_options&, const key&, progress&);
// Of one lane too, whose chains draw their random numbers in native packs.
#define STARLING_COMPILE_CHAINS(V) \
  template result run_in<V>(const kernels::drift&, const chain_posterior<V>&, const run_options&, const key&, progress&, const run_start&);
#define STARLING_COMPILE_PREDICTIONS(V)                                                            \
  template draws prior_predictive_in<V>(const drawn_posterior<V>&, std::size_t, const key&);       \
  template draws posterior_predictive_in<V>(const drawn_posterior<V>&, const result&, const key&); \
  template draws log_likelihood_in<V>(const scored_posterior<V>&, const result&);
// Of one lane and of gradient_pack.
#define STARLING_COMPILE_GRADIENT_RUNS(V) \
  template result run_gradient_in<V>(const kernels::gradient_kernel&, const free_posterior<V>&, const run_options&, const key&, progress&, const gradient_start&);
#define STARLING_COMPILE_GRADIENTS(V)                                                                                                                                     \
  template result run_tempered_in<V>(const kernels::gradient_kernel&, const tempered_posterior<V>&, const tempering_options&, const run_options&, const key&, progress&); \
  template result maximize_in<V>(const free_posterior<V>&, const maximize_options&, const key&, const progress*);                                                         \
  template result laplace_in<V>(const free_posterior<V>&, const laplace_options&, const key&, const progress*);                                                           \
  template result pathfinder_in<V>(const free_posterior<V>&, const pathfinder_options&, const key&, const progress*);                                                     \
  template advi_result advi_in<V>(const free_posterior<V>&, const advi_options&, const key&, const progress*);                                                            \
  template result sample_in<V>(const free_posterior<V>&, const kernels::gradient_kernel&, const sample_settings&, progress&);                                             \
  template result approximate_in<V>(const free_posterior<V>&, const approximation_settings&, progress&);                                                                  \
  template result log_prob_in<V>(const free_posterior<V>&, const point_settings&);                                                                                        \
  template gradient_test diagnose_in<V>(const free_posterior<V>&, const point_settings&);                                                                                 \
  template draws draws_with_notes_in<V>(const free_posterior<V>&, const draws&);
// What each instruction set compiles, and what those do whose gradients are their own.
#define STARLING_COMPILE_FOR_NATIVE_PACKS      \
  STARLING_COMPILE_LANES(native_pack<double>)  \
  STARLING_COMPILE_LANES(native_pack<float>)   \
  STARLING_COMPILE_CHAINS(double)              \
  STARLING_COMPILE_CHAINS(native_pack<double>) \
  STARLING_COMPILE_CHAINS(native_pack<float>)  \
  STARLING_COMPILE_PREDICTIONS(native_pack<double>)
#define STARLING_COMPILE_FOR_GRADIENT_PACKS     \
  STARLING_COMPILE_GRADIENT_RUNS(double)        \
  STARLING_COMPILE_GRADIENT_RUNS(gradient_pack) \
  STARLING_COMPILE_GRADIENTS(gradient_pack)
