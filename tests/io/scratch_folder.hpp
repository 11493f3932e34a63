#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

// A new folder that is removed at the end. `folder / "x"` is the path of x in it.
class scratch_folder {
 public:
  explicit scratch_folder(const std::filesystem::path& within = std::filesystem::temp_directory_path()) {
    std::string name = (within / "starling-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder " + name);
    path_ = name;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  friend std::string operator/(const scratch_folder& folder, std::string_view name) { return folder.path_ + "/" + std::string(name); }

  void write(const std::string& name, std::string_view text) const { std::ofstream(*this / name, std::ios::binary) << text; }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& item : std::filesystem::directory_iterator(path_)) found.push_back(item.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::string path_;
};
