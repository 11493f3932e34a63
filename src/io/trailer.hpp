// The last line of files that a library writes and reads for us: a checksum of all that stands before it. It is looked at before the library opens the
// file: libraries trust what they read, and HDF5 can crash on one wrong bit.
#pragma once

#include <string>

namespace starling {

// Adds it to a file that is complete; `path` is what messages name. Throws input_error.
void add_trailer(const std::string& file, const std::string& path);

// Throws input_error where it does not agree; false where there is none, as in files of others, and of ours that others changed.
bool check_trailer(const std::string& path);

}  // namespace starling
