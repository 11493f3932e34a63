// Steps of Adam for AVX512. CMakeLists compiles this file alone for it; parameters.cpp asks the machine before it calls anything here.
#include "kernels/adam_steps.hpp"

namespace starling {

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
adam_step avx512_adam_step() { return take_adam_steps<native_pack<double>>; }
#else
adam_step avx512_adam_step() { return nullptr; }
#endif

}  // namespace starling
