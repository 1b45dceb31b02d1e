// Reads a cloud assembly, the folder that `cdk synth` writes: its stacks, their templates and their assets.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError } from '../engine-error.ts';
import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';

/** Where an asset is on this machine. `zip` assets are folders here, which deployment would zip. */
export type Asset = { readonly path: string; readonly packaging: 'zip' | 'file' };

/** Assets by the S3 object key under which deployment would upload them. */
export type Assets = ReadonlyMap<string, Asset>;

export type Stack = {
  /** The CloudFormation stack name. */
  readonly name: string;
  /** The environment's account and region, where they are concrete. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly template: Shape;
  readonly assets: Assets;
  /** Names of stacks that must be there first. */
  readonly after: readonly string[];
};

const unreadable = (path: string, why: string, cause?: unknown): EngineError =>
  new EngineError(
    'HDL511',
    {
      found: `${path} ${why}`,
      expected: 'a cloud assembly, the folder that `cdk synth` writes',
      fix: 'run `npx cdk synth`, or pass the path of the assembly.',
    },
    { cause },
  );

const readJson = (path: string): Shape => {
  if (!existsSync(path)) throw unreadable(path, 'does not exist');
  try {
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isShape(document)) return document;
  } catch (error) {
    throw unreadable(path, `cannot be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
  throw unreadable(path, 'is not a JSON object');
};

const shapeAt = (shape: Shape, field: string): Shape => (isShape(shape[field]) ? shape[field] : {});
const textAt = (shape: Shape, field: string): string | undefined => {
  const value = shape[field];
  return typeof value === 'string' ? value : undefined;
};

const readAssets = (dir: string, file: string): Assets => {
  const assets = new Map<string, Asset>();
  for (const asset of Object.values(shapeAt(readJson(join(dir, file)), 'files')).filter(isShape)) {
    const source = shapeAt(asset, 'source');
    const path = textAt(source, 'path');
    if (path === undefined) continue; // built by a command at deployment: nothing on this machine yet
    const packaging = source.packaging === 'zip' ? 'zip' : 'file';
    for (const destination of Object.values(shapeAt(asset, 'destinations')).filter(isShape)) {
      const key = textAt(destination, 'objectKey');
      if (key !== undefined) assets.set(key, { path: resolve(dir, path), packaging });
    }
  }
  return assets;
};

const concrete = (part: string | undefined): string | undefined =>
  part === undefined || part.startsWith('unknown-') ? undefined : part;

type Artifacts = { readonly [id: string]: Shape };

const readStack = (dir: string, id: string, artifacts: Artifacts): Stack => {
  const artifact = artifacts[id] ?? {};
  const properties = shapeAt(artifact, 'properties');
  const templateFile = textAt(properties, 'templateFile');
  if (templateFile === undefined) throw unreadable(join(dir, 'manifest.json'), `has no template for the stack ${id}`);
  const dependencies = Array.isArray(artifact.dependencies) ? artifact.dependencies.map(String) : [];
  const ofType = (type: string) => dependencies.filter((name) => artifacts[name]?.type === type);
  const assetFiles = ofType('cdk:asset-manifest').flatMap((name) => {
    const file = textAt(shapeAt(artifacts[name] ?? {}, 'properties'), 'file');
    return file === undefined ? [] : [file];
  });
  const [account, region] = (textAt(artifact, 'environment') ?? '').replace(/^aws:\/\//, '').split('/');
  return {
    name: textAt(properties, 'stackName') ?? id,
    account: concrete(account || undefined),
    region: concrete(region),
    template: readJson(join(dir, templateFile)),
    assets: new Map(assetFiles.flatMap((file) => [...readAssets(dir, file)])),
    after: ofType('aws:cloudformation:stack').map(
      (name) => textAt(shapeAt(artifacts[name] ?? {}, 'properties'), 'stackName') ?? name,
    ),
  };
};

const readFolder = (dir: string): readonly Stack[] => {
  const found = Object.entries(shapeAt(readJson(join(dir, 'manifest.json')), 'artifacts')).filter(
    (entry): entry is [string, Shape] => isShape(entry[1]),
  );
  const artifacts = Object.fromEntries(found);
  return found.flatMap(([id, artifact]) => {
    if (artifact.type === 'aws:cloudformation:stack') return [readStack(dir, id, artifacts)];
    const nested = textAt(shapeAt(artifact, 'properties'), 'directoryName'); // a cdk.Stage
    return artifact.type === 'cdk:cloud-assembly' && nested !== undefined ? readFolder(join(dir, nested)) : [];
  });
};

const fromTemplate = (file: string): Stack => ({
  name: basename(file).replace(/(\.template)?\.json$/, ''),
  account: undefined,
  region: undefined,
  template: readJson(file),
  assets: new Map(),
  after: [],
});

/**
 * The stacks of the assembly at `path`, stages included; the path of a single `.json` template gives one stack.
 * Throws HDL511.
 */
export const readAssembly = (path: string): readonly Stack[] => {
  const absolute = resolve(path);
  if (absolute.endsWith('.json') && basename(absolute) !== 'manifest.json') return [fromTemplate(absolute)];
  const stacks = readFolder(basename(absolute) === 'manifest.json' ? dirname(absolute) : absolute);
  if (stacks.length === 0) throw unreadable(absolute, 'has no stacks');
  return stacks;
};
