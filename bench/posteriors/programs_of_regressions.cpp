// Posteriors of programs of models/: see program_of_models.hpp.
#include "program_of_models.hpp"

#include "programs/regressions.hpp"

void study::add_programs_of_regressions() {
  of_blr::main(0, nullptr);
  of_kidscore_momiq::main(0, nullptr);
  of_logearn_height::main(0, nullptr);
  of_logmesquite::main(0, nullptr);
}
