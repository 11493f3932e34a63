// expect: an address begins with a string literal; for a text in a variable write trace.sl::name
// at most: 1 errors
// at most: 40 lines
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto model = sl::gen([](auto& trace) {
  for (const char* name : {"a", "b"}) trace(name, sl::normal(0.0, 1.0));
});
const auto t = sl::simulate(model, sl::args(), sl::key(1));
