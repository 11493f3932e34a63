// The layers for AVX512. CMakeLists compiles this file alone for it; evaluation.cpp asks the machine before it calls anything here.
#include "kernels/layer_kernels.hpp"

namespace starling::neural {

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
const layer_functions<float>* avx512_functions(float) { return &layer_kernels<native_pack<float>>::functions; }
const layer_functions<double>* avx512_functions(double) { return &layer_kernels<native_pack<double>>::functions; }
#else
const layer_functions<float>* avx512_functions(float) { return nullptr; }
const layer_functions<double>* avx512_functions(double) { return nullptr; }
#endif

}  // namespace starling::neural
