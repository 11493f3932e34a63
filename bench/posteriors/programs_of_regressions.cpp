// Programs of models/: see program_of_models.hpp.
#include <array>

#include "program_of_models.hpp"

namespace of_blr {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("blr", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/blr.cpp"
}  // namespace of_blr

namespace of_kidscore_momiq {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("kidscore_momiq", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/kidscore_momiq.cpp"
}  // namespace of_kidscore_momiq

namespace of_logearn_height {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("logearn_height", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/logearn_height.cpp"
}  // namespace of_logearn_height

namespace of_logmesquite {
namespace starling {
using namespace ::starling;
template <class MakePosterior, class Kernel>
int program(int, char**, MakePosterior make, Kernel kernel, const program_description&) {
  study::add_program("logmesquite", make, kernel);
  return 0;
}
}  // namespace starling
#include "../../models/logmesquite.cpp"
}  // namespace of_logmesquite

void study::add_programs_of_regressions() {
  of_blr::main(0, nullptr);
  of_kidscore_momiq::main(0, nullptr);
  of_logearn_height::main(0, nullptr);
  of_logmesquite::main(0, nullptr);
}
