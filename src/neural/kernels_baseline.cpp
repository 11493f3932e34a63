// The layers for the instruction set that the library is built for.
#include "kernels/layer_kernels.hpp"

namespace starling::neural {

const layer_functions<float>& baseline_functions(float) { return layer_kernels<native_pack<float>>::functions; }
const layer_functions<double>& baseline_functions(double) { return layer_kernels<native_pack<double>>::functions; }

}  // namespace starling::neural
