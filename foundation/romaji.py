"""Kana in Latin letters, in Hepburn's way as road signs have it: long vowels are not marked."""

import re

_TWO = {
    "きゃ": "kya", "きゅ": "kyu", "きょ": "kyo", "しゃ": "sha", "しゅ": "shu", "しょ": "sho",
    "ちゃ": "cha", "ちゅ": "chu", "ちょ": "cho", "にゃ": "nya", "にゅ": "nyu", "にょ": "nyo",
    "ひゃ": "hya", "ひゅ": "hyu", "ひょ": "hyo", "みゃ": "mya", "みゅ": "myu", "みょ": "myo",
    "りゃ": "rya", "りゅ": "ryu", "りょ": "ryo", "ぎゃ": "gya", "ぎゅ": "gyu", "ぎょ": "gyo",
    "じゃ": "ja", "じゅ": "ju", "じょ": "jo", "ぢゃ": "ja", "ぢゅ": "ju", "ぢょ": "jo",
    "びゃ": "bya", "びゅ": "byu", "びょ": "byo", "ぴゃ": "pya", "ぴゅ": "pyu", "ぴょ": "pyo",
    "ふぁ": "fa", "ふぃ": "fi", "ふぇ": "fe", "ふぉ": "fo", "てぃ": "ti", "でぃ": "di",
    "しぇ": "she", "じぇ": "je", "ちぇ": "che",
}  # fmt: skip
_KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん"
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ"
)
_LETTERS = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa i e o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu"
)
_ONE = dict(zip(_KANA, _LETTERS.split(), strict=True))
_HIRAGANA = {ord(c): ord(c) - 0x60 for c in map(chr, range(ord("ァ"), ord("ヴ") + 1))}
_LONG = re.compile(r"(?<=o)[ou]|(?<=u)u")


_SOUND = re.compile("(っ?)(" + "|".join(_TWO) + "|.)", re.DOTALL)


def hepburn(kana: str) -> str:
    """`suisha` for すいしゃ. A vowel that repeats the one before it is taken for a long one, which is wrong where a new
    word begins (丘の上): such names need a spelling of their own. What is no kana stays."""
    letters = ""
    after_n = False
    for small_tsu, sound in _SOUND.findall(kana.translate(_HIRAGANA).replace("ー", "")):
        spelt = _TWO.get(sound) or _ONE.get(sound, sound)
        if small_tsu and spelt.isascii():
            spelt = ("t" if spelt.startswith("ch") else spelt[0]) + spelt
        letters += f"'{spelt}" if after_n and spelt[0] in "aiueoy" else spelt
        after_n = sound == "ん"
    return _LONG.sub("", letters)
