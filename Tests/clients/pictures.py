"""Picture files, looked into by Pillow."""

import io

from PIL import Image


def opened(data):
    """The picture, decoded to its last byte."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
