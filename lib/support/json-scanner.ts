// Where a text stops being JSON, found as it comes: memory holds how deep it is, whatever its size. It makes no values.
// https://www.rfc-editor.org/rfc/rfc8259

const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const wordPart = /[\w+.-]/;
const escapes = '"\\/bfnrtu';
const hex = /[\da-fA-F]/;
/** No number has more digits: one that has is told as a problem. */
const longestWord = 10_000;
const deepest = 10_000;

/** Where in a text something comes that has a meaning: most of a file is such text. */
const endOfPlain = (piece: Uint8Array, from: number): number => {
  let at = from;
  for (let byte = piece[at] ?? 0; byte >= 0x20 && byte !== 0x22 && byte !== 0x5c; byte = piece[at] ?? 0) at++;
  return at;
};

type Expected = 'a value' | 'a value or ]' | 'a name' | 'a name or }' | ':' | ', or ]' | ', or }' | 'the end';

export class JsonScanner {
  #problem: string | undefined;
  #root: string | undefined;
  #line = 1;
  #expected: Expected = 'a value';
  /** For each list or object that is open, whether it is a list. */
  readonly #isList: boolean[] = [];
  #inText = false;
  /** Of an escape in a text: 1 after its backslash, then 2 to 5 before each of the digits of \u. */
  #escape = 0;
  #word = '';

  /** What is wrong, with its line, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What the text begins with. */
  get root(): string | undefined {
    return this.#root;
  }

  /** False once something is wrong: what comes after is not looked at. */
  push(piece: Uint8Array): boolean {
    for (let at = 0; at < piece.length && this.#problem === undefined; at++) {
      if (this.#inText && this.#escape === 0) at = endOfPlain(piece, at);
      const byte = piece[at];
      if (byte === undefined) break;
      if (this.#inText) this.#takeInText(byte);
      else this.#take(byte);
    }
    return this.#problem === undefined;
  }

  end(): void {
    if (this.#problem === undefined && this.#word !== '') this.#endWord();
    if (this.#problem === undefined && (this.#inText || this.#expected !== 'the end'))
      this.#wrong(`it ends where ${this.#inText ? 'the end of a text' : this.#expected} is expected`);
  }

  #wrong(what: string): void {
    this.#problem ??= `line ${this.#line}: ${what}`;
  }

  #takeInText(byte: number): void {
    const char = String.fromCharCode(byte);
    if (byte < 0x20)
      this.#wrong(byte === 10 ? 'a text goes over the end of the line' : 'a text has a control character');
    else if (this.#escape === 1) {
      if (!escapes.includes(char)) this.#wrong(`\\${char} in a text is no escape`);
      this.#escape = char === 'u' ? 2 : 0;
    } else if (this.#escape > 1) {
      if (!hex.test(char)) this.#wrong(`\\u in a text is not followed by four hexadecimal digits`);
      this.#escape = this.#escape === 5 ? 0 : this.#escape + 1;
    } else if (char === '\\') this.#escape = 1;
    else if (char === '"') {
      this.#inText = false;
      if (this.#expected.startsWith('a name')) this.#expected = ':';
      else this.#endValue();
    }
  }

  #take(byte: number): void {
    const char = String.fromCharCode(byte);
    if (wordPart.test(char)) {
      if (this.#word === '') this.#beginValue(char);
      this.#word += char;
      if (this.#word.length > longestWord) this.#wrong('a word has no end');
      return;
    }
    if (this.#word !== '') this.#endWord();
    if (char === '\n') this.#line += 1;
    else if (char !== ' ' && char !== '\t' && char !== '\r') this.#takeSign(char);
  }

  #takeSign(char: string): void {
    const expected = this.#expected;
    if (char === '"') {
      if (!expected.startsWith('a name')) this.#beginValue(char);
      this.#inText = true;
    } else if (char === '[' || char === '{') {
      this.#beginValue(char);
      if (this.#isList.push(char === '[') > deepest) this.#wrong(`it is nested more than ${deepest} deep`);
      this.#expected = char === '[' ? 'a value or ]' : 'a name or }';
    } else if (char === ':' && expected === ':') this.#expected = 'a value';
    else if (char === ',' && expected.startsWith(',')) this.#expected = this.#isList.at(-1) ? 'a value' : 'a name';
    else if ((char === ']' || char === '}') && expected.endsWith(char)) {
      this.#isList.pop();
      this.#endValue();
    } else this.#unexpected(char);
  }

  #beginValue(char: string): void {
    this.#root ??= char;
    if (!this.#expected.startsWith('a value')) this.#unexpected(char);
  }

  #endWord(): void {
    if (!word.test(this.#word)) this.#wrong(`${this.#word.slice(0, 40)} is no value`);
    this.#word = '';
    this.#endValue();
  }

  #endValue(): void {
    const isList = this.#isList.at(-1);
    this.#expected = isList === undefined ? 'the end' : isList ? ', or ]' : ', or }';
  }

  #unexpected(char: string): void {
    const found = char >= ' ' && char <= '~' ? char : 'a character that is none of JSON';
    this.#wrong(`${found} where ${this.#expected} is expected`);
  }
}
