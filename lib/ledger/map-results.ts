// The index of what a map gave: see `MapResults`. The objects are those that its batches wrote; what is in their records goes to some more.
import type { ItemResult, Json, MapResults, ResultsPart } from '../records/index.ts';
import type { Payloads } from './payloads.ts';
import type { MapAddress, Stages } from './stages.ts';

/** Characters of one object that gathers the results of small batches. */
const partSize = 4_000_000;

/** Writes the index of a map that has ended, a page of its batches at a time. The same results give the same keys. */
export const indexResults = async (
  { stages, payloads }: { readonly stages: Stages; readonly payloads: Payloads },
  at: MapAddress,
): Promise<Omit<MapResults, 'bucket'>> => {
  const parts: ResultsPart[] = [];
  let gathered: string[] = [];
  let size = 0;
  let counts = { completed: 0, failed: 0 };
  const flush = async (): Promise<void> => {
    if (gathered.length === 0) return;
    parts.push({ key: await payloads.storeText(at.pipeline, `[${gathered.join(',')}]`), ...counts });
    gathered = [];
    size = 0;
    counts = { completed: 0, failed: 0 };
  };
  for await (const page of stages.resultPages(at, { from: 0, to: null }))
    for (const { results, completed = 0, failed = 0 } of page) {
      if (!results || completed + failed === 0) continue;
      if (results.kind === 'object') {
        await flush();
        parts.push({ key: results.key, completed, failed });
        continue;
      }
      gathered.push(results.json.slice(1, -1)); // a list less its brackets
      size += results.json.length;
      counts = { completed: counts.completed + completed, failed: counts.failed + failed };
      if (size > partSize) await flush();
    }
  await flush();
  return indexOf(payloads, at.pipeline, parts);
};

/** The same of a list that was given instead of what the map made. */
export const indexOutputs = async (
  payloads: Payloads,
  pipeline: string,
  { outputs, failed }: { readonly outputs: readonly Json[]; readonly failed: number },
): Promise<Omit<MapResults, 'bucket'>> => {
  const results: readonly ItemResult[] = outputs.map((output, index) => ({ index, output }));
  const key = await payloads.storeText(pipeline, JSON.stringify(results));
  return indexOf(payloads, pipeline, [{ key, completed: outputs.length, failed }]);
};

const indexOf = async (payloads: Payloads, pipeline: string, parts: readonly ResultsPart[]) => ({
  key: await payloads.storeText(pipeline, parts.map((part) => `${JSON.stringify(part)}\n`).join('')),
  count: parts.reduce((sum, { completed }) => sum + completed, 0),
  failed: parts.reduce((sum, { failed }) => sum + failed, 0),
});
