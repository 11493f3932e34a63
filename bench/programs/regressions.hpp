// Programs of models/ without their command lines: models/x.cpp stands in a namespace of_x whose own `starling` has a `program` that hands the posterior to
// take_program(name, make), which the file that includes this one has in its unnamed namespace before it. of_x::main(0, nullptr) does it.
#pragma once

#include <array>

#include <starling/starling.hpp>
#include <starling/io/program.hpp>

namespace {

namespace of_blr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("blr", make);
  return 0;
}
}  // namespace starling
#include "../../models/blr.cpp"
}  // namespace of_blr

namespace of_kidscore_momiq {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("kidscore_momiq", make);
  return 0;
}
}  // namespace starling
#include "../../models/kidscore_momiq.cpp"
}  // namespace of_kidscore_momiq

namespace of_logearn_height {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("logearn_height", make);
  return 0;
}
}  // namespace starling
#include "../../models/logearn_height.cpp"
}  // namespace of_logearn_height

namespace of_logmesquite {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("logmesquite", make);
  return 0;
}
}  // namespace starling
#include "../../models/logmesquite.cpp"
}  // namespace of_logmesquite

}  // namespace
