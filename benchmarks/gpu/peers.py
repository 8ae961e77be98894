"""The GPU benchmark's work in PyTorch, JAX or CuPy, as a good user would write it: float32, designs drawn on the GPU.

    python3 peers.py --peer torch|torch-compile|jax|cupy (--dense D N R K | --sgd D N R K | --dmft PATHS K) [--repeats 3] [--cpu]

Prints one JSON line with the seconds of each repeat, the first run not counted; exit code 3 where the package or its GPU is
missing. Dense: R replicas of logistic SGF, K steps, checked against q(12) = 2.88 where D is large. DMFT: what moves bytes in a
sweep, the draws and the two products with the first 2k+2 columns of the table, without the small linear algebra. SGD: R replicas, K
iterations on a sample each, drawn with replacement, at rate 0.1.
"""
import argparse
import json
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--peer", required=True, choices=["torch", "torch-compile", "jax", "cupy"])
parser.add_argument("--dense", type=int, nargs=4)
parser.add_argument("--sgd", type=int, nargs=4)
parser.add_argument("--dmft", type=int, nargs=2)
parser.add_argument("--repeats", type=int, default=3)
parser.add_argument("--cpu", action="store_true", help="a trial without a GPU")
args = parser.parse_args()

SLOPE, RIDGE, DELTA, TAU, STEP, RATE = 3.0, 0.1, 2.0, 4.0, 0.2, 0.1
SHRINK, SPREAD = 1 - RIDGE * STEP, (TAU * DELTA * STEP) ** 0.5


def missing(what):
    print(f"{args.peer}: {what}", file=sys.stderr)
    sys.exit(3)


def finish(run, norm):
    """Times run() after one untimed call; norm(result) is q at the end."""
    result = run()
    if args.dense and args.dense[0] >= 200 and args.dense[3] == 60:
        q = norm(result)
        assert abs(q - 2.88) < 0.1, f"q(12) = {q}"
    seconds = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"peer": args.peer, "seconds": seconds}))


def torch_data(torch, device, d, n, R):
    torch.manual_seed(1)
    X = torch.empty((R, n, d), device=device).normal_(0, d ** -0.5)
    star, start = torch.randn((R, d, 1), device=device), torch.randn((R, d, 1), device=device)
    star *= d ** 0.5 / star.norm(dim=1, keepdim=True)
    start -= star * (star * start).sum(1, keepdim=True) / d
    start *= d ** 0.5 / start.norm(dim=1, keepdim=True)
    return X, torch.where(torch.rand((R, n, 1), device=device) < torch.sigmoid(SLOPE * torch.bmm(X, star)), 1.0, -1.0), start


def torch_sgd(compiled):
    import torch
    device = torch_device(torch)
    d, n, R, K = args.sgd
    X, y, start = torch_data(torch, device, d, n, R)
    X, y, start, replicas = X.view(R * n, d), y.view(R * n), start.view(R, d), torch.arange(R, device=device) * n

    def step(t, i):
        x, label = X[i], y[i]
        f = torch.sigmoid(-label * (x * t).sum(1)) * label * RATE
        return (1 - RIDGE * RATE / d) * t + f[:, None] * x

    if compiled:
        step = torch.compile(step)

    def run():
        t = start.clone()
        with torch.inference_mode():
            visits = torch.randint(n, (K, R), device=device) + replicas
            for k in range(K):
                t = step(t, visits[k])
        synchronize(torch)
        return t

    finish(run, None)


def torch_dense(compiled):
    import torch
    device = torch_device(torch)
    d, n, R, K = args.dense
    X, y, start = torch_data(torch, device, d, n, R)

    def step(t, noise):
        r = torch.bmm(X, t)
        f = torch.sigmoid(-y * r) * y * (STEP + SPREAD * noise) / -DELTA
        return SHRINK * t - torch.bmm(X.transpose(1, 2), f)

    if compiled:
        step = torch.compile(step)

    def run():
        t = start.clone()
        with torch.inference_mode():
            for _ in range(K):
                t = step(t, torch.randn((R, n, 1), device=device))
        synchronize(torch)
        return t

    finish(run, lambda t: float((t * t).sum() / (R * d)))


def torch_dmft(compiled):
    import torch
    device = torch_device(torch)
    N, K = args.dmft
    table, y = torch.zeros((2 * K + 2, N), device=device), torch.ones(N, device=device)

    def products(rows, c):
        slope = -y * torch.sigmoid(-y * (c @ rows))
        return rows @ slope, slope

    if compiled:
        products = torch.compile(products, dynamic=True)

    def run():
        table[0].normal_()
        with torch.inference_mode():
            for k in range(K):
                table[2 * k + 1].normal_()
                c = torch.full((2 * k + 2,), 0.01, device=device)
                sums, slope = products(table[:2 * k + 2], c)
                sums.cpu()
                table[2 * k + 2 if k + 1 < K else 0].normal_(STEP, SPREAD).mul_(slope)
        synchronize(torch)

    finish(run, None)


def torch_device(torch):
    if not args.cpu and not torch.cuda.is_available():
        missing("no GPU")
    if args.peer == "torch-compile" and not hasattr(torch, "compile"):
        missing("no torch.compile")
    return "cpu" if args.cpu else "cuda"


def synchronize(torch):
    if not args.cpu:
        torch.cuda.synchronize()


def jax_replicas():
    import jax
    import jax.numpy as jnp
    if not args.cpu and jax.default_backend() != "gpu":
        missing("no GPU")
    d, n, R, K = args.dense or args.sgd
    keys = jax.random.split(jax.random.PRNGKey(1), R)

    def data(key):
        a, b, c, e = jax.random.split(key, 4)
        X = jax.random.normal(a, (n, d)) * d ** -0.5
        star, start = jax.random.normal(b, (d,)), jax.random.normal(c, (d,))
        star = star * d ** 0.5 / jnp.linalg.norm(star)
        start = start - star * (star @ start) / d
        start = start * d ** 0.5 / jnp.linalg.norm(start)
        y = jnp.where(jax.random.uniform(e, (n,)) < jax.nn.sigmoid(SLOPE * (X @ star)), 1.0, -1.0)
        return X, y, start

    def iterations(X, y, start, key):
        def step(t, i):
            f = jax.nn.sigmoid(-y[i] * (X[i] @ t)) * y[i] * RATE
            return (1 - RIDGE * RATE / d) * t + f * X[i], None
        return jax.lax.scan(step, start, jax.random.randint(key, (K,), 0, n))[0]

    def passes(X, y, start, key):
        def step(t, k):
            r = X @ t
            zeta = STEP + SPREAD * jax.random.normal(k, (n,))
            f = jax.nn.sigmoid(-y * r) * y * zeta / -DELTA
            return SHRINK * t - f @ X, None
        return jax.lax.scan(step, start, jax.random.split(key, K))[0]

    X, y, start = jax.block_until_ready(jax.jit(jax.vmap(data))(keys))
    run = jax.jit(jax.vmap(passes if args.dense else iterations))
    finish(lambda: jax.block_until_ready(run(X, y, start, keys)), lambda t: float((t * t).sum() / (R * d)))


def jax_dmft():
    import jax
    import jax.numpy as jnp
    if not args.cpu and jax.default_backend() != "gpu":
        missing("no GPU")
    N, K = args.dmft

    @jax.jit
    def products(rows, y):
        slope = -y * jax.nn.sigmoid(-y * (jnp.full(rows.shape[0], 0.01) @ rows))
        return rows @ slope, slope

    # Shapes are static under jit: steps go up in groups of 20 columns, the table grown by concatenation.
    def run():
        key, y = jax.random.PRNGKey(1), jnp.ones(N)
        table = jnp.zeros((2 * K + 2, N))
        for k in range(K):
            used = min(2 * K + 2, -(-(2 * k + 2) // 20) * 20)
            key, a, b = jax.random.split(key, 3)
            table = put(table, jax.random.normal(a, (N,)), 2 * k + 1)
            sums, slope = products(jax.lax.slice_in_dim(table, 0, used), y)
            sums.block_until_ready()
            table = put(table, slope * (STEP + SPREAD * jax.random.normal(b, (N,))), 2 * k + 2 if k + 1 < K else 0)
        return jax.block_until_ready(table)

    put = jax.jit(lambda table, row, i: table.at[i].set(row), donate_argnums=0)
    finish(run, None)


def cupy_data(cupy, g, d, n, R):
    X = g.standard_normal((R, n, d), dtype=cupy.float32)
    X *= cupy.float32(d ** -0.5)
    star, start = (g.standard_normal((R, d, 1), dtype=cupy.float32) for _ in range(2))
    star *= cupy.float32(d ** 0.5) / cupy.linalg.norm(star, axis=1, keepdims=True)
    start -= star * (star * start).sum(axis=1, keepdims=True) / cupy.float32(d)
    start *= cupy.float32(d ** 0.5) / cupy.linalg.norm(start, axis=1, keepdims=True)
    signal = cupy.matmul(X, star)
    return X, cupy.where(g.random((R, n, 1), dtype=cupy.float32) < 1 / (1 + cupy.exp(-SLOPE * signal)), 1, -1).astype(cupy.float32), start


def cupy_sgd():
    import cupy
    d, n, R, K = args.sgd
    g = cupy.random.default_rng(1)
    X, y, start = cupy_data(cupy, g, d, n, R)
    X, y, start, replicas = X.reshape(R * n, d), y.reshape(R * n), start.reshape(R, d), cupy.arange(R) * n

    @cupy.fuse()
    def force(r, y):
        return y * cupy.float32(RATE) / (1 + cupy.exp(y * r))

    def run():
        t, visits = start.copy(), g.integers(0, n, (K, R)) + replicas
        for k in range(K):
            x = X[visits[k]]
            f = force(cupy.einsum("ij,ij->i", x, t), y[visits[k]])
            t = cupy.float32(1 - RIDGE * RATE / d) * t + f[:, None] * x
        cupy.cuda.Device().synchronize()
        return t

    finish(run, None)


def cupy_dense():
    import cupy
    d, n, R, K = args.dense
    g = cupy.random.default_rng(1)
    X, y, start = cupy_data(cupy, g, d, n, R)
    Xt = X.transpose(0, 2, 1)

    @cupy.fuse()
    def force(r, y, noise):
        return y * (cupy.float32(STEP) + cupy.float32(SPREAD) * noise) / (cupy.float32(-DELTA) * (1 + cupy.exp(y * r)))

    def run():
        t = start.copy()
        for _ in range(K):
            f = force(cupy.matmul(X, t), y, g.standard_normal((R, n, 1), dtype=cupy.float32))
            t = cupy.float32(SHRINK) * t - cupy.matmul(Xt, f)
        cupy.cuda.Device().synchronize()
        return t

    finish(run, lambda t: float((t * t).sum() / (R * d)))


def cupy_dmft():
    import cupy
    N, K = args.dmft
    g = cupy.random.default_rng(1)
    table, y = cupy.zeros((2 * K + 2, N), cupy.float32), cupy.ones(N, cupy.float32)

    def run():
        for k in range(K):
            table[2 * k + 1] = g.standard_normal(N, dtype=cupy.float32)
            rows = table[:2 * k + 2]
            r = cupy.full(2 * k + 2, 0.01, cupy.float32) @ rows
            slope = -y / (1 + cupy.exp(y * r))
            (rows @ slope).get()
            table[2 * k + 2 if k + 1 < K else 0] = slope * (STEP + SPREAD * g.standard_normal(N, dtype=cupy.float32))
        cupy.cuda.Device().synchronize()

    finish(run, None)


try:
    if args.peer.startswith("torch"):
        (torch_dense if args.dense else torch_sgd if args.sgd else torch_dmft)(args.peer == "torch-compile")
    elif args.peer == "jax":
        (jax_replicas if args.dense or args.sgd else jax_dmft)()
    else:
        (cupy_dense if args.dense else cupy_sgd if args.sgd else cupy_dmft)()
except ImportError as error:
    missing(str(error))
