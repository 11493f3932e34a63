#include "arguments.hpp"

#include <starling/io/input_error.hpp>
#include <starling/io/report.hpp>
#include <starling/values/counts.hpp>

#include "file_names.hpp"
#include "nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string_view>

namespace starling {
namespace {

enum class kinds { text,
                   start,
                   from_zero,
                   from_one,
                   positive,
                   share,
                   jitter,
                   word };

// More steps, draws or chains than any machine takes; sums and products of a few such counts are far from the end of 64 bits.
constexpr std::uint64_t most_counted = 1'000'000'000'000'000;

struct argument {
  std::string group, name;
  std::string otherwise;   // the default
  kinds kind;
  std::string meaning;
  std::uint64_t most = most_counted;
  std::vector<std::string> words = {};   // of kind word: what may be said

  std::string key() const { return group.empty() ? name : group + "." + name; }
};

const std::vector<std::string> commands = {"sample", "importance", "simulate", "optimize", "laplace", "pathfinder", "variational", "generate_quantities", "log_prob", "diagnose", "summary"};
const std::vector<std::string> groups = {"adapt", "data", "random", "output"};
const std::vector<std::string> metrics = {"unit_e", "diag_e", "dense_e", "fisher_diag_e", "low_rank_e"};   // in the order of kernels::metric_kind
const std::vector<std::string> guides = {"meanfield", "lowrank", "fullrank"};                             // in the order of guide_family

}  // namespace

bool is_file_of_starts(const std::string& value) {
  return ends_with_extension(value, ".json") || ends_with_extension(value, ".nc") || ends_with_extension(value, ".csv");
}

namespace {

std::vector<argument> table(const program_description& d) {
  const auto number = [](std::size_t x) { return std::to_string(x); };
  return {
      {"sample", "num_chains", number(d.sample.chains), kinds::from_one, "chains"},
      {"sample", "num_samples", number(d.sample.draws), kinds::from_one, "steps after warm-up, in each chain"},
      {"sample", "num_warmup", number(d.sample.warmup), kinds::from_zero, "steps of warm-up, which adapt the kernel and are not kept"},
      {"sample", "thin", number(d.sample.thin), kinds::from_one, "keep every thin-th draw"},
      {"sample", "save_warmup", "0", kinds::from_zero, "1: the warm-up is written too", 1},
      {"sample", "algorithm", "", kinds::word, "CmdStan's word for all its engines", most_counted, {"hmc"}},
      {"sample", "engine", "", kinds::word, "nuts, or static (trajectories of length int_time), in place of the program's kernel", most_counted, {"nuts", "static"}},
      {"sample", "int_time", fmt::format("{}", 2 * std::numbers::pi), kinds::positive, "of engine=static: the length of a trajectory, in units of the step size"},
      {"sample", "max_depth", "", kinds::from_one, "of a trajectory of nuts: at most 2^max_depth - 1 gradients a step", 30},
      {"sample", "metric", "", kinds::word, fmt::format("{}", fmt::join(metrics, ", ")), most_counted, metrics},
      {"sample", "metric_file", "", kinds::text, "JSON, {\"inv_metric\": …}: variances of the free numbers, or their covariances, to begin with"},
      {"sample", "stepsize", "", kinds::positive, "where the warm-up begins; without warm-up the step size"},
      {"sample", "stepsize_jitter", "", kinds::jitter, "0 to 1: the step size of each trajectory is uniform on stepsize (1 - jitter) to stepsize (1 + jitter)"},
      {"adapt", "engaged", "1", kinds::from_zero, "0: the warm-up keeps stepsize (1, unless given) and metric as they are", 1},
      {"adapt", "init_buffer", number(kernels::warmup_lengths{}.initial_buffer), kinds::from_zero, "of metric=diag_e and dense_e: steps of warm-up before the metric is adapted"},
      {"adapt", "window", number(kernels::warmup_lengths{}.window), kinds::from_one, "of these: steps of the first window; each next one is twice as long"},
      {"adapt", "term_buffer", number(kernels::warmup_lengths{}.term_buffer), kinds::from_zero, "of these: steps after the last window, for the step size alone"},
      {"adapt", "delta", "", kinds::share, "the acceptance rate that the step size aims at; raise it where trajectories diverge"},
      {"importance", "num_particles", number(d.importance.particles), kinds::from_one, "weighted draws"},
      {"simulate", "num_samples", number(d.simulate.draws), kinds::from_one, "draws from the prior, with the data that they predict"},
      {"optimize", "jacobian", "0", kinds::from_zero, "1: the mode of the unconstrained numbers, 0: of the choices themselves", 1},
      {"optimize", "iter", number(d.approximate.optimize.max_iterations), kinds::from_one, "steps of L-BFGS at most"},
      {"optimize", "num_starts", number(d.approximate.optimize.starts), kinds::from_one, "searches, from random points; the highest is reported", 1'000'000},
      {"laplace", "draws", number(d.approximate.laplace.draws), kinds::from_one, "draws of the normal distribution around the mode"},
      {"pathfinder", "num_paths", number(d.approximate.pathfinder.paths), kinds::from_one, "searches, from random points", 1'000'000},
      {"pathfinder", "num_psis_draws", number(d.approximate.pathfinder.draws), kinds::from_one, "draws in the result"},
      {"pathfinder", "num_draws", number(d.approximate.pathfinder.draws_per_path), kinds::from_one, "draws of each path, from which they are taken"},
      {"pathfinder", "num_elbo_draws", number(d.approximate.pathfinder.elbo_draws), kinds::from_one, "draws that judge a point of a path"},
      {"pathfinder", "max_lbfgs_iters", number(d.approximate.pathfinder.max_iterations), kinds::from_one, "steps of a path at most"},
      {"pathfinder", "history_size", number(d.approximate.pathfinder.history), kinds::from_one, "differences that L-BFGS keeps", 1000},
      {"variational", "algorithm", guides[static_cast<std::size_t>(d.approximate.variational.guide)], kinds::word, fmt::format("the normal distribution: {}", fmt::join(guides, ", ")), most_counted, guides},
      {"variational", "output_samples", number(d.approximate.variational.draws), kinds::from_one, "draws in the result"},
      {"variational", "iter", number(d.approximate.variational.max_steps), kinds::from_one, "steps at most"},
      {"variational", "grad_samples", number(d.approximate.variational.draws_per_step), kinds::from_one, "draws a step, where steps draw anew", 1'000'000},
      {"generate_quantities", "fitted_params", "", kinds::text, "draws of this program: .nc, or .csv (of several chains the name without _1, _2, …)"},
      {"log_prob", "constrained_params", "", kinds::text, "points by the names of the choices: .json (one point), .nc or .csv (draws)"},
      {"log_prob", "unconstrained_params", "", kinds::text, "points by their free numbers, JSON: {\"params_r\": [1, 2]} or a list of such lists"},
      {"log_prob", "jacobian", "1", kinds::from_zero, "1: the density of the free numbers, 0: of the choices themselves", 1},
      {"diagnose", "test", "gradient", kinds::word, "what is tested", most_counted, {"gradient"}},
      {"diagnose", "epsilon", fmt::format("{}", gradient_test_options{}.epsilon), kinds::positive, "the distance over which differences are taken"},
      {"diagnose", "error", fmt::format("{}", gradient_test_options{}.error), kinds::positive, "what a derivative may be wrong by, relative above 1"},
      {"data", "file", "", kinds::text, "the data, JSON"},
      {"random", "seed", "1", kinds::from_zero, "the same seed gives the same draws; seed= also stands alone", ~std::uint64_t{0}},
      {"output", "file", "output.csv", kinds::text, "where the draws go: .nc (NetCDF for ArviZ) or .csv (Stan CSV, one file a chain)"},
      {"output", "summary", "", kinds::text, "where the summary goes, JSON; none unless given"},
      {"output", "report", "", kinds::text, "where a page for a browser goes, .html: the summary, warnings and plots; none unless given"},
      {"output", "predictions", "0", kinds::from_zero, "1, of sample: the draws of what was observed, and the log likelihood of each observation, are written too", 1},
      {"output", "diagnostic_file", "", kinds::text, "of sample: .csv (one file a chain) or .nc of the log density and its derivatives by the free numbers at each draw"},
      {"output", "sig_figs", "", kinds::from_one, "significant digits in .csv files; all, unless given", 18},
      {"output", "rows", fmt::format("{}", report_options{}.rows), kinds::from_one, "of the summary on the terminal; of more, those with the most trouble are shown"},
      {"output", "sort", "model", kinds::word, "the order of these rows: model, or trouble, the worst first", most_counted, {"model", "trouble"}},
      {"output", "refresh", "", kinds::from_zero, "0: no line of progress", most_counted},
      {"output", "checkpoint", "", kinds::text, "of sample: the run goes on from this file where it is there, and leaves its state in it when it ends or is interrupted"},
      {"output", "checkpoint_every", "60", kinds::from_zero, "seconds between checkpoints while the run goes on, which is all that an abrupt end costs; 0: only at the end"},
      {"output", "keep_draws", "1", kinds::from_zero, "0: only the summary is computed, no file of draws is written", 1},
      {"", "init", "", kinds::start, "of sample, the approximations and diagnose: starts are uniform between -init and init in the unconstrained space; or a file: .json (NAME_1.json, … one a chain), .nc, .csv"},
      {"", "id", "1", kinds::from_one, "the number of the first chain: in the names of .csv files, and runs with other numbers draw other numbers", 1'000'000},
      {"", "num_threads", "0", kinds::from_zero, "threads; 0 or -1: all cores"},
  };
}

std::vector<std::string> names_of(const std::vector<argument>& all, const std::string& command) {
  std::vector<std::string> names;
  for (const argument& a : all)
    if (std::find(commands.begin(), commands.end(), a.group) == commands.end() || a.group == command || command.empty()) names.push_back(a.name);
  return names;
}

const argument* find(const std::vector<argument>& all, const std::string& group, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const argument& a) { return a.group == group && a.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void check_value(const argument& a, const std::string& value) {
  if (value.empty()) throw input_error(fmt::format("\"{}=\" has no value.", a.name));
  if (a.kind == kinds::text) return;
  if (a.kind == kinds::start && is_file_of_starts(value)) return;
  if (a.kind == kinds::word) {
    if (std::find(a.words.begin(), a.words.end(), value) == a.words.end())
      throw input_error(fmt::format("\"{}\" should be {}, but is \"{}\".{}", a.name, fmt::join(a.words, ", "), value, did_you_mean(value, a.words)));
    return;
  }
  if (a.kind == kinds::positive || a.kind == kinds::start || a.kind == kinds::share || a.kind == kinds::jitter) {
    // The ranges of the kernels (counts.hpp): with a step of 1e-320 a run would move nothing and never end.
    const double least = a.kind == kinds::jitter ? 0 : a.kind == kinds::share ? 0.001
                                                                              : least_number;
    const double most = a.kind == kinds::jitter ? 1 : a.kind == kinds::share ? 0.99999
                                                                             : largest_number;
    double x = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), x);
    const bool inside = (x >= least && x <= most) || (a.kind == kinds::start && x == 0);
    if (error != std::errc() || end != value.data() + value.size() || !inside)
      throw input_error(fmt::format("\"{}\" should be {}a number from {} to {}{}, but is \"{}\".", a.name, a.kind == kinds::start ? "0, " : "", least, most,
                                    a.kind == kinds::start ? ", or a file of .json, .nc or .csv" : "", value));
    return;
  }
  if (a.name == "num_threads" && value == "-1") return;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::uint64_t least = a.kind == kinds::from_one ? 1 : 0;
  const bool huge = error == std::errc::result_out_of_range && end == value.data() + value.size() && value[0] != '-';
  if (huge) number = ~std::uint64_t{0};
  if ((error != std::errc() && !(huge && number > a.most)) || end != value.data() + value.size() || number < least)
    throw input_error(fmt::format("\"{}\" should be a whole number from {} on, but is \"{}\".", a.name, least, value));
  if (number > a.most) throw input_error(fmt::format("\"{}\" should be a whole number from {} to {}, but is \"{}\".", a.name, least, a.most, value));
}

}  // namespace

arguments::arguments(const std::vector<std::string>& words, const program_description& description) : description_(description) {
  for (const std::string& word : words) {
    if (word == "help" || word == "--help" || word == "-h") help_ = true;
    else if (word == "--version") version_ = true;
    else if (const std::size_t equals = word.find('='); equals != std::string::npos && equals > 0 && command_ != "summary") take_pair(word);
    else take_word(word);
  }
  if (help_ || version_) return;
  if (command_.empty())
    throw input_error(fmt::format("There is no command. Say {}, as in \"{} sample data file=data.json\"; --help tells more.",
                                  fmt::join(commands, ", "), description.name));
  if (command_ == "summary" && files_.empty()) throw input_error("summary needs the files to summarise: one .nc, or the .csv files of all chains.");
  if (given("sample.thin") && command_ == "sample" && whole("sample.thin") > whole("sample.num_samples"))
    throw input_error(fmt::format("thin={} keeps none of num_samples={} draws.", text("sample.thin"), text("sample.num_samples")));
  for (const char* name : {"delta", "engaged", "init_buffer", "window", "term_buffer"})
    if (given(fmt::format("adapt.{}", name)) && command_ != "sample") throw input_error(fmt::format("\"adapt {}=\" belongs to sample, not to {}.", name, command_));
  if (given("sample.int_time") && (!given("sample.engine") || text("sample.engine") != "static")) throw input_error("\"int_time=\" belongs to engine=static: say engine=static too.");
  for (const char* name : {"output.predictions", "output.diagnostic_file"})
    if (given(name) && command_ != "sample") throw input_error(fmt::format("\"{}=\" belongs to sample, not to {}.", std::string(name).substr(7), command_));
  if (command_ == "generate_quantities" && !given("generate_quantities.fitted_params")) throw input_error("generate_quantities needs the draws: fitted_params=FILE.nc.");
  if (command_ == "log_prob" && given("log_prob.constrained_params") == given("log_prob.unconstrained_params"))
    throw input_error("log_prob needs points: constrained_params=FILE or unconstrained_params=FILE.");
  if (given("init") && (command_ == "importance" || command_ == "simulate" || command_ == "summary" || command_ == "generate_quantities" || command_ == "log_prob"))
    throw input_error(fmt::format("\"init=\" is where chains and searches start: {} has none.", command_));
  if (command_ == "sample") {
    const double steps = static_cast<double>(whole("sample.num_chains")) * (static_cast<double>(whole("sample.num_warmup")) + static_cast<double>(whole("sample.num_samples")));
    if (steps > static_cast<double>(most_counted))
      throw input_error(fmt::format("num_chains={} with num_warmup={} and num_samples={} are {:.3g} steps: no machine takes so many.", text("sample.num_chains"),
                                    text("sample.num_warmup"), text("sample.num_samples"), steps));
  }
}

void arguments::take_pair(const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::string value = word.substr(word.find('=') + 1);
  if (name == "method") return take_word(value);   // CmdStan's long form
  const auto all = table(description_);
  const argument* found = find(all, group_, name);
  if (!found) found = find(all, command_, name);
  if (!found) found = find(all, "", name);
  if (!found && name == "seed") found = find(all, "random", name);
  if (!found) {
    for (const argument& a : all)
      if (a.name == name && (a.group != "output" || name != "file"))
        throw input_error(name == "file" ? "\"file=\" belongs to \"data\" or \"output\": say data file=… or output file=…."
                                         : fmt::format("\"{}=\" belongs to \"{}\": say {} {}.", name, a.group, a.group, word));
    throw input_error(fmt::format("There is no argument \"{}\".{} --help lists them.", name, did_you_mean(name, names_of(all, command_))));
  }
  check_value(*found, value);
  if (!given_.emplace(found->key(), value).second) throw input_error(fmt::format("\"{}=\" is given twice.", name));
}

void arguments::take_word(const std::string& word) {
  if (std::find(commands.begin(), commands.end(), word) != commands.end() && command_ != "summary") {
    if (!command_.empty()) throw input_error(fmt::format("There are two commands, {} and {}: say one.", command_, word));
    command_ = group_ = word;
    return;
  }
  if (command_ == "summary") {
    if (word.starts_with("-")) throw input_error(fmt::format("There is no option \"{}\": summary takes files.", word));
    files_.push_back(word);
    return;
  }
  if (std::find(groups.begin(), groups.end(), word) != groups.end()) {
    group_ = word;
    return;
  }
  std::string bare = word;
  bare.erase(0, bare.find_first_not_of('-'));
  std::vector<std::string> known = commands;
  known.insert(known.end(), groups.begin(), groups.end());
  std::string hint = did_you_mean(bare, known);
  if (hint.empty()) {
    const std::string nearest = nearest_name(bare, names_of(table(description_), command_));
    if (!nearest.empty()) hint = fmt::format(" Did you mean \"{}=…\"?", nearest);
  }
  throw input_error(fmt::format("There is no argument \"{}\".{} --help lists them.", word, hint));
}

std::string arguments::text(const std::string& key) const {
  const auto found = given_.find(key);
  if (found != given_.end()) return found->second;
  for (const argument& a : table(description_))
    if (a.key() == key) return a.otherwise;
  throw std::logic_error("arguments::text: no argument " + key);
}

std::uint64_t arguments::whole(const std::string& key) const {
  const std::string value = text(key);
  if (value == "-1") return 0;
  std::uint64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

double arguments::number(const std::string& key) const {
  const std::string value = text(key);
  double x = 0;
  std::from_chars(value.data(), value.data() + value.size(), x);
  return x;
}

std::size_t arguments::place(const std::string& key) const {
  const std::string value = text(key);
  for (const argument& a : table(description_))
    if (a.key() == key) return static_cast<std::size_t>(std::find(a.words.begin(), a.words.end(), value) - a.words.begin());
  throw std::logic_error("arguments::place: no argument " + key);
}

std::string arguments::help(const std::string& command, const program_description& d) {
  std::string text = d.about.empty() ? "" : d.about + "\n\n";
  if (command.empty() || command == "summary") {
    text += fmt::format(
        "Usage: {} COMMAND name=value … data file=FILE.json … random seed=N output file=FILE.nc …\n"
        "       {} summary FILE…\n\n",
        d.name, d.name);
    text +=
        "Commands:\n"
        "  sample      draw from the posterior by Markov chain Monte Carlo\n"
        "  importance  draw from the prior, weighted by the likelihood\n"
        "  simulate    draw from the prior, and the data that it predicts\n"
        "  optimize    find the mode: a point, not a posterior\n"
        "  laplace     draw from a normal distribution around the mode\n"
        "  pathfinder  draw from the best normal distributions along searches for modes\n"
        "  variational draw from the normal distribution that is nearest to the posterior\n"
        "  generate_quantities  what the draws of a file predict, and how well\n"
        "  log_prob    the log density and its derivatives at given points\n"
        "  diagnose    compare the derivatives with finite differences\n"
        "  summary     summarise files of draws: one .nc, or the .csv files of all chains\n";
    if (command == "summary") return text;
  } else {
    text += fmt::format("Usage: {} {} name=value … data file=FILE.json random seed=N output file=FILE.nc\n", d.name, command);
  }
  std::string group = "?";
  for (const argument& a : table(d)) {
    const bool of_other = std::find(commands.begin(), commands.end(), a.group) != commands.end() && !command.empty() && a.group != command;
    if (of_other) continue;
    if (a.group != group) text += a.group.empty() ? "\n" : fmt::format("\n{}\n", a.group);
    group = a.group;
    text += fmt::format("  {:<26}{}\n", fmt::format("{}={}", a.name, a.otherwise.empty() ? (a.group == "data" || a.name == "summary" ? "FILE.json" : "…") : a.otherwise), a.meaning);
  }
  text += fmt::format("\nAll commands: {} help, {} COMMAND help, --version.\n", d.name, d.name);
  return text;
}

}  // namespace starling
