// Rules of STYLE.md that neither the type checker, the linter nor dependency-cruiser can see.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const sourcesIn = (...folders: readonly string[]): readonly Source[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mts|mjs|cjs|js)$/.test(entry.name))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const text = readFileSync(path, 'utf8');
        return { path, text, lines: text.trimEnd().split('\n').length };
      }),
  );

const own = sourcesIn('bin', 'lib', 'lambdas');
const all = [...own, ...sourcesIn('test')];

/** Code without its comments, near enough: a rule about code should not fire on a word in a comment. */
const codeOf = ({ text }: Source): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Where a process's environment may be read: the runtime's reader, and what stands in for Lambda's own process. */
const environmentReaders =
  /^lib\/(runtime\/[\w-]*environment[\w-]*\.ts|local\/services\/lambda\/(worker-runtime\.mjs|function-scope\.ts))$/;

const broken = (sources: readonly Source[], breaks: (source: Source) => boolean): readonly string[] =>
  sources.filter(breaks).map(({ path, lines }) => `${path} (${lines} lines)`);

test('there are sources to look at', () => {
  expect(own.length).toBeGreaterThan(250);
  expect(own.some(({ path }) => path.startsWith('lambdas/'))).toBe(true);
});

const rules: [string, readonly Source[], (source: Source) => boolean][] = [
  ['no file has more than 350 lines', all, ({ lines }) => lines > 350],
  [
    'handlers have fewer than 40 lines',
    own.filter(({ path }) => path.startsWith('lambdas/')),
    ({ lines }) => lines >= 40,
  ],
  [
    'lib has no default exports',
    own.filter(({ path }) => path.startsWith('lib/')),
    (source) => /^export default\b|\bas default\b/m.test(codeOf(source)),
  ],
  [
    'names say what is inside',
    all,
    ({ path }) => /(^|[-.])(utils?|helpers?|common|types|misc|core|manager)([-.]|$)/.test(basename(path)),
  ],
  [
    'zod is imported as a namespace, which bundlers can shake',
    all,
    (source) => /import\s*\{[^}]*\}\s*from\s*['"]zod['"]/.test(codeOf(source)),
  ],
  [
    'the environment is read at the edges: bin, lambdas, and one reader in lib/runtime',
    own.filter(({ path }) => path.startsWith('lib/')),
    (source) => /\bprocess\.env\b/.test(codeOf(source)) && !environmentReaders.test(source.path),
  ],
  [
    'no file is exported from by star but front doors',
    own.filter(({ path }) => basename(path) !== 'index.ts'),
    (source) => /^export \* from/m.test(codeOf(source)),
  ],
];

test.each(rules)('%s', (_, sources, breaks) => {
  expect(broken(sources, breaks)).toEqual([]);
});
