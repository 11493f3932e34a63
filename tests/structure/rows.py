"""Nothing is skipped silently: each file of a table-driven folder has its row, and each row its file."""
import json
import re

DISTRIBUTIONS = "include/starling/distributions"
REFERENCE = "tests/distributions/reference_values.json"
CATALOGUE = "tests/distributions/catalogue_values.json"  # rows of the same kind
STRUCTURED = "tests/distributions/structured_values.json"  # of vectors and matrices
COMBINED = "tests/distributions", "combined_*rows_test.cpp"  # of distributions made of others: their oracles stand in the rows
IS_DISTRIBUTION = re.compile(r"\b(?:struct|class)\s+\w+[^;{}()]*:[^;{}()]*\bdistribution\b")
# Headers of the folder that define no distribution to be tabled, and why.
NO_ROW = {
    "distribution": "the base of all",
    "distributions": "includes those that models use most",
    "catalogue": "includes all of them",
    "supports": "the sets of values that distributions give",
    "elements": "vectors of parameters and values, element by element",
    "elementwise": "makes scalar formulas distributions, with vector parameters too",
    "saddle_point": "Loader's pieces of densities, tested through those",
    "gamma_draws": "the sampler of gamma and its relatives, tested through those",
    "whole_draws": "inversion of counts, tested through binomial and poisson",
    "category_draws": "what the categorical distributions share",
    "factored_normal": "what the multivariate normals share",
    "fused": "evaluates densities as single tape entries, tested by the derivatives of all",
    "fused_pass": "evaluates densities of vectors in one pass, tested in fused_pass_test.cpp",
    "ordinary": "says what densities written out for ordinary numbers are, tested in fused_pass_test.cpp",
    "linear_pass": "evaluates generalised_linear, tested by its row",
    "linear_summary": "what normal_glm keeps of data under gradients, tested by linear_summary_test.cpp",
    "bijectors": "from free numbers to supports",
    "between_ends": "numbers between two ends, tested through the densities that take them",
    "inner_numbers": "numbers that free numbers give, tested through the densities that take them",
    "at_free_numbers": "the same for whole distributions",
    "inside": "the nearest number inside a support",
    "standardized": "differences over a scale, tested through the densities that have one",
    "structured_bijectors": "the same for vectors and matrices",
    "structured_supports": "the sets of values of vectors and matrices",
    "draw": "draws and scores a distribution by itself",
    "support_ends": "the least and the greatest of a support, tested through truncated and mixture",
    "probabilities": "tails, quantiles and moments, tested by probabilities_test.cpp over all rows",
    "far_tails": "differences of the logarithms of tails, tested through truncated",
    "normal_tails": "the normal distribution's tails and intervals, tested through the rows that use them",
    "element_moments": "what means and variances of vectors and matrices share, tested through the structured rows",
    "incomplete_functions": "tails and quantiles by Boost.Math, tested by probabilities_test.cpp over all rows and incomplete_functions_test.cpp",
    "small_factorials": "a table of logarithms, tested through poisson and negative_binomial",
    "special_functions": "Bessel's, the exponential integral and others, tested through the rows that use them",
    "following_draws": "how draws follow their parameters, tested in tests/distributions/following_draws_test.cpp over all rows",
    "ordered_categories": "what the ordered distributions share",
    "circle": "what distributions of angles share",
    "formulas_by": "a distribution as another one with parameters translated, tested through those",
    "log_of_parameter": "remembers logarithms of parameters, tested through densities",
    "matrix_parameters": "vectors and matrices as parameters, tested through the distributions that have them",
    "matrix_supports": "supports of vectors and matrices that few use, tested through the structured rows",
    "wishart_factors": "what the Wishart distributions share",
    "multivariate_normal_diagonal": "another name of normal with vectors, tested by structured_series_test.cpp",
    "forward_backward": "the passes of hidden_markov, tested through it and by structured_series_test.cpp",
    "kalman": "the filter and smoother of linear_gaussian_state_space, tested through it and by structured_series_test.cpp",
    "covariance_kernels": "covariances of gaussian_process, tested through it",
    "delta": "one number, tested by combined_more_rows_test.cpp",
    "discrete_range": "another name of discrete_uniform, tested by combined_more_rows_test.cpp",
    "empirical": "weighted with equal weights, tested by combined_more_rows_test.cpp",
    "product": "a vector of draws of others, tested by combined_more_rows_test.cpp",
    "power_scaled": "a power of a density, without draws, tested by combined_more_rows_test.cpp",
    "neighbourhood": "the places of conditional_autoregression, tested through it and by structured_series_test.cpp",
}


def table(path):
    """The keys of a table: of an object, or the 'distribution' fields of a list of objects."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return set(rows) if isinstance(rows, dict) else {row["distribution"] for row in rows}


def distribution_problems(root, no_row):
    headers = {p.stem: p for p in (root / DISTRIBUTIONS).glob("*.hpp")}
    reference = root / REFERENCE
    if headers and not reference.is_file():
        return [f"{REFERENCE}: does not exist"]
    rows = table(reference) if reference.is_file() else set()
    for more in (CATALOGUE, STRUCTURED):
        if (root / more).is_file():
            rows |= table(root / more)
    for path in (root / COMBINED[0]).glob(COMBINED[1]):
        rows |= {name for name in re.findall(r'^    \{"(\w+)",$', path.read_text(encoding="utf-8"), re.MULTILINE)}
    found = []
    for stem, path in sorted(headers.items()):
        defines = IS_DISTRIBUTION.search(path.read_text(encoding="utf-8")) is not None
        if stem in no_row:
            continue
        if stem not in rows:
            what = "defines a distribution" if defines else "is in the folder of distributions"
            found.append(f"{DISTRIBUTIONS}/{path.name}: {what} but has no row '{stem}' in {REFERENCE} (or a reason in rows.py)")
    found += [f"{REFERENCE}: row '{row}' has no header {row}.hpp" for row in sorted(rows - set(headers))]
    found += [f"rows.py: '{stem}' is excepted but {stem}.hpp does not exist" for stem in sorted(set(no_row) - set(headers)) if headers]
    return found


def paired_problems(root, pattern, partner, what):
    """Each file of the pattern has its partner, and each partner its file."""
    folder, suffix = pattern.split("/*")
    files = {p.stem for p in (root / folder).glob(f"*{suffix}")}
    partners = {p.stem for p in (root / folder).glob(f"*{partner}")}
    return [f"{folder}/{stem}{suffix}: has no {what} {folder}/{stem}{partner}" for stem in sorted(files - partners)] + [
        f"{folder}/{stem}{partner}: has no {folder}/{stem}{suffix}" for stem in sorted(partners - files)]


def problems(root, no_row=None):
    found = distribution_problems(root, NO_ROW if no_row is None else no_row)
    return found + paired_problems(root, "examples/*.cpp", ".approved", "approved output")


BASE = {f"include/starling/distributions/{stem}.hpp": "" for stem in NO_ROW}
NORMAL = {"include/starling/distributions/normal.hpp": "template <class A>\nstruct normal : distribution {};\n"}
BAD_TREES = [
    ({**BASE, **NORMAL}, r"reference_values\.json: does not exist"),
    ({**BASE, **NORMAL, REFERENCE: "{}"}, r"normal\.hpp: defines a distribution but has no row 'normal'"),
    ({**BASE, **NORMAL, REFERENCE: '[{"distribution": "gamma"}]'}, r"row 'gamma' has no header"),
    ({**BASE, **NORMAL, REFERENCE: "{}", CATALOGUE: '{"gamma": []}'}, r"row 'gamma' has no header"),
    ({**BASE, "include/starling/distributions/tools.hpp": "", REFERENCE: "{}"}, r"tools\.hpp: is in the folder"),
    ({**NORMAL, REFERENCE: '{"normal": []}'}, r"'distribution' is excepted but"),
    ({"examples/a.cpp": ""}, r"a\.cpp: has no approved output"),
    ({"examples/a.approved": ""}, r"a\.approved: has no examples/a\.cpp"),
]
GOOD_TREE = {**BASE, **NORMAL, REFERENCE: '{"normal": []}', "examples/a.cpp": "", "examples/a.approved": ""}
