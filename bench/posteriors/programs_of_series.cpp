// Programs of models/: see program_of_models.hpp.
#include <array>

#include <starling/distributions/hidden_markov.hpp>

#include "program_of_models.hpp"

namespace of_ar_k {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("ar_k", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/ar_k.cpp"
}  // namespace of_ar_k

namespace of_arma11 {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("arma11", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/arma11.cpp"
}  // namespace of_arma11

namespace of_garch11 {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("garch11", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/garch11.cpp"
}  // namespace of_garch11

namespace of_hmm_example {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("hmm_example", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/hmm_example.cpp"
}  // namespace of_hmm_example

void study::add_programs_of_series() {
  of_ar_k::main(0, nullptr);
  of_arma11::main(0, nullptr);
  of_garch11::main(0, nullptr);
  of_hmm_example::main(0, nullptr);
}
