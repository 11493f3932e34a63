data { int<lower=0> N; vector[N] u_seen; vector[N] v_seen; }
parameters { real<lower=0> alpha; real<lower=0> beta; real<lower=0> gamma; real<lower=0> delta; real<lower=0> s; real<lower=0> u0; real<lower=0> v0; }
model {
  real u = u0;
  real v = v0;
  real h = 0.05;
  alpha ~ normal(0, 1);
  beta ~ normal(0, 1);
  gamma ~ normal(0, 1);
  delta ~ normal(0, 1);
  s ~ exponential(1);
  u0 ~ normal(0, 2);
  v0 ~ normal(0, 2);
  for (i in 1 : N) {
    for (step in 1 : 10) {
      real u1 = (alpha - beta * v) * u;
      real v1 = (delta * u - gamma) * v;
      real pu = u + 0.5 * h * u1;
      real pv = v + 0.5 * h * v1;
      real u2 = (alpha - beta * pv) * pu;
      real v2 = (delta * pu - gamma) * pv;
      real qu = u + 0.5 * h * u2;
      real qv = v + 0.5 * h * v2;
      real u3 = (alpha - beta * qv) * qu;
      real v3 = (delta * qu - gamma) * qv;
      real ru = u + h * u3;
      real rv = v + h * v3;
      real u4 = (alpha - beta * rv) * ru;
      real v4 = (delta * ru - gamma) * rv;
      u += h / 6 * (u1 + 2 * u2 + 2 * u3 + u4);
      v += h / 6 * (v1 + 2 * v2 + 2 * v3 + v4);
    }
    u_seen[i] ~ normal(u, s);
    v_seen[i] ~ normal(v, s);
  }
}
