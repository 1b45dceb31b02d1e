// `node bin/run.mjs test/bench/peers/run.ts [ADAPTER,...]`: the engine beside its peers on the workloads W1 to W6. Where
// ../shared/peers is there, its driver measures (add peers that are installed under PEERS_ROOT by name); elsewhere our own
// runs the same workloads with our adapters alone. Options after `--` go to the driver: `-- --rounds 5 --workloads W1`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellEnvironment } from '../measure.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..', '..');
const peers = join(root, '..', 'shared', 'peers');
const OURS = 'heddle-inprocess,heddle-worker';
const BASES = 'plain,floor-sqlite-normal';

const given: readonly string[] = process.argv.slice(2);
const mark = given.indexOf('--');
const adapters = mark === -1 ? given : given.slice(0, mark);
const options = mark === -1 ? [] : given.slice(mark + 1);

const folder = mkdtempSync(join(tmpdir(), 'heddle-peers-'));
try {
  const isShared = existsSync(join(peers, 'driver.mjs'));
  cpSync(isShared ? peers : join(here, 'alone'), folder, { recursive: true });
  mkdirSync(join(folder, 'adapters'), { recursive: true });
  for (const name of readdirSync(here))
    if (name.endsWith('.mjs')) cpSync(join(here, name), join(folder, 'adapters', name));
  const names = adapters.length > 0 ? adapters.join(',') : isShared ? `${BASES},${OURS}` : OURS;
  const rounds = options.includes('--rounds') ? [] : ['--rounds', '5'];
  const run = spawnSync(
    process.execPath,
    ['--no-warnings', join(folder, 'driver.mjs'), '--adapters', names, '--timed', '3', ...rounds, ...options],
    {
      cwd: folder,
      stdio: 'inherit',
      env: { ...shellEnvironment(), HEDDLE_ROOT: root, HEDDLE_CACHE: join(folder, 'compiled') },
    },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
