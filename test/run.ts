// `npm test`: types, lint, then every Jest test. Ends with `N passed, N failed`, where each of the first two counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', name);

const node = (arguments_: readonly string[]): boolean =>
  spawnSync(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

const step = (name: string, arguments_: readonly string[]): boolean => {
  const startedAt = Date.now();
  const passed = node(arguments_);
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  return passed;
};

const checks = [
  step('types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']),
  step('lint and format', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
];

const folder = mkdtempSync(join(tmpdir(), 'heddle-test-'));
const report = join(folder, 'jest.json');
const ran = node([
  '--disable-warning=ExperimentalWarning',
  bin('jest/bin/jest.js'),
  '--json',
  `--outputFile=${report}`,
  ...process.argv.slice(2),
]);

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not be run at all. */
  readonly numRuntimeErrorTestSuites: number;
}

/** Jest's own account; a Jest that died without one is one failure. */
const readReport = (): JestReport => {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    console.error(`Jest left no report: ${error}`);
    return { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0 };
  }
};

const jest = readReport();
rmSync(folder, { recursive: true });
const counted = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
const failed = checks.filter((passed) => !passed).length + (ran ? counted : Math.max(1, counted));
const passed = checks.filter((passed) => passed).length + jest.numPassedTests;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
