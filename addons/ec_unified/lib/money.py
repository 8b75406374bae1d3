"""Amounts as malls write them, exactly."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import DataError

CENT = Decimal("0.01")


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


def unit_of(*amounts):
    """The smallest unit these amounts are told in: a yen, or a cent of other currencies."""
    return Decimal(1) if all(a == Decimal(a).to_integral_value() for a in amounts) else CENT


def to_unit(amount, unit):
    """Round half up to a multiple of ``unit``."""
    return whole(Decimal(amount) / unit) * unit


def split_exact(total, weights, unit=1):
    """Split an amount over weights so that the parts add up exactly (largest remainder).

    The first of equal remainders wins, so the result is the same on every run. With all weights
    zero everything goes to the first part.

    :param Decimal total: multiple of ``unit``, may be negative
    :param weights: sequence of non-negative Decimals
    :param unit: of what every part is a multiple
    :rtype: list[Decimal]
    """
    if unit != 1:
        return [part * unit for part in split_exact(Decimal(total) / unit, weights)]
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
