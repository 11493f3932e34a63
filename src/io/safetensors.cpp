#include <starling/io/input_error.hpp>
#include <starling/io/safetensors.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "files.hpp"
#include "parse_json.hpp"

namespace starling {

using nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");
constexpr std::size_t most_header = 100'000'000;  // as the reference reader

std::string with(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}
template <class T> void append(std::string& bytes, T x) {
  char raw[sizeof(T)];
  std::memcpy(raw, &x, sizeof(T));
  bytes.append(raw, sizeof(T));
}

// A tensor of the header, checked: where its bytes stand.
struct tensor_entry {
  std::string name;
  std::vector<std::size_t> shape;
  std::size_t begin, end, width;
};
tensor_entry checked(const std::string& path, const std::string& name, const json& t, std::size_t data) {
  const auto wrong = [&](const std::string& what) { return input_error(fmt::format("{} is damaged: the tensor \"{}\" {}.", path, name, what)); };
  if (!t.is_object() || !t.contains("dtype") || !t["dtype"].is_string() || !t.contains("shape") || !t["shape"].is_array() || !t.contains("data_offsets") || !t["data_offsets"].is_array() ||
      t["data_offsets"].size() != 2)
    throw wrong("has no dtype, shape or data_offsets");
  const std::string type = t["dtype"];
  if (type != "F64" && type != "F32") throw input_error(fmt::format("{}: the tensor \"{}\" holds {}, but only F64 and F32 are read.", path, name, type));
  tensor_entry e{name, {}, 0, 0, type == "F64" ? std::size_t{8} : std::size_t{4}};
  std::size_t bytes = e.width;
  for (const auto& size : t["shape"]) {
    if (!size.is_number_unsigned()) throw wrong("has a shape that is not of whole numbers");
    e.shape.push_back(size.get<std::size_t>());
    if (__builtin_mul_overflow(bytes, e.shape.back(), &bytes)) throw wrong("has a shape of more numbers than there can be");
  }
  for (const auto& offset : t["data_offsets"])
    if (!offset.is_number_unsigned()) throw wrong("has data_offsets that are not whole numbers");
  e.begin = t["data_offsets"][0].get<std::size_t>();
  e.end = t["data_offsets"][1].get<std::size_t>();
  if (e.begin > e.end || e.end > data) throw wrong(fmt::format("stands from byte {} to byte {} of {}", e.begin, e.end, data));
  if (e.end - e.begin != bytes) throw wrong(fmt::format("has {} bytes, but its shape needs {}", e.end - e.begin, bytes));
  if (bytes == 0) throw wrong("is empty");
  return e;
}

}  // namespace

void save_safetensors(const parameter_store& store, const std::string& path, const safetensors_options& o) {
  const std::size_t width = o.floats ? 4 : 8;
  json header = json::object();
  std::string data;
  for (const auto& name : store.names()) {
    if (!name.starts_with(o.prefix) || name.size() == o.prefix.size()) continue;
    std::string written = name.substr(o.prefix.size());
    if (o.dots) written = with(written, '/', '.');
    if (written == "__metadata__" || header.contains(written)) throw input_error(fmt::format("{} is not written: two parameters would be named \"{}\" there.", path, written));
    const std::size_t begin = data.size();
    for (const double x : store[name]) {
      if (o.floats) append(data, static_cast<float>(x));
      else append(data, x);
    }
    header[written] = {{"dtype", width == 8 ? "F64" : "F32"}, {"shape", store.shape_of(name)}, {"data_offsets", {begin, data.size()}}};
  }
  if (header.empty()) throw input_error(fmt::format("{} is not written: the store has no parameter whose name begins with \"{}\".", path, o.prefix));
  std::string text = header.dump();
  text.append((64 - (8 + text.size()) % 64) % 64, ' ');  // the numbers begin at a multiple of 64
  std::string bytes;
  append(bytes, static_cast<std::uint64_t>(text.size()));
  pending_files files;
  files.write(path, bytes + text + data);
  files.commit();
}

parameter_store load_safetensors(const std::string& path, const safetensors_options& o) {
  const std::string bytes = read_file(path);
  std::uint64_t length = 0;
  if (bytes.size() >= 8) std::memcpy(&length, bytes.data(), 8);
  if (bytes.size() < 8 || length > bytes.size() - 8 || length > most_header)
    throw input_error(fmt::format("{} is no safetensors file: it has {} bytes, and its header would have {}.", path, bytes.size(), length));
  const json header = parse_json(bytes.substr(8, length), path);
  if (!header.is_object()) throw input_error(path + " is no safetensors file: its header is not a JSON object.");
  const std::size_t data = bytes.size() - 8 - length;
  std::vector<tensor_entry> tensors;
  for (const auto& [name, t] : header.items())
    if (name != "__metadata__") tensors.push_back(checked(path, name, t, data));
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  parameter_store store;
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    const auto& t = tensors[k];
    if (k > 0 && t.begin < tensors[k - 1].end) throw input_error(fmt::format("{} is damaged: the tensors \"{}\" and \"{}\" stand in the same bytes.", path, tensors[k - 1].name, t.name));
    std::vector<double> values((t.end - t.begin) / t.width);
    const char* from = bytes.data() + 8 + length + t.begin;
    for (double& v : values) {
      if (t.width == 8) {
        std::memcpy(&v, from, 8);
      } else {
        float x;
        std::memcpy(&x, from, 4);
        v = static_cast<double>(x);
      }
      from += t.width;
    }
    const std::string name = o.prefix + (o.dots ? with(t.name, '.', '/') : t.name);
    if (t.name.empty() || store.contains(name)) throw input_error(fmt::format("{}: the name \"{}\" is empty, or that of two parameters.", path, name));
    store.set(name, std::move(values), t.shape.empty() ? std::vector<std::size_t>{1} : t.shape);
  }
  return store;
}

}  // namespace starling
