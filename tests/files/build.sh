#!/usr/bin/env bash
# Make the files of this folder from tests/articles/ with common tools: pandoc,
# LibreOffice, Chromium, qpdf. Run it by hand (Debian: pandoc libreoffice-writer chromium
# qpdf ghostscript); the files are in git.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work"
{ printf -- '---\ntitle: Night ferry to Holm Island to stop in October\nauthor: Marta Lindqvist\ndate: 2026-09-12\n---\n\n'; tail -n +7 "$here/../articles/ferry.txt"; } > ferry.md
cp ferry.md "$here/ferry.md"
pandoc -s ferry.md -o "$here/ferry.docx"
cat > page.html <<'HTML'
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Night ferry to stop | The Varberg Example</title>
<meta name="author" content="Marta Lindqvist"><meta property="article:published_time" content="2026-09-12T08:00:00+02:00">
<meta property="og:title" content="Night ferry to Holm Island to stop in October"><link rel="canonical" href="https://varberg.example/ferry">
<script>var tracking = "</p><p>This must never be read.";</script><style>nav{color:red}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>Night ferry to Holm Island to stop in October</h1>
HTML
pandoc --wrap=none -f markdown -t html <(tail -n +7 ferry.md) >> page.html
echo '</article><aside><h3>Most read</h3><ul><li><a href="/a">Ten cats</a></li></ul></aside><footer>© 2026 The Varberg Example. <a href="/terms">Terms of use</a></footer></body></html>' >> page.html
cp page.html "$here/ferry.html"
# a long report: six copies of the article under running heads; LibreOffice gets it as ODT
pandoc -s page.html -o long.odt
for number in 1 2 3 4 5 6; do printf '\n\n## Part %s\n\n' "$number"; tail -n +7 ferry.md; done > body.md
cat > long.html <<'HTML'
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Crossings of the Kattegat</title><style>
@page { size: A5; margin: 22mm 15mm; @top-center { content: "Crossings of the Kattegat"; } @bottom-center { content: "Page " counter(page) " of " counter(pages); } }
body { font: 11pt serif; text-align: justify; hyphens: auto; }</style></head><body>
HTML
pandoc -f markdown -t html body.md >> long.html
echo '</body></html>' >> long.html
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$work/profile" --no-pdf-header-footer --print-to-pdf=chromium.pdf "file://$work/long.html" 2>/dev/null
cp chromium.pdf "$here/report-chromium.pdf"
cat > columns.html <<'HTML'
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Two columns</title><style>
@page { size: A4; margin: 20mm } body { font: 11pt serif; columns: 2; column-gap: 10mm; text-align: justify; hyphens: auto }</style></head><body>
HTML
pandoc -f markdown -t html <(tail -n +7 ferry.md; tail -n +7 "$here/../articles/heat.txt") >> columns.html
echo '</body></html>' >> columns.html
# soft hyphens break words at line ends, as a typesetter would
python3 -c "import re, sys; page = open('columns.html').read(); head, body = page.split('<body>'); open('columns.html', 'w').write(head + '<body>' + re.sub(r'(?<![</\w])([a-z]{4})([a-z]{3,})', r'\1&shy;\2', body))"
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$work/profile" --no-pdf-header-footer --print-to-pdf=columns.pdf "file://$work/columns.html" 2>/dev/null
cp columns.pdf "$here/columns-chromium.pdf"
libreoffice --headless --convert-to pdf --outdir "$work" "$here/ferry.docx" > /dev/null
cp ferry.pdf "$here/ferry-libreoffice.pdf"
libreoffice --headless --convert-to docx --outdir "$work/lo" long.odt > /dev/null
cp lo/long.docx "$here/ferry-libreoffice.docx"
qpdf --encrypt secret secret 256 -- "$here/ferry-libreoffice.pdf" "$here/password.pdf"
head -c 4000 "$here/ferry-libreoffice.pdf" > "$here/truncated.pdf"
gs -q -dNOPAUSE -dBATCH -sDEVICE=png16m -r40 -sOutputFile=page.png "$here/ferry-libreoffice.pdf"
cat > image.html <<'HTML'
<!DOCTYPE html><html><body style="margin:0"><img src="page.png"></body></html>
HTML
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$work/profile" --no-pdf-header-footer --print-to-pdf=image.pdf "file://$work/image.html" 2>/dev/null
cp image.pdf "$here/image-only.pdf"
python3 - "$here" page.html ferry.md <<'PY'
import sys
from email.message import EmailMessage
from pathlib import Path
here, page, text = Path(sys.argv[1]), Path(sys.argv[2]).read_text(), Path(sys.argv[3]).read_text().split("---\n")[2]
mail = EmailMessage()
mail["From"] = "Marta Lindqvist <marta@varberg.example>"
mail["To"] = "desk@varberg.example"
mail["Subject"] = "Night ferry to Holm Island to stop in October"
mail["Date"] = "Sat, 12 Sep 2026 08:00:00 +0200"
mail["Message-ID"] = "<1@varberg.example>"
mail.set_content(text, cte="quoted-printable")
mail.add_alternative(page, subtype="html")
mail.add_attachment(b"%PDF-1.7 not read", maintype="application", subtype="pdf", filename="map.pdf")
(here / "ferry.eml").write_bytes(mail.as_bytes())
sentences = " ".join(text.split()).replace('" ', '"\n').split(". ")
words = " ".join(text.split()).split(" ")
cues = [" ".join(words[start : start + 9]) for start in range(0, len(words), 9)]
def stamp(second, mark): return f"00:{second // 60:02d}:{second % 60:02d}{mark}000"
(here / "talk.srt").write_text("\n".join(f"{n}\n{stamp(3 * n, ',')} --> {stamp(3 * n + 3, ',')}\n{cue}\n" for n, cue in enumerate(cues, 1)))
(here / "talk.vtt").write_text("WEBVTT\n\nNOTE made from an article\n\n" + "\n".join(f"{stamp(3 * n, '.')} --> {stamp(3 * n + 3, '.')} align:start\n<v Marta>{cue}</v>\n" for n, cue in enumerate(cues, 1)))
PY
ls -l "$here"
# Characters that PDFium does not give as they are seen: TeX's accents and ligatures,
# Arabic, Hebrew, and fonts without a table of characters (weasyprint and pikepdf from
# PyPI, texlive-latex-recommended, fonts-dejavu).
cat > accents-tex.tex <<'TEX'
\documentclass{article}\pagestyle{empty}\begin{document}Die F\"ahre fuhr fr\"uh nach Troms\o, und na\"\i ve G\"aste a\ss en. Le caf\'e a ferm\'e.\end{document}
TEX
cat > ligatures-tex.tex <<'TEX'
\documentclass{article}\usepackage[T1]{fontenc}\pagestyle{empty}\begin{document}The harbor office found five insufficient, fluffy flags---``all off''.\footnote{The figure is from 2020.}\end{document}
TEX
for name in accents-tex ligatures-tex; do pdflatex -interaction=batchmode "$name.tex" >/dev/null; cp "$name.pdf" "$here/$name.pdf"; done
HERE="$here" python3 - <<'PYTHON'
import os
from io import BytesIO
import pikepdf, weasyprint
def write(text, language="en", direction="ltr"):
    page = f"<html lang={language}><body dir={direction} style='font-family:DejaVu Sans'><p>{text}</p></body></html>"
    return weasyprint.HTML(string=page).write_pdf()
folder = os.environ["HERE"]
with open(f"{folder}/arabic-weasyprint.pdf", "wb") as file:
    file.write(write("نقلت العبارة 900 شخص في صيف 2020. لا تزال الأسعار مرتفعة في البلاد.", "ar", "rtl"))
with open(f"{folder}/hebrew-weasyprint.pdf", "wb") as file:
    file.write(write("המעבורת הובילה 900 אנשים בקיץ 2020. העירייה שילמה 2 מיליון אירו.", "he", "rtl"))
text = "The ferry carried 900 people in 2020. It was sold in 2021 for 3 million euros."
with pikepdf.open(BytesIO(write(text))) as document:
    for font in document.pages[0].Resources.Font.values():
        if "/ToUnicode" in font:
            del font["/ToUnicode"]
    document.save(f"{folder}/glyphs-without-unicode.pdf")
PYTHON
