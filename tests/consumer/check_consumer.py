#!/usr/bin/env python3
"""check_consumer.py --way=find_package|add_subdirectory --source=REPOSITORY --build=BUILD_FOLDER --compiler=CXX | --self-test

Configures, builds and runs tests/consumer/project against starling as installed from BUILD_FOLDER into a temporary prefix, or as
a subdirectory. Checks that no flag of this machine reaches the consumer's own targets, and that its model got them; that models are
optimised where no build type is set, which is measured, and that the user's own flags and build type have the last word.
"""
import argparse
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

LEAKS = re.compile(r"\s(-march=\S+|-mcpu=\S+|-mavx\S*|-mfma|-ffast-math|-ffp-contract=\S+|-W\S+)")


def run(*command):
    words = [str(word) for word in command]
    done = subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        print(done.stdout[-4000:])
        sys.exit(f"failed: {' '.join(words)}")
    return done.stdout


def leaks(commands, own_flags=""):
    """Sentences about flags that reached targets which asked for nothing. `commands` as in compile_commands.json."""
    found = []
    for entry in commands:
        target = re.search(r"CMakeFiles/(\w+)\.dir", entry["command"])[1]
        if target.startswith("starling"):
            continue
        flags = {flag for flag in LEAKS.findall(" " + entry["command"]) if flag not in own_flags}
        if target in ("model", "speed"):
            if not any(flag.startswith(("-march=native", "-mcpu=native")) for flag in flags):
                found.append("model: starling_add_model did not compile for this machine")
        elif flags:
            found.append(f"{target}: {', '.join(sorted(flags))} leaked into a consumer's target")
    return found


def optimisation(commands, expected):
    """Sentences about models and libraries of starling that are not compiled with the -O expected, the last one that is given ("" for none)."""
    found = []
    for entry in commands:
        target = re.search(r"CMakeFiles/(\w+)\.dir", entry["command"])[1]
        given = re.findall(r"\s(-O\S*)", " " + entry["command"])
        if target in ("model", "speed") or target.startswith("starling_"):
            if (given[-1] if given else "") != expected:
                found.append(f"{target}: is compiled with {given}, expected {expected or 'no -O'}")
    return found


def seconds_of(program):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(program)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def native_in_libraries(commands):
    """add_subdirectory: starling's own libraries are compiled without this machine's SIMD, too."""
    return [f"{entry['file']}: a library is compiled with -march=native" for entry in commands
            if "CMakeFiles/starling" in entry["command"] and "-march=native" in entry["command"]]


def absolute_paths(prefix, source, build):
    """Installed CMake files name neither the source nor the build tree."""
    return [f"{file.name}: names {folder}" for file in prefix.rglob("*.cmake") for folder in (source, build)
            if str(folder) + "/" in file.read_text()]


def check(options):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        configure = ["cmake", "-S", options.source / "tests/consumer/project", "-G", "Ninja",
                     f"-DCMAKE_CXX_COMPILER={options.compiler}", f"-DCMAKE_CXX_FLAGS={options.compiler_flags}",
                     "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
        found = []
        if options.way == "find_package":
            run("cmake", "--install", options.build, "--prefix", work / "prefix")
            found += absolute_paths(work / "prefix", options.source, options.build)
            configure.append(f"-DCMAKE_PREFIX_PATH={work / 'prefix'}")
        else:
            configure.append(f"-DCONSUMER_STARLING_SOURCE={options.source}")
            launcher = pathlib.Path(__file__).with_name("objects_of_the_build.py")
            configure.append(f"-DCMAKE_CXX_COMPILER_LAUNCHER={sys.executable};-B;{launcher};{options.build}")
        def commands_of(name, *more):
            run(*configure, "-B", work / name, *more)
            return json.loads((work / name / "compile_commands.json").read_text())
        own = re.findall(r"(?:^|\s)(-O\S*)", options.compiler_flags)
        found += optimisation(commands_of("plain"), own[-1] if own else "-O2")
        found += optimisation(commands_of("flags", f"-DCMAKE_CXX_FLAGS={options.compiler_flags} -O1"), "-O1")
        found += optimisation(commands_of("debug", "-DCMAKE_BUILD_TYPE=Debug"), own[-1] if own else "")
        # As a subdirectory some of starling is compiled again: without optimisation that takes half of the time, and the flags that are looked at are the same.
        configure.append("-DCMAKE_BUILD_TYPE=" + ("Release" if options.way == "find_package" else "Debug"))
        run(*configure, "-B", work / "build")
        run("cmake", "--build", work / "build")
        if options.way == "find_package" and not own:
            run("cmake", "--build", work / "plain", "--target", "speed")
            plain, release = seconds_of(work / "plain/speed"), seconds_of(work / "build/speed")
            print(f"without a build type {plain:.2f} s, Release {release:.2f} s")
            if plain > 2 * release + 0.05:
                found.append(f"a model without a build type takes {plain:.2f} s, with Release {release:.2f} s")
        for program in ("plain", "one_layer", "model"):
            run(work / "build" / program)
        commands = json.loads((work / "build/compile_commands.json").read_text())
        return found + leaks(commands, options.compiler_flags) + native_in_libraries(commands)


def self_test():
    def entry(target, flags):
        return [{"command": f"g++ {flags} -o CMakeFiles/{target}.dir/main.cpp.o -c main.cpp", "file": "main.cpp"}]
    cases = [
        (leaks(entry("plain", "-O3 -std=c++20")), []),
        (leaks(entry("plain", "-march=native -std=c++20")), ["plain: -march=native leaked into a consumer's target"]),
        (leaks(entry("plain", "-std=gnu++20 -Wall -mfma")), ["plain: -Wall, -mfma leaked into a consumer's target"]),
        (leaks(entry("model", "-march=native")), []),
        (optimisation(entry("model", "-O2 -O1"), "-O1"), []),
        (optimisation(entry("speed", "-g"), "-O2"), ["speed: is compiled with [], expected -O2"]),
        (optimisation(entry("starling_io", "-O2"), ""), ["starling_io: is compiled with ['-O2'], expected no -O"]),
        (optimisation(entry("plain", "-g"), "-O2"), []),
        (leaks(entry("model", "-O3")), ["model: starling_add_model did not compile for this machine"]),
        (native_in_libraries(entry("starling_io", "-march=native")), ["main.cpp: a library is compiled with -march=native"]),
        (native_in_libraries(entry("starling_io", "-O3")), []),
    ]
    wrong = [f"got {got}, expected {expected}" for got, expected in cases if got != expected]
    print("\n".join(wrong))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--way", choices=["find_package", "add_subdirectory"])
    parser.add_argument("--source", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--compiler-flags", default="")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    found = self_test() if options.self_test else check(options)
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
