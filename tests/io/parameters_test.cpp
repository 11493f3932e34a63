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
