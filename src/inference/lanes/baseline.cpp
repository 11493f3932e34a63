// For the baseline of the architecture: SSE2 on x86-64, NEON on AArch64. CMakeLists compiles each of these three files for its instruction set.
#include "instantiations.hpp"

namespace starling {

STARLING_COMPILE_FOR_NATIVE_PACKS
STARLING_COMPILE_FOR_GRADIENT_PACKS

}  // namespace starling
