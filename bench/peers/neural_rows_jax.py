"""The rows nis, flow and bnn of bench/neural_rows.cpp in JAX: processor time of one thread (taskset -c 0, OMP_NUM_THREADS=1), the least of nine runs.
   python bench/peers/neural_rows_jax.py [f64]"""
import os
import resource
import sys

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
import jax
import jax.numpy as jnp
from jax import random as jr

if "f64" in sys.argv:
    jax.config.update("jax_enable_x64", True)
DTYPE = jnp.float64 if "f64" in sys.argv else jnp.float32


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def least(run, work):
    run(0)
    best = 1e9
    for i in range(9):
        start = cpu()
        run(i + 1)
        best = min(best, cpu() - start)
    return best / work


def net(key, widths):
    keys = jr.split(key, len(widths))
    return [(jr.uniform(k, (i, o), DTYPE, -1, 1) / i**0.5, jnp.zeros(o, DTYPE)) for k, i, o in zip(keys, widths, widths[1:])]


def apply(layers, x, f):
    for w, b in layers[:-1]:
        x = f(x @ w + b)
    return x @ layers[-1][0] + layers[-1][1]


def log_normal(x, m, s):
    return -0.5 * ((x - m) / s) ** 2 - jnp.log(s) - 0.9189385332046727


guide = net(jr.key(1), [2, 32, 32, 4])


@jax.jit
def weights(key):
    e = jr.normal(key, (3, 1_000_000), DTYPE)
    h = apply(guide, jnp.stack([e[0], jnp.full(1_000_000, 1.5, DTYPE)], 1), jnp.tanh).T
    b, c = h[0] + jnp.exp(h[1]) * e[1], h[2] + jnp.exp(h[3]) * e[2]
    lw = log_normal(b, 0, 1.0) + log_normal(c, 0, 1.0) + log_normal(1.5, e[0] + b + c, 0.5)
    lw = lw - log_normal(b, h[0], jnp.exp(h[1])) - log_normal(c, h[2], jnp.exp(h[3]))
    return jnp.stack([e[0], b, c]), lw, jax.nn.logsumexp(lw)


print("nis: %.1f ms for 10^6 draws" % (1e3 * least(lambda i: jax.block_until_ready(weights(jr.key(i))), 1)), DTYPE.__name__)

layers = [net(k, [5, 32, 32, 10]) for k in jr.split(jr.key(2), 8)]
layers = [n[:-1] + [(n[-1][0] * 0.01, n[-1][1])] for n in layers]


def bound(layers, key):
    u = jr.normal(key, (256, 10), DTYPE)
    halves, total = [u[:, :5], u[:, 5:]], 0.0
    for k, n in enumerate(layers):
        moved, still = (1, 0) if k % 2 == 0 else (0, 1)
        h = apply(n, halves[still], jax.nn.relu)
        s = 2 * jnp.tanh(0.5 * h[:, :5])
        halves[moved] = halves[moved] * jnp.exp(s) + h[:, 5:]
        total = total + s.sum(1)
    z = jnp.concatenate(halves, 1)
    return -jnp.mean(total + log_normal(z, 0, 1.0).sum(1) - log_normal(u, 0, 1.0).sum(1) + log_normal(0.0, z[:, 1] - z[:, 0] ** 2, 0.3))


@jax.jit
def steps(layers, key):
    def one(state, k):
        p, m, v, t = state
        g = jax.grad(bound)(p, k)
        t = t + 1
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        p = jax.tree.map(lambda a, b, c: a - 1e-3 * (b / (1 - 0.9**t)) / (jnp.sqrt(c / (1 - 0.999**t)) + 1e-8), p, m, v)
        return (p, m, v, t), 0.0

    zero = jax.tree.map(jnp.zeros_like, layers)
    return jax.lax.scan(one, (layers, zero, zero, jnp.zeros((), DTYPE)), jr.split(key, 50))[0]


print("flow: %.2f ms a step" % (1e3 * least(lambda i: jax.block_until_ready(steps(layers, jr.key(i))), 50)), DTYPE.__name__)

x = jnp.sin(12.9898 * jnp.arange(1000, dtype=DTYPE)).reshape(200, 5)
y = jnp.sin(x[:, 0])


def density(q):
    p = [(q[:100].reshape(5, 20), q[100:120]), (q[120:140].reshape(20, 1), q[140:])]
    prior = sum(log_normal(w, 0, w.shape[0] ** -0.5).sum() + log_normal(b, 0, 1.0).sum() for w, b in p)
    return prior + log_normal(y, apply(p, x, jnp.tanh)[:, 0], 0.1).sum()


@jax.jit
def gradients(q):
    return jax.lax.scan(lambda q, _: (q + 1e-9 * jax.vmap(jax.grad(density))(q), 0.0), q, None, length=1000)[0]


start = 0.1 * jr.normal(jr.key(3), (4, 141), DTYPE)
print("bnn: %.1f us for gradients of 4 chains" % (1e6 * least(lambda i: jax.block_until_ready(gradients(start)), 1000)), DTYPE.__name__)
