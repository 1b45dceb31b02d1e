// The process that is killed: an engine with a synthesized app. Arguments: the assembly, the state folder. Says its endpoint.
import { openEngine } from '../../../lib/local/index.ts';

const [assembly = '', stateDir = ''] = process.argv.slice(2);
const { endpoint } = await openEngine({ assembly, stateDir });
process.stdout.write(`${endpoint}\n`);
