// Programs of models/ without their command lines: models/x.cpp stands in a namespace of_x whose own `starling` has a `program` that hands the posterior to
// take_program(name, make), which the file that includes this one has in its unnamed namespace before it. of_x::main(0, nullptr) does it.
#pragma once

#include <array>

#include <starling/distributions/hidden_markov.hpp>
#include <starling/starling.hpp>
#include <starling/io/program.hpp>

namespace {

namespace of_ar_k {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("ar_k", make);
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
  take_program("arma11", make);
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
  take_program("garch11", make);
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
  take_program("hmm_example", make);
  return 0;
}
}  // namespace starling
#include "../../models/hmm_example.cpp"
}  // namespace of_hmm_example

}  // namespace
