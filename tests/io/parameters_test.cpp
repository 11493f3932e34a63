#include <gtest/gtest.h>

#include <fstream>

#include <starling/io/input_error.hpp>
#include <starling/io/parameters.hpp>

#include "scratch_folder.hpp"

namespace sl = starling;

TEST(parameters_file, comes_back_with_all_its_digits) {
  const scratch_folder folder;
  const std::string path = folder / "parameters.json";
  sl::parameter_store store;
  store.set("scale", 0.1 + 0.2);
  store.set("w", {1e-300, -1.0 / 3, 7});
  sl::save_parameters(store, path);
  const auto loaded = sl::load_parameters(path);
  EXPECT_EQ(loaded.names(), (std::vector<std::string>{"scale", "w"}));
  for (const char* name : {"scale", "w"}) EXPECT_EQ(loaded[name], store[name]) << name;
}

TEST(parameters_file, tells_what_is_wrong) {
  const scratch_folder folder;
  EXPECT_THROW(sl::load_parameters(folder / "none.json"), sl::input_error);
  EXPECT_THROW(sl::save_parameters({}, folder / "no/folder/here.json"), sl::input_error);
  for (const char* text : {"[1]", "{\"a\": 1}", "{\"a\": [\"x\"]}", "{\"a\": []}", "{"}) {
    std::ofstream(folder / "bad.json") << text;
    EXPECT_THROW(sl::load_parameters(folder / "bad.json"), sl::input_error) << text;
  }
}

// Training goes on as if it had not been interrupted.
TEST(parameters_file, brings_back_what_adam_knows) {
  const scratch_folder folder;
  const std::string path = folder / "parameters.json";
  const sl::parameter_gradients up{{{"w", {1, 2}, {0.3, -0.7}}}}, down{{{"w", {1, 2}, {-0.1, 2}}}};
  sl::parameter_store whole, before;
  for (auto* store : {&whole, &before})
    for (int i = 0; i < 5; ++i) store->ascend(i % 2 ? up : down, sl::adam{.rate = 0.1});
  sl::save_parameters(before, path);
  auto after = sl::load_parameters(path);
  whole.ascend(up, sl::adam{.rate = 0.1});
  after.ascend(up, sl::adam{.rate = 0.1});
  EXPECT_EQ(after["w"], whole["w"]);
  std::ofstream(path) << R"({"w": {"values": [1, 2], "first_moments": [1], "second_moments": [1, 2], "steps": 3}})";
  EXPECT_THROW(sl::load_parameters(path), sl::input_error);
}
