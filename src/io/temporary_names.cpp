#include "temporary_names.hpp"

#include "checksum.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace starling {
namespace {

// This machine, and the space of its process numbers, in which we run.
unsigned machine() {
  static const unsigned number = [] {
    char name[256] = {}, space[64] = {};
    ::gethostname(name, sizeof name - 1);
    const ssize_t n = ::readlink("/proc/self/ns/pid", space, sizeof space - 1);
    const std::string both = std::string(name) + " " + std::string(space, n > 0 ? static_cast<std::size_t>(n) : 0);
    return static_cast<unsigned>(checksum_of(both.data(), both.size()));
  }();
  return number;
}

}  // namespace

std::pair<int, int> create_temporary(const std::string& folder, mode_t mode, std::string& path) {
  static std::atomic<unsigned> count{0};
  for (int attempt = 0; attempt < 10'000; ++attempt) {
    path = fmt::format("{}/.starling-{:08x}-{}-{}.part", folder, machine(), ::getpid(), count.fetch_add(1));
    const int number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (number >= 0 || errno != EEXIST) return {number, errno};
  }
  return {-1, EEXIST};
}

void remove_stale_temporaries(const std::string& folder) {
  DIR* const entries = ::opendir(folder.c_str());
  if (entries == nullptr) return;
  while (const dirent* one = ::readdir(entries)) {
    unsigned of = 0, count = 0;
    int process = 0, end = 0;
    if (std::sscanf(one->d_name, ".starling-%8x-%d-%u.part%n", &of, &process, &count, &end) != 3 || end == 0 || one->d_name[end] != '\0') continue;
    const std::string path = folder + "/" + one->d_name;
    struct stat status {};
    const bool is_gone = of == machine() && process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone || (::stat(path.c_str(), &status) == 0 && std::time(nullptr) - status.st_mtime > 86'400)) ::unlink(path.c_str());
  }
  ::closedir(entries);
}

}  // namespace starling
