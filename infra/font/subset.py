"""Cuts the shop's font into subsets; called by `cargo xtask font`.

    subset.py TARBALL CHARACTERS ROOT

TARBALL is the npm package of the font, CHARACTERS a file with every character of the content. Below
ROOT it writes the subsets, the licence and the record of what the font has and lacks into the
function `asset`, and the `@font-face` rules into `web`.

For each weight there are two subsets: `content` has the characters of the content, `more` the other
frequent syllables, for readers' names and the titles of books. Only `more` has a range: a browser
needs `content` on every page, and its 750 scattered syllables need not stand in each of them. The
two must not overlap: a browser that does not wait for `content` (`font-display: optional`) asks
for whatever else has the character.

frequent.txt beside this file has the Hangul of Google Fonts' slices 119 to 100, which are cut by how
often the web writes a syllable; a line is a slice, the most frequent first (unicode.json of the npm
package @fontsource/gowun-batang 5.3.0). The slices after them have no syllable in use.
"""

import base64
import hashlib
import io
import pathlib
import sys
import tarfile

from fontTools import subset
from fontTools.ttLib import TTFont

INTEGRITY = "d0bdZaGH7Nu3sCW1c5fbtZDufA5RpE+Ph+Laa9xi9QlvHylMKS1lohZ7elhkJSy1hmJket4JeokzS4DzjGfpYg=="
FAMILY = "Gowun Batang"
WEIGHTS = {
    "regular": (400, "package/400Regular/GowunBatang_400Regular.ttf"),
    "bold": (700, "package/700Bold/GowunBatang_700Bold.ttf"),
}
LICENCE = "package/LICENSE_FONT"
FREQUENT = pathlib.Path(__file__).with_name("frequent.txt")
ASCII = {chr(code) for code in range(0x20, 0x7F)}

# Faces of what a device may have, scaled to the width of the shop's font, so that lines break
# alike: the width of all Korean text of content and pages (32,439 characters) in the shop's font,
# 0.7313 em and bold 0.7364, by that in Nanum Myeongjo, 0.7535 in both, and in Noto Serif KR, 0.7643
# and bold 0.7647. What stands last is asked first. A font that was not measured has no rule.
STANDINS = [
    ("regular", 0.9569, ["Noto Serif KR", "Noto Serif CJK KR", "NotoSerifCJKkr-Regular"]),
    ("bold", 0.9630, ["Noto Serif KR Bold", "Noto Serif CJK KR Bold", "NotoSerifCJKkr-Bold"]),
    ("regular", 0.9706, ["Nanum Myeongjo", "NanumMyeongjo"]),
    ("bold", 0.9774, ["Nanum Myeongjo Bold", "NanumMyeongjoBold"]),
]
# Of an em. What overrides them is scaled by the factor as well.
ASCENT, DESCENT = 1.16, 0.288


def reach(own, others):
    """The code points of a subset as a range. Code points that no subset has are not left out: that
    makes half as many parts."""
    parts = []
    for character in map(ord, sorted(own)):
        if parts and not any(chr(code) in others for code in range(parts[-1][1], character)):
            parts[-1][1] = character
        else:
            parts.append([character, character])
    return ",".join(
        f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in parts
    )


def cut(source, characters):
    """The WOFF2 of these characters."""
    options = subset.Options()
    options.flavor = "woff2"
    # Phones and dense screens do not use hints; kerning stays, and figures of one width for sums.
    options.hinting = False
    options.layout_features = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]
    # The licence asks that copyright and licence stay in the file.
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters))
    cutter.subset(font)
    packed = io.BytesIO()
    subset.save_font(font, packed, options)
    return packed.getvalue()


def percent(value):
    return f"{value * 100:.1f}%"


def standins():
    """The rules of the local faces."""
    for weight, factor, names in STANDINS:
        local = ",".join(f'local("{name}")' for name in names)
        yield (
            f"@font-face{{font-family:standin;font-weight:{WEIGHTS[weight][0]};src:{local};"
            f"size-adjust:{percent(factor)};ascent-override:{percent(ASCENT / factor)};"
            f"descent-override:{percent(DESCENT / factor)};line-gap-override:0%}}"
        )


def main(tarball, characters, root):
    packed = pathlib.Path(tarball).read_bytes()
    if base64.b64encode(hashlib.sha512(packed).digest()).decode() != INTEGRITY:
        sys.exit(f"{tarball} is not the font that was chosen.")
    package = tarfile.open(fileobj=io.BytesIO(packed))
    folder = pathlib.Path(root, "functions/asset/src/font")
    for old in folder.glob("*.woff2"):
        old.unlink()
    asked = set(pathlib.Path(characters).read_text(encoding="utf-8")) | ASCII
    rules = []
    for name, (weight, path) in WEIGHTS.items():
        source = package.extractfile(path).read()
        has = {chr(code) for code in TTFont(io.BytesIO(source)).getBestCmap()}
        content = asked & has
        more = (set(FREQUENT.read_text(encoding="utf-8")) & has) - content - {"\n"}
        # What stands last is asked first.
        for part, chosen, reaches in [
            ("more", more, f";unicode-range:{reach(more, content)}"),
            ("content", content, ""),
        ]:
            cutting = cut(source, sorted(chosen))
            folder.joinpath(f"{name}-{part}.woff2").write_bytes(cutting)
            address = f"/asset/{hashlib.sha256(cutting).hexdigest()[:16]}.woff2"
            rules.append(
                f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:optional;'
                f'src:url({address}) format("woff2"){reaches}}}'
            )
            print(f"{name}-{part}: {len(chosen)} characters, {len(cutting)} bytes, {address}")
    record = "".join(sorted(content)) + "\n" + "".join(sorted(asked - has)) + "\n"
    folder.joinpath("characters.txt").write_text(record, encoding="utf-8")
    folder.joinpath("OFL.txt").write_bytes(package.extractfile(LICENCE).read())
    css = "\n".join([*rules, *standins()]) + "\n"
    pathlib.Path(root, "shared/web/src/font.css").write_text(css, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
