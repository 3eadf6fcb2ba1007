"""How probable it is that two listings are the same product: a trained model, kept in a folder of text files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.calibration import Calibration
from pricing.matching.model.compared import FIRST_NAMES, SECOND_NAMES, Compared, mean_prediction
from pricing.matching.model.word_weights import WordWeights
from warehouse.errors import ConfigError, InputError, NotFound

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = npt.NDArray[np.float64]

SHIPPED = Path(__file__).parent / "shipped"
"""The model that comes with Purveyor; it needs no labels of the store's own."""

MANIFEST = "manifest.json"
_CALIBRATION = "calibration.json"
_WORDS = "words.json"
_FORMAT = 3
"""Raised whenever a model of before can no longer be used."""


class OutdatedModel(ConfigError):
    """A model that another version of Purveyor made."""


class Scorer:
    """A trained model of two rounds, each a mean of boosters, and the weights of `words`, which the second also sees.

    `version` is a fingerprint of all it consists of; `trained_share` is the share of matches that its probabilities are
    made for, `drift` by how much their log odds may be off on tables that it is asked about (see `prior.settle`).
    """

    def __init__(
        self,
        first: Sequence[Booster],
        words: WordWeights,
        second: Sequence[Booster],
        calibration: Calibration,
        trained_share: float,
        drift: float,
    ) -> None:
        self.first = first
        self.words = words
        self.second = second
        self.calibration = calibration
        self.trained_share = trained_share
        self.drift = drift
        self.version = _fingerprint(self._files())

    def score(self, left: Sequence[Listing], right: Sequence[Listing], pairs: Pairs) -> Floats:
        """Probability of being the same product for each pair, at `trained_share` (shape (pairs,)).

        `left` and `right` are the whole tables, also where only a few pairs are asked: how rare a word is and what else
        a listing could be are read from them. Listings with the same id are forms of one.
        """
        if not len(pairs):
            return np.empty(0)
        return self.judge(Compared.of(left, right, pairs))

    def judge(self, compared: Compared) -> Floats:
        """As `score`, of pairs that were compared before."""
        return self.calibration(mean_prediction(self.second, compared.second(self.first, self.words)))

    @classmethod
    def open(cls, folder: Path | None = None) -> Scorer:
        """The model in a folder, every file checked against its manifest; the shipped one where no folder is given.

        NotFound where the folder holds no model; ConfigError where a file is not as it was written or not for this
        version of Purveyor.
        """
        folder = folder or SHIPPED
        manifest = read_manifest(folder)
        texts = {name: _checked(folder, name, digest) for name, digest in manifest["files"].items()}
        from lightgbm import Booster

        said = json.loads(texts[_CALIBRATION])
        first, second = (
            [Booster(model_str=text) for name, text in sorted(texts.items()) if name.startswith(part)]
            for part in ("first", "second")
        )
        words = WordWeights(**json.loads(texts[_WORDS]))
        scorer = cls(first, words, second, Calibration(**said["beta"]), said["trained_share"], said["drift"])
        scorer.version = manifest["version"]
        return scorer

    def save(self, folder: Path, *, about: Mapping[str, Any]) -> None:
        """Write the model; `about` (what it was trained on, its figures) joins the manifest.

        InputError where the folder holds something else than a model. The manifest comes last, so a folder that was
        not finished is none.
        """
        if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
            raise InputError(f"{folder} holds other files; name a new folder for the model, or one that holds a model")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in folder.glob("*.txt"):
            path.unlink()
        files = self._files()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        manifest = {
            "format": _FORMAT,
            "version": self.version,
            "features": {"first": FIRST_NAMES, "second": SECOND_NAMES},
            "files": {name: _sha256(text.encode()) for name, text in files.items()},
            **about,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def _files(self) -> dict[str, str]:
        files = {
            f"{name}{at}.txt": booster.model_to_string()
            for name, boosters in (("first", self.first), ("second", self.second))
            for at, booster in enumerate(boosters)
        }
        said = {"beta": asdict(self.calibration), "trained_share": self.trained_share, "drift": self.drift}
        words = json.dumps(asdict(self.words), indent=0, ensure_ascii=False)
        return {**files, _WORDS: words + "\n", _CALIBRATION: json.dumps(said, indent=1) + "\n"}


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a model folder says of itself; errors as `Scorer.open`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        files, version, made = manifest["files"], manifest["version"], manifest["format"]
        features = manifest["features"]
        made_of = {str(name): str(digest) for name, digest in files.items()}
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"{folder} holds no matching model ({MANIFEST} is missing); train one with match train"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{folder / MANIFEST} is not the manifest of a matching model; train again") from None
    if made != _FORMAT or features != {"first": [*FIRST_NAMES], "second": [*SECOND_NAMES]}:
        raise OutdatedModel(f"the model {version} in {folder} was made by another version of Purveyor; train again")
    if not {_CALIBRATION, _WORDS} <= made_of.keys() or any(Path(name).name != name for name in made_of):
        raise ConfigError(f"{folder / MANIFEST} names files that no matching model has; train again")
    return dict(manifest)


def _checked(folder: Path, name: str, digest: str) -> str:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ConfigError(f"{folder / name} cannot be read ({error.strerror}); train again") from None
    if _sha256(content) != digest:
        raise ConfigError(f"{folder / name} is not as it was written; train again or restore the folder")
    return content.decode()


def _fingerprint(files: Mapping[str, str]) -> str:
    return "gbm-" + _sha256("".join(files[name] for name in sorted(files)).encode())[:12]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
