// expect: an arena holds plain values: nothing is destroyed in it
#include <string>

#include <starling/values/vector.hpp>

starling::vector<std::string> f() { return starling::vector<std::string>(3); }
