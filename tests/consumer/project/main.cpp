// Exits with 0 where two source files that both include the library link and agree.
#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>

double in_second(double x);

int main() {
  const double x = 0.7;
  return starling::exp(starling::log(x)) == in_second(x) ? 0 : 1;
}
