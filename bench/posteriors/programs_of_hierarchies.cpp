// Programs of models/: see program_of_models.hpp.
#include <array>

#include <starling/distributions/mixture.hpp>

#include "program_of_models.hpp"

namespace of_eight_schools {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("eight_schools", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/eight_schools.cpp"
}  // namespace of_eight_schools

namespace of_gp_pois_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("gp_pois_regr", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/gp_pois_regr.cpp"
}  // namespace of_gp_pois_regr

namespace of_gp_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("gp_regr", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/gp_regr.cpp"
}  // namespace of_gp_regr

namespace of_low_dim_gauss_mix {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("low_dim_gauss_mix", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/low_dim_gauss_mix.cpp"
}  // namespace of_low_dim_gauss_mix

void study::add_programs_of_hierarchies() {
  of_eight_schools::main(0, nullptr);
  of_gp_pois_regr::main(0, nullptr);
  of_gp_regr::main(0, nullptr);
  of_low_dim_gauss_mix::main(0, nullptr);
}
