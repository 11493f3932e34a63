// The layers for AVX2. CMakeLists compiles this file alone for it; evaluation.cpp asks the machine before it calls anything here.
#include "kernels/layer_kernels.hpp"

namespace starling::neural {

#if defined(__AVX2__) && defined(__FMA__)
const layer_functions<float>* avx2_functions(float) { return &layer_kernels<native_pack<float>>::functions; }
const layer_functions<double>* avx2_functions(double) { return &layer_kernels<native_pack<double>>::functions; }
#else
const layer_functions<float>* avx2_functions(float) { return nullptr; }
const layer_functions<double>* avx2_functions(double) { return nullptr; }
#endif

}  // namespace starling::neural
