"""Amounts as malls write them, exactly."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import DataError


def to_decimal(value, *, default=None):
    """``Decimal`` of a number or numeric string as a mall delivers it.

    :raise DataError: when it is no finite number and no default is given
    """
    if value is None or value == "":
        if default is not None:
            return Decimal(default)
        raise DataError("amount missing", reason="malformed")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise DataError(f"not an amount: {str(value)[:40]!r}", reason="malformed")
    return number


def whole(amount):
    """Round half up to whole currency units (yen)."""
    return Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def split_exact(total, weights):
    """Split an integer amount over weights so that the parts add up exactly (largest remainder).

    The first of equal remainders wins, so the result is the same on every run. With all weights
    zero everything goes to the first part.

    :param Decimal total: whole number, may be negative
    :param weights: sequence of non-negative Decimals
    :rtype: list[Decimal]
    """
    weights = [Decimal(w) for w in weights]
    if not weights:
        return []
    total = Decimal(total)
    base = sum(weights)
    if not base:
        return [total] + [Decimal(0)] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    shares = [abs(total) * w / base for w in weights]
    parts = [Decimal(int(share)) for share in shares]
    missing = int(abs(total) - sum(parts))
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - shares[i], i))
    for index in order[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]
