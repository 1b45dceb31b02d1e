// The fault matrix as a person reads it: stages down, faults across, then what is wrong, if anything is. Pure.
import type { CellResult, Mark } from '../verify/index.ts';
import { table } from './table.ts';
import { wrapped } from './wrapped.ts';

const marks: { readonly [mark in Mark]: readonly [sign: string, says: string] } = {
  recovers: ['✓', 'completes'],
  resumed: ['r', 'fails with the engine, which leaves nothing of an Express execution; a resume completes it'],
  fallback: ['f', 'its fallback completes it'],
  value: ['=', 'completes with the value of onFailure, and a dead letter'],
  default: ['=', 'completes with the default answer'],
  tolerated: ['t', 'a map that bears the items that failed; each is a dead letter'],
  skipped: ['–', 'skipped with what depends on it, and a dead letter'],
  failed: ['✗', 'fails the run, as declared: a dead letter, dependants skipped, the rest done'],
  undone: ['u', 'undoes what the stage did, once, when the run fails'],
  stands: ['s', 'cannot undo it: a dead letter; what the stage did stands, and what that hangs on'],
};

const signOf = (cell: CellResult | undefined): string => {
  if (cell === undefined || cell.result === 'none') return '·';
  if (cell.result === 'unreached') return '?';
  return cell.result === 'broken' ? 'BAD' : marks[cell.mark][0];
};

interface NamedFault {
  readonly name: string;
  readonly says: string;
}

/** The report in lines of at most `width` columns, where the table leaves room for that. */
export const verifyReport = (
  cells: readonly CellResult[],
  faults: readonly NamedFault[],
  width: number,
): readonly string[] => {
  const stages = [...new Set(cells.map(({ stage }) => stage))];
  const shown = faults.filter(({ name }) => cells.some(({ fault, result }) => fault === name && result !== 'none'));
  const at = (stage: string, fault: string) => cells.find((cell) => cell.stage === stage && cell.fault === fault);
  const rows = stages.map((stage) => [stage, ...shown.map(({ name }) => signOf(at(stage, name)))]);
  const broken = cells.flatMap((cell) => (cell.result === 'broken' ? [cell] : []));
  return [
    ...table(['stage', ...shown.map(({ name }) => name)], rows),
    '',
    ...legend(cells),
    ...broken.flatMap(({ stage, fault, problems }) => [
      '',
      `${stage}, ${fault}: ${faults.find(({ name }) => name === fault)?.says ?? ''}`,
      ...problems.flatMap((problem) => wrapped(problem, width, '- ', '  ')),
    ]),
    '',
    summary(cells),
  ];
};

const legend = (cells: readonly CellResult[]): readonly string[] => {
  const used = new Set(cells.flatMap((cell) => (cell.result === 'ok' ? [cell.mark] : [])));
  return [
    ...Object.entries(marks).flatMap(([mark, [sign, says]]) => (used.has(mark as Mark) ? [`${sign}  ${says}`] : [])),
    ...(cells.some(({ result }) => result === 'none') ? ['·  cannot happen to it'] : []),
    ...(cells.some(({ result }) => result === 'unreached') ? ['?  not reached by the values at hand'] : []),
    ...(cells.some(({ result }) => result === 'broken') ? ['BAD  not as declared'] : []),
  ];
};

const summary = (cells: readonly CellResult[]): string => {
  const count = (asked: CellResult['result']) => cells.filter(({ result }) => result === asked).length;
  const unreached = count('unreached');
  return `${count('ok')} as declared, ${count('broken')} not${unreached > 0 ? `, ${unreached} not reached` : ''}`;
};
