// Exits with 0 where two source files that both include the library link, and a model gives the same choices in both.
#include <starling/starling.hpp>

namespace sl = starling;

double in_second();

int main() {
  const auto model = sl::gen([](auto& trace) { return trace("x", sl::normal(1.0, 2.0)); });
  const auto t = sl::simulate(model, sl::args(), sl::key(3));
  return t.value() == in_second() ? 0 : 1;
}
