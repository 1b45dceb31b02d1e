import type { Diagnostic, Stage } from '../../definition/index.ts';
import { functionsOf } from '../functions.ts';
import { ladderProblems } from './ladder-problems.ts';
import type { Rule } from './rule.ts';
import { isWhole } from './wording.ts';

/**
 * HDL209: a stage asks for what Lambda or Step Functions cannot give: a timeout of 1 second to 15 minutes in whole seconds,
 * memory of 128 to 10,240 MB (`retry.moreMemoryMb` above what the stage has), 1 to 100 attempts, whole seconds between them,
 * growing (backoff 1 or more) to a cap that is no less than the first; or its heartbeat, or what is expected of it, is longer than its timeout. Fix:
 * choose a value in the range; work longer than 15 minutes is cut up with flow.map.
 */
export const stageLimitsArePossible: Rule = ({ graph }) => {
  const told = new Set<Stage>();
  return functionsOf(graph).flatMap(({ placed: { id }, stage }) => {
    if (told.has(stage)) return [];
    told.add(stage);
    return problemsOf(stage).map(
      ({ message, fix }): Diagnostic => ({
        code: 'HDL209',
        severity: 'error',
        at: `${graph.pipeline.name}.${id}`,
        message,
        fix,
      }),
    );
  });
};

const problemsOf = ({ timeoutSeconds, heartbeatSeconds, memoryMb, retry, expect: { durationSeconds = 0 } }: Stage) => {
  const problems: { message: string; fix: string }[] = [];
  if (timeoutSeconds > 900)
    problems.push({
      message: `timeout is ${timeoutSeconds} s, but Lambda stops every call after 15 minutes`,
      fix: 'set 15m or less, and cut the work up with flow.map',
    });
  else if (!isWhole(timeoutSeconds, 1, 900))
    problems.push({
      message: `timeout is ${timeoutSeconds} s, but Lambda counts whole seconds from 1`,
      fix: "set whole seconds, such as '30s'",
    });
  if (heartbeatSeconds !== undefined && !(heartbeatSeconds > 0 && heartbeatSeconds < timeoutSeconds))
    problems.push({
      message: `heartbeat is ${heartbeatSeconds} s, but timeout stops every call after ${timeoutSeconds} s`,
      fix: 'set a shorter heartbeat, or leave it out',
    });
  if (durationSeconds > timeoutSeconds)
    problems.push({
      message: `expect.duration is ${durationSeconds} s, but timeout stops every call after ${timeoutSeconds} s`,
      fix: `set timeout above ${durationSeconds} s, or expect less`,
    });
  if (!isWhole(memoryMb, 128, 10_240))
    problems.push({
      message: `memoryMb is ${memoryMb}, but Lambda has 128 to 10,240 MB`,
      fix: 'set a whole number from 128 to 10,240',
    });
  const { moreMemoryMb } = retry;
  if (moreMemoryMb !== undefined && !(isWhole(moreMemoryMb, 128, 10_240) && moreMemoryMb > memoryMb))
    problems.push({
      message: `retry.moreMemoryMb is ${moreMemoryMb}, but the stage has ${memoryMb} MB already, and Lambda at most 10,240`,
      fix: `set a whole number above ${memoryMb}, up to 10,240`,
    });
  problems.push(
    ...ladderProblems('retry', retry),
    ...ladderProblems('retry.throttled', retry.throttled),
    ...ladderProblems('retry.exhausted', retry.exhausted),
  );
  return problems;
};
