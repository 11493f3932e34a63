#include <starling/starling.hpp>

namespace sl = starling;

double in_second() {
  const auto model = sl::gen([](auto& trace) { return trace("x", sl::normal(1.0, 2.0)); });
  return sl::simulate(model, sl::args(), sl::key(3)).value();
}
