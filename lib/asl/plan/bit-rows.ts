// Sets of small numbers as rows of bits: a row for each node, 10,000 of 10,000 in 12 MB.
export class BitRows {
  readonly #words: number;
  readonly #bits: Uint32Array;

  constructor(rows: number, width: number) {
    this.#words = Math.ceil(width / 32);
    this.#bits = new Uint32Array(rows * this.#words);
  }

  has(row: number, bit: number): boolean {
    return (((this.#bits[row * this.#words + (bit >>> 5)] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  add(row: number, bit: number): void {
    const at = row * this.#words + (bit >>> 5);
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (bit & 31));
  }

  /** Puts all of a row (of `other`, or of these rows) into another. */
  include(row: number, from: number, other: BitRows = this): void {
    const [to, source] = [row * this.#words, from * this.#words];
    for (let word = 0; word < this.#words; word++)
      this.#bits[to + word] = (this.#bits[to + word] ?? 0) | (other.#bits[source + word] ?? 0);
  }

  /** Leaves in a row only what another has too. */
  restrict(row: number, from: number, other: BitRows = this): void {
    const [to, source] = [row * this.#words, from * this.#words];
    for (let word = 0; word < this.#words; word++)
      this.#bits[to + word] = (this.#bits[to + word] ?? 0) & (other.#bits[source + word] ?? 0);
  }

  clear(row: number): void {
    this.#bits.fill(0, row * this.#words, (row + 1) * this.#words);
  }

  /** How many are in a row. */
  count(row: number): number {
    let sum = 0;
    for (let word = row * this.#words; word < (row + 1) * this.#words; word++) {
      // Counted in pairs, then in fours, then in bytes, whose sum the multiplication brings to the top.
      let bits = this.#bits[word] ?? 0;
      bits -= (bits >>> 1) & 0x55555555;
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      sum += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return sum;
  }

  /** The members of a row, ascending. */
  *members(row: number): Generator<number> {
    for (let word = 0; word < this.#words; word++) {
      let bits = this.#bits[row * this.#words + word] ?? 0;
      for (; bits !== 0; bits &= bits - 1) yield word * 32 + 31 - Math.clz32(bits & -bits);
    }
  }
}
