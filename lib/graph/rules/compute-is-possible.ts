import type { Diagnostic, Stage } from '../../definition/index.ts';
import { functionsOf } from '../functions.ts';
import type { Rule } from './rule.ts';
import { isWhole } from './wording.ts';

/**
 * HDL734: a stage asks for a function that Lambda cannot give: ephemeralStorageMb of 512 to 10,240, an architecture of arm64 or x86_64,
 * reservedConcurrency of 1 or more, in whole numbers. Fix: choose a value in the range; what needs more than Lambda runs with flow.service on
 * ECS, Batch or SageMaker.
 */
export const computeIsPossible: Rule = ({ graph }) => {
  const told = new Set<Stage>();
  return functionsOf(graph).flatMap(({ placed: { id, node }, stage }) => {
    const at = `${graph.pipeline.name}.${id}`;
    const width = node.kind === 'map' && node.stage === stage ? node.concurrency : 1;
    const problems = told.has(stage) ? [] : problemsOf(stage); // said once of a stage that several functions are of
    told.add(stage);
    return [
      ...problems.map((problem): Diagnostic => ({ code: 'HDL734', severity: 'error', at, ...problem })),
      ...narrowed(stage, width).map((problem): Diagnostic => ({ code: 'HDL735', severity: 'warning', at, ...problem })),
    ];
  });
};

type Problem = Pick<Diagnostic, 'message' | 'fix'>;

const problemsOf = ({
  compute: { ephemeralStorageMb, architecture, reservedConcurrency },
}: Stage): readonly Problem[] => [
  ...(ephemeralStorageMb === undefined || isWhole(ephemeralStorageMb, 512, 10_240)
    ? []
    : [
        {
          message: `ephemeralStorageMb is ${ephemeralStorageMb}, but a function has 512 to 10,240 MB in /tmp`,
          fix: 'set a whole number from 512 to 10,240, or keep what is larger in S3',
        },
      ]),
  ...(architecture === undefined || ['arm64', 'x86_64'].includes(architecture)
    ? []
    : [
        {
          message: `architecture is ${JSON.stringify(architecture)}, but Lambda has two`,
          fix: "set 'arm64' or 'x86_64'",
        },
      ]),
  ...(reservedConcurrency === undefined || isWhole(reservedConcurrency, 1, Number.MAX_SAFE_INTEGER)
    ? []
    : [
        {
          message: `reservedConcurrency is ${reservedConcurrency}, with which the function could never be called`,
          fix: 'set a whole number from 1',
        },
      ]),
];

/**
 * HDL735: a map runs more batches at once than its stage's function has reservedConcurrency for, so the rest is throttled, waits out its ladder
 * and may fail. Fix: lower the map's concurrency to that number, or raise it.
 */
const narrowed = ({ compute: { reservedConcurrency } }: Stage, width: number): readonly Problem[] =>
  reservedConcurrency !== undefined && reservedConcurrency >= 1 && width > reservedConcurrency
    ? [
        {
          message: `its map runs ${width} batches at once, but its function has ${reservedConcurrency} reserved: the others are throttled`,
          fix: `set the map's concurrency to ${reservedConcurrency} or less`,
        },
      ]
    : [];
