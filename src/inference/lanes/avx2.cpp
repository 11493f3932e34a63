// For AVX2; the gradients also for AVX-512, where they run in packs of four lanes.
#include "instantiations.hpp"

#if defined(__AVX2__) && defined(__FMA__)
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
#endif
