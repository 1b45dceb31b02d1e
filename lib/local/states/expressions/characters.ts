/** A cursor over the text of a path or intrinsic call, with the reads that both grammars share. */
export class Characters {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Moves past `token` where it comes next (after spaces). */
  take(token: string): boolean {
    this.spaces();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`'${token}' is expected`);
  }

  spaces(): void {
    while (this.peek() === ' ' || this.peek() === '\t' || this.peek() === '\n') this.at++;
  }

  /** The text that `pattern` (sticky) matches here, or undefined. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** A quoted string whose quote comes next; a backslash keeps the character after it. */
  quoted(): string {
    const quote = this.peek();
    let value = '';
    for (this.at++; this.peek() !== quote; this.at++) {
      if (this.done) this.fail('the string does not end');
      if (this.peek() === '\\') this.at++;
      value += this.peek();
    }
    this.at++;
    return value;
  }

  fail(why: string): never {
    throw new SyntaxError(`${why} at character ${this.at + 1} of ${this.text}`);
  }
}
