"""`entrepot openapi`: the API's document, as it is committed beside the console."""

import json
import sys

from entrepot.api.openapi import document
from entrepot.api.routes import ROUTES
from entrepot.plumbing.settings import Settings


def openapi() -> None:
    """Print the OpenAPI document: the same code, the same bytes, whatever the environment says."""
    sys.stdout.write(printed())


def printed() -> str:
    """Give the document as text, its keys in order, so that two of them can be compared."""
    return json.dumps(document(ROUTES, Settings().public_url), indent=1, sort_keys=True) + "\n"
