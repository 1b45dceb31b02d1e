// npm run conformance -- FILE [REGEX]: runs the recorded executions of FILE and prints where the engine agrees with AWS.
// Cases that need a service which the engine does not run are counted apart.
import { readFileSync } from 'node:fs';
import { ask, create, type RecordedCase, type RecordedRequest } from './adapter.ts';
import { type Agreement, agreement, type Recorded } from './agreement.ts';
import { knownMisses } from './known-misses.ts';

type Case = RecordedCase &
  Recorded & { readonly kind: string; readonly category: string; readonly externalActions: readonly string[] };

const RUNS = new Set([
  'lambda',
  's3',
  'aws-sdk:s3',
  'dynamodb',
  'aws-sdk:dynamodb',
  'sqs',
  'sns',
  'events',
  'sfn',
  'sync',
  'aws-sdk:sfn',
  'waitForTaskToken',
  'activity',
  'externalActions',
]);

const [file, match = ''] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: npm run conformance -- FILE [REGEX]');

const all = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case & RecordedRequest)
  .filter(({ id }) => new RegExp(match).test(id));
const cases = all.filter(({ kind }) => kind === 'execution');
const runnable = cases.filter(({ requires }) => requires.every((name) => RUNS.has(name)));

interface Tally {
  cases: number;
  outcome: number;
  histories: number;
  events: number;
  detailed: number;
  details: number;
}
const tallies = new Map<string, Tally>();
const count = (group: string, { outcome, events, details }: Agreement) => {
  const tally = tallies.get(group) ?? { cases: 0, outcome: 0, histories: 0, events: 0, detailed: 0, details: 0 };
  tallies.set(group, tally);
  tally.cases++;
  tally.outcome += Number(outcome);
  tally.histories += Number(events !== undefined);
  tally.events += Number(events === true);
  tally.detailed += Number(details !== undefined);
  tally.details += Number(details === true);
};

const adapter = create();
let passed = 0;
let failed = 0;
/** Counts a case; a known miss must still be one. */
const judge = (id: string, agrees: boolean, what: string): void => {
  const reason = knownMisses.get(id);
  if (agrees === (reason === undefined)) {
    passed += Number(agrees);
    if (reason !== undefined) console.log(`known    ${what} ${id}: ${reason}`);
    return;
  }
  failed++;
  console.log(agrees ? `agrees   ${id}: remove it from known-misses.ts` : `DIFFERS  ${what} ${id}`);
};
for (const recorded of runnable) {
  const ran = await adapter.run(recorded);
  const agrees = agreement(recorded, ran);
  const { outcome, events } = agrees;
  const lambdaOnly = recorded.requires.every((name) => name === 'lambda');
  count(lambdaOnly ? 'Lambda functions only' : 'with other services', agrees);
  judge(recorded.id, outcome && events !== false, outcome ? 'events' : 'outcome');
}
for (const recorded of all.filter(({ kind }) => kind !== 'execution')) {
  // An answer is compared as the output of an execution is.
  const { response } = recorded.expected as { response?: unknown };
  const wanted = { ...recorded, expected: { status: 'SUCCEEDED', output: response } };
  const same = agreement(wanted, { status: 'SUCCEEDED', output: JSON.stringify(await ask(recorded)) });
  count(recorded.kind === 'testState' ? 'TestState' : 'ValidateStateMachineDefinition', same);
  judge(recorded.id, same.outcome, 'answer');
}
for (const [group, { cases: number, outcome, histories, events, detailed, details }] of tallies) {
  console.log(
    `${group}: ${outcome} of ${number} agree in status and output or error, ${events} of ${histories} in their events, ${details} of ${detailed} in every detail of them`,
  );
}
console.log(`${cases.length - runnable.length} cases need a service that is not here`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
