#pragma once

#include <starling/inference/result.hpp>

#include <string>

namespace starling {

// What draws are, to be found damaged: "format 1 of 4 x 1000 x 10 numbers, <checksum of names, shapes and values>". Names are the file's.
std::string draws_checksum(const draws& of);

}  // namespace starling
