#include "files.hpp"

#include <starling/io/input_error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace starling {
namespace {

[[noreturn]] void refuse(const std::string& path, const char* what, int reason) {
  throw input_error(fmt::format("{} cannot be {}: {}.", path, what, std::strerror(reason)));
}

struct descriptor {
  int number;
  ~descriptor() {
    if (number >= 0) ::close(number);
  }
};

std::string temporary_name(const std::string& path) { return fmt::format("{}.{}.part", path, ::getpid()); }

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

std::string read_file(const std::string& path) {
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) refuse(path, "read", errno);
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

void check_readable(const std::string& path) {
  if (is_folder(path)) refuse(path, "read", EISDIR);
  if (::access(path.c_str(), R_OK) != 0) refuse(path, "read", errno);
}

void check_writable(const std::string& path) {
  if (is_folder(path)) refuse(path, "written", EISDIR);
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), W_OK) != 0) refuse(path, "written", errno);
  const std::string temporary = temporary_name(path);
  const int number = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (number < 0) refuse(path, "written", errno);
  ::close(number);
  ::unlink(temporary.c_str());
}

pending_files::~pending_files() {
  for (const entry& file : entries_) ::unlink(file.temporary.c_str());
}

std::string pending_files::reserve(const std::string& path) {
  entries_.push_back({temporary_name(path), path});
  return entries_.back().temporary;
}

void pending_files::write(const std::string& path, std::string_view text) {
  const std::string temporary = reserve(path);
  const descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (file.number < 0) refuse(path, "written", errno);
  while (!text.empty()) {
    const ssize_t put = ::write(file.number, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) refuse(path, "written", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

void pending_files::commit() {
  for (const entry& file : entries_)
    if (::rename(file.temporary.c_str(), file.path.c_str()) != 0) refuse(file.path, "written", errno);
  entries_.clear();
}

}  // namespace starling
