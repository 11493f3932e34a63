#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace starling {

// The whole file. Throws input_error with the system's reason if it cannot be read.
std::string read_file(const std::string& path);

bool file_exists(const std::string& path);

// Throws input_error with the system's reason if the file cannot be opened.
void check_readable(const std::string& path);

// Throws input_error if a file cannot be made (or replaced) at this path: its folder is missing, is no folder or may not be
// written to, or the path is a folder itself. Leaves nothing behind.
void check_writable(const std::string& path);

// Files that appear under their names all together, when they are complete: they are written under other names in the same
// folders, and what is not committed is removed.
class pending_files {
 public:
  pending_files() = default;
  pending_files(const pending_files&) = delete;
  pending_files& operator=(const pending_files&) = delete;
  ~pending_files();

  // The name under which to write what is to become `path`.
  std::string reserve(const std::string& path);

  // Writes a text under that name. Throws input_error if that fails.
  void write(const std::string& path, std::string_view text);

  // Gives all files their names. Throws input_error with the system's reason.
  void commit();

 private:
  struct entry {
    std::string temporary, path;
  };
  std::vector<entry> entries_;
};

}  // namespace starling
