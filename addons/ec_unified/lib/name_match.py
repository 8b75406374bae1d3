"""Finding a product whose name is like a mall's title: pure text work, no database.

Titles of malls carry advertising (【送料無料】 …), so what counts is how much of the product's name
is found in the title, not how alike both are as a whole. Pairs of neighbouring characters need no
word boundaries, which Japanese does not have.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from heapq import nlargest
from itertools import chain

_NOISE = re.compile(
    r"【[^】]*】|\[[^\]]*\]"
    r"|[\s、。・,.!?！？/／|｜\-‐－ー~～]+"
    r"|[()（）「」『』:：;；'\"*＊★☆◆■]+"
)


def normalise(text):
    """Lower case, full-width forms folded, advertising in brackets and punctuation taken out."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text or "").lower())


def pairs(text):
    """Neighbouring characters of the normalised text; a single character stands for itself."""
    text = normalise(text)
    return {text[i : i + 2] for i in range(len(text) - 1)} or ({text} if text else set())


class NameIndex:
    """Names to be looked up by likeness.

    :param names: iterable of (key, name)
    """

    def __init__(self, names):
        self.sizes, self.found_in = {}, {}
        for key, name in names:
            grams = pairs(name)
            if not grams:
                continue
            self.sizes[key] = len(grams)
            for gram in grams:
                self.found_in.setdefault(gram, []).append(key)

    def best(self, title, least=0.5, lead=0.05):
        """The key whose name is most like ``title``, with a score from 0 to 1.

        :param float least: worse than this is no suggestion
        :param float lead: as far the best must be ahead of the second, else nothing is suggested
        :return: (key, score) or (None, 0.0)
        """
        wanted = pairs(title)
        # Counted in C, and only two of the scores are put in order: thousands of titles are looked
        # up in one request.
        hits = Counter(chain.from_iterable(self.found_in.get(gram, ()) for gram in wanted))
        scores = nlargest(
            2, ((self._score(count, key, len(wanted)), key) for key, count in hits.items())
        )
        if not scores or scores[0][0] < least:
            return None, 0.0
        if len(scores) > 1 and scores[0][0] - scores[1][0] < lead:
            return None, 0.0
        return scores[0][1], round(scores[0][0], 3)

    def _score(self, hits, key, wanted):
        """Mostly how much of the name is in the title, a little the other way round."""
        return 0.8 * hits / self.sizes[key] + 0.2 * hits / wanted
