// A picture with the colours that it needs, as a small PNG. Written here because the packages that do it bring 25 MB of native code.
import { crc32, deflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Four bytes each: red, green, blue, opacity, which is not looked at. */
  readonly rgba: Uint8Array;
}

const mostColours = 256;

const distance = (a: number, b: number): number =>
  Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) + Math.abs((a & 255) - (b & 255));

/** The most frequent colours that differ enough to be 256 at most. */
const paletteOf = (counts: ReadonlyMap<number, number>): readonly number[] => {
  const colours = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b);
  for (let apart = 1; ; apart += 2) {
    const kept: number[] = [];
    for (const colour of colours) if (kept.every((one) => distance(one, colour) >= apart)) kept.push(colour);
    if (kept.length <= mostColours) return kept;
  }
};

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

export const pngOf = ({ width, height, rgba }: Pixels): Buffer => {
  const colourAt = (place: number): number =>
    ((rgba[place * 4] ?? 0) << 16) | ((rgba[place * 4 + 1] ?? 0) << 8) | (rgba[place * 4 + 2] ?? 0);
  const counts = new Map<number, number>();
  for (let place = 0; place < width * height; place++)
    counts.set(colourAt(place), (counts.get(colourAt(place)) ?? 0) + 1);
  const palette = paletteOf(counts);
  const nearest = new Map(
    [...counts.keys()].map((colour) => {
      let best = 0;
      for (const [index, one] of palette.entries())
        if (distance(one, colour) < distance(palette[best] ?? 0, colour)) best = index;
      return [colour, best] as const;
    }),
  );
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter, 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = nearest.get(colourAt(y * width + x)) ?? 0;
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]); // 8 bits, of a palette
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
