// What a Distributed Map gives: the outputs of its children, or files of them in S3.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject, Payload } from '../json.ts';
import type { MapState, ResultWriter } from '../parse/machine.ts';
import type { ChildResult, MapRun } from './map-run.ts';
import type { Visit } from './visit.ts';

type Transformation = ResultWriter['transformation'];

/** Takes results as they come, in any order, and gives the result of the state. */
export interface Results {
  /** What must be written before there is room for more. */
  add(index: number, child: ChildResult): Promise<unknown> | undefined;
  /** Takes the input of a child that does not begin, since the map fails. Undefined where nothing is made of it. */
  readonly pending: ((input: Payload) => Promise<unknown> | undefined) | undefined;
  result(): Promise<Payload>;
}

const failureOf = (child: ChildResult): JsonObject => ({
  ...(child.cause !== undefined && { Cause: child.cause }),
  ...(child.error !== undefined && { Error: child.error }),
});

const redriveStatus = ({ status, redrives: { last } }: ChildResult): JsonObject => ({
  ...(last !== undefined && { RedriveDate: new Date(last).toISOString() }),
  ...(status === 'SUCCEEDED'
    ? { RedriveStatus: 'NOT_REDRIVABLE', RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' }
    : { RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' }),
});

/** As AWS was recorded to write it by radkawar/stackd (testdata/aws/stepfunctions/distributed_map.json). */
const description = (child: ChildResult): JsonObject => ({
  ...failureOf(child),
  ExecutionArn: child.arn,
  Input: child.input.text,
  InputDetails: { Included: true },
  Name: child.name,
  ...(child.output && { Output: child.output.text }),
  OutputDetails: { Included: true },
  RedriveCount: child.redrives.count,
  ...(!child.express && redriveStatus(child)),
  StartDate: new Date(child.startedAt).toISOString(),
  StateMachineArn: child.machineArn,
  Status: child.status,
  StopDate: new Date(child.stoppedAt).toISOString(),
});

/** What stands for a child among the results, as texts of JSON values. One that failed is described, however the others are told. */
const textsOf = (child: ChildResult, how: Transformation): readonly string[] => {
  if (how === 'NONE' || child.status !== 'SUCCEEDED') return [JSON.stringify(description(child))];
  if (how === 'COMPACT') return [child.output?.text ?? 'null'];
  const value = child.output?.value ?? null;
  return (Array.isArray(value) ? (value as readonly Json[]) : [value]).map((item) => JSON.stringify(item));
};

/** Texts that are kept in memory until they make a file. */
const FILE_CHARACTERS = 8_388_608;

/** Writes a file and says what the manifest says of it. */
type Put = (name: string, text: string, type?: string) => Promise<JsonObject>;

/** Texts of results, as files of some megabytes. */
const resultFiles = (name: string, outputType: ResultWriter['outputType'], put: Put) => {
  const written: Promise<JsonObject>[] = [];
  let texts: string[] = [];
  let characters = 0;
  const flush = (): Promise<unknown> | undefined => {
    if (texts.length === 0) return undefined;
    const isJson = outputType === 'JSON';
    const body = isJson ? `[${texts.join(',')}]` : `${texts.join('\n')}\n`;
    texts = [];
    characters = 0;
    const writing = put(`${name}_${written.length}.${isJson ? 'json' : 'jsonl'}`, body);
    written.push(writing);
    return writing;
  };
  return {
    add: (more: readonly string[]): Promise<unknown> | undefined => {
      for (const text of more) {
        texts.push(text);
        characters += text.length;
      }
      return characters < FILE_CHARACTERS ? undefined : flush();
    },
    all: async (): Promise<readonly JsonObject[]> => {
      flush();
      return Promise.all(written);
    },
  };
};

const placeOf = async (visit: Visit<MapState>, writer: ResultWriter, run: MapRun) => {
  const given = await writer.parameters?.(visit.scope());
  const { Bucket = null, Prefix } = isObject(given) ? given : {};
  const within = [run.arn.split(':').at(-1), ...(run.generation > 0 ? [`Redrive-${run.generation}`] : [])];
  const folder = [...(Prefix ? [String(Prefix).replace(/\/$/, '')] : []), ...within].join('/');
  return { Bucket, folder };
};

const writing = (visit: Visit<MapState>, writer: ResultWriter, run: MapRun): Results => {
  const { mapRuns } = visit.frame.execution.host;
  let known: ReturnType<typeof placeOf> | undefined;
  const place = (): ReturnType<typeof placeOf> => {
    known ??= placeOf(visit, writer, run);
    return known;
  };
  const put: Put = async (name, text, ContentType = 'binary/octet-stream') => {
    const { Bucket, folder } = await place();
    const Key = `${folder}/${name}`;
    const Body = Buffer.from(text);
    try {
      await mapRuns.s3('PutObject', { Bucket, Key, Body, ContentType });
    } catch (thrown) {
      throw new StateError('States.ResultWriterFailed', thrown instanceof Error ? thrown.message : String(thrown));
    }
    return { Key, Size: Body.length };
  };
  const succeeded = resultFiles('SUCCEEDED', writer.outputType, put);
  const failed = resultFiles('FAILED', writer.outputType, put);
  const pending = resultFiles('PENDING', writer.outputType, put);
  const early = new Map<number, ChildResult>();
  let next = 0;
  return {
    add: (index, child) => {
      early.set(index, child);
      const full: Promise<unknown>[] = [];
      for (let due = early.get(next); due; due = early.get(next)) {
        early.delete(next++);
        const file = (due.status === 'SUCCEEDED' ? succeeded : failed).add(textsOf(due, writer.transformation));
        if (file) full.push(file);
      }
      return full.length === 0 ? undefined : Promise.all(full);
    },
    pending: ({ text: Input }) =>
      pending.add([JSON.stringify({ Input, InputDetails: { Included: true }, Status: 'PENDING' })]),
    result: async () => {
      const { Bucket } = await place();
      const [FAILED, PENDING, SUCCEEDED] = await Promise.all([failed.all(), pending.all(), succeeded.all()]);
      const ResultFiles = { FAILED, PENDING, SUCCEEDED };
      const manifest = { DestinationBucket: Bucket, MapRunArn: run.arn, ResultFiles };
      const { Key = null } = await put('manifest.json', JSON.stringify(manifest), 'application/octet-stream');
      return Payload.of({ MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key } });
    },
  };
};

/** What a child gives without a writer; of one that failed and was tolerated, its error (measured: iwamot/sfnx). */
const plain = (child: ChildResult): Payload =>
  child.status === 'SUCCEEDED'
    ? (child.output ?? Payload.of(null))
    : Payload.of({ ...failureOf(child), Status: child.status });

const gathering = (writer: ResultWriter | undefined): Results => {
  const children: ChildResult[] = [];
  return {
    add: (index, child) => {
      children[index] = child;
      return undefined;
    },
    pending: undefined,
    result: async () => {
      if (!writer) return Payload.array(children.map(plain));
      return Payload.parse(`[${children.flatMap((child) => textsOf(child, writer.transformation)).join(',')}]`);
    },
  };
};

export const openResults = (visit: Visit<MapState>, writer: ResultWriter | undefined, run: MapRun): Results =>
  writer?.resource === undefined ? gathering(writer) : writing(visit, writer, run);
