// A ledger with records in it and the CLI beside it, for tests of commands that read: every call of the table is counted.
import { readArguments } from '../../lib/cli/arguments.ts';
import { runs } from '../../lib/cli/commands/runs.ts';
import { type Desk, openDesk } from '../../lib/cli/console/desk.ts';
import { runProgram } from '../../lib/cli/index.ts';
import { openTarget } from '../../lib/cli/target.ts';
import type { Pipeline } from '../../lib/definition/index.ts';
import type { Ledger } from '../../lib/ledger/index.ts';
import {
  manifestName,
  type OrchestratorManifest,
  type PipelineManifest,
  type RunRecord,
} from '../../lib/records/index.ts';
import { openServices, type TestServices, type TestServicesOptions } from '../services.ts';
import { testSetting } from './setting.ts';

export interface TableCall {
  readonly operation: string;
  readonly index: string | undefined;
  /** Items that were answered with. */
  readonly items: number;
}

export interface Recorded {
  readonly services: TestServices;
  readonly ledger: Ledger;
  /** One command of the CLI, and what it asked of the table. */
  heddle(...words: readonly string[]): Promise<{
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly calls: readonly TableCall[];
  }>;
  /** What a page of the console is read from, and what that asked of the table. */
  desk<Facts>(
    read: (desk: Desk) => Promise<Facts>,
  ): Promise<{ readonly facts: Facts; readonly calls: readonly TableCall[] }>;
  close(): Promise<void>;
}

export interface RecordedOptions extends TestServicesOptions {
  readonly manifests: readonly (Pick<PipelineManifest, 'pipeline'> & Partial<PipelineManifest>)[];
  readonly pipelines?: readonly Pipeline[];
  readonly now?: () => number;
}

export const openRecorded = async ({
  manifests,
  pipelines = [],
  now,
  ...options
}: RecordedOptions): Promise<Recorded> => {
  const services = await openServices(options);
  const { aws, ledger, endpoint } = services;
  const put = (Name: string, manifest: object) =>
    aws.call('ssm', 'PutParameter', { Name, Type: 'String', Value: JSON.stringify(manifest) });
  const shared: Partial<OrchestratorManifest> = {
    orchestrator: 'heddle',
    pipelines: manifests.map(({ pipeline }) => pipeline),
    table: 'ledger',
    payloadBucket: 'payloads',
  };
  await put(manifestName('heddle'), shared);
  for (const manifest of manifests)
    await put(manifestName('heddle', manifest.pipeline), { upstream: {}, stages: [], ...manifest });

  let calls: TableCall[] = [];
  const dynamodb = services.service('dynamodb');
  const asked = dynamodb.call.bind(dynamodb);
  const counted: typeof dynamodb.call = async (operation, input, ...rest) => {
    const answer = await asked(operation, input, ...rest);
    const { IndexName } = input as { readonly IndexName?: string };
    const { Items, Item, Responses } = answer as {
      readonly Items?: readonly unknown[];
      readonly Item?: unknown;
      readonly Responses?: { readonly [table: string]: readonly unknown[] };
    };
    const batch = Object.values(Responses ?? {}).flat().length;
    calls.push({ operation, index: IndexName, items: Items?.length ?? (Item === undefined ? batch : 1) });
    return answer;
  };
  Object.assign(dynamodb, { call: counted });

  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };

  return {
    services,
    ledger,
    heddle: async (...words) => {
      calls = [];
      const { setting, stdout, stderr } = testSetting(pipelines, { environment, now: now ?? Date.now });
      const code = await runProgram(words, setting);
      return { code, stdout: stdout(), stderr: stderr(), calls };
    },
    desk: async (read) => {
      const { setting } = testSetting(pipelines, { environment, now: now ?? Date.now });
      const target = await openTarget(readArguments(runs, []), setting, 'none');
      calls = [];
      const facts = await read(openDesk(target, setting));
      await target.close();
      return { facts, calls };
    },
    close: () => services.close(),
  };
};

/** A run as the ledger holds it. */
export const runRecord = (pipeline: string, run: string, facts: Partial<RunRecord> = {}): RunRecord => ({
  pipeline,
  run,
  partition: run,
  status: 'completed',
  trigger: { kind: 'manual', identity: run, detail: 'ada' },
  input: { kind: 'inline', json: '{}' },
  upstream: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  ...facts,
});
