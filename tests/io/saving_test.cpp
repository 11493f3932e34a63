// How files come to be: whole or not at all, under names that nothing else has, with the permissions and links that were there.
#include "io/files.hpp"
#include "io/temporary_names.hpp"
#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace sl = starling;

namespace {

void save(const std::string& path, std::string_view text) {
  sl::pending_files files;
  files.write(path, text);
  files.commit();
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status;
}

}  // namespace

TEST(saving, from_two_threads_to_one_path_leaves_one_of_them_whole) {
  const scratch_folder folder;
  const std::string path = folder / "out";
  std::vector<std::thread> threads;
  for (const char letter : {'a', 'b', 'c'})
    threads.emplace_back([&, letter] {
      for (int i = 0; i < 50; ++i) save(path, std::string(100'000, letter));
    });
  for (auto& one : threads) one.join();
  const std::string text = sl::read_file(path);
  EXPECT_EQ(text, std::string(100'000, text[0]));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"out"});
}

TEST(saving, takes_names_as_long_as_the_system_has_them) {
  const scratch_folder folder;
  const std::string name(250, 'x');
  sl::check_writable(folder / name);
  save(folder / name, "text");
  EXPECT_EQ(sl::read_file(folder / name), "text");
  EXPECT_NE(message_of([&] { sl::check_writable(folder / std::string(300, 'x')); }).find("cannot be written: File name too long."), std::string::npos);
}

TEST(saving, is_not_stopped_by_what_killed_programs_left_and_removes_it) {
  const scratch_folder folder;
  // A program that dies on its way.
  const pid_t child = ::fork();
  if (child == 0) {
    sl::pending_files files;
    files.write(folder / "out", "half");
    ::_exit(0);
  }
  int ended = 0;
  ::waitpid(child, &ended, 0);
  ASSERT_EQ(folder.names().size(), 1u);
  // The next names that this process would take are taken.
  std::string path;
  const auto [number, reason] = sl::create_temporary(folder.path(), 0600, path);
  ASSERT_GE(number, 0) << reason;
  ::close(number);
  const std::size_t dash = path.rfind('-');
  for (int n = 1; n < 6; ++n) folder.write(path.substr(folder.path().size() + 1, dash - folder.path().size()) + std::to_string(std::stoi(path.substr(dash + 1)) + n) + ".part", "old");
  ASSERT_EQ(folder.names().size(), 7u);
  save(folder / "out", "new");
  EXPECT_EQ(sl::read_file(folder / "out"), "new");
  EXPECT_EQ(folder.names().size(), 8u);
  sl::check_writable(folder / "out");  // of the program that is no more; those of this one stay
  EXPECT_EQ(folder.names().size(), 7u);
}

TEST(saving, keeps_permissions_and_links) {
  const scratch_folder folder;
  folder.write("private", "old");
  ASSERT_EQ(::chmod((folder / "private").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("private", (folder / "link").c_str()), 0);
  ASSERT_EQ(::symlink("link", (folder / "link_of_link").c_str()), 0);
  ASSERT_EQ(::symlink("later", (folder / "dangling").c_str()), 0);
  save(folder / "link_of_link", "new");
  EXPECT_EQ(sl::read_file(folder / "private"), "new");
  EXPECT_EQ(status_of(folder / "private").st_mode & 07777, 0600u);
  save(folder / "dangling", "there");
  EXPECT_EQ(sl::read_file(folder / "later"), "there");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"dangling", "later", "link", "link_of_link", "private"}));
  ASSERT_EQ(::link((folder / "later").c_str(), (folder / "other_name").c_str()), 0);
  save(folder / "later", "both");
  EXPECT_EQ(sl::read_file(folder / "other_name"), "both");
  EXPECT_EQ(folder.names().size(), 6u);
}

TEST(saving, to_a_device_goes_into_it) {
  const scratch_folder folder;
  ASSERT_EQ(::symlink("/dev/null", (folder / "null").c_str()), 0);
  ASSERT_EQ(::symlink("/dev/full", (folder / "full").c_str()), 0);
  sl::check_writable(folder / "null");
  save(folder / "null", "text");
  EXPECT_TRUE(S_ISCHR(status_of("/dev/null").st_mode));
  EXPECT_EQ(message_of([&] { save(folder / "full", "text"); }), folder / "full cannot be written: No space left on device.");
  EXPECT_EQ(folder.names().size(), 2u);
}

TEST(saving, knows_when_two_names_are_one_file) {
  const scratch_folder folder;
  folder.write("a", "");
  folder.write("b", "");
  ASSERT_EQ(::symlink("a", (folder / "link").c_str()), 0);
  ASSERT_EQ(::symlink("later", (folder / "dangling").c_str()), 0);
  EXPECT_TRUE(sl::same_file(folder / "a", folder / "./a"));
  EXPECT_TRUE(sl::same_file(folder / "a", folder / "link"));
  EXPECT_FALSE(sl::same_file(folder / "a", folder / "b"));
  EXPECT_TRUE(sl::same_file(folder / "new", folder / ".//new"));
  EXPECT_TRUE(sl::same_file(folder / "later", folder / "dangling"));
  EXPECT_FALSE(sl::same_file(folder / "new", folder / "newer"));
  EXPECT_FALSE(sl::same_file("/dev/null", "/dev/null"));
}
