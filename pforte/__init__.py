"""The command: the whole house on one machine, its bot, its channels, and care in operation."""

import os

# Before numpy is loaded, whatever begins a training: with several threads, sums come out in another
# order each time, and CPU is not that of one core.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
