"""A video of a barcode, as a fake camera shows it: raw frames in a YUV4MPEG2 file."""

from pathlib import Path

import numpy as np
from barcode.ean import EuropeanArticleNumber13

WIDTH, HEIGHT, FRAMES = 640, 480, 15
MODULE, TALL, PAPER, DARK, GRAY = 4, 200, 235, 16, 128


def of_barcode(code: str, file: Path) -> Path:
    """Write some frames of an EAN-13 on white paper; give the file."""
    modules = EuropeanArticleNumber13(code[:12]).build()[0]
    bars = np.repeat([DARK if each == "1" else PAPER for each in modules], MODULE)
    light = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    top, left = (HEIGHT - TALL) // 2, (WIDTH - len(bars)) // 2
    light[top : top + TALL, left : left + len(bars)] = bars
    colors = np.full(WIDTH * HEIGHT // 2, GRAY, np.uint8)
    frame = b"FRAME\n" + light.tobytes() + colors.tobytes()
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F15:1 Ip A1:1 C420jpeg\n".encode()
    file.write_bytes(head + frame * FRAMES)
    return file
