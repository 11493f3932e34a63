// Parameter files in the safetensors layout: back and forth, Python's, and damaged ones.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <starling/io/input_error.hpp>
#include <starling/io/safetensors.hpp>

#include "scratch_folder.hpp"

namespace sl = starling;

namespace {

sl::parameter_store example() {
  sl::parameter_store store;
  store.set("net/0/weight", {0.1, -1.0 / 3, 1e-300, 7, 8, 5e-324}, {2, 3});
  store.set("net/0/bias", {-0.0, 2.5});
  store.set("other", 4.0);
  return store;
}
std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write_file(const std::string& path, const std::string& header, const std::string& data) {
  std::ofstream file(path, std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), 8);
  file << header << data;
}
std::string said(const std::string& path) {
  try {
    sl::load_safetensors(path);
  } catch (const sl::input_error& e) {
    return e.what();
  }
  return "nothing";
}

TEST(safetensors, come_back_with_shapes_and_all_digits) {
  const scratch_folder folder;
  const auto store = example();
  sl::save_safetensors(store, folder / "all.safetensors");
  const auto loaded = sl::load_safetensors(folder / "all.safetensors");
  EXPECT_EQ(loaded.names(), store.names());
  for (const auto& name : store.names()) {
    EXPECT_EQ(loaded.shape_of(name), store.shape_of(name)) << name;
    EXPECT_EQ(std::memcmp(loaded[name].data(), store[name].data(), store[name].size() * sizeof(double)), 0) << name;
  }
  const std::string bytes = bytes_of(folder / "all.safetensors");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ((8 + length) % 64, 0u);
  EXPECT_NE(bytes.find("\"net.0.weight\""), std::string::npos);
  sl::save_safetensors(loaded, folder / "again.safetensors");
  EXPECT_EQ(bytes_of(folder / "again.safetensors"), bytes);
}

TEST(safetensors, of_one_net_in_floats) {
  const scratch_folder folder;
  sl::save_safetensors(example(), folder / "net.safetensors", {.floats = true, .prefix = "net/"});
  const auto loaded = sl::load_safetensors(folder / "net.safetensors", {.prefix = "mine/"});
  EXPECT_EQ(loaded.names(), (std::vector<std::string>{"mine/0/bias", "mine/0/weight"}));
  EXPECT_EQ(loaded["mine/0/weight"][1], static_cast<double>(static_cast<float>(-1.0 / 3)));
  EXPECT_THROW(sl::save_safetensors(example(), folder / "none.safetensors", {.prefix = "nothing/"}), sl::input_error);
}

// As safetensors 0.8 for Python writes {"a.b": numpy.array([[1.5, -2.0]], float32), "n": numpy.array(3.0)}: its header, byte by byte.
TEST(safetensors, of_python) {
  const scratch_folder folder;
  std::string data;
  const double n = 3;
  const float a[] = {1.5f, -2.0f};
  data.append(reinterpret_cast<const char*>(&n), 8).append(reinterpret_cast<const char*>(a), 8);
  write_file(folder / "python.safetensors", R"({"__metadata__":{"by":"numpy"},"n":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"a.b":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}} )", data);
  const auto store = sl::load_safetensors(folder / "python.safetensors");
  EXPECT_EQ(store["a/b"], (std::vector<double>{1.5, -2.0}));
  EXPECT_EQ(store.shape_of("a/b"), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(store["n"], std::vector<double>{3.0});
}

TEST(safetensors, damaged_files_are_told) {
  const scratch_folder folder;
  const std::string path = folder / "bad.safetensors";
  const auto bad = [&](const std::string& header, const std::string& data = std::string(16, '\0')) {
    write_file(path, header, data);
    return said(path);
  };
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[3],"data_offsets":[0,16]}})").find("has 16 bytes, but its shape needs 24"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}})").find("from byte 0 to byte 24 of 16"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[16,8]}})").find("damaged"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[4294967296,4294967296,2],"data_offsets":[0,16]}})").find("than there can be"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}})").find("whole numbers"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"BF16","shape":[8],"data_offsets":[0,16]}})").find("only F64 and F32"), std::string::npos);
  EXPECT_NE(bad(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})").find("same bytes"), std::string::npos);
  EXPECT_NE(bad(R"({"a":7})").find("has no dtype"), std::string::npos);
  EXPECT_NE(bad("[]").find("not a JSON object"), std::string::npos);
  EXPECT_NE(bad("{").find("bad.safetensors"), std::string::npos);
  std::ofstream(path, std::ios::binary) << "short";
  EXPECT_NE(said(path).find("is no safetensors file"), std::string::npos);
  const std::uint64_t huge = ~std::uint64_t{0};
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&huge), 8);
  EXPECT_NE(said(path).find("is no safetensors file"), std::string::npos);
  // Every byte of a good file changed, and every length: an error or a store, never a crash.
  sl::save_safetensors(example(), folder / "good.safetensors");
  const std::string good = bytes_of(folder / "good.safetensors");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string other = good;
    other[i] = static_cast<char>(other[i] ^ (1 << (i % 8)));
    std::ofstream(path, std::ios::binary) << other;
    said(path);
    std::ofstream(path, std::ios::binary) << good.substr(0, i);
    EXPECT_NE(said(path), "nothing") << i;
  }
}

}  // namespace
