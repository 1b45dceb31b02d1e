// A process for crash tests: opens an engine, puts one event after the other and says each that was accepted.
import { openEngine } from '../../../lib/local/index.ts';

const [assembly = '', stateDir = ''] = process.argv.slice(2);
const engine = await openEngine({ assembly, stateDir });
for (let n = 0; ; n += 1) {
  const Entries = [{ Source: 'crash', DetailType: 'n', Detail: JSON.stringify({ n }) }];
  await engine.service('eventbridge').call('PutEvents', { Entries });
  process.stdout.write(`${n}\n`);
}
