"""What a good user would write for R replicas of multi-pass SGD on logistic regression: NumPy or Numba, float32, designs in memory.

    python3 sgd.py --peer numpy|numba|numba-parallel [--threads 2] [--repeats 3]

Batch 1 with replacement, K iterations: theta <- theta - (rate/d) lambda theta - rate x l(x.theta; y). Prints one JSON line per case with the mean
of q = |theta|^2/d at the end. `numba` is one thread, `numba-parallel` runs the replicas on all of them.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--peer", required=True, choices=["numpy", "numba", "numba-parallel"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=3)
args = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["NUMBA_NUM_THREADS"] = str(args.threads)

import numpy as np  # noqa: E402  (after the thread counts)

from problem import problem  # noqa: E402

RIDGE, RATE = 0.1, 0.1
D, N, R, K = 1000, 2000, 4, 200_000


def run_numpy(X, y, theta, seed):
    g = np.random.default_rng(seed)
    out = theta.copy()
    rate, decay = np.float32(RATE), np.float32(RIDGE * RATE / D)
    for x, label, t in zip(X, y, out):
        for i in g.integers(0, N, K):
            row = x[i]
            push = decay * t
            push -= (rate * label[i] / (1 + np.exp(label[i] * (row @ t)))) * row
            t -= push
    return out


def compile_numba(parallel):
    import numba

    @numba.njit(fastmath=True)
    def dot(row, t):  # apart from the loop over replicas, in which LLVM does not vectorise it
        r = np.float32(0)
        for a in range(len(t)):
            r += row[a] * t[a]
        return r

    @numba.njit(fastmath=True)
    def step(t, f, row, decay):
        for a in range(len(t)):
            t[a] -= decay * t[a] + f * row[a]

    @numba.njit(parallel=parallel, fastmath=True)
    def run(X, y, theta, seed):
        R, n, d = X.shape
        out = theta.copy()
        rate, decay = np.float32(RATE), np.float32(RIDGE * RATE / d)
        for r in numba.prange(R):
            np.random.seed(seed + r)
            t = out[r]
            for _ in range(K):
                i = np.random.randint(0, n)
                label = y[r, i]
                step(t, -rate * label / (np.float32(1) + np.exp(label * dot(X[r, i], t))), X[r, i], decay)
        return out

    return run


run = run_numpy if args.peer == "numpy" else compile_numba(args.peer == "numba-parallel")
X, y, theta = problem(D, N, R)
answer = run(X, y, theta, 7)
seconds = []
for repeat in range(args.repeats):
    start = time.perf_counter()
    run(X, y, theta, 8 + repeat)
    seconds.append(round(time.perf_counter() - start, 4))
q = float(np.mean(np.sum(answer.astype(np.float64) ** 2, axis=1) / D))
print(json.dumps({"peer": args.peer, "d": D, "n": N, "R": R, "K": K, "q": round(q, 4), "seconds": seconds}), flush=True)
