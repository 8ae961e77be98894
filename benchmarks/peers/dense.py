"""What a good user would write for R replicas of logistic SGF: NumPy, PyTorch or Numba, float32, designs in memory.

    python3 dense.py --peer numpy|torch|numba|bandwidth [--threads 2] [--repeats 5] [--cases 1000:8,250:32]

Prints one JSON line per case. The setting is that of the reference value q(12) = 2.88 (K = 60 steps of 0.2), which each
case is checked against before it is timed; `bandwidth` is the floor, a read of every design once per step.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--peer", required=True, choices=["numpy", "torch", "numba", "bandwidth"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--cases", default="1000:8,250:32", help="d:R, one after another; n = 2 d")
args = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402  (after the thread counts)

from problem import problem  # noqa: E402

RIDGE, DELTA, TAU, STEP, K = 0.1, 2.0, 4.0, 0.2, 60
SHRINK, SPREAD = np.float32(1 - RIDGE * STEP), np.float32(np.sqrt(TAU * DELTA * STEP))
CASES = [(d, 2 * d, R) for d, R in (map(int, case.split(":")) for case in args.cases.split(","))]


def run_numpy(X, y, theta, seed):
    g = np.random.default_rng(seed)
    out = theta.copy()
    for x, label, t in zip(X, y, out):
        for _ in range(K):
            r = x @ t
            f = g.standard_normal(len(r), dtype=np.float32)
            f *= SPREAD
            f += np.float32(STEP)
            f *= label
            f /= np.float32(-DELTA) * (1 + np.exp(label * r))
            t *= SHRINK
            t -= x.T @ f
    return out


def run_torch(X, y, theta, seed):
    import torch
    torch.set_num_threads(args.threads)
    g = torch.Generator().manual_seed(seed)
    X, y, t = torch.from_numpy(X), torch.from_numpy(y), torch.from_numpy(theta)[:, :, None].clone()
    with torch.inference_mode():
        for _ in range(K):
            r = torch.bmm(X, t)[:, :, 0]
            zeta = torch.randn(r.shape, generator=g).mul_(float(SPREAD)).add_(STEP)
            f = torch.sigmoid(-y * r).mul_(y).mul_(zeta).div_(-DELTA)
            t = float(SHRINK) * t - torch.bmm(X.transpose(1, 2), f[:, :, None])
    return t[:, :, 0].numpy()


def compile_numba():
    import numba

    @numba.njit(fastmath=True)
    def dot(row, t):  # apart from the parallel loop, in which LLVM does not vectorise it
        r = np.float32(0)
        for a in range(len(t)):
            r += row[a] * t[a]
        return r

    @numba.njit(fastmath=True)
    def add(push, f, row):
        for a in range(len(push)):
            push[a] += f * row[a]

    @numba.njit(parallel=True, fastmath=True)
    def run(X, y, theta, seed):
        R, n, d = X.shape
        out = theta.copy()
        step, spread, shrink, inverse = np.float32(STEP), SPREAD, SHRINK, np.float32(1 / DELTA)
        for i in numba.prange(R):
            np.random.seed(seed + i)
            t = out[i]
            push = np.empty(d, np.float32)
            for _ in range(K):
                push[:] = 0
                for j in range(n):
                    zeta = step + spread * np.float32(np.random.standard_normal())
                    f = -y[i, j] / (np.float32(1) + np.exp(y[i, j] * dot(X[i, j], t))) * zeta * inverse
                    add(push, f, X[i, j])
                for a in range(d):
                    t[a] = shrink * t[a] - push[a]
        return out

    return run


def read_designs(X, y, theta, seed):
    """Every entry read once a step by OpenBLAS's dot product of a design with itself."""
    for x in X:
        flat = x.ravel()
        for _ in range(K):
            np.dot(flat, flat)


run = {"numpy": lambda: run_numpy, "torch": lambda: run_torch, "numba": compile_numba, "bandwidth": lambda: read_designs}[args.peer]()
for d, n, R in CASES:
    X, y, theta = problem(d, n, R)
    answer = run(X, y, theta, 7)
    if args.peer != "bandwidth":
        q = np.sum(answer.astype(np.float64) ** 2, axis=1) / d
        error = 2.56 / np.sqrt(d * R)
        if not abs(q.mean() - 2.88 + 1 / d) < 5 * error:
            raise SystemExit(f"wrong answer: q = {q.mean():.3f}, expected 2.88 +- {error:.3f}")
    seconds = []
    for repeat in range(args.repeats):
        start = time.perf_counter()
        run(X, y, theta, 8 + repeat)
        seconds.append(round(time.perf_counter() - start, 4))
    median = float(np.median(seconds))
    line = {"peer": args.peer, "d": d, "n": n, "R": R, "K": K, "threads": args.threads, "seconds_median": median, "seconds": seconds,
            "entries_per_second": round(R * n * d * K / median)}
    if args.peer != "bandwidth":
        line["q"] = round(float(q.mean()), 4)
    print(json.dumps(line), flush=True)
