// Work on bytes that nobody vouches for, by a library that may die of them: done in a child process, which nothing else hears of.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace starling {

// What `work` returns, called in a child process. Throws input_error: with the sentence that `work` threw, and, naming `path`, where the child died or took
// more than a minute of processor time and another for each 100 MB of the file.
std::vector<std::byte> done_in_child(const std::string& path, const std::function<std::vector<std::byte>()>& work);

}  // namespace starling
