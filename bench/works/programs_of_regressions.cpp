// Works of the gradients of programs of models/: see program_gradients.hpp.
#include "works/program_gradients.hpp"

#include "programs/regressions.hpp"

namespace bench {

prepared_work prepare_program_blr(const work_options&) { return gradient_of_program(of_blr::main, 2000); }
prepared_work prepare_program_kidscore_momiq(const work_options&) { return gradient_of_program(of_kidscore_momiq::main, 500); }
prepared_work prepare_program_logearn_height(const work_options&) { return gradient_of_program(of_logearn_height::main, 2000); }
prepared_work prepare_program_logmesquite(const work_options&) { return gradient_of_program(of_logmesquite::main, 2000); }

}  // namespace bench
