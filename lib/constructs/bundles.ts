// Handlers as Lambda code. One esbuild call bundles many entries, because they share most of what they import.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type BuildFailure, type BuildResult, buildSync } from 'esbuild';
import { DefinitionError } from '../definition/index.ts';
import { invariant } from '../support/invariant.ts';
import { sha256 } from '../support/sha256.ts';

/** Bundles are kept under their hash, so a name never stands for two contents. */
const cache = join('.cache', 'bundles');

/** CommonJS inside an ES module bundle (the AWS SDK, Powertools) calls `require`, which ES modules do not have. */
const banner =
  "import { createRequire as heddleRequire } from 'node:module'; const require = heddleRequire(import.meta.url);";

/** The bundles of an orchestrator's functions. */
export class Bundles {
  readonly #codes = new Map<string, Code>();
  readonly #hashes = new Map<string, string>();

  /** Bundles those of the entry files that are not bundled yet, together. Throws DefinitionError with file and line. */
  add(scope: Construct, entries: readonly string[]): void {
    const missing = [...new Set(entries)].filter((entry) => !this.#codes.has(entry));
    if (missing.length === 0) return;
    // Tests and `cdk list` want a template, not its code.
    const texts = Stack.of(scope).bundlingRequired ? bundle(missing) : undefined;
    missing.forEach((entry, at) => {
      this.#hashes.set(entry, texts ? sha256(texts[at] ?? '').slice(0, 12) : 'notBundled');
      this.#codes.set(
        entry,
        texts ? assetOf(texts[at]) : Code.fromInline('// not bundled: this stack is not asked for'),
      );
    });
  }

  /** A short hash of an entry's bundle. */
  hash(entry: string): string {
    const hash = this.#hashes.get(entry);
    invariant(hash, `${entry} was not bundled`);
    return hash;
  }

  code(entry: string): Code {
    const code = this.#codes.get(entry);
    invariant(code, `${entry} was not bundled`);
    return code;
  }
}

const bundle = (entries: readonly string[]): readonly string[] => {
  const { outputFiles } = build(entries);
  return entries.map((_, at) => {
    const file = outputFiles.find(({ path }) => relative(cache, path) === `${at}.mjs`);
    invariant(file, `esbuild gave nothing for ${entries[at]}`);
    return file.text;
  });
};

const build = (entries: readonly string[]): BuildResult<{ write: false }> => {
  try {
    return buildSync({
      entryPoints: entries.map((entry, at) => ({ in: entry, out: String(at) })),
      outdir: cache,
      write: false,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      mainFields: ['module', 'main'],
      minify: true,
      // A stack trace in a dead letter names our functions, without the weight of source maps. Names that are set again cost
      // less than names that stay: dispatch has 349 KB instead of 480.
      keepNames: true,
      legalComments: 'none',
      banner: { js: banner },
      logLevel: 'silent',
    });
  } catch (error) {
    throw failures(error);
  }
};

/** HDL224: a handler cannot be bundled; the message is esbuild's own, with its place. Fix: correct the file it names. */
const failures = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null || !('errors' in error)) return error;
  // What esbuild throws with `errors` is a BuildFailure.
  return new DefinitionError(
    (error as BuildFailure).errors.map(({ text, location }) => ({
      code: 'HDL224',
      severity: 'error',
      at: location ? `${location.file}:${location.line}:${location.column}` : 'handlers',
      message: `the handler cannot be bundled: ${text}`,
      fix: 'mend the file or what it imports',
    })),
  );
};

const assetOf = (text: string | undefined): Code => {
  invariant(text !== undefined, 'a bundle is missing');
  const hash = sha256(text);
  const directory = join(cache, hash);
  const file = join(directory, 'index.mjs');
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    // Whole or not at all: another synth may be reading.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  return new AssetCode(directory, { assetHash: hash, exclude: ['index.mjs.*'] });
};
