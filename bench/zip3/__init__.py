"""ZIP3-205: five warehouses and 200 stores of the United States source a week of orders.

    python -m bench.zip3 --geography ZIP3.csv            the tables, judging seeds
    python -m bench.zip3 --geography ZIP3.csv --quick    one small instance of each kind
    python -m bench.zip3 --geography ZIP3.csv --orders 1000000    a long run, only refereed

The geography is a table `zip3,pop,lat,lon` of postal areas; `BENCH_ZIP3_GEOGRAPHY` may name it.
`instance` makes the weeks, `referee` judges what was assigned, `bound` says what nobody can beat,
and `policies` runs the product's own decision functions. What was tuned was tuned on `TUNING`.
"""
