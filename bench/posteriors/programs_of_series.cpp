// Posteriors of programs of models/: see program_of_models.hpp.
#include "program_of_models.hpp"

#include "programs/series.hpp"

void study::add_programs_of_series() {
  of_ar_k::main(0, nullptr);
  of_arma11::main(0, nullptr);
  of_garch11::main(0, nullptr);
  of_hmm_example::main(0, nullptr);
}
