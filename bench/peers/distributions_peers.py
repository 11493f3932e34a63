"""10^6 draws, or 10^6 log densities, of a distribution by NumPy's Generator, SciPy or JAX (jitted), one core, f64: the peers of --work=draw_… and --work=density_….

Uses the harness of ../shared/peers (data.py must be on PYTHONPATH). Options:
  --only=NAME    as the works are called, without draw_ and density_
  --kind=draw|density
  --peer=numpy|scipy|jax
"""
from data import *
NAME, KIND, PEER = arg("only", "normal"), arg("kind", "draw"), arg("peer", "numpy")
N = 1_000_000
def weights(n):
    p = 2 + np.sin(np.arange(n)); return p / p.sum()
A = np.array([0.5, 1, 2, 3, 4.0])
generator = np.random.Generator(np.random.PCG64(1))
NUMPY = {
    "normal": lambda g: g.standard_normal(N), "exponential": lambda g: g.standard_exponential(N), "gamma_0.3": lambda g: g.standard_gamma(0.3, N),
    "gamma_3": lambda g: g.standard_gamma(3, N), "gamma_300": lambda g: g.standard_gamma(300, N), "beta": lambda g: g.beta(2, 3, N), "student_t": lambda g: g.standard_t(5, N),
    "poisson_0.5": lambda g: g.poisson(0.5, N), "poisson_5": lambda g: g.poisson(5, N), "poisson_500": lambda g: g.poisson(500, N), "binomial": lambda g: g.binomial(100, 0.3, N),
    "negative_binomial_2": lambda g: g.negative_binomial(2, 2 / 12, N), "categorical_10": lambda g: g.choice(10, N, p=weights(10)),
    "categorical_10000": lambda g: g.choice(10000, N, p=weights(10000)), "dirichlet": lambda g: g.dirichlet(A, N), "von_mises": lambda g: g.vonmises(0, 2, N)}

if PEER == "jax":
    jax = setup_jax(); import jax.numpy as jnp
    import jax.random as jr
    import jax.scipy.stats as js
    dt = jnp.float64
    DRAWS = {
        "normal": lambda k: jr.normal(k, (N,), dt), "exponential": lambda k: jr.exponential(k, (N,), dt), "gamma_0.3": lambda k: jr.gamma(k, 0.3, (N,), dt), "gamma_3": lambda k: jr.gamma(k, 3.0, (N,), dt),
        "gamma_300": lambda k: jr.gamma(k, 300.0, (N,), dt), "beta": lambda k: jr.beta(k, 2.0, 3.0, (N,), dt), "student_t": lambda k: jr.t(k, 5.0, (N,), dt), "poisson_0.5": lambda k: jr.poisson(k, 0.5, (N,)),
        "poisson_5": lambda k: jr.poisson(k, 5.0, (N,)), "poisson_500": lambda k: jr.poisson(k, 500.0, (N,)), "binomial": lambda k: jr.binomial(k, 100.0, 0.3, (N,), dt),
        "negative_binomial_2": lambda k: jr.poisson(jr.split(k)[0], 5.0 * jr.gamma(jr.split(k)[1], 2.0, (N,), dt)),
        "categorical_10": lambda k: jnp.searchsorted(jnp.cumsum(jnp.asarray(weights(10))), jr.uniform(k, (N,), dt)),
        "categorical_10000": lambda k: jnp.searchsorted(jnp.cumsum(jnp.asarray(weights(10000))), jr.uniform(k, (N,), dt)),
        "dirichlet": lambda k: jr.dirichlet(k, jnp.asarray(A), (N,), dt)}
    logs = jnp.log(jnp.asarray(weights(10000)))
    DENSITIES = {
        "normal": lambda x: js.norm.logpdf(x), "exponential": lambda x: js.expon.logpdf(x), "gamma_3": lambda x: js.gamma.logpdf(x, 3.0), "beta": lambda x: js.beta.logpdf(x, 2.0, 3.0),
        "student_t": lambda x: js.t.logpdf(x, 5.0), "poisson_5": lambda x: js.poisson.logpmf(x, 5.0), "binomial": lambda x: js.binom.logpmf(x, 100, 0.3),
        "negative_binomial_2": lambda x: js.nbinom.logpmf(x, 2.0, 2 / 12), "categorical_10000": lambda x: logs[x],
        "dirichlet": lambda x: jax.vmap(lambda r: js.dirichlet.logpdf(r, jnp.asarray(A)))(x), "von_mises": lambda x: js.vonmises.logpdf(x, 2.0)}
    k = [0]
    if KIND == "draw":
        f = jax.jit(DRAWS[NAME])
        def run(): k[0] += 1; return jax.block_until_ready(f(jr.key(k[0])))
    else:
        x = jnp.asarray(NUMPY[NAME](generator)); f = jax.jit(DENSITIES[NAME])
        def run(): return jax.block_until_ready(f(x))
    name = f"jax {jax.__version__}"
elif KIND == "draw":
    def run(): return NUMPY[NAME](generator)
    name = f"numpy {np.__version__}"
else:
    import scipy, scipy.stats as st
    x = NUMPY[NAME](generator); p = weights(10000)
    DENSITIES = {
        "normal": lambda: st.norm.logpdf(x), "exponential": lambda: st.expon.logpdf(x), "gamma_3": lambda: st.gamma.logpdf(x, 3), "beta": lambda: st.beta.logpdf(x, 2, 3), "student_t": lambda: st.t.logpdf(x, 5),
        "poisson_5": lambda: st.poisson.logpmf(x, 5), "binomial": lambda: st.binom.logpmf(x, 100, 0.3), "negative_binomial_2": lambda: st.nbinom.logpmf(x, 2, 2 / 12),
        "categorical_10000": lambda: np.log(p[x]), "dirichlet": lambda: st.dirichlet.logpdf(x.T, A), "von_mises": lambda: st.vonmises.logpdf(x, 2)}
    run = DENSITIES[NAME]
    name = f"scipy {scipy.__version__}"
r, c = timed_first(run)
bench(run, workload=f"{KIND}_{NAME}", peer=name, work=N, unit="numbers/s", compile_s=c, check=f"mean {float(np.asarray(r).reshape(-1).mean()):.4f}", reps=15, budget=10)
