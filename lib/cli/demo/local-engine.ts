// The local engine with what the CDK app describes, ready to be used through the same calls as AWS.
import { type Ledger, openLedger } from '../../ledger/index.ts';
import { type Engine, openEngine } from '../../local/index.ts';
import { manifestName, type OrchestratorManifest, type PipelineManifest } from '../../records/index.ts';
import { type Aws, connect } from '../../support/aws-call.ts';
import type { Faults } from './faults.ts';

export interface LocalHeddle<E extends Engine = Engine> {
  readonly engine: E;
  readonly aws: Aws;
  readonly ledger: Ledger;
  readonly manifest: OrchestratorManifest;
  pipeline(name: string): Promise<PipelineManifest>;
}

export interface LocalOptions {
  readonly assembly: string;
  readonly stateDir: string;
  readonly port: number;
  readonly setAsideDamaged: boolean;
  readonly orchestrator: string;
  /** Of functions, for as long as it is open. */
  readonly variables: Faults;
}

export const openLocal = async ({ orchestrator, ...options }: LocalOptions): Promise<LocalHeddle> =>
  heddleOn(await openEngine(options), orchestrator);

/** What an orchestrator has on an engine that is open. */
export const heddleOn = async <E extends Engine>(engine: E, orchestrator: string): Promise<LocalHeddle<E>> => {
  // The engine checks no signatures: any credentials do.
  const aws = connect({
    region: engine.region,
    endpoint: engine.endpoint,
    accessKeyId: 'local',
    secretAccessKey: 'local',
  });
  const manifestOf = async (pipeline?: string) => {
    const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: manifestName(orchestrator, pipeline) });
    return JSON.parse((Parameter as { readonly Value: string }).Value);
  };
  const manifest: OrchestratorManifest = await manifestOf();
  return { engine, aws, manifest, ledger: openLedger(aws, manifest), pipeline: manifestOf };
};
