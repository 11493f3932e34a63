// Steps of Adam for the instruction set that the library is built for.
#include "kernels/adam_steps.hpp"

namespace starling {

adam_step baseline_adam_step() { return take_adam_steps<native_pack<double>>; }

}  // namespace starling
