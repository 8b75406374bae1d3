"""Orders nobody has written down: random but legal documents of both malls, and their figures.

The documents follow the references, not the simulated malls and not our readers; every choice the
references leave to the mall (how a coupon is split over the rates, how a tax is rounded) is made
anew for each order. ``expected`` reads the mall's own figures out of a finished document.

A seed gives the same orders on every machine::

    maker = RakutenOrders(seed=7)
    documents = [maker.order() for _ in range(100)]
    row = rakuten.expected(documents[0])
"""
