"""How a role that runs for long has its memory collected."""

import gc


def calm_collector() -> None:
    """What was loaded stays: the collector need not walk it again and again among the orders.

    Requests and steps make few cycles: the young generation may grow before it is looked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
