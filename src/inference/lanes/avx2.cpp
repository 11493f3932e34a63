// For AVX2; the gradients also for AVX-512, where they run in packs of four lanes.
#include "instantiations.hpp"

#if defined(__AVX2__) && defined(__FMA__)
namespace starling {

STARLING_COMPILE_FOR_NATIVE_PACKS
STARLING_COMPILE_FOR_GRADIENT_PACKS

}  // namespace starling
#endif
