"""The tests' own folder is where they look for what they share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
