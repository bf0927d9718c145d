"""Texts that make a regular expression slow: a beginning, what it repeats many times, and an end.

A backtracking engine takes more than linear time where it can divide a repetition among several
parts of a pattern, or begin to search in each place of it (Kirrage, Rathnayake and Thielecke,
"Static Analysis for Regular Expression Denial-of-Service Attacks", 2013). So what the pattern
itself repeats, and what leads there, is what is repeated here.
"""

import re
import time
from collections.abc import Callable, Iterator
from re import _constants as codes
from re import _parser as parser

Pattern = re.Pattern[str] | re.Pattern[bytes]
Use = Callable[[Pattern, str | bytes], object]

SHORT, LONG = 4 * 1024, 64 * 1024  # characters
_HARMLESS = 0.7e-6  # seconds a character, below which a text of SHORT is not looked at further
_GROWTH = 1.3  # of the time a character takes, at each doubling of the length
_LOOKS = 3  # at a text, all of which find it slow
_ENOUGH = 1.0  # seconds, after which a text need not be any longer
_SIGNS = " \n\ta0-.\"'\\/<{[(=:@,;"  # that stand for the classes of characters
_ENDS = ("", "\x00", "\n!")


def anywhere(pattern: Pattern, text: str | bytes) -> object:
    """Look for all places of `pattern`."""
    return sum(1 for _ in pattern.finditer(text))  # type: ignore[arg-type]


def at_the_beginning(pattern: Pattern, text: str | bytes) -> object:
    """Look for `pattern` at the beginning."""
    return pattern.match(text)  # type: ignore[arg-type]


def all_of_it(pattern: Pattern, text: str | bytes) -> object:
    """Compare the whole text with `pattern`."""
    return pattern.fullmatch(text)  # type: ignore[arg-type]


def slow_text(pattern: Pattern, use: Use) -> str | None:
    """Return a text, in short, for which `use` of `pattern` is not linear, or None."""
    for beginning, pump, end in _attacks(pattern):

        def seconds(length: int, parts: tuple[str, str, str] = (beginning, pump, end)) -> float:
            return _seconds(pattern, use, _text(pattern, *parts, length))

        # What is slow is slow each time; what other processes delay, among thousands, is not.
        if all(_is_slow(seconds) for _ in range(_LOOKS)):
            return f"{beginning!r} + {pump!r} * n + {end!r}"
    return None


def _is_slow(seconds: Callable[[int], float]) -> bool:
    return _is_explosive(seconds) or (seconds(SHORT) > _HARMLESS * SHORT and _grows(seconds))


def _is_explosive(seconds: Callable[[int], float]) -> bool:
    """Whether some dozen characters take long; longer texts would not end."""
    return any(seconds(length) > 0.02 for length in range(16, 264, 8))


def _grows(seconds: Callable[[int], float]) -> bool:
    """Whether the time grows faster than the text; the least of five says what it takes."""
    length, before = SHORT, min(seconds(SHORT) for _ in range(5))
    while length < LONG:
        length *= 2
        now = seconds(length)
        for _ in range(5):
            if now <= 2 * _GROWTH * before or now > _ENOUGH:
                break
            now = min(now, seconds(length))
        if now > 2 * _GROWTH * before:
            return True
        before = now
    return False


def _seconds(pattern: Pattern, use: Use, text: str | bytes) -> float:
    begin = time.thread_time()
    use(pattern, text)
    return time.thread_time() - begin


def _text(pattern: Pattern, beginning: str, pump: str, end: str, length: int) -> str | bytes:
    text = beginning + pump * (length // len(pump)) + end
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def _attacks(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE & ~re.DEBUG)
    beginnings, pumps = {"": None}, dict[str, None]()
    for before, repeated in _repeats(parsed, ""):
        beginnings[before] = None
        pumps |= dict.fromkeys([*_samples(repeated), before, before + _sample(repeated)])
    alone = {sign: None for sign in _SIGNS if pattern.search(_text(pattern, "", sign, "", 1))}
    pumps |= alone if len(pumps) < 40 else {}
    for beginning in beginnings:
        for pump in pumps:
            for end in _ENDS if pump else ():
                yield beginning, pump, end


def _repeats(parsed: list, before: str) -> Iterator[tuple[str, list]]:
    """Give what `parsed` repeats, each with a text that leads to it."""
    for code, value in parsed:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            _, most, body = value
            if most > 8:
                yield before, body
            yield from _repeats(body, before)
        else:
            for part in _parts(code, value):
                yield from _repeats(part, before)
        before += _sample([(code, value)])


def _parts(code: object, value: object) -> list:
    if code is codes.BRANCH:
        return value[1]
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code in {codes.ASSERT, codes.ASSERT_NOT}:
        return [value[1]]
    return [value] if code is codes.ATOMIC_GROUP else []


def _samples(parsed: list) -> list[str]:
    """Return texts of one turn of a repetition: of each branch, and of each kind of character."""
    if len(parsed) != 1:
        return [_sample(parsed)]
    ((code, value),) = parsed
    if code is codes.BRANCH:
        return [sample for branch in value[1] for sample in _samples(branch)]
    if code is codes.SUBPATTERN:
        return _samples(value[3])
    signs = [sign for sign in _SIGNS if _stands_for(code, value, sign)]
    return signs or [_sample(parsed)]


def _sample(parsed: list) -> str:
    """Return a text that `parsed` stands for, but for what it looks ahead and back."""
    text = ""
    for code, value in parsed:
        if code is codes.LITERAL:
            text += chr(value)
        elif code in {codes.IN, codes.NOT_LITERAL, codes.ANY}:
            text += next((sign for sign in "a0 -" + _SIGNS if _stands_for(code, value, sign)), "a")
        elif code is codes.BRANCH:
            text += _sample(value[1][0])
        elif code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            text += _sample(value[2]) * max(value[0], 1 if value[1] > 1 else 0)
        elif code in {codes.SUBPATTERN, codes.ATOMIC_GROUP}:
            text += _sample(value[3] if code is codes.SUBPATTERN else value)
    return text


def _stands_for(code: object, value: object, sign: str) -> bool:
    if code is codes.ANY:
        return sign != "\n"
    if code is codes.LITERAL:
        return ord(sign) == value
    if code is codes.NOT_LITERAL:
        return ord(sign) != value
    if code is not codes.IN:
        return False
    inside = any(_is_in(kind, each, sign) for kind, each in value)
    return inside != (value[0][0] is codes.NEGATE)


def _is_in(kind: object, value: object, sign: str) -> bool:
    if kind is codes.LITERAL:
        return ord(sign) == value
    if kind is codes.RANGE:
        return value[0] <= ord(sign) <= value[1]
    categories = {
        codes.CATEGORY_DIGIT: sign.isdigit(),
        codes.CATEGORY_NOT_DIGIT: not sign.isdigit(),
        codes.CATEGORY_SPACE: sign.isspace(),
        codes.CATEGORY_NOT_SPACE: not sign.isspace(),
        codes.CATEGORY_WORD: sign.isalnum() or sign == "_",
        codes.CATEGORY_NOT_WORD: not (sign.isalnum() or sign == "_"),
    }
    return kind is codes.CATEGORY and categories.get(value, False)
