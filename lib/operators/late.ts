// A run that has missed its deadline: somebody is told, once.
import type { RunRecord } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { isoTime, type Services } from './services.ts';
import { tell } from './tell.ts';

/** After so long, whoever was to tell is taken not to have. */
const tellingMs = 60_000;

/** Tells that a run has missed its deadline, unless that was told. */
export const tellLate = async (record: RunRecord, services: Services): Promise<void> => {
  const { ledger, now, operator: by = 'dispatch' } = services;
  const { pipeline, run, partition, generation = 1, deadline } = record;
  if (!deadline || record.lateTold) return;
  const at = isoTime(now());
  const first = await ledger.runs.late(pipeline, run, at, generation);
  if (!first) {
    const known = await ledger.runs.get(pipeline, run);
    if (!known?.late || known.lateTold || now() - Date.parse(known.late.at) < tellingMs) return; // another tells it
  }
  const stages = await ledger.stages.list(pipeline, run);
  const underWay = stages.flatMap(({ stage, status }) => (status === 'running' || status === 'waiting' ? [stage] : []));
  const since = record.startedAt ?? record.createdAt;
  await tell('deadlineMissed', { pipeline, id: run, partition }, { since, deadline: deadline.at, underWay }, services);
  await ledger.audit.record(pipeline, run, {
    id: `deadlineMissed#${generation}`,
    at,
    by,
    what: 'deadlineMissed',
    detail: `it was to have ended by ${deadline.at}${underWay.length > 0 ? `; under way: ${underWay.join(', ')}` : ''}`,
  });
  await ledger.runs.lateTold(pipeline, run, generation);
};

/** How a run ends that its deadline ends. */
export const endOfLate = ({ deadline }: RunRecord) =>
  ({
    status: 'failed',
    error: errorNames.deadlineMissed,
    cause: `the run was to have ended by ${deadline?.at}`,
  }) as const;
