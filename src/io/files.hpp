#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace starling {

// The whole file. Throws input_error with the system's reason if it cannot be read, or if it is a named pipe to which nobody writes within
// ten seconds, or a device other than a terminal, which may have no end.
std::string read_file(const std::string& path);

bool file_exists(const std::string& path);
bool is_regular_file(const std::string& path);

// Throws input_error with the system's reason if the file cannot be opened, and if it is no regular file.
void check_readable(const std::string& path);
// Its size in bytes; 0 where there is none.
std::size_t size_of_file(const std::string& path);

// Throws input_error if a file cannot be made (or replaced) at this path: its folder is missing, is no folder or may not be
// written to, or the path is a folder itself. Leaves nothing behind, and removes what killed programs left in the folder.
void check_writable(const std::string& path);

// The system's reason why no more can be written to an unfinished file, with how much it holds and how much room is left; empty if more can.
std::string why_not_written(const std::string& unfinished);

// Whether both are one file, or would be: through links, "./", other names of a folder. Devices are not files that could be lost.
bool same_file(const std::string& a, const std::string& b);

// Files that appear under their names all together, when they are complete and on the disk: they are written under other names in the same
// folders, and what is not committed is removed. A file that is replaced keeps its permissions; symbolic links to it stay. What is no regular
// file, or has other names (hard links), is written in place.
class pending_files {
 public:
  pending_files() = default;
  pending_files(const pending_files&) = delete;
  pending_files& operator=(const pending_files&) = delete;
  ~pending_files();

  // The name under which to write what is to become `path`: of a new empty file. Throws input_error.
  std::string reserve(const std::string& path);

  // Writes a text under that name. Throws input_error if that fails.
  void write(const std::string& path, std::string_view text);

  // Gives all files their names. Throws input_error with the system's reason.
  void commit();

 private:
  struct entry {
    std::string temporary, target, path;  // path: as it was given
    bool in_place;
  };
  std::vector<entry> entries_;
};

}  // namespace starling
