#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <starling/io/data.hpp>

namespace starling {

/// Which group each row belongs to, and what the groups are called, in the order in which they first come.
struct groups {
  std::vector<std::size_t> index;  ///< of each row: 0 … names.size() − 1
  std::vector<std::string> names;
};

/// `const auto school = sl::groups_of(d.texts("school"));` then `theta[school.index[i]]` in the body; `.coords = {{"school", school.names}}` in a program.
groups groups_of(const std::vector<std::string>& rows);

/// (x − mean) / sd, with the sample's standard deviation (divisor n − 1).
struct standardised_column {
  std::vector<double> values;
  double mean = 0, sd = 1;
};

/// Throws input_error where there are fewer than two numbers, or all are equal.
standardised_column standardised(const std::vector<double>& x);

/// The matrix of a regression, and the names of its columns.
struct design {
  data_matrix matrix;  // [row][column]
  std::vector<std::string> names;
};

/// Columns of a table as the columns of a regression: `design_matrix(d, {"1", "age", "sex", "age:sex"})`. "1" is a column of ones; a column of numbers is
/// itself; a column of texts has one column of 0 and 1 for each group but the first (treatment coding), named sex[female]; "a:b" has the products of what a
/// and b have. Throws input_error where a term is no column, a cell is missing or the lengths differ.
design design_matrix(const data& d, const std::vector<std::string>& terms);

}  // namespace starling
