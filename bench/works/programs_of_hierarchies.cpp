// The gradients of programs of models/: see program_gradients.hpp.
#include <array>

#include "works/program_gradients.hpp"

namespace of_eight_schools {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("eight_schools", make, 5000);
  return 0;
}
}  // namespace starling
#include "../../models/eight_schools.cpp"
}  // namespace of_eight_schools

namespace of_gp_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("gp_regr", make, 1000);
  return 0;
}
}  // namespace starling
#include "../../models/gp_regr.cpp"
}  // namespace of_gp_regr

namespace of_gp_pois_regr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("gp_pois_regr", make, 500);
  return 0;
}
}  // namespace starling
#include "../../models/gp_pois_regr.cpp"
}  // namespace of_gp_pois_regr

namespace of_low_dim_gauss_mix {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("low_dim_gauss_mix", make, 100);
  return 0;
}
}  // namespace starling
#include "../../models/low_dim_gauss_mix.cpp"
}  // namespace of_low_dim_gauss_mix

namespace bench {

prepared_work prepare_program_eight_schools(const work_options&) {
  of_eight_schools::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_gp_regr(const work_options&) {
  of_gp_regr::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_gp_pois_regr(const work_options&) {
  of_gp_pois_regr::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_low_dim_gauss_mix(const work_options&) {
  of_low_dim_gauss_mix::main(0, nullptr);
  return program_handed_on();
}

}  // namespace bench
