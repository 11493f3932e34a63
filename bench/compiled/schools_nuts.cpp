// Eight schools by nuts: how long it takes to compile is a row of `make bench-peers`.
#include <starling/inference/kernels/nuts.hpp>

#include "schools.hpp"

int main() {
  std::printf("%zu warnings\n", sl::run(sl::kernels::nuts(), schools_posterior(), {}, sl::key(1)).warnings.size());
}
