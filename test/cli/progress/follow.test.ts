// Following a run to its end; the ledger moves on whenever something was written about where it stood.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { followRun, lookAt } from '../../../lib/cli/progress/index.ts';
import { openServices, type TestServices } from '../../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const stage = (run: string, name: string) => ({ pipeline: 'orders', run, stage: name, spread: undefined });

const begin = async (run: string): Promise<void> => {
  const { runs, stages } = services.ledger;
  await runs.create({
    pipeline: 'orders',
    run,
    partition: run,
    status: 'running',
    trigger: { kind: 'manual', identity: run, detail: 'a test' },
    input: { kind: 'inline', json: '{}' },
    upstream: {},
    createdAt: at(0),
    startedAt: at(0),
  });
  await stages.open(stage(run, 'clean'), at(1), 4);
};

const settleBatch = async (run: string): Promise<void> => {
  const { stages } = services.ledger;
  await stages.claimBatch(stage(run, 'clean'), 0, 'owner', at(1));
  const results = { kind: 'inline', json: '[]' } as const;
  const end = { status: 'completed', endedAt: at(2), durationMs: 1_000, completed: 2, failed: 1, results } as const;
  await stages.settleBatch(stage(run, 'clean'), 0, 'owner', end);
  await stages.claimBatch(stage(run, 'clean'), 1, 'owner', at(2));
};

const finish = async (run: string): Promise<void> => {
  const { runs, stages } = services.ledger;
  const items = { total: 4, completed: 3, failed: 1 };
  await stages.closeMap(stage(run, 'clean'), { status: 'completed', endedAt: at(3), items });
  await stages.skip(stage(run, 'publish'), 'choose1 took then', at(3));
  await runs.end('orders', run, { status: 'completed', endedAt: at(4) }, 1);
};

const follow = async (run: string, isTerminal: boolean): Promise<string> => {
  await begin(run);
  let written = '';
  let moved = Promise.resolve();
  const moves = [() => settleBatch(run), () => finish(run)];
  const ended = await followRun({
    ledger: services.ledger,
    run: { pipeline: 'orders', run },
    planned: ['clean', 'publish'],
    now: () => Date.parse(at(4)),
    outlet: {
      isTerminal,
      width: 80,
      height: 24,
      write: (text) => {
        written += text;
        const next = moves.shift();
        if (next) moved = moved.then(next);
      },
    },
  });
  await moved;
  expect(ended).toMatchObject({ run, status: 'completed' });
  return written;
};

describe('followRun', () => {
  test('appends lines where there is no terminal', async () => {
    expect((await follow('lines', false)).split('\n')).toEqual([
      'orders: running',
      'orders.clean: running, 0 of 4 items',
      'orders.clean: running, 3 of 4 items, 1 failed, 1/s, 1.0 s left',
      'orders.clean: completed in 2.0 s, 4 of 4 items, 1 failed',
      'orders.publish: skipped, choose1 took then',
      'orders: completed in 4.0 s',
      '',
    ]);
  });

  test('redraws the block on a terminal', async () => {
    const blocks = (await follow('block', true)).split('\u001b[J').slice(1);
    expect(blocks.at(0)).toBe(
      '▸ orders block  running  4.0 s\n  ▸ clean        3.0 s  0 of 4 items\n  · publish\n\u001b[3A',
    );
    expect(blocks.at(-1)).toBe(
      '✓ orders block  completed  4.0 s\n  ✓ clean        2.0 s  4 of 4 items, 1 failed\n  – publish             choose1 took then\n',
    );
  });

  test('a run that is not there', async () => {
    expect(await lookAt(services.ledger, { pipeline: 'orders', run: 'none' }, [])).toBeUndefined();
  });
});
