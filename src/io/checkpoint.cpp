// A file is one line with the number of the format, the checksum of what follows, and parts: each its size in bytes and its bytes.
#include <starling/io/checkpoint.hpp>

#include <starling/io/input_error.hpp>

#include "checksum.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

namespace starling {
namespace {

// Raised whenever what a chain, a kernel or a record saves is other than before: 3, with whether a chain has diverged.
constexpr std::string_view any_format = "starling checkpoint ", format = "3", first_line = "starling checkpoint 3\n";

void put(std::string& to, const void* from, std::size_t size) {
  const std::uint64_t n = size;
  to.append(reinterpret_cast<const char*>(&n), sizeof n);
  if (size != 0) to.append(static_cast<const char*>(from), size);
}

std::string_view take(std::string_view& from, const std::string& path) {
  std::uint64_t n = 0;
  if (from.size() >= sizeof n) std::memcpy(&n, from.data(), sizeof n);
  if (from.size() < sizeof n || n > from.size() - sizeof n) throw input_error(fmt::format("{} is a checkpoint that is cut short.", path));
  const std::string_view part = from.substr(sizeof n, n);
  from.remove_prefix(sizeof n + n);
  return part;
}

}  // namespace

void write_checkpoint(const run_checkpoint& state, const std::string& path, const std::string& of) {
  std::string text(first_line);
  const std::size_t begin = text.size() + sizeof(std::uint64_t);
  text.resize(begin);
  put(text, of.data(), of.size());
  put(text, state.run.data(), state.run.size());
  put(text, state.machine.data(), state.machine.size());
  const std::uint64_t chains = state.chains.size();
  put(text, &chains, sizeof chains);
  for (const auto& chain : state.chains) put(text, chain.data(), chain.size());
  const std::uint64_t checksum = checksum_of(text.data() + begin, text.size() - begin);
  std::memcpy(text.data() + first_line.size(), &checksum, sizeof checksum);
  pending_files files;
  files.write(path, text);
  files.commit();
}

run_checkpoint read_checkpoint(const std::string& path, const std::string& of) {
  const std::string text = read_file(path);
  std::string_view left = text;
  if (!left.starts_with(any_format)) throw input_error(fmt::format("{} is no checkpoint.", path));
  if (!left.starts_with(first_line))
    throw input_error(fmt::format("{} is a checkpoint of another format than {}, of another version of starling. Another file begins a run of its own.", path, format));
  left.remove_prefix(first_line.size());
  std::uint64_t checksum = 0;
  if (left.size() < sizeof checksum) throw input_error(fmt::format("{} is a checkpoint that is cut short.", path));
  std::memcpy(&checksum, left.data(), sizeof checksum);
  left.remove_prefix(sizeof checksum);
  if (checksum_of(left.data(), left.size()) != checksum)
    throw input_error(fmt::format("{} is a checkpoint that is damaged or cut short: its checksum does not agree with its bytes. Take an earlier copy, or begin the run anew.", path));
  if (const auto owner = take(left, path); owner != of)
    throw input_error(fmt::format("{} is a checkpoint of {}; this is {}. Another file begins a run of its own.", path, owner.empty() ? "something else" : owner, of.empty() ? "something else" : of));
  run_checkpoint state;
  state.run = take(left, path);
  state.machine = take(left, path);
  const auto count = take(left, path);
  std::uint64_t chains = 0;
  if (count.size() != sizeof chains) throw input_error(fmt::format("{} is no checkpoint.", path));
  std::memcpy(&chains, count.data(), sizeof chains);
  for (std::uint64_t c = 0; c < chains; ++c) {
    const auto bytes = take(left, path);
    const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
    state.chains.emplace_back(from, from + bytes.size());
  }
  if (!left.empty()) throw input_error(fmt::format("{} is no checkpoint: it goes on behind its end.", path));
  return state;
}

checkpoint_file::checkpoint_file(std::string path, std::string of) : path_(std::move(path)), of_(std::move(of)) {}

void checkpoint_file::write(const run_checkpoint& state) {
  try {
    write_checkpoint(state, path_, of_);
    trouble_.clear();
  } catch (const std::exception& error) {
    trouble_ = error.what();
  }
}

}  // namespace starling
