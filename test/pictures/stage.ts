// Where the story is told: the console on its app, with a month in the ledger, and nothing that works on its own.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { readArguments } from '../../lib/cli/arguments.ts';
import { runs } from '../../lib/cli/commands/runs.ts';
import { openConsole } from '../../lib/cli/console/index.ts';
import type { Target } from '../../lib/cli/setting.ts';
import { openTarget } from '../../lib/cli/target.ts';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { openEngine } from '../../lib/local/index.ts';
import { testSetting } from '../cli/setting.ts';
import { writeHistory } from './history.ts';
import { now } from './sketch.ts';
import { pipelines, stageNames } from './story.ts';

export interface Stage {
  readonly address: string;
  readonly target: Target;
  close(): Promise<void>;
}

const handler = 'export const handler = async () => ({});\n';

export const setStage = async (): Promise<Stage> => {
  const name = `pictures-${process.pid}`;
  const folder = join(process.cwd(), '.cache', name);
  for (const [pipeline, stages] of Object.entries(stageNames)) {
    mkdirSync(join(folder, 'stages', pipeline), { recursive: true });
    for (const stage of stages) writeFileSync(join(folder, 'stages', pipeline, `${stage}.ts`), handler);
  }
  const app = new App({ outdir: join(folder, 'cdk.out') });
  new Orchestrator(new Stack(app, 'Pictures'), 'Heddle', { pipelines, handlers: join('.cache', name, 'stages') });
  const options = { assembly: app.synth().directory, stateDir: join(folder, 'state') };
  await (await openEngine(options)).close();
  const engine = await openEngine({ ...options, work: false });
  const environment = {
    AWS_ENDPOINT_URL: engine.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const { setting } = testSetting(pipelines, { environment, now: () => now });
  const target = { ...(await openTarget(readArguments(runs, []), setting)), name: 'the local engine in .heddle' };
  const { table } = target.manifest;
  const queueUrl = (await target.pipeline('classify')).deadLetterQueueUrl;
  await writeHistory(target.ledger, target.aws, { table, queueUrl });
  const served = await openConsole({ target, setting, port: 0 });
  return {
    address: served.address,
    target,
    close: async () => {
      await served.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
