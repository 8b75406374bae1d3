"""Product pictures drawn here, so that the demo needs no photo of anybody."""

import base64
import io

from PIL import Image, ImageDraw

SIZE = 512
_PAPER = "#faf6ee"
_SHADOW = "#e6dccb"


def _tone(colour, factor):
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(min(255, int(channel * factor)) for channel in channels)


def _box(draw, colour):
    draw.polygon([(96, 220), (256, 150), (416, 220), (256, 290)], fill=_tone(colour, 1.25))
    draw.polygon([(96, 220), (256, 290), (256, 420), (96, 350)], fill=_tone(colour, 0.85))
    draw.polygon([(416, 220), (256, 290), (256, 420), (416, 350)], fill=colour)
    draw.line([(176, 185), (336, 255), (336, 385)], fill=_PAPER, width=14)


def _round(draw, colour):
    for x, y in ((180, 300), (332, 300), (256, 200)):
        draw.ellipse([x - 92, y - 92, x + 92, y + 92], fill=_tone(colour, 0.8))
        draw.ellipse([x - 92, y - 104, x + 92, y + 76], fill=colour)
        draw.arc([x - 60, y - 76, x + 60, y + 40], 200, 320, fill=_PAPER, width=6)


def _bar(draw, colour):
    for offset in (0, 80, 160):
        top = 170 + offset
        draw.rounded_rectangle([96, top, 416, top + 58], 26, fill=_tone(colour, 1 + offset / 700))
        draw.line([(120, top + 16), (390, top + 16)], fill=_tone(colour, 1.5), width=5)


def _bag(draw, colour):
    draw.polygon([(150, 170), (362, 170), (400, 430), (112, 430)], fill=colour)
    draw.arc([196, 90, 316, 240], 180, 360, fill=_tone(colour, 0.7), width=14)
    draw.rectangle([190, 260, 322, 350], fill=_PAPER)


def _pouch(draw, colour):
    draw.rounded_rectangle([146, 110, 366, 430], 20, fill=colour)
    draw.rectangle([146, 150, 366, 162], fill=_tone(colour, 0.7))
    draw.ellipse([196, 230, 316, 350], fill=_PAPER)
    draw.ellipse([226, 260, 286, 320], fill=_tone(colour, 1.2))


def _jar(draw, colour):
    draw.rounded_rectangle([156, 170, 356, 430], 34, fill=colour)
    draw.rounded_rectangle([146, 120, 366, 180], 12, fill=_tone(colour, 0.6))
    draw.rectangle([176, 250, 336, 350], fill=_PAPER)


def _can(draw, colour):
    draw.rectangle([156, 170, 356, 400], fill=colour)
    draw.ellipse([156, 360, 356, 440], fill=_tone(colour, 0.85))
    draw.ellipse([156, 130, 356, 210], fill=_tone(colour, 1.4))


def _bottle(draw, colour):
    draw.rounded_rectangle([186, 220, 326, 440], 24, fill=colour)
    draw.rectangle([228, 110, 284, 240], fill=_tone(colour, 0.85))
    draw.rectangle([220, 84, 292, 120], fill=_tone(colour, 0.5))
    draw.rectangle([196, 280, 316, 370], fill=_PAPER)


def _fish(draw, colour):
    draw.ellipse([110, 180, 360, 360], fill=colour)
    draw.polygon([(340, 270), (430, 190), (430, 350)], fill=_tone(colour, 0.85))
    draw.ellipse([160, 235, 186, 261], fill=_PAPER)
    for x in (220, 260, 300):
        draw.arc([x - 20, 220, x + 30, 320], 290, 70, fill=_tone(colour, 0.7), width=6)


def _plate(draw, colour):
    draw.ellipse([76, 150, 436, 410], fill=_tone(colour, 1.5))
    draw.ellipse([116, 180, 396, 380], fill=_PAPER)
    for x in range(150, 360, 52):
        draw.arc([x - 30, 240, x + 30, 320], 180, 360, fill=colour, width=9)


def _bowl(draw, colour):
    draw.pieslice([96, 60, 416, 400], 0, 180, fill=colour)
    draw.ellipse([96, 196, 416, 264], fill=_tone(colour, 1.4))
    draw.rectangle([206, 396, 306, 426], fill=_tone(colour, 0.7))


def _cup(draw, colour):
    draw.polygon([(150, 160), (362, 160), (330, 420), (182, 420)], fill=colour)
    draw.ellipse([150, 130, 362, 190], fill=_tone(colour, 1.45))
    draw.line([(164, 270), (348, 270)], fill=_PAPER, width=10)


def _pot(draw, colour):
    draw.ellipse([116, 180, 396, 420], fill=colour)
    draw.ellipse([156, 150, 356, 230], fill=_tone(colour, 1.3))
    draw.ellipse([236, 120, 276, 160], fill=_tone(colour, 0.7))
    draw.line([(390, 290), (470, 240)], fill=colour, width=28)


def _cloth(draw, colour):
    draw.rectangle([110, 130, 402, 420], fill=colour)
    for offset in range(0, 292, 48):
        draw.line([(110 + offset, 130), (110 + offset, 420)], fill=_tone(colour, 1.35), width=6)
        draw.line([(110, 130 + offset), (402, 130 + offset)], fill=_tone(colour, 0.8), width=6)


def _card(draw, colour):
    draw.rectangle([136, 120, 346, 420], fill=_tone(colour, 0.8))
    draw.rectangle([166, 100, 376, 400], fill=colour)
    for y in range(150, 380, 40):
        draw.line([(196, y), (346, y)], fill=_tone(colour, 0.7), width=4)


def _fan(draw, colour):
    draw.pieslice([56, 130, 456, 530], 200, 340, fill=colour)
    draw.pieslice([176, 250, 336, 410], 200, 340, fill=_PAPER)
    for angle in range(200, 341, 20):
        draw.pieslice([56, 130, 456, 530], angle, angle + 2, fill=_tone(colour, 0.6))


_SHAPES = {
    "box": _box, "round": _round, "bar": _bar, "bag": _bag, "pouch": _pouch, "jar": _jar,
    "can": _can, "bottle": _bottle, "fish": _fish, "plate": _plate, "bowl": _bowl, "cup": _cup,
    "pot": _pot, "cloth": _cloth, "card": _card, "fan": _fan,
}  # fmt: skip


def draw_png(item):
    """PNG (512 × 512) of an item. :rtype: bytes"""
    image = Image.new("RGB", (SIZE, SIZE), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.ellipse([70, 390, 442, 470], fill=_SHADOW)
    _SHAPES[item.shape](draw, item.colour)
    if item.temperature == "frozen":
        for angle in ((40, 70, 100, 70), (70, 40, 70, 100), (49, 49, 91, 91), (49, 91, 91, 49)):
            draw.line(angle, fill="#5aa0d0", width=7)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_base64(item):
    """The same as base64 text, as JSON and Odoo's image fields want it."""
    return base64.b64encode(draw_png(item)).decode()
