#!/bin/sh
# Draws every icon file from icon.svg. Needs ImageMagick and Python 3; the results are committed.
set -eu
cd "$(dirname "$0")"

draw() { # size file
    convert -background none -density 600 icon.svg -resize "$1x$1" -depth 8 -strip "PNG32:$2"
}
draw 512 icon.png
draw 32 32x32.png
draw 128 128x128.png
draw 256 128x128@2x.png

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for size in 16 24 32 48 64 128 256 512; do draw "$size" "$work/$size.png"; done
convert "$work/16.png" "$work/24.png" "$work/32.png" "$work/48.png" "$work/64.png" "$work/256.png" icon.ico
python3 - "$work" icon.icns <<'PYTHON'
import pathlib, struct, sys

# Apple's container: a type and a length before each PNG.
work, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
kinds = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic13": 256}
parts = b""
for kind, size in kinds.items():
    image = (work / f"{size}.png").read_bytes()
    parts += kind + struct.pack(">I", len(image) + 8) + image
target.write_bytes(b"icns" + struct.pack(">I", len(parts) + 8) + parts)
PYTHON
