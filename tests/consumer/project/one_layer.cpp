// Uses the first layer only.
#include <starling/values/pack.hpp>

int main() {
  const auto x = starling::pack<double, 2>::iota(1.0);
  return x[0] + x[1] == 3.0 ? 0 : 1;
}
