// For the baseline of the architecture: SSE2 on x86-64, NEON on AArch64. CMakeLists compiles each of these three files for its instruction set.
#include "instantiations.hpp"

namespace starling {

STARLING_COMPILE_LANES(native_pack<double>)
STARLING_COMPILE_LANES(native_pack<float>)
STARLING_COMPILE_CHAINS(double)
STARLING_COMPILE_CHAINS(native_pack<double>)
STARLING_COMPILE_CHAINS(native_pack<float>)
STARLING_COMPILE_PREDICTIONS(native_pack<double>)
STARLING_COMPILE_GRADIENT_RUNS(double)
STARLING_COMPILE_GRADIENT_RUNS(gradient_pack)
STARLING_COMPILE_GRADIENTS(gradient_pack)

}  // namespace starling
