// What a Distributed Map gives: the outputs of its children, or files of them in S3.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject, Payload } from '../json.ts';
import type { MapState, ResultWriter } from '../parse/machine.ts';
import type { ChildResult, MapRun } from './map-run.ts';
import type { Visit } from './visit.ts';

const description = (child: ChildResult): JsonObject => ({
  ...(child.cause !== undefined && { Cause: child.cause }),
  ...(child.error !== undefined && { Error: child.error }),
  ExecutionArn: child.arn,
  Input: child.input.text,
  InputDetails: { Included: true },
  Name: child.name,
  ...(child.output && { Output: child.output.text, OutputDetails: { Included: true } }),
  StartDate: new Date(child.startedAt).toISOString(),
  StateMachineArn: child.machineArn,
  Status: child.status,
  StopDate: new Date(child.stoppedAt).toISOString(),
});

const transformed = (children: readonly ChildResult[], how: ResultWriter['transformation']): readonly Json[] => {
  if (how === 'NONE') return children.map(description);
  const outputs = children.map(({ output }) => output?.value ?? null);
  return how === 'COMPACT' ? outputs : (outputs.flat() as Json[]);
};

const body = (items: readonly Json[], type: ResultWriter['outputType']): string =>
  type === 'JSON' ? JSON.stringify(items) : items.map((item) => JSON.stringify(item)).join('\n');

const write = async (
  visit: Visit<MapState>,
  writer: ResultWriter,
  run: MapRun,
  children: readonly ChildResult[],
): Promise<JsonObject> => {
  const { mapRuns } = visit.frame.execution.host;
  const given = await writer.parameters?.(visit.scope());
  const { Bucket, Prefix } = isObject(given) ? given : {};
  const folder = [...(Prefix ? [String(Prefix).replace(/\/$/, '')] : []), run.arn.split(':').at(-1)].join('/');
  const put = async (name: string, text: string): Promise<JsonObject> => {
    const Key = `${folder}/${name}`;
    try {
      await mapRuns.s3('PutObject', { Bucket, Key, Body: Buffer.from(text), ContentType: 'application/json' });
    } catch (thrown) {
      throw new StateError('States.ResultWriterFailed', thrown instanceof Error ? thrown.message : String(thrown));
    }
    return { Key, Size: Buffer.byteLength(text) };
  };
  const extension = writer.outputType === 'JSON' ? 'json' : 'jsonl';
  const file = async (name: string, items: readonly ChildResult[], how: ResultWriter['transformation']) =>
    items.length === 0 ? [] : [await put(`${name}_0.${extension}`, body(transformed(items, how), writer.outputType))];
  const succeeded = children.filter(({ status }) => status === 'SUCCEEDED');
  const failed = children.filter(({ status }) => status !== 'SUCCEEDED');
  const manifest = {
    DestinationBucket: Bucket ?? null,
    MapRunArn: run.arn,
    ResultFiles: {
      FAILED: await file('FAILED', failed, 'NONE'),
      PENDING: [],
      SUCCEEDED: await file('SUCCEEDED', succeeded, writer.transformation),
    },
  };
  const { Key } = await put('manifest.json', JSON.stringify(manifest));
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket: Bucket ?? null, Key: Key ?? null } };
};

/** The result of the state. Children that failed, being tolerated, are absent from it. */
export const gather = async (
  visit: Visit<MapState>,
  writer: ResultWriter | undefined,
  run: MapRun,
  children: readonly ChildResult[],
): Promise<Payload> => {
  if (writer?.resource !== undefined) return Payload.of(await write(visit, writer, run, children));
  const succeeded = children.filter(({ status }) => status === 'SUCCEEDED');
  if (writer) return Payload.of(transformed(succeeded, writer.transformation));
  return Payload.array(succeeded.map(({ output }) => output ?? Payload.of(null)));
};
