"""Numbers from 0 to 999 in words, in four languages: texts whose meaning is known exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentcore.types import LabelArray

LARGEST = 999
SEED = 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNITS = {
    "English": _words(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen"
    ),
    "German": _words(
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
        "sechzehn siebzehn achtzehn neunzehn"
    ),
    "French": _words(
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
        "dix-sept dix-huit dix-neuf"
    ),
    "Spanish": _words(
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
        "veintiséis veintisiete veintiocho veintinueve"
    ),
}
"""The numbers from 0 on that are words of their own."""
TENS = {
    "English": _words("twenty thirty forty fifty sixty seventy eighty ninety"),
    "German": _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    "French": _words("vingt trente quarante cinquante soixante"),
    "Spanish": _words("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
}
SPANISH_HUNDREDS = _words(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
LANGUAGES = tuple(UNITS)


def number_in_words(number: int, language: str) -> str:
    """Return a number from 0 to 999 in words of one of `LANGUAGES`.

    Raises
    ------
    ValueError
        If it is out of range.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"The number is {number}; it must lie between 0 and {LARGEST}.")
    return {"English": _english, "German": _german, "French": _french, "Spanish": _spanish}[language](number)


def numbers_table(n_numbers: int, *, seed: int = SEED) -> dict[str, list[Any]]:
    """Return a table of random numbers in words, each in every language, as columns.

    Parameters
    ----------
    n_numbers : int
        Different numbers.
    seed : int

    Returns
    -------
    dict of str to list
        ``id``, ``text``, ``language``, ``number`` and ``digits`` (how many it has).
    """
    numbers: LabelArray = np.sort(np.random.default_rng(seed).permutation(LARGEST + 1)[:n_numbers])
    pairs = [(language, int(number)) for language in LANGUAGES for number in numbers]
    return {
        "id": [f"{language[:2].lower()}-{number}" for language, number in pairs],
        "text": [number_in_words(number, language) for language, number in pairs],
        "language": [language for language, _ in pairs],
        "number": [number for _, number in pairs],
        "digits": [len(str(number)) for _, number in pairs],
    }


def _english(number: int) -> str:
    units, tens = UNITS["English"], TENS["English"]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return f"{units[hundreds]} hundred" + (f" and {_english(rest)}" if rest else "")
    if rest < len(units):
        return units[rest]
    return tens[rest // 10 - 2] + (f"-{units[rest % 10]}" if rest % 10 else "")


def _german(number: int) -> str:
    units, tens = UNITS["German"], TENS["German"]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return f"{'ein' if hundreds == 1 else units[hundreds]}hundert" + (_german(rest) if rest else "")
    if rest < len(units):
        return units[rest]
    one = "ein" if rest % 10 == 1 else units[rest % 10]
    return (f"{one}und" if rest % 10 else "") + tens[rest // 10 - 2]


def _french(number: int) -> str:
    units, tens = UNITS["French"], TENS["French"]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        many = f"{units[hundreds]} cent" if hundreds > 1 else "cent"
        return f"{many} {_french(rest)}" if rest else many + ("s" if hundreds > 1 else "")
    if rest < len(units):
        return units[rest]
    if rest >= 80:  # noqa: PLR2004 - four times twenty, and up to nineteen more
        return f"quatre-vingt-{units[rest - 80]}" if rest > 80 else "quatre-vingts"  # noqa: PLR2004
    ten = min(rest // 10, 6)
    one = rest - 10 * ten
    if one in (1, 11):
        return f"{tens[ten - 2]} et {units[one]}"
    return tens[ten - 2] + (f"-{units[one]}" if one else "")


def _spanish(number: int) -> str:
    units, tens = UNITS["Spanish"], TENS["Spanish"]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        if number == 100:  # noqa: PLR2004
            return "cien"
        return SPANISH_HUNDREDS[hundreds - 1] + (f" {_spanish(rest)}" if rest else "")
    if rest < len(units):
        return units[rest]
    return tens[rest // 10 - 2] + (f" y {units[rest % 10]}" if rest % 10 else "")
