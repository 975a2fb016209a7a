"""Writes one-page PDF files whose text is at given positions."""


def write_pdf(pieces, *, title=""):
    """Return a PDF with (x, y, size, text) pieces, drawn in their order.

    x and y are in points from the lower left corner; text is ASCII.
    """
    drawn = []
    for x, y, size, text in pieces:
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn.append(f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET")
    stream = "\n".join(drawn)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        " /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        f"<< /Title ({title}) >>",
    ]
    data, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\n"
    return (data + f"startxref\n{start}\n%%EOF\n").encode()


def write_columns(*columns, left=50, width=180, top=760, size=10, leading=14):
    """Return the pieces of columns of lines, drawn row by row."""
    pieces = []
    for row in range(max(map(len, columns))):
        for number, column in enumerate(columns):
            if row < len(column):
                x, y = left + number * width, top - row * leading
                pieces.append((x, y, size, column[row]))
    return pieces
