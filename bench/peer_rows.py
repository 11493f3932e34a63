"""The table of `make bench-peers`: each row is a work of ours, what it is set beside, and the bar.

A row's ratio is peer time over ours (higher is better, bar is the least) for peers; ours over the loop's for loops and limits
(lower is better, bar is the most). A peer stands at its best: the fastest of its variants in the table, measured in the same run.
"""
from dataclasses import dataclass, field
from typing import NamedTuple


class Variant(NamedTuple):
    environment: str
    script: str
    arguments: str
    name: str  # how the peer's name begins
    workload: str = ""  # how the name of the work begins, of scripts that measure several
    per_work: bool = False  # time over work done, as a second's effective draws or a gradient's time, instead of the time


@dataclass(frozen=True)
class Row:
    id: str
    work: str  # in words
    bar: float
    goal: float | None = None
    ours: str = ""  # arguments of starling_bench
    peer: str = ""  # in words
    variants: list = field(default_factory=list)  # of the peer
    loop: str = ""  # arguments of starling_bench for a hand-written loop
    at_most: bool = False
    special: str = ""  # threads, memory, compile, batch_update: measured in a way of their own

    @property
    def measures(self):
        return [self.ours] * bool(self.ours) + [self.loop] * bool(self.loop) + self.variants


def jax_is(dtype):
    return [Variant("genjax", "w1_jax.py", f"--dtype={dtype} --layout={layout} --prng={prng}", "jax") for layout, prng in
            (("vmap", "threefry2x32"), ("vmap", "rbg"))] + [
        Variant("jax", "w1_jax.py", f"--dtype={dtype} --layout=vmap --prng=threefry2x32", "jax")]


def genjax_is(dtype):
    return [Variant("genjax", "w1_genjax.py", f"--dtype={dtype} --prng=threefry2x32", "genjax")]


# The fastest for each work by a full measurement of environment x placing of draws x generator, and what came within 15 % of it.
JAX_MH = {
    ("f64", "W2a"): [("jax", "step", "threefry2x32"), ("genjax", "pre", "rbg"), ("genjax", "pre", "threefry2x32")],
    ("f32", "W2a"): [("genjax", "step", "rbg"), ("genjax", "expl", "threefry2x32")],
    ("f64", "W2b"): [("jax", "pre", "threefry2x32"), ("genjax", "pre", "threefry2x32")],
}


def jax_mh(dtype, only):
    return [Variant(environment, "w2_jax.py", f"--dtype={dtype} --rng={draws} --prng={prng} --only={only}", "jax")
            for environment, draws, prng in JAX_MH[dtype, only]]


def genjax_mh(dtype, only):
    return [Variant("genjax", "w2_genjax.py", f"--dtype={dtype} --prng=threefry2x32 --only={only}", "genjax")]


BLACKJAX_MH1 = [Variant("genjax", "w2_blackjax.py", "--dtype=f64 --prng=rbg --only=W2b", "blackjax"),
                Variant("jax", "w2_blackjax.py", "--dtype=f64 --prng=rbg --only=W2b", "blackjax")]

def jax_filter():
    return [Variant("genjax", "w3_jax.py", f"--dtype=f64 --N=1000 --prng={prng} --rs={resampler}", "jax")
            for prng, resampler in (("threefry2x32", "counts"), ("rbg", "counts"), ("rbg", "serial"), ("rbg", "scan"))]


def stan(workload, only, per_work=False):
    return [Variant("genjax", "w_stan.py", f"--only={only}", "stan", workload, per_work)]


def jax_hmc(per_work=False):
    return [Variant("jax", "w4_jax.py", f"--dtype=f64 --peer={peer}", "jax", "", per_work) for peer in ("jax", "jaxmanual")]


def jax_nuts():
    return [Variant("jax", "w4b_jax.py", f"--dtype=f64 --model=logistic --peer={peer} --chains={chains}", peer, "", True)
            for peer, chains in (("numpyro", "sequential"), ("blackjax", "sequential"))]


def nutpie(model):
    return [Variant("nutpie", "w4b_nutpie.py", f"--model={model}", "nutpie", "", True)]


def jax_polynomial():
    return [Variant(environment, "polynomial_jax.py", f"--dtype=f64 --gradient=manual --form=sum --unroll={unroll}", "jax")
            for environment, unroll in (("jax", 20), ("jax", 10), ("genjax", 20))]


def jax_hmm():
    return [Variant(environment, "w6_jax.py", f"--dtype=f64 --peer=jax --unroll={unroll}", "jax", "W6 value+grad")
            for environment, unroll in (("genjax", 1), ("genjax", 4), ("jax", 1), ("jax", 4))]


def jax_kalman():
    return [Variant(environment, "kalman_jax.py", f"--dtype=f64 --form={form} --unroll={unroll}", "jax")
            for environment, form, unroll in (("jax", "closed", 1), ("jax", "closed", 4), ("jax", "cholesky", 1), ("genjax", "closed", 4))]


def jax_plain(work, chains=4):
    return [Variant("jax", "plain_jax.py", f"--dtype=f64 --work={work} --chains={chains}", "jax", "", True)]


def stan_gradient(model):
    return [Variant("genjax", "gradients_stan.py", f"--model={model}", "stan", model, True)]


# The gradient of each program of models/, four chains in lanes, and of the works of bench/works/plain_models.hpp, beside the same model in Stan.
PROGRAMS = ("ar_k", "arma11", "blr", "eight_schools", "garch11", "gp_pois_regr", "gp_regr", "hmm_example", "kidscore_momiq", "logearn_height", "logmesquite", "low_dim_gauss_mix")
STAN_WORKS = {"groups": ("groups", 4), "field": ("field", 4), "mixture": ("mixture", 3), "garch": ("garch", 3), "series": ("ar", 3), "process": ("gp", 2), "predators": ("ode", 3),
              "plain_one_vector": ("plain", 3)}
STAN_IDS = {"plain_one_vector": "plain_one_double"}


def stan_gradient_rows():
    return [Row(f"{STAN_IDS.get(work, model)}_stan", f"gradient, the work {work}", bar, None, f"--work={work}", "stan", stan_gradient(model))
            for work, (model, bar) in STAN_WORKS.items()] + [
        Row(f"program_{name}_stan", f"gradient of models/{name}.cpp", 2, 4, f"--work=program_{name}", "stan", stan_gradient(name)) for name in PROGRAMS]


DRAWN = ("normal", "exponential", "gamma_0.3", "gamma_3", "gamma_300", "beta", "student_t", "poisson_0.5", "poisson_5", "poisson_500", "binomial", "negative_binomial_2",
         "categorical_10", "categorical_10000", "dirichlet", "von_mises")
SCORED = ("normal", "exponential", "gamma_3", "beta", "student_t", "poisson_5", "binomial", "negative_binomial_2", "categorical_10000", "dirichlet", "von_mises")


def distribution(kind, name, *peers):
    return [Variant("jax", "distributions_peers.py", f"--dtype=f64 --kind={kind} --only={name} --peer={peer}", peer) for peer in peers]


def distribution_rows():
    """JAX has no draws of von Mises."""
    return [Row(f"draw_{n}", f"10^6 draws, {n}", 3, None, f"--work=draw_{n}", "the faster of NumPy and JAX",
                distribution("draw", n, "numpy", *(() if n == "von_mises" else ("jax",)))) for n in DRAWN] + [
        Row(f"density_{n}", f"10^6 log densities, {n}", 2, None, f"--work=density_{n}", "jax", distribution("density", n, "jax")) for n in SCORED] + [
        Row(f"density_{n}_scipy", f"10^6 log densities, {n}", 5, None, f"--work=density_{n}", "scipy", distribution("density", n, "scipy")) for n in SCORED]
def genjax_adev():
    return [Variant("genjax", "w13_adev_genjax.py", f"--dtype=f64 --peer=genjax --how={how} --prng=threefry2x32", "genjax") for how in ("vmapgrad", "gradvmap")]


def jax_adev():
    return [Variant("jax", "w13_adev_genjax.py", f"--dtype=f64 --peer=jax --how={how} --exp=poly --prng=rbg", "jax") for how in ("hand", "auto")]


def jax_advi(peer):
    return [Variant("jax", "w5_jax.py", f"--dtype=f64 --peer={peer}", peer, "", True)]


def jax_advi_full():
    return [Variant("jax", "w10_advi_full_jax.py", f"--dtype=f64 --peer=jaxfused --lik={lik}", "jaxfused", "", True) for lik in ("prod", "log1p")]


def jax_doubly():
    return [Variant("jax", "w11_nets_jax.py", f"--dtype=f64 --work=dreg --peer={peer}", peer, "W11 dreg", True) for peer in ("jaxfused", "jaxhand")]


def wake_sleep_by(peer):
    return [Variant("pyro", "w14_rws_pyro.py", f"--dtype=f64 --peer={peer}", peer, "", True)]


LOGISTIC = "logistic regression 1000 x 20"
GRADIENT = f"gradient, {LOGISTIC}, 4 chains in lanes, a chain's"
HMC = f"static HMC, {LOGISTIC}, 4 chains x 1,000 x 10 leapfrogs"
NUTS = f"NUTS, {LOGISTIC}, 4 x (1,000 + 1,000), time of an effective draw"
SCHOOLS = "NUTS, eight schools, 4 x (1,000 + 1,000), time of an effective draw"
FILTER = "bootstrap filter of stochastic volatility, T = 100"
PLAIN = "gradient, y ~ normal(a + b x, s), 1,000 rows"
IS = "importance sampling, 20 observations, 10^6 particles"
MH = "MH drift, 1,000 chains x 1,000 steps"
MH1_VECTOR = "MH, 1 chain x 200,000 steps, one vector-valued choice"
MH1_SITES = "MH, 1 chain x 200,000 steps, an address per observation"

ROWS = [
    Row("is_f64_jax", f"{IS}, f64", 4, 6, "--work=is --dtype=f64", "jax", jax_is("f64")),
    Row("is_f64_genjax", f"{IS}, f64", 6, 9, "--work=is --dtype=f64", "genjax", genjax_is("f64")),
    Row("is_f32_jax", f"{IS}, f32", 3, 4, "--work=is --dtype=f32", "jax", jax_is("f32")),
    Row("is_f32_genjax", f"{IS}, f32", 9, 12, "--work=is --dtype=f32", "genjax", genjax_is("f32")),
    Row("mh_f64_jax", f"{MH}, f64", 3, 4, "--work=mh --dtype=f64", "jax", jax_mh("f64", "W2a")),
    Row("mh_f64_genjax", f"{MH}, f64", 4.5, 6, "--work=mh --dtype=f64", "genjax", genjax_mh("f64", "W2a")),
    Row("mh_f32_jax", f"{MH}, f32", 2.3, 3, "--work=mh --dtype=f32", "jax", jax_mh("f32", "W2a")),
    Row("mh_f32_genjax", f"{MH}, f32", 6, 8, "--work=mh --dtype=f32", "genjax", genjax_mh("f32", "W2a")),
    Row("mh1_vector_jax", f"{MH1_VECTOR}, f64", 1, 1.5, "--work=mh1_vector --dtype=f64", "jax", jax_mh("f64", "W2b")),
    Row("mh1_vector_blackjax", f"{MH1_VECTOR}, f64", 10, 20, "--work=mh1_vector --dtype=f64", "blackjax", BLACKJAX_MH1),
    Row("mh1_sites_genjax", f"{MH1_SITES}, f64", 8, None, "--work=mh1_sites --dtype=f64", "genjax", genjax_mh("f64", "W2b")),
    Row("mh1_sites_blackjax", f"{MH1_SITES}, f64", 4, None, "--work=mh1_sites --dtype=f64", "blackjax", BLACKJAX_MH1),
    Row("is_loop", f"{IS}, f64", 1.3, 1.1, "--work=is --dtype=f64", "hand-written loop", loop="--work=is_loop --dtype=f64", at_most=True),
    Row("mh_loop", f"{MH}, f64", 1.3, 1.1, "--work=mh --dtype=f64", "hand-written loop", loop="--work=mh_loop --dtype=f64", at_most=True),
    # The loops themselves, so that they are no straw men.
    Row("is_loop_jax", f"the loop: {IS}, f64", 3.5, None, "--work=is_loop --dtype=f64", "jax", jax_is("f64")),
    Row("mh_loop_jax", f"the loop: {MH}, f64", 3.5, None, "--work=mh_loop --dtype=f64", "jax", jax_mh("f64", "W2a")),
    Row("update_loop", "update, 40 sites, 38 constrained, one lane", 4, None, "--work=update --dtype=f64", "plain loop",
        loop="--work=update_plain --dtype=f64", at_most=True),
    Row("generate_loop", "generate, 40 sites, 38 constrained, one lane", 4, None, "--work=generate --dtype=f64", "plain loop",
        loop="--work=generate_plain --dtype=f64", at_most=True),
    Row("simulate_loop", "simulate, 40 sites, one lane", 2, None, "--work=simulate --dtype=f64", "plain loop",
        loop="--work=simulate_plain --dtype=f64", at_most=True),
    Row("unfold_update", "update of the last step of an unfold, 10,000 over 100 steps", 1.3, None, "--work=unfold_update --lanes=10000", "100 steps",
        loop="--work=unfold_update --lanes=100", at_most=True),
    Row("unfold_extend", "an unfold extended step by step to 100,000", 4, None, "--work=unfold_extend --lanes=100000", "hand-written loop",
        loop="--work=unfold_extend_loop --lanes=100000", at_most=True),
    Row("batch_extend", "an unfold of 10,000 lanes extended by a step, 1,000 over 100 steps", 1.2, None, "--work=batch_extend --lanes=1000", "100 steps",
        loop="--work=batch_extend --lanes=100", at_most=True),
    Row("batch_update", "update of one of 20 sites of 10^6 lanes, moved in, a lane and site over 8 ns", 1, None, peer="limit", special="batch_update",
        at_most=True),
    Row("cone_mh", "single-site MH on a hierarchical model of 1,000 instances", 5, None, "--work=cone", "hand-written incremental step", loop="--work=cone_loop", at_most=True),
    Row("cone_rerun", "a change of what its 1,000 instances share", 3, None, "--work=rerun", "plain loop", loop="--work=rerun_loop", at_most=True),
    Row("filter_loop", f"{FILTER}, 10,000 particles, f64", 1.5, 1.3, "--work=filter --lanes=10000", "hand-written loop",
        loop="--work=filter_loop --lanes=10000", at_most=True),
    Row("filter_jax", f"{FILTER}, 1,000 particles, f64", 1.5, 5, "--work=filter --lanes=1000", "jax", jax_filter()),
    Row("filter_genjax", f"{FILTER}, 1,000 particles, f64", 4, 10, "--work=filter --lanes=1000", "genjax",
        [Variant("genjax", "w3_genjax.py", "--dtype=f64 --N=1000 --prng=threefry2x32", "genjax")]),
    Row("map_loop", "score of a map of 10,000 normal observations, one lane, f64", 1.5, None, "--work=plate", "plain SIMD loop",
        loop="--work=plate_loop", at_most=True),
    Row("grad_stan", GRADIENT, 2, None, "--work=logistic_gradient", "stan", stan("W4 grad", "W4a")),
    Row("grad_jax", f"{GRADIENT} (JAX: in its HMC)", 1.5, None, "--work=logistic_gradient", "jax", jax_hmc(per_work=True)),
    Row("hmc_stan", HMC, 2, None, "--work=logistic_hmc", "stan", stan("W4a", "W4a")),
    Row("hmc_jax", HMC, 1.5, None, "--work=logistic_hmc", "jax", jax_hmc()),
    Row("nuts_stan", NUTS, 2.5, None, "--work=logistic_nuts", "stan", stan("W4b logistic", "W4b", per_work=True)),
    Row("nuts_nutpie", NUTS, 4, None, "--work=logistic_nuts", "nutpie", nutpie("logistic")),
    Row("nuts_jax", NUTS, 1.5, None, "--work=logistic_nuts", "numpyro, blackjax", jax_nuts()),
    Row("schools_stan", SCHOOLS, 4, None, "--work=schools_nuts", "stan", stan("W4b schools", "W4b", per_work=True)),
    Row("schools_nutpie", SCHOOLS, 5, None, "--work=schools_nuts", "nutpie", nutpie("schools")),
    Row("poly_jax", "HMC, polynomial regression, one chain, 1,050 x 20 leapfrogs, f64", 8, None, "--work=polynomial_hmc", "jax", jax_polynomial()),
    Row("hmm_grad_jax", "gradient of the likelihood of a hidden Markov model, K = 20, T = 1,000, one lane, f64", 1.5, None, "--work=hmm_gradient", "jax",
        jax_hmm()),
    Row("hidden_markov", "the same", 2.5, None, "--work=hmm_gradient", "jax", jax_hmm()),
    Row("kalman", "gradient of the log density of a state space of 6 states, two sums of them seen, T = 500, one lane, f64", 3, None, "--work=kalman", "jax", jax_kalman()),
    Row("adev_genjax", "derivatives of an expectation, three enumerated flips and a normal, 10,000 lanes, f64", 3, 4, "--work=adev", "genjax", genjax_adev()),
    Row("adev_jax", "the same", 1, None, "--work=adev", "jax by hand", jax_adev()),
    # Time of a step.
    Row("advi_jax", f"mean-field variational inference, {LOGISTIC}, 16 draws a step", 1.4, None, "--work=fit_step", "jax", jax_advi("jaxhand") + jax_advi("jax")),
    Row("advi_full_jax", f"full-rank variational inference, {LOGISTIC}, 16 draws a step", 1.4, None, "--work=advi_full", "jax", jax_advi_full()),
    Row("advi_numpyro", f"mean-field variational inference, {LOGISTIC}, 16 draws a step", 5, None, "--work=fit_step", "numpyro", jax_advi("numpyro")),
    Row("vimco_jax", "vimco, K = 16, a mixture of four normals with a discrete guide, 128 data", 5, None, "--work=vimco", "jax",
        [Variant("jax", "w5b.py", "--dtype=f64 --peer=jax", "jax", "", True)]),
    Row("dreg_jax", "doubly reparameterised gradients, K = 16, a linear model 10 -> 2, 128 data", 3, 6, "--work=doubly", "jax", jax_doubly()),
    Row("rws_pyro", "wake-sleep with insomnia 1, K = 16, the mixture, 128 data", 25, None, "--work=wake_sleep", "pyro", wake_sleep_by("pyro")),
    Row("rws_torch", "the same", 1.5, None, "--work=wake_sleep", "torch by hand", wake_sleep_by("torch")),
    Row("fit_loop", f"a step of the elbo, {LOGISTIC}, through sl::fit", 1.5, 1.2, "--work=fit_step", "by hand over adjoints and packs", loop="--work=fit_step_by_hand", at_most=True),
    Row("guide_compile", "compile time of eight schools with advi less that with nuts, over 1.5 s", 1, None, peer="limit", special="guide_compile", at_most=True),
    Row("adjoint_loop_pack", "gradient of a robust regression, plain operators on adjoints, 4 lanes", 3, None, "--work=adjoint_pack", "written by hand",
        loop="--work=adjoint_pack_by_hand", at_most=True),
    Row("adjoint_loop_double", "the same, one lane", 3, None, "--work=adjoint_double", "written by hand, not vectorised",
        loop="--work=adjoint_double_by_hand", at_most=True),
    Row("adjoint_bulk", f"gradient of {LOGISTIC}, single tape entries on adjoints, 4 lanes", 1.3, None, "--work=adjoint_bulk", "written by hand",
        loop="--work=adjoint_bulk_by_hand", at_most=True),
    # Models as people write them: bench/works/plain_models.hpp. Times are of one chain's gradient, four in lanes.
    Row("plain_sites_jax", f"{PLAIN}, a loop of addresses", 1.5, 4, "--work=plain_sites", "jax", jax_plain("plain")),
    Row("plain_map_jax", f"{PLAIN}, a map", 1.5, 4, "--work=plain_map", "jax", jax_plain("plain")),
    Row("plain_vector_jax", f"{PLAIN}, one vector", 1.5, 4, "--work=plain_vector", "jax", jax_plain("plain")),
    Row("plain_large_jax", "gradient, y ~ normal(a + b x, s), 100,000 rows, one vector", 2, None, "--work=plain_large", "jax", jax_plain("large")),
    Row("plain_one_double", f"{PLAIN}, one vector, one chain on double", 1, None, "--work=plain_one_vector", "jax", jax_plain("plain", 1)),
    Row("plain_one_sites", f"{PLAIN}, a loop of addresses, one chain on double", 1, None, "--work=plain_one_sites", "jax", jax_plain("plain", 1)),
    Row("groups_jax", "gradient, 50 groups x 40 rows, intercepts and slopes by index, non-centred", 1.5, None, "--work=groups", "jax", jax_plain("groups")),
    Row("field_jax", "gradient, 5,000 latents, y[i] ~ poisson_log(mu + tau z[i])", 1.5, None, "--work=field", "jax", jax_plain("field")),
    Row("mixture_jax", "gradient, mixture of three normals by log_sum_exp in the body, 1,000 rows", 1.5, None, "--work=mixture", "jax", jax_plain("mixture")),
    Row("garch_loop", "gradient, GARCH(1, 1), 500 steps", 2.5, None, "--work=garch", "written by hand in packs", loop="--work=garch_by_hand", at_most=True),
    Row("gp_jax", "gradient, regression by a Gaussian process, 100 points", 1.5, None, "--work=process", "jax", jax_plain("process")),
    Row("net_jax", "gradient, a net 5-10-1 in loops, 200 rows", 1, None, "--work=net", "jax", jax_plain("net")),
    Row("latents_growth", "NUTS on the field: a leapfrog, a latent, 50,000 latents over 500", 1.3, None, "--work=field_nuts --lanes=50000", "500 latents",
        loop="--work=field_nuts --lanes=500", at_most=True),
    Row("first_draw", "start of a compiled program to its first warm-up draw over 50 ms", 1, None, peer="limit", special="first_draw", at_most=True),
    Row("compile_nuts", "compile time of models/eight_schools.cpp with NUTS over 10 s", 1, None, peer="limit", special="compile_nuts", at_most=True),
    Row("threads", "MH on 2 cores over 1, of what spinning loops reach", 0.9, None, peer="two spinning loops", special="threads"),
    Row("memory", "peak RSS over 40 MB + 40 B x N, and over 64 MB for summaries", 1, None, peer="limit", special="memory", at_most=True),
    Row("compile_catalogue", "compile time of a model that uses two distributions of the catalogue, over that of the model with two basic ones", 1.03, None, peer="the same without",
        special="compile_catalogue", at_most=True),
    Row("compile", "compile time over 8 s for a model with MH, 1.5 s for the header", 1, None, peer="limit", special="compile", at_most=True),
] + stan_gradient_rows() + distribution_rows()
