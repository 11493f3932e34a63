// Files that are damaged, or made to harm: refused with a sentence, in no time and with no memory to speak of.
#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/parameters.hpp>
#include <starling/io/stan_csv.hpp>

#include "example_fit.hpp"
#include "io/files.hpp"
#include "io/in_child.hpp"
#include "io/plain_sentence.hpp"
#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>
#include <netcdf.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace sl = starling;

TEST(damaged_csv, headers_that_name_no_array_are_refused) {
  const scratch_folder folder;
  const auto message = [&](const char* text) {
    folder.write("c.csv", text);
    return message_of([&] { sl::read_stan_csv({folder / "c.csv"}); }).substr(folder.path().size() + 1);
  };
  EXPECT_EQ(message("x.1,x.2.1\n1,2\n"), "c.csv: the columns \"x.1\" and \"x.2.1\" of one variable have different numbers of indices.");
  EXPECT_EQ(message("x.1.1,x.1\n1,2\n"), "c.csv: the columns \"x.1.1\" and \"x.1\" of one variable have different numbers of indices.");
  EXPECT_EQ(message("x.1,x.2,x.2,x.4\n1,2,3,4\n"), "c.csv: the column \"x.2\" stands there twice.");
  EXPECT_EQ(message("mu,mu\n1,2\n"), "c.csv: the columns of \"mu\" do not fill its shape: there are 2, not 1.");
  EXPECT_EQ(message("x.4294967296.4294967296\n1\n"), "c.csv: the columns of \"x\" do not fill its shape: there are 1, not 4294967296 × 4294967296.");
  EXPECT_EQ(message("x.1.9223372036854775808.2,x.1.1.1\n1,2\n"), "c.csv: the columns of \"x\" do not fill its shape: there are 2, not 1 × 9223372036854775808 × 2.");
  EXPECT_EQ(message("x.18446744073709551616\n1\n"), "c.csv: the column \"x.18446744073709551616\" is not a name with indices, like theta.1.");
  EXPECT_EQ(message("lp__,\n1,2\n"), "c.csv: a column has no name.");
}

TEST(damaged_csv, one_wrong_character_is_found) {
  const scratch_folder folder;
  const auto paths = sl::write_stan_csv(example_fit(), folder / "fit.csv");
  const std::string text = sl::read_file(paths[0]);
  std::vector<std::string> all = paths;
  all[0] = folder / "bad.csv";
  for (std::size_t at = text.find("\nlp__"); at < text.size(); at += 7) {
    std::string bad = text;
    bad[at] = bad[at] == '1' ? '2' : '1';
    folder.write("bad.csv", bad);
    EXPECT_NE(message_of([&] { sl::read_stan_csv(all); }).find("bad.csv"), std::string::npos) << at;
  }
  folder.write("bad.csv", text.substr(0, text.rfind("\n# starling_checksum") + 1));
  EXPECT_NE(message_of([&] { sl::read_stan_csv(all); }).find("is cut short"), std::string::npos);
  folder.write("bad.csv", text.substr(0, text.rfind("# starling_checksum")) + "# starling_edited\n");
  EXPECT_EQ(sl::read_stan_csv(all).posterior["mu"].values, example_fit().posterior["mu"].values);
}

namespace {

// A file with a group "posterior" of these dimensions, and a variable that is written nowhere.
void write_claim(const std::string& path, std::size_t chains, std::size_t draws, std::vector<std::size_t> shape, std::size_t draws_of_root = 0) {
  int file = 0, group = 0, variable = 0;
  ASSERT_EQ(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file), NC_NOERR);
  ASSERT_EQ(nc_def_grp(file, "posterior", &group), NC_NOERR);
  std::vector<int> dimensions(2 + shape.size());
  int of_root = 0;
  if (draws_of_root > 0) {
    ASSERT_EQ(nc_def_dim(file, "draw", draws_of_root, &of_root), NC_NOERR);
  }
  ASSERT_EQ(nc_def_dim(group, "chain", chains, dimensions.data()), NC_NOERR);
  ASSERT_EQ(nc_def_dim(group, "draw", draws, &dimensions[1]), NC_NOERR);
  if (draws_of_root > 0) dimensions[1] = of_root;
  for (std::size_t i = 0; i < shape.size(); ++i) ASSERT_EQ(nc_def_dim(group, ("d" + std::to_string(i)).c_str(), shape[i], &dimensions[2 + i]), NC_NOERR);
  ASSERT_EQ(nc_def_var(group, "mu", NC_DOUBLE, static_cast<int>(dimensions.size()), dimensions.data(), &variable), NC_NOERR);
  const std::vector<std::size_t> chunks(dimensions.size(), 1);
  ASSERT_EQ(nc_def_var_chunking(group, variable, NC_CHUNKED, chunks.data()), NC_NOERR);
  ASSERT_EQ(nc_close(file), NC_NOERR);
}

}  // namespace

TEST(damaged_netcdf, claims_of_more_than_it_holds_are_refused) {
  const scratch_folder folder;
  const std::string path = folder / "fit.nc";
  const auto message = [&] { return message_of([&] { sl::read_netcdf(path); }); };
  write_claim(path, 1, 2'000'000'000, {});
  EXPECT_NE(message().find("is damaged: it claims 2000000000 numbers, more than a file of"), std::string::npos) << message();
  write_claim(path, 1u << 31, 1u << 31, {4, 4});
  EXPECT_NE(message().find("is damaged: it claims"), std::string::npos) << message();
  write_claim(path, 1, 3, {}, 1000);
  EXPECT_NE(message().find("\"mu\" has 1000 draws, its group has 3"), std::string::npos) << message();
  write_claim(path, 2, 3, {});
  EXPECT_EQ(sl::read_netcdf(path).posterior["mu"].values.size(), 6u);
}

TEST(damaged_netcdf, numbers_that_changed_are_found) {
  const scratch_folder folder;
  const std::string path = folder / "fit.nc";
  sl::write_netcdf(example_fit(), path);
  int file = 0, group = 0, variable = 0;
  ASSERT_EQ(nc_open(path.c_str(), NC_WRITE, &file), NC_NOERR);
  ASSERT_EQ(nc_inq_ncid(file, "posterior", &group), NC_NOERR);
  ASSERT_EQ(nc_inq_varid(group, "mu", &variable), NC_NOERR);
  const std::size_t at[] = {0, 0};
  double x = 0;
  ASSERT_EQ(nc_get_var1_double(group, variable, at, &x), NC_NOERR);
  x += 1e-10;
  ASSERT_EQ(nc_put_var1_double(group, variable, at, &x), NC_NOERR);
  ASSERT_EQ(nc_close(file), NC_NOERR);
  EXPECT_NE(message_of([&] { sl::read_netcdf(path); }).find("the checksum of its draws does not agree"), std::string::npos);
}

TEST(damaged_netcdf, a_pipe_is_not_waited_for) {
  const scratch_folder folder;
  ASSERT_EQ(::mkfifo((folder / "fit.nc").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { sl::read_netcdf(folder / "fit.nc"); }), folder / "fit.nc cannot be read: it is no regular file.");
}

// Of others: without the checksum at its end, so that the library reads what is wrong. One in 150 of these changes kills HDF5.
TEST(damaged_netcdf, of_others_does_not_end_the_program) {
  const scratch_folder folder;
  sl::write_netcdf(example_fit(), folder / "fit.nc");
  std::string text = sl::read_file(folder / "fit.nc");
  text.resize(text.rfind("\nstarling checksum of file"));
  folder.write("others.nc", text);
  const auto back = sl::read_netcdf(folder / "others.nc"), ours = sl::read_netcdf(folder / "fit.nc");
  ASSERT_EQ(back.posterior.variables.size(), ours.posterior.variables.size());
  for (std::size_t i = 0; i < back.posterior.variables.size(); ++i) {
    const auto &a = back.posterior.variables[i], &b = ours.posterior.variables[i];
    EXPECT_TRUE(a.name == b.name && a.shape == b.shape && a.values == b.values && a.kind == b.kind) << a.name;
  }
  EXPECT_EQ(back.attributes, ours.attributes);
  EXPECT_EQ(back.sample_stats.variables.size(), ours.sample_stats.variables.size());
  std::uint64_t dice = 1;
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    std::string bad = text;
    for (int n = 0; n < 3; ++n) {
      dice = dice * 6364136223846793005u + 1442695040888963407u;
      bad[(dice >> 20) % bad.size()] = static_cast<char>(dice >> 56);
    }
    folder.write("bad.nc", bad);
    const std::string said = message_of([&] { sl::read_netcdf(folder / "bad.nc"); });
    EXPECT_TRUE(said == "no error" || said.find("bad.nc") != std::string::npos) << said;
    refused += said == "no error" ? 0 : 1;
  }
  EXPECT_GT(refused, 20);
  folder.write("bad.nc", text.substr(0, text.size() / 2));
  EXPECT_EQ(message_of([&] { sl::read_netcdf(folder / "bad.nc"); }),
            folder / ("bad.nc cannot be read: its " + std::to_string(text.size() / 2) + " bytes are no whole NetCDF file; it is damaged, cut short or something else."));
}

TEST(in_child, deaths_are_told) {
  const scratch_folder folder;
  folder.write("x.nc", "x");
  const std::string path = folder / "x.nc";
  const auto message = [&](const std::function<std::vector<std::byte>()>& work) { return message_of([&] { sl::done_in_child(path, work); }); };
  EXPECT_EQ(message([]() -> std::vector<std::byte> { std::raise(SIGSEGV); return {}; }),
            path + " is damaged: the library that reads it crashed on its contents (signal 11). Take another copy of it.");
  EXPECT_EQ(message([]() -> std::vector<std::byte> { std::raise(SIGXCPU); return {}; }),
            path + " is damaged, or there is too little memory: reading it was stopped after 60 seconds or less of processor time.");
  EXPECT_EQ(message([]() -> std::vector<std::byte> { throw sl::input_error("a sentence."); }), "a sentence.");
  EXPECT_EQ(message([]() -> std::vector<std::byte> { throw std::bad_alloc(); }), path + " cannot be read: there is not enough memory for what it holds.");
  const std::vector<std::byte> many(3'000'000, std::byte{7});
  EXPECT_EQ(sl::done_in_child(path, [&] { return many; }), many);
  EXPECT_TRUE(sl::done_in_child(path, [] { return std::vector<std::byte>(); }).empty());
}

// What a full disk does, by a limit of the file's size.
TEST(netcdf, a_disk_that_takes_no_more_is_named) {
  const scratch_folder folder;
  sl::result fit;
  fit.posterior = {1, 100'000, {{"mu", {}, std::vector<double>(100'000, 0.5)}}};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{300'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string said = message_of([&] { sl::write_netcdf(fit, folder / "fit.nc"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(said.find(folder / "fit.nc cannot be written: File too large (it has "), 0u) << said;
  EXPECT_EQ(said.find("HDF"), std::string::npos) << said;
  EXPECT_TRUE(folder.names().empty());
}

TEST(damaged_parameters, are_refused) {
  const scratch_folder folder;
  const std::string path = folder / "p.json";
  const auto message = [&](const std::string& text) {
    folder.write("p.json", text);
    return message_of([&] { sl::load_parameters(path); }).substr(folder.path().size() + 1);
  };
  EXPECT_EQ(message(R"({"w": [1], "w": [2]})"), "p.json: the field \"w\" stands there twice.");
  EXPECT_EQ(message(R"({"w": {"values": [1], "first_moments": [1], "second_moments": [-1], "steps": 3}})"),
            "p.json: the second_moments of \"w\" are means of squares and cannot be negative, but one is -1.");
  EXPECT_EQ(message(R"({"w": [1e999]})"), "p.json: a number is too large for a double ('1e999').");
  EXPECT_NE(message("{").find("this is not JSON"), std::string::npos);
  EXPECT_NE(message_of([&] { sl::load_parameters(folder.path()); }).find("cannot be read: Is a directory."), std::string::npos);
  sl::parameter_store store;
  store.set("w", std::vector<double>{1, 2});
  sl::save_parameters(store, path);
  std::string text = sl::read_file(path);
  text.replace(text.find("2.0"), 3, "3.0");
  EXPECT_NE(message(text).find("its checksum does not agree"), std::string::npos);
  sl::parameter_store astray;
  astray.set("w", std::vector<double>{1, 2});
  astray.ascend(sl::parameter_gradients{{{"w", {1, 2}, {std::numeric_limits<double>::quiet_NaN(), 1}}}}, sl::adam{});
  EXPECT_NE(message_of([&] { sl::save_parameters(astray, folder / "astray.json"); }).find("\"w\" or what its optimiser knows holds nan"), std::string::npos);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"p.json"});
}

TEST(plain_sentence, stands_for_words_of_libraries) {
  const auto message = [](const std::exception& e) { return sl::plain_sentence(e); };
  EXPECT_EQ(message(std::bad_alloc()), "There is not enough memory: ask for fewer chains or draws, or for summaries only (keep_draws=0).");
  EXPECT_EQ(message(std::length_error("vector::reserve")), "A list would be longer than any memory: ask for fewer chains or draws.");
  EXPECT_EQ(message(std::invalid_argument("stod")), "This is an error of the program or of starling, not of what you gave it (stod). Please report it.");
  EXPECT_EQ(message(std::runtime_error("chains must be at least 1")), "chains must be at least 1");
}
