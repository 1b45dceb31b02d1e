// The values of a run that nobody recorded: made from the contracts, and bent where a route through the pipeline asks for it.
import type { ApproveNode, MapNode, Pipeline, ServiceNode, Stage } from '../definition/index.ts';
import { answerSchemaOf, type JsonSchema, jsonSchemaOf } from '../graph/index.ts';
import { firstKey, type Json, keysAbove, pairingOf, sameKey } from '../records/index.ts';
import type { Work } from '../runtime/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { type SampleOptions, sampleOf } from './sample.ts';
import type { Bend } from './steer.ts';
import type { Stored } from './stored.ts';

/** What stands for a run's id in values, so that runs of other ids give equal ones. */
export const anyRun = 'RUN';

/** What stands for the key of an object that is made of its hash, which says more of a run than its values do. */
export const anyKey = `payloads/any/${'0'.repeat(64)}.json`;
export const withoutKeys = (json: string): string => json.replaceAll(/payloads\/[\w-]+\/[0-9a-f]{64}\.json/g, anyKey);

/** The partition that is run: the first, where the pipeline says which there are. */
export const partitionOf = ({ partitions }: Pipeline): string => (partitions ? firstKey(partitions) : 'verify');

/** The partitions of an upstream that a run reads. */
export const keysRead = (pipeline: Pipeline, alias: string, partition = partitionOf(pipeline)): readonly string[] => {
  const { select } = pipeline.uses?.[alias] ?? sameKey;
  const paired = pairingOf(pipeline.partitions, pipeline.upstream[alias]?.partitions, select);
  return 'pairing' in paired ? keysAbove(paired.pairing, partition) : [];
};

/** Outputs to use instead of made ones, by stage; the pipeline's input by `input`; what upstream pipelines gave, by alias, in `upstream`. */
export type GivenValues = { readonly [place: string]: Json };

export interface Stubs {
  /** Whether stages do what their real handlers do. */
  readonly isReal: boolean;
  /** What lies in S3. Undefined where nothing runs. */
  readonly stored: Stored | undefined;
  /** Of the run. */
  readonly partition: string;
  readonly input: Json;
  /** The outputs of upstream pipelines, by alias. */
  readonly upstream: { readonly [alias: string]: Json };
  /** What a stage's handler returns: a function of its input. `work` is what a real one gets, in a run. */
  output(stage: string, contract: Stage, input: Json, options?: SampleOptions, work?: Work<Stage>): Promise<Json>;
  /** What a person answers. */
  answer(node: ApproveNode): Json;
  /** What a call of AWS answers: with real handlers, what its stand-in does. */
  service(node: ServiceNode, args: Json): Promise<Json>;
  /** The rows of the file that a map reads. */
  rows(node: MapNode): readonly Json[];
  /** Those of a pipeline that this one runs, with another input. */
  child(pipeline: Pipeline): Stubs;
  /** Those of a run of it, with what its upstream pipelines give. */
  childRun(pipeline: Pipeline, partition: string): Promise<Stubs>;
}

/** What the handlers that ship give. */
export interface RealWork {
  /** What a stage's own work gives. Without `work` it is done outside of any run, once for each input. */
  output(pipeline: Pipeline, stage: string, contract: Stage, input: Json, work?: Work<Stage>): Promise<Json>;
  /** What stands in for a call of AWS gives, once for each arguments; undefined where nothing does. */
  service(pipeline: Pipeline, node: ServiceNode, args: Json): Promise<Json | undefined>;
}

export interface StubOptions {
  readonly given: GivenValues;
  readonly upstream: { readonly [alias: string]: Json };
  /** The same of a pipeline that this one runs. @default none */
  readonly upstreamOf?: (pipeline: Pipeline, partition: string) => Promise<{ readonly [alias: string]: Json }>;
  readonly bends: readonly Bend[];
  readonly seed: number;
  /** The handlers that ship, instead of made values. */
  readonly real?: RealWork | undefined;
  readonly stored?: Stored | undefined;
}

export const stubsFor = (pipeline: Pipeline, options: StubOptions): Stubs => {
  const { given, upstream, bends, seed, upstreamOf = async () => ({}), real, stored } = options;
  const bent = (place: string, value: Json): Json =>
    bends.filter((bend) => bend.place === place).reduce((at, bend) => withValueAt(at, bend.path, bend.value), value);

  return {
    isReal: real !== undefined,
    stored,
    partition: partitionOf(pipeline),
    input: bent('input', given.input ?? sampleOf(jsonSchemaOf(pipeline.input, 'input'), `${seed} input`)),
    upstream: Object.fromEntries(
      Object.entries(upstream).map(([alias, value]) => [alias, bent(`upstream ${alias}`, value)]),
    ),
    output: async (stage, contract, input, options, work) => {
      const own = given[stage] ?? (await real?.output(pipeline, stage, contract, input, work));
      if (own !== undefined) return bent(`stage ${stage}`, own);
      const schema = jsonSchemaOf(contract.output, 'input');
      return bent(`stage ${stage}`, sampleOf(schema, `${seed} ${stage} ${withoutKeys(canonicalJson(input))}`, options));
    },
    answer: (node) =>
      bent(
        `stage ${node.id}`,
        given[node.id] ?? sampleOf(answerSchemaOf(node) as JsonSchema | undefined, `${seed} ${node.id}`),
      ),
    service: async (node, args) => {
      const { id, output } = node;
      const own = given[id] ?? (await real?.service(pipeline, node, args));
      return bent(
        `stage ${id}`,
        own ?? (output ? sampleOf(jsonSchemaOf(output, 'output'), `${seed} ${id}`) : { answered: id }),
      );
    },
    rows: ({ id, rows }) =>
      Array.from({ length: rowsOfFile }, (_, index) =>
        textual(
          rows?.format === 'csv' || rows?.format === 'inventory',
          sampleOf(rows && jsonSchemaOf(rows.row, 'input'), `${seed} ${id} row ${index}`),
        ),
      ),
    child: (child) => stubsFor(child, { given: {}, upstream: {}, upstreamOf, bends: [], seed, real, stored }),
    childRun: async (child, partition) => {
      const above = await upstreamOf(child, partition);
      return {
        ...stubsFor(child, { given: {}, upstream: above, upstreamOf, bends: [], seed, real, stored }),
        partition,
      };
    },
  };
};

const rowsOfFile = 3;

/** The values of a table are all text. */
const textual = (isTable: boolean, row: Json): Json =>
  isTable && typeof row === 'object' && row !== null
    ? Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))
    : row;

/** A copy with another value at a path; unchanged where the path leads nowhere. */
const withValueAt = (at: Json, path: readonly string[], value: Json): Json => {
  const [field, ...rest] = path;
  if (field === undefined) return value;
  if (Array.isArray(at))
    return at.map((item, index) => (String(index) === field ? withValueAt(item, rest, value) : item));
  if (at === null || typeof at !== 'object') return at;
  const inside = at as { readonly [field: string]: Json };
  return { ...inside, [field]: withValueAt(inside[field] ?? null, rest, value) };
};
