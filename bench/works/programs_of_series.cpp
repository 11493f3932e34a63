// The gradients of programs of models/: see program_gradients.hpp.
#include <array>

#include <starling/distributions/hidden_markov.hpp>

#include "works/program_gradients.hpp"

namespace of_ar_k {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("ar_k", make, 2000);
  return 0;
}
}  // namespace starling
#include "../../models/ar_k.cpp"
}  // namespace of_ar_k

namespace of_arma11 {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("arma11", make, 500);
  return 0;
}
}  // namespace starling
#include "../../models/arma11.cpp"
}  // namespace of_arma11

namespace of_garch11 {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("garch11", make, 500);
  return 0;
}
}  // namespace starling
#include "../../models/garch11.cpp"
}  // namespace of_garch11

namespace of_hmm_example {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("hmm_example", make, 500);
  return 0;
}
}  // namespace starling
#include "../../models/hmm_example.cpp"
}  // namespace of_hmm_example

namespace bench {

prepared_work prepare_program_ar_k(const work_options&) {
  of_ar_k::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_arma11(const work_options&) {
  of_arma11::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_garch11(const work_options&) {
  of_garch11::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_hmm_example(const work_options&) {
  of_hmm_example::main(0, nullptr);
  return program_handed_on();
}

}  // namespace bench
