// Works of the gradients of programs of models/: see program_gradients.hpp.
#include "works/program_gradients.hpp"

#include "programs/hierarchies.hpp"

namespace bench {

prepared_work prepare_program_eight_schools(const work_options&) { return gradient_of_program(of_eight_schools::main, 5000); }
prepared_work prepare_program_gp_pois_regr(const work_options&) { return gradient_of_program(of_gp_pois_regr::main, 500); }
prepared_work prepare_program_gp_regr(const work_options&) { return gradient_of_program(of_gp_regr::main, 1000); }
prepared_work prepare_program_low_dim_gauss_mix(const work_options&) { return gradient_of_program(of_low_dim_gauss_mix::main, 100); }

}  // namespace bench
