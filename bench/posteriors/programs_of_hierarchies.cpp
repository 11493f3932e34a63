// Posteriors of programs of models/: see program_of_models.hpp.
#include "program_of_models.hpp"

#include "programs/hierarchies.hpp"

void study::add_programs_of_hierarchies() {
  of_eight_schools::main(0, nullptr);
  of_gp_pois_regr::main(0, nullptr);
  of_gp_regr::main(0, nullptr);
  of_low_dim_gauss_mix::main(0, nullptr);
}
