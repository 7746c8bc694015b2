"""The benchmark table: one file per figure, each measured beside its own floor in the same run.

    python -m bench                      every figure; prints the table, writes docs/benchmarks.md
    python -m bench.zip3                 how near to the best sourcing is; see there
    python -m bench.capture_uniform      one figure; --json for machines, --quick for a short look

`Effort` (in `bench.effort`) says how long and on how big a retailer. Linux only: processor time is
read from /proc. Nothing here is a test: a busy machine makes every figure worse, and none fails.
"""
