#include "in_child.hpp"

#include <starling/io/input_error.hpp>

#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace starling {
namespace {

// The first byte that a child sends.
constexpr std::byte is_result{1}, is_sentence{2};

bool send(int to, const void* from, std::size_t size) {
  const auto* p = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t n = ::write(to, p, std::min<std::size_t>(size, 1 << 20));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    p += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool send_sentence(int to, const std::string& sentence) { return send(to, &is_sentence, 1) && send(to, sentence.data(), sentence.size()); }

constexpr std::size_t piece = 1 << 20;

// What comes until the other end is closed.
std::vector<std::byte> receive(int from) {
  std::vector<std::byte> all;
  std::size_t n = 0;
  for (;;) {
    if (all.size() < n + piece) all.resize(2 * all.size() + piece);
    const ssize_t got = ::read(from, all.data() + n, all.size() - n);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    n += static_cast<std::size_t>(got);
  }
  all.resize(n);
  return all;
}

[[noreturn]] void be_child(const std::string& path, int to, rlim_t seconds, const std::function<std::vector<std::byte>()>& work) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGTERM}) std::signal(signal, SIG_DFL);
  std::signal(SIGINT, SIG_IGN);  // the parent decides
  const rlimit none{0, 0}, time{seconds, seconds + 1};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_CPU, &time);
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) ::dup2(nowhere, 2);  // what the C library says when it aborts
  bool sent = false;
  try {
    const std::vector<std::byte> result = work();
    sent = send(to, &is_result, 1) && send(to, result.data(), result.size());
  } catch (const input_error& error) {
    sent = send_sentence(to, error.what());
  } catch (const std::bad_alloc&) {
    sent = send_sentence(to, fmt::format("{} cannot be read: there is not enough memory for what it holds.", path));
  } catch (...) {
  }
  ::_exit(sent ? 0 : 1);
}

}  // namespace

std::vector<std::byte> done_in_child(const std::string& path, const std::function<std::vector<std::byte>()>& work) {
  const rlim_t seconds = 60 + 60 * (size_of_file(path) / 100'000'000);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw input_error(fmt::format("{} cannot be read: no pipe to a process that reads it: {}.", path, std::strerror(errno)));
  ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(piece));  // it is a matter of speed only
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_child(path, ends[1], seconds, work);
  }
  const int reason = errno;
  ::close(ends[1]);
  std::vector<std::byte> kind(1), bytes;
  int status = 0;
  if (child > 0) {
    ssize_t got = 0;
    while ((got = ::read(ends[0], kind.data(), 1)) < 0 && errno == EINTR) {
    }
    kind.resize(got == 1 ? 1 : 0);
    bytes = receive(ends[0]);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(ends[0]);
  if (child < 0) throw input_error(fmt::format("{} cannot be read: no process to read it in: {}.", path, std::strerror(reason)));
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
    throw input_error(fmt::format("{} is damaged, or there is too little memory: reading it was stopped after {} seconds or less of processor time.", path, seconds));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || kind.empty())
    throw input_error(fmt::format("{} is damaged: the library that reads it crashed on its contents{}. Take another copy of it.", path,
                                  WIFSIGNALED(status) ? fmt::format(" (signal {})", WTERMSIG(status)) : ""));
  if (kind.front() == is_sentence) throw input_error(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return bytes;
}

}  // namespace starling
