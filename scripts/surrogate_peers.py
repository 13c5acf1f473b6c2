#!/usr/bin/env python3
"""What scikit-learn, SciPy and xgboost take for the fits that benches/algorithms.rs measures, on the same numbers.

2,000 cells of POPNAS: number of blocks, then ten operator indices. One thread each. xgboost fits from its own table type
(DMatrix), made anew each time, as the benchmark does; the others from NumPy arrays in double precision.

usage: surrogate_peers.py [SECONDS_PER_FIT]
Prints the lowest and the median time of each, in microseconds.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import sys
import time

import numpy as np
import scipy
import sklearn
import xgboost
from scipy.optimize import nnls
from sklearn.linear_model import Lasso, LinearRegression, Ridge

CANDIDATES = 409_600


def cells() -> tuple[np.ndarray, np.ndarray]:
    """The numbers of `cells` in benches/algorithms.rs."""
    state = 1

    def draw(levels: int) -> float:
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return float((state >> 16) % levels)

    rows, times = [], []
    for _ in range(2000):
        blocks = 1 + draw(5)
        operators = [0.0 if slot >= 2 * blocks else 1 + draw(8) for slot in range(10)]
        times.append(3 + 2 * sum(operators) + draw(256) / 32)
        rows.append([blocks, *operators])
    return np.array(rows), np.array(times)


def boost(rows: np.ndarray, times: np.ndarray, depth: int) -> xgboost.Booster:
    settings = {
        "objective": "reg:squarederror",
        "tree_method": "hist",
        "nthread": 1,
        "seed": 0,
        "verbosity": 0,
        "min_child_weight": 1,
        "gamma": 0,
        "learning_rate": 0.1,
        "max_depth": depth,
    }
    return xgboost.train(settings, xgboost.DMatrix(rows, label=times, nthread=1), 100)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    rows, times = cells()
    candidates = np.resize(rows, (CANDIDATES, rows.shape[1]))
    ridge = Ridge(alpha=0.1).fit(rows, times)
    fits = {
        "ridge, sklearn Ridge": lambda: Ridge(alpha=0.1).fit(rows, times),
        "nnls with intercept, sklearn LinearRegression(positive=True)": lambda: LinearRegression(positive=True).fit(rows, times),
        "nnls without intercept, scipy nnls": lambda: nnls(rows, times),
        "positive lasso, sklearn Lasso": lambda: Lasso(alpha=0.001, positive=True).fit(rows, times),
        "predict 409600x11, sklearn Ridge": lambda: ridge.predict(candidates),
        "xgboost 100 rounds, depth 3": lambda: boost(rows, times, 3),
        "xgboost 100 rounds, depth 9": lambda: boost(rows, times, 9),
    }
    print(f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, xgboost {xgboost.__version__}")
    for name, fit in fits.items():
        fit()
        taken, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            fit()
            taken.append((time.perf_counter() - start) * 1e6)
        print(f"{name}: {min(taken):.0f} lowest, {statistics.median(taken):.0f} median", flush=True)


if __name__ == "__main__":
    main()
