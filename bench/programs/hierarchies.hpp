// Programs of models/ without their command lines: models/x.cpp stands in a namespace of_x whose own `starling` has a `program` that hands the posterior to
// take_program(name, make), which the file that includes this one has in its unnamed namespace before it. of_x::main(0, nullptr) does it.
#pragma once

#include <array>

#include <starling/distributions/mixture.hpp>
#include <starling/starling.hpp>
#include <starling/io/program.hpp>

namespace {

namespace of_eight_schools {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("eight_schools", make);
  return 0;
}
}  // namespace starling
#include "../../models/eight_schools.cpp"
}  // namespace of_eight_schools

namespace of_gp_pois_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("gp_pois_regr", make);
  return 0;
}
}  // namespace starling
#include "../../models/gp_pois_regr.cpp"
}  // namespace of_gp_pois_regr

namespace of_gp_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("gp_regr", make);
  return 0;
}
}  // namespace starling
#include "../../models/gp_regr.cpp"
}  // namespace of_gp_regr

namespace of_low_dim_gauss_mix {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  take_program("low_dim_gauss_mix", make);
  return 0;
}
}  // namespace starling
#include "../../models/low_dim_gauss_mix.cpp"
}  // namespace of_low_dim_gauss_mix

}  // namespace
