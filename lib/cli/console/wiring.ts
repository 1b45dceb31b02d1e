// The definition that a run goes by, asked of Step Functions: what its stages hang on.
import { joinWirings, type WiredStage, wiringOf } from '../../console/index.ts';
import { isExpressArn, type RunRecord } from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import type { Target } from '../setting.ts';
import { remember } from './remember.ts';

/** What is known of the stages; and why it is not all, if so. */
export interface KnownWiring {
  readonly stages: readonly WiredStage[];
  readonly unknown?: string;
}

/** Machines that one pipeline is packed into, at most. */
const mostMachines = 100;
const mostRemembered = 200;

export type ReadWiring = (run: RunRecord) => Promise<KnownWiring>;

/** A reader that asks for each definition once. */
export const openWiring = ({ aws, manifest, pipeline }: Target): ReadWiring => {
  const known = new Map<string, Promise<KnownWiring>>();

  const machine = async (stateMachineArn: string): Promise<string> =>
    definitionIn(await aws.call('states', 'DescribeStateMachine', { stateMachineArn }));

  const ofExecution = async (executionArn: string | undefined, machineArn: string): Promise<string> => {
    if (executionArn === undefined || isExpressArn(executionArn)) return machine(machineArn);
    return definitionIn(await aws.call('states', 'DescribeStateMachineForExecution', { executionArn }));
  };

  const read = async (run: RunRecord): Promise<KnownWiring> => {
    if (!manifest.pipelines.includes(run.pipeline))
      return {
        stages: [],
        unknown: `${run.pipeline} is not deployed any more: the graph is what the run’s records say.`,
      };
    const { stateMachineArn } = await pipeline(run.pipeline);
    try {
      const own = wiringOf(await ofExecution(run.executionArn, stateMachineArn));
      const seen = new Set<string>();
      const wirings = [own];
      const open = [...own.machines];
      for (let arn = open.pop(); arn !== undefined && seen.size < mostMachines; arn = open.pop()) {
        if (seen.has(arn)) continue;
        seen.add(arn);
        const part = wiringOf(await machine(arn));
        wirings.push(part);
        open.push(...part.machines);
      }
      return { stages: joinWirings(wirings) };
    } catch (error) {
      // It is 90 days old, or was made by another machine; or this person may not look at machines: the records still tell.
      if (!(error instanceof AwsCallError)) throw error;
      return {
        stages: [],
        unknown: `Its definition cannot be read (${error.message}): the graph is what the run’s records say.`,
      };
    }
  };

  return (run) => {
    const name = `${run.pipeline} ${run.definitionHash ?? run.run}`;
    const before = known.get(name);
    if (before) return before;
    const wiring = read(run);
    remember(known, name, wiring, mostRemembered);
    wiring.then(
      ({ unknown }) => {
        // A run that has not begun has no definition of its own yet.
        if (unknown !== undefined || run.executionArn === undefined) known.delete(name);
      },
      () => known.delete(name), // whoever asked has the error
    );
    return wiring;
  };
};

const definitionIn = ({ definition }: { readonly [field: string]: unknown }): string => String(definition);
