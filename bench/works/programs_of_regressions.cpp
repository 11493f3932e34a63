// The gradients of programs of models/: see program_gradients.hpp.
#include <array>

#include "works/program_gradients.hpp"

namespace of_blr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel, const program_description&) {
  bench::hand_on_program("blr", make, 2000);
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
  bench::hand_on_program("kidscore_momiq", make, 500);
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
  bench::hand_on_program("logearn_height", make, 2000);
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
  bench::hand_on_program("logmesquite", make, 2000);
  return 0;
}
}  // namespace starling
#include "../../models/logmesquite.cpp"
}  // namespace of_logmesquite

namespace bench {

prepared_work prepare_program_blr(const work_options&) {
  of_blr::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_kidscore_momiq(const work_options&) {
  of_kidscore_momiq::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_logearn_height(const work_options&) {
  of_logearn_height::main(0, nullptr);
  return program_handed_on();
}
prepared_work prepare_program_logmesquite(const work_options&) {
  of_logmesquite::main(0, nullptr);
  return program_handed_on();
}

}  // namespace bench
