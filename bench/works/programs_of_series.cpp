// Works of the gradients of programs of models/: see program_gradients.hpp.
#include "works/program_gradients.hpp"

#include "programs/series.hpp"

namespace bench {

prepared_work prepare_program_ar_k(const work_options&) { return gradient_of_program(of_ar_k::main, 2000); }
prepared_work prepare_program_arma11(const work_options&) { return gradient_of_program(of_arma11::main, 500); }
prepared_work prepare_program_garch11(const work_options&) { return gradient_of_program(of_garch11::main, 500); }
prepared_work prepare_program_hmm_example(const work_options&) { return gradient_of_program(of_hmm_example::main, 500); }

}  // namespace bench
