#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <starling/inference/result.hpp>

namespace starling {

/// A closed range in which data must lie.
struct limits {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// A matrix read from data, row-major.
struct data_matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  double operator()(std::size_t row, std::size_t column) const { return values[row * columns + column]; }

  /// A view of it, as matrix_view<double>, which models multiply with; it must outlive the view.
  template <class View>
    requires std::constructible_from<View, const double*, std::size_t, std::size_t>
  operator View() const {
    return View(values.data(), rows, columns);
  }
};

/// A JSON object of named numbers, lists and lists of lists, by CmdStan's conventions:
/// `{ "J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12] }`; or a table of comma-separated values, whose columns are lists by the names in its first row.
/// Every accessor checks kind, length, finiteness and range, and throws input_error with the file, the field and its element
/// (counted from 0), what was expected and what came. Fields never asked for are listed by `unused`. Factors, interactions, groups: tables.hpp.
class data {
 public:
  /// No fields; asking for one says that the program needs data.
  data();

  /// Throws input_error if the file cannot be read, is not a JSON object (a table, where its name ends with .csv), or has a field twice.
  static data from_file(const std::string& path);

  /// The same of a text; `origin` stands for the file's name in messages.
  static data from_text(std::string_view json, std::string origin = "data");

  /// Of a table of comma-separated values. Cells that are empty or NA are missing: accessors refuse them by their places.
  static data from_table(std::string_view csv, std::string origin = "data");

  data(data&&) noexcept;
  data& operator=(data&&) noexcept;
  ~data();

  /// Whether there is a field of this name; for fields that may be left out. Counts as asking for it.
  bool has(std::string_view name) const;

  /// Whether there is a list of this name. Counts as asking for it where there is.
  bool has_list(std::string_view name) const;

  /// Whether there is a list of this name that holds a text. Counts as asking for it where there is.
  bool has_texts(std::string_view name) const;

  /// A whole number from 0 on.
  std::size_t size(std::string_view name) const;

  /// A whole number; 8.0 counts as one.
  long whole(std::string_view name, limits range = {}) const;

  /// A finite real number.
  double real(std::string_view name, limits range = {}) const;

  /// A list of finite real numbers, of any length or of exactly `length`.
  std::vector<double> vector(std::string_view name, limits range = {}) const;
  std::vector<double> vector(std::string_view name, std::size_t length, limits range = {}) const;

  /// A list of whole numbers, of any length or of exactly `length`.
  std::vector<long> wholes(std::string_view name, limits range = {}) const;
  std::vector<long> wholes(std::string_view name, std::size_t length, limits range = {}) const;

  /// A list of rows, each a list of finite real numbers of one length.
  data_matrix matrix(std::string_view name, limits range = {}) const;
  data_matrix matrix(std::string_view name, std::size_t rows, std::size_t columns, limits range = {}) const;

  /// A list of texts, of any length or of exactly `length`: names of schools, say. Numbers count as texts.
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name, std::size_t length) const;

  /// The fields that were asked for and hold a number, a list of numbers or a rectangle of them, in the order of their names.
  std::vector<variable> used() const;

  /// The fields that nothing has asked for yet, in the order of their names.
  std::vector<std::string> unused() const;

  /// A checksum of the fields and their values, as they were read: 16 hexadecimal digits. Blanks and the order of the fields do not count.
  std::string fingerprint() const;

  /// The name of the file, or what stands for it.
  const std::string& origin() const;

 private:
  struct contents;
  explicit data(std::unique_ptr<contents> held);
  std::unique_ptr<contents> contents_;
};

}  // namespace starling
