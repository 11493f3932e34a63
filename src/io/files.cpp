#include "files.hpp"

#include <starling/io/input_error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "temporary_names.hpp"

namespace starling {
namespace {

[[noreturn]] void refuse(const std::string& path, const char* what, int reason) {
  throw input_error(fmt::format("{} cannot be {}: {}.", path, what, std::strerror(reason)));
}

struct descriptor {
  int number;
  descriptor(int n) : number(n) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number >= 0) ::close(number);
  }
};

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

// A name for what this process has open already: /dev/stdin, /dev/fd/3. (/dev/shm is a folder like others.)
bool is_open_here(const std::string& path) { return path.starts_with("/dev/std") || path.starts_with("/dev/fd/") || path.starts_with("/proc/"); }

bool is_folder(const std::string& path) {
  const auto status = status_of(path);
  return status && S_ISDIR(status->st_mode);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/"
                                                       : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Where symbolic links lead, to a file that may not be there yet.
std::string target_of(std::string path) {
  char to[4096];
  for (int links = 0; links < 40; ++links) {
    const ssize_t n = ::readlink(path.c_str(), to, sizeof to);
    if (n <= 0 || n == static_cast<ssize_t>(sizeof to)) break;
    const std::string next(to, static_cast<std::size_t>(n));
    path = next[0] == '/' ? next : folder_of(path) + "/" + next;
  }
  return path;
}

// Whether bytes are to go into what is there, since another file in its place would be another thing.
bool is_written_in_place(const std::string& path, const std::optional<struct stat>& status) {
  return status && (!S_ISREG(status->st_mode) || status->st_nlink > 1 || is_open_here(path));
}

void write_all(int number, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t put = ::write(number, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) refuse(path, "written", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

void sync(int number, const std::string& path) {
  // Some file systems and all devices have nothing to wait for.
  if (::fsync(number) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS && errno != EINTR) refuse(path, "written", errno);
}

// A named pipe without a writer would be waited for without end.
void await_writer(int number, const std::string& path) {
  pollfd one{number, POLLIN, 0};
  if (::poll(&one, 1, 10'000) == 0) throw input_error(fmt::format("{} cannot be read: it is a pipe to which nothing was written for ten seconds.", path));
}

}  // namespace

std::string read_file(const std::string& path) {
  const auto status = status_of(path);
  const bool is_named_pipe = status && S_ISFIFO(status->st_mode) && !is_open_here(path);
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | (is_named_pipe ? O_NONBLOCK : 0))};
  if (file.number < 0) refuse(path, "read", errno);
  if (status && S_ISCHR(status->st_mode) && ::isatty(file.number) == 0) throw input_error(fmt::format("{} cannot be read: it is a device.", path));
  if (is_named_pipe) {
    await_writer(file.number, path);
    ::fcntl(file.number, F_SETFL, 0);
  }
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(file.number, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, "read", errno);
    if (got == 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool is_regular_file(const std::string& path) {
  const auto status = status_of(path);
  return status && S_ISREG(status->st_mode);
}

std::size_t size_of_file(const std::string& path) {
  const auto status = status_of(path);
  return status ? static_cast<std::size_t>(status->st_size) : 0;
}

std::string why_not_written(const std::string& unfinished) {
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return std::strerror(errno);
  const std::string more(std::size_t{1} << 20, '\0');
  std::string reason;
  for (std::size_t left = more.size(); left > 0 && reason.empty();) {
    const ssize_t n = ::write(file, more.data(), left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) reason = std::strerror(n < 0 ? errno : ENOSPC);
    else left -= static_cast<std::size_t>(n);
  }
  ::close(file);
  struct statvfs disk {};
  if (!reason.empty() && ::statvfs(unfinished.c_str(), &disk) == 0)
    reason += fmt::format(" (it has {} bytes so far, and it cannot grow; {} bytes of its disk are free)", size_of_file(unfinished), disk.f_bavail * disk.f_frsize);
  return reason;
}

void check_readable(const std::string& path) {
  if (is_folder(path)) refuse(path, "read", EISDIR);
  if (::access(path.c_str(), R_OK) != 0) refuse(path, "read", errno);
  if (const auto status = status_of(path); status && !S_ISREG(status->st_mode))
    throw input_error(fmt::format("{} cannot be read: it is no regular file.", path));
}

void check_writable(const std::string& path) {
  if (is_folder(path)) refuse(path, "written", EISDIR);
  if (!status_of(path) && errno != ENOENT) refuse(path, "written", errno);
  if (file_exists(path) && ::access(path.c_str(), W_OK) != 0) refuse(path, "written", errno);
  const std::string target = target_of(path);
  if (is_written_in_place(path, status_of(path)) && !S_ISREG(status_of(path)->st_mode)) return;
  remove_stale_temporaries(folder_of(target));
  pending_files trial;
  trial.reserve(path);
}

bool same_file(const std::string& a, const std::string& b) {
  const auto one = status_of(a), other = status_of(b);
  if (one && other) return S_ISREG(one->st_mode) && one->st_dev == other->st_dev && one->st_ino == other->st_ino;
  if (one || other) return false;
  const std::string to_a = target_of(a), to_b = target_of(b);
  const auto folder = status_of(folder_of(to_a)), other_folder = status_of(folder_of(to_b));
  if (!folder || !other_folder) return to_a == to_b;
  return folder->st_dev == other_folder->st_dev && folder->st_ino == other_folder->st_ino && name_of(to_a) == name_of(to_b);
}

pending_files::~pending_files() {
  for (const entry& file : entries_) ::unlink(file.temporary.c_str());
}

std::string pending_files::reserve(const std::string& path) {
  const auto before = status_of(path);
  const bool in_place = is_written_in_place(path, before);
  const std::string target = in_place ? path : target_of(path);
  const bool is_device = before && !S_ISREG(before->st_mode);
  const char* const scratch = ::getenv("TMPDIR");
  const std::string folder = !is_device ? folder_of(target_of(path)) : scratch && *scratch ? scratch
                                                                                           : "/tmp";
  std::string temporary;
  // Nobody reads what comes into a private file while it is on its way there.
  const auto [number, reason] = create_temporary(folder, before && !is_device ? 0600 : 0666, temporary);
  if (number < 0) refuse(path, "written", reason);
  const descriptor file{number};
  entries_.push_back({temporary, target, path, in_place});
  if (before && !in_place) {
    // Another's file stays theirs where we may give it to them.
    if ((before->st_uid != ::geteuid() || before->st_gid != ::getegid()) && ::fchown(number, before->st_uid, before->st_gid) != 0 && ::fchown(number, static_cast<uid_t>(-1), before->st_gid) != 0) errno = 0;
    if (::fchmod(number, before->st_mode & 07777) != 0) refuse(path, "written", errno);
  }
  return temporary;
}

void pending_files::write(const std::string& path, std::string_view text) {
  const std::string temporary = reserve(path);
  const descriptor file{::open(temporary.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)};
  if (file.number < 0) refuse(path, "written", errno);
  write_all(file.number, text, path);
}

void pending_files::commit() {
  for (const entry& file : entries_) {
    const descriptor written{::open(file.temporary.c_str(), O_WRONLY | O_CLOEXEC)};
    if (written.number < 0) refuse(file.path, "written", errno);
    sync(written.number, file.path);
  }
  for (const entry& file : entries_) {
    if (file.in_place) {
      const auto status = status_of(file.target);
      const bool is_device = !status || !S_ISREG(status->st_mode) || is_open_here(file.target);
      const std::string text = read_file(file.temporary);
      const descriptor to{::open(file.target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | (is_device ? O_APPEND | O_NONBLOCK : O_TRUNC))};
      if (to.number < 0) refuse(file.path, "written", errno);
      if (is_device) ::fcntl(to.number, F_SETFL, O_APPEND);
      write_all(to.number, text, file.path);
      sync(to.number, file.path);
      continue;
    }
    if (::rename(file.temporary.c_str(), file.target.c_str()) != 0) refuse(file.path, "written", errno);
    // The folder, too: its new entry would otherwise be lost with the power.
    const descriptor folder{::open(folder_of(file.target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (folder.number >= 0) ::fsync(folder.number);
  }
  for (const entry& file : entries_)
    if (file.in_place) ::unlink(file.temporary.c_str());
  entries_.clear();
}

}  // namespace starling
