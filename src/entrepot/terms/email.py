"""E-mail addresses, as far as they can be judged without writing to one."""


def is_email(text: str) -> bool:
    """Say whether a text may be an e-mail address: one word, an @ in it, something on each side."""
    return "@" in text.strip("@") and text.split() == [text]
