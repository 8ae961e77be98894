"""What a good user would write for two points of the quartic problem under the same noise: NumPy or Numba, float32.

    python3 flow.py --algorithm sgd|smf2 [--threads 2] [--repeats 3]

grad = x + x^3 + xi1 + xi2 x, x0 = 1, y0 = -1, eta = 0.05 to time 1. smf2: Strang splitting, Runge-Kutta of order 4 for the drift -(R + eta/4 |R'|^2)'.
Prints one JSON line per peer with E[xy] at the end. NumPy goes through the paths in chunks that fit the cache, on all threads; Numba runs whole paths,
in parallel, with its own generator.
"""
import argparse
import json
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor

parser = argparse.ArgumentParser()
parser.add_argument("--algorithm", required=True, choices=["sgd", "smf2"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=3)
args = parser.parse_args()
os.environ["NUMBA_NUM_THREADS"] = str(args.threads)

import numba  # noqa: E402
import numpy as np  # noqa: E402

PATHS, ETA, STEPS, CHUNK = 256 * 4096, 0.05, 20, 16384
F = np.float32


def drift(x):
    slope = x + x * x * x
    return -(slope + F(ETA / 2) * slope * (1 + 3 * x * x))


def flow(x, h):
    a = drift(x)
    b = drift(x + F(h / 2) * a)
    c = drift(x + F(h / 2) * b)
    d = drift(x + F(h) * c)
    return x + F(h / 6) * (a + 2 * (b + c) + d)


def chunk_sgd(seed):
    g = np.random.default_rng(seed)
    x, y = np.full(CHUNK, 1, F), np.full(CHUNK, -1, F)
    for _ in range(STEPS):
        bits = np.frombuffer(g.bytes(CHUNK), np.uint8)
        one, two = F(2) * (bits & 1).astype(F) - 1, F(2) * (bits >> 1 & 1).astype(F) - 1
        x, y = x - F(ETA) * (x + x * x * x + one + two * x), y - F(ETA) * (y + y * y * y + one + two * y)
    return float(np.sum(x.astype(float) * y))


def chunk_smf2(seed):
    g = np.random.default_rng(seed)
    x, y = np.full(CHUNK, 1, F), np.full(CHUNK, -1, F)
    for k in range(STEPS):
        h = ETA if k else ETA / 2
        x, y = flow(x, h), flow(y, h)
        one, two = F(ETA) * g.standard_normal(CHUNK, dtype=F), F(ETA) * g.standard_normal(CHUNK, dtype=F)
        x, y = x + one + two * x, y + one + two * y
    x, y = flow(x, ETA / 2), flow(y, ETA / 2)
    return float(np.sum(x.astype(float) * y))


def numpy_run(seed):
    work = chunk_sgd if args.algorithm == "sgd" else chunk_smf2
    with ThreadPoolExecutor(args.threads) as pool:
        return sum(pool.map(work, range(seed * 1000, seed * 1000 + PATHS // CHUNK))) / PATHS


@numba.njit(fastmath=True)
def jit_drift(x):
    slope = x + x * x * x
    return -(slope + F(ETA / 2) * slope * (F(1) + F(3) * x * x))


@numba.njit(fastmath=True)
def jit_flow(x, h):
    a = jit_drift(x)
    b = jit_drift(x + h / F(2) * a)
    c = jit_drift(x + h / F(2) * b)
    d = jit_drift(x + h * c)
    return x + h / F(6) * (a + F(2) * (b + c) + d)


@numba.njit(parallel=True, fastmath=True)
def numba_sgd(seed):
    total = 0.0
    for i in numba.prange(PATHS):
        x, y = F(1), F(-1)
        for _ in range(STEPS):
            bits = np.random.randint(0, 4)
            one, two = F(2 * (bits & 1) - 1), F((bits & 2) - 1)
            x, y = x - F(ETA) * (x + x * x * x + one + two * x), y - F(ETA) * (y + y * y * y + one + two * y)
        total += x * y
    return total / PATHS


@numba.njit(parallel=True, fastmath=True)
def numba_smf2(seed):
    total = 0.0
    for i in numba.prange(PATHS):
        x, y = F(1), F(-1)
        for k in range(STEPS):
            h = F(ETA) if k else F(ETA / 2)
            x, y = jit_flow(x, h), jit_flow(y, h)
            one, two = F(ETA * np.random.standard_normal()), F(ETA * np.random.standard_normal())
            x, y = x + one + two * x, y + one + two * y
        x, y = jit_flow(x, F(ETA / 2)), jit_flow(y, F(ETA / 2))
        total += x * y
    return total / PATHS


for peer, run in (("numpy", numpy_run), ("numba", numba_sgd if args.algorithm == "sgd" else numba_smf2)):
    answer, seconds = run(0), []
    for repeat in range(args.repeats):
        start = time.perf_counter()
        run(1 + repeat)
        seconds.append(round(time.perf_counter() - start, 4))
    assert math.isfinite(answer)
    print(json.dumps({"peer": peer, "xy": round(answer, 5), "seconds": seconds}), flush=True)
