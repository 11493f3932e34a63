// Eight schools by advi: how long it takes to compile is a row of `make bench-peers`.
#include "schools.hpp"

int main() {
  std::printf("%zu warnings\n", sl::advi(schools_posterior(), {}, sl::key(1)).warnings.size());
}
