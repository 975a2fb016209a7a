"""Writes OLE compound files ([MS-CFB]), as Office and Outlook do."""

import struct

_SECTOR, _MINI = 512, 64
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def write_compound(streams):
    """Return a file with small streams: {name: bytes}."""
    mini, chains, starts = b"", [], {}
    for name, data in streams.items():
        starts[name] = len(mini) // _MINI
        count = -(-len(data) // _MINI)
        chains += [starts[name] + number + 1 for number in range(count - 1)] + [_END]
        mini += data.ljust(count * _MINI, b"\0")
    directory = _entry("Root Entry", 5, child=1, size=len(mini))
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    for number, name in enumerate(names, 1):
        right = number + 1 if number < len(names) else _FREE
        directory += _entry(name, 2, right, start=starts[name], size=len(streams[name]))
    parts = [
        _pad(directory),
        _pad(struct.pack(f"<{len(chains)}I", *chains), b"\xff"),
        _pad(mini),
    ]
    fat, first = [_FAT], []
    for part in parts:
        first.append(len(fat))
        count = len(part) // _SECTOR
        fat += [len(fat) + number + 1 for number in range(count - 1)] + [_END]
    root = _entry("Root Entry", 5, child=1, start=first[2], size=len(mini))
    parts[0] = root + parts[0][len(root) :]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, first[0], 0, 4096, first[1], len(parts[1]) // _SECTOR, _END, 0, 0),
    ).ljust(_SECTOR, b"\xff")
    return header + _pad(struct.pack(f"<{len(fat)}I", *fat), b"\xff") + b"".join(parts)


def _entry(name, kind, right=_FREE, *, child=_FREE, start=0, size=0):
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16x4x8x8xIQ",
        encoded,
        len(encoded) + 2,
        *(kind, 1, _FREE, right, child, start, size),
    )


def _pad(data, filler=b"\0"):
    return data.ljust(-(-len(data) // _SECTOR) * _SECTOR, filler)


def write_outlook_message(subject, sender, body):
    """Return a message as Outlook saves it, with these three properties."""
    properties, streams = struct.pack("<32x"), {}
    for tag, value in (("0037", subject), ("0C1A", sender), ("1000", body)):
        encoded = value.encode("utf-16-le")
        streams[f"__substg1.0_{tag}001F"] = encoded
        properties += struct.pack("<HHIII", 0x1F, int(tag, 16), 6, len(encoded) + 2, 0)
    return write_compound({"__properties_version1.0": properties, **streams})
