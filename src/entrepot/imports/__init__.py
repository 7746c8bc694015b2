"""Files on their way in: kept, understood, rehearsed, brought in piece by piece, and told of."""
