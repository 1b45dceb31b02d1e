// The process that test/local/sfn/kill.test.ts kills: an engine on a real file, in real time.
// Arguments: the database, and the file to which every call of a function appends a line.
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { realClock } from '../../../lib/local/clock.ts';
import { engine, invoke } from './engine.ts';

const [database = '', calls = ''] = process.argv.slice(2);
const STAGES = 30;

const stage = async (event: unknown) => {
  appendFileSync(calls, `${JSON.stringify(event)}\n`);
  await pause(2);
  return event;
};

const chain = Object.fromEntries(
  Array.from({ length: STAGES }, (_, index) => [
    `S${index}`,
    invoke('stage', { stage: index }, { Next: index + 1 < STAGES ? `S${index + 1}` : 'Each' }),
  ]),
);

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'S0',
  States: {
    ...chain,
    Each: {
      Type: 'Map',
      Items: '{% [1..20] %}',
      MaxConcurrency: 4,
      ItemProcessor: {
        StartAt: 'Item',
        States: { Item: invoke('stage', { item: '{% $states.input %}' }, { End: true }) },
      },
      End: true,
    },
  },
};

const local = engine({ database, clock: realClock(), functions: { stage } });
const arn = await local.create(definition);
const executionArn = arn.replace(':stateMachine:', ':execution:').concat(':run');
const known = (await local.call('ListExecutions', { stateMachineArn: arn })).executions as unknown[];
if (known.length === 0) await local.start(arn);
process.stdout.write('running\n');
const { status, output } = await local.ended(executionArn);
const types = (await local.history(executionArn)).map(({ type }) => type);
const succeeded = types.filter((type) => type === 'TaskSucceeded').length;
process.stdout.write(`${JSON.stringify({ status, output, succeeded })}\n`);
await local.close();
