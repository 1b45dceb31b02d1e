// A setting of its own for a test of commands: what they wrote is read back, nothing else of the machine shows through.
import type { Setting } from '../../lib/cli/index.ts';
import type { Pipeline } from '../../lib/definition/index.ts';
import { validate } from '../../lib/graph/index.ts';

export interface TestSetting {
  readonly setting: Setting;
  /** What was written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export const testSetting = (pipelines: readonly Pipeline[], changes: Partial<Setting> = {}): TestSetting => {
  const written = { stdout: '', stderr: '' };
  const outlet = (stream: 'stdout' | 'stderr') => ({
    isTerminal: false,
    width: 120,
    height: 40,
    write: (text: string): void => {
      written[stream] += text;
    },
  });
  return {
    setting: {
      root: '/nowhere',
      workingDirectory: '/nowhere',
      environment: {},
      version: '1.2.3',
      stdout: outlet('stdout'),
      stderr: outlet('stderr'),
      now: () => Date.parse('2026-11-24T12:00:00Z'),
      untilStopped: async () => undefined,
      loadPipelines: async () => pipelines,
      diagnose: async (asked) =>
        validate(pipelines).filter(({ at }) => asked.some(({ name }) => name === at.split('.')[0])),
      ...changes,
    },
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
};
