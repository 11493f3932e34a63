#include <starling/io/checkpoint.hpp>

#include <starling/io/input_error.hpp>

#include "files.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace starling {
namespace {

constexpr std::string_view first_line = "starling checkpoint 1\n";

// Each part is its size in bytes and its bytes.
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
  put(text, of.data(), of.size());
  put(text, state.run.data(), state.run.size());
  const std::uint64_t chains = state.chains.size();
  put(text, &chains, sizeof chains);
  for (const auto& chain : state.chains) put(text, chain.data(), chain.size());
  pending_files files;
  files.write(path, text);
  files.commit();
}

run_checkpoint read_checkpoint(const std::string& path, const std::string& of) {
  const std::string text = read_file(path);
  std::string_view left = text;
  if (!left.starts_with(first_line)) throw input_error(fmt::format("{} is no checkpoint.", path));
  left.remove_prefix(first_line.size());
  if (const auto owner = take(left, path); owner != of)
    throw input_error(fmt::format("{} is a checkpoint of {}; this is {}. Another file begins a run of its own.", path, owner.empty() ? "something else" : owner, of.empty() ? "something else" : of));
  run_checkpoint state;
  state.run = take(left, path);
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

}  // namespace starling
