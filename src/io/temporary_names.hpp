// Names of files that are on their way: .starling-<machine>-<process>-<count>.part, short in any folder, and new each time.
#pragma once

#include <string>
#include <utility>

#include <sys/types.h>

namespace starling {

// Makes a file in the folder that was not there before and opens it for writing; its name into `path`. Its descriptor, or −1 and the system's reason.
std::pair<int, int> create_temporary(const std::string& folder, mode_t mode, std::string& path);

// Removes those whose programs have ended without removing them, as far as that is known: programs of this machine that are no more, or files
// that are a day old.
void remove_stale_temporaries(const std::string& folder);

}  // namespace starling
