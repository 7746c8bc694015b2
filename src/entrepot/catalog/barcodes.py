"""Barcodes as they are compared: the same article number, whatever a scanner makes of it. Pure."""

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
GTIN_DIGITS = 14


def compared(code: str) -> str:
    """Give the form in which a barcode is compared.

    An article number (GTIN-8, UPC-A, EAN-13, GTIN-14) is filled up with zeros to fourteen digits: a
    scanner may give the same one with a leading zero or without. Anything else is as it is.
    """
    text = code.strip()
    return text.zfill(GTIN_DIGITS) if is_gtin(text) else text


def is_gtin(code: str) -> bool:
    """Say whether a code is an article number whose last digit checks the others."""
    if len(code) not in GTIN_LENGTHS or not code.isascii() or not code.isdecimal():
        return False
    return check_digit(code[:-1]) == code[-1]


def check_digit(digits: str) -> str:
    """Give the digit that follows these in an article number (GS1, modulo 10)."""
    total = sum(int(each) * (3, 1)[place % 2] for place, each in enumerate(reversed(digits)))
    return str(-total % 10)
