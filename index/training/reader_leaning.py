"""What a question's wording alone betrays of the verdict, so that it isn't learnt in place of reading.

Written questions lean: of those that ask 多少 four in five are near misses, of those with 要不要 most are yes. A
reader that learns that refuses a question for its form. So a verdict counts by how seldom it is for such wording: its
share among all over its share as a model expects it that sees the question only (inverse propensity, Rosenbaum and
Rubin 1983, stabilised by the shares and bounded).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index.training.reader_data import WRITTEN, Group, Kind

# A wording is what at least so many judged questions share: 多少, 几天, 谁负责, 能不能; hardly a matter.
_SHARED = 60
_FEWEST = 200  # of each verdict; with fewer wordings aren't looked for
_LEAST, _MOST = 0.3, 3.0  # weights: one question in hundreds must not be a whole batch's loss
_FOLDS = 5

Weights = Mapping[tuple[str, Kind], float]  # (question, verdict) → how much it counts; what isn't there counts once


def weights(groups: Sequence[Group]) -> Weights:
    """How much each verdict on each written question counts: about 1 on average."""
    judged = list(
        dict.fromkeys(
            (group.question, one.kind)
            for group in groups
            if group.origin in WRITTEN
            for one in group.candidates
            if not one.natural
        )
    )
    asked = [question for question, _ in judged]
    answered = np.array([kind is not Kind.NONE for _, kind in judged])
    if not judged:
        return {}
    even = _even(asked, answered)
    decided = [at for at, (_, kind) in enumerate(judged) if kind in (Kind.YES, Kind.NO)]
    yes = np.array([judged[at][1] is Kind.YES for at in decided])
    if decided:
        even[decided] *= _even([asked[at] for at in decided], yes)
    return dict(zip(judged, np.clip(even, _LEAST, _MOST).tolist(), strict=True))


def told_by_wording(groups: Sequence[Group]) -> float:
    """How well the wording alone tells answered questions from those that nothing answers: the AUROC of that model
    (.5: not at all)."""
    from sklearn.metrics import roc_auc_score

    judged = [
        (group.question, any(one.kind is not Kind.NONE for one in group.candidates))
        for group in groups
        if group.origin in WRITTEN
    ]
    answered = np.array([one for _, one in judged])
    return float(roc_auc_score(answered, _expected([question for question, _ in judged], answered)))


def _even(asked: Sequence[str], is_so: np.ndarray) -> np.ndarray:
    """For each question the share of its verdict among all over its expected share; 1 where there are too few of a
    verdict to look for wordings."""
    if min(is_so.sum(), (~is_so).sum()) < _FEWEST:
        return np.ones(len(asked))
    expected = _expected(asked, is_so)
    share = is_so.mean()
    even: np.ndarray = np.where(is_so, share / expected, (1 - share) / (1 - expected))
    return even


def _expected(asked: Sequence[str], is_so: np.ndarray) -> np.ndarray:
    """The chance of the verdict by runs of one to three characters, each question by a model that has not seen it,
    not with its other verdicts either."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    words = CountVectorizer(analyzer="char", ngram_range=(1, 3), min_df=_SHARED, binary=True)
    model = make_pipeline(words, LogisticRegression(max_iter=500))
    _, groups = np.unique(np.array(asked), return_inverse=True)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    chances: np.ndarray = cross_val_predict(model, list(asked), is_so, groups=groups, cv=folds, method="predict_proba")[
        :, 1
    ]
    return chances.clip(0.02, 0.98)
