// For AVX-512: what does not run in packs of four lanes.
#include "instantiations.hpp"

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__FMA__)
namespace starling {

STARLING_COMPILE_FOR_NATIVE_PACKS

}  // namespace starling
#endif
