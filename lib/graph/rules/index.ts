// The table of rules. Order is the order of the messages.
import type { Diagnostic } from '../../definition/index.ts';
import type { RuleContext } from '../validate.ts';
import { stageIdsAreUnique } from './stage-ids-are-unique.ts';

export type Rule = (context: RuleContext) => readonly Diagnostic[];

export const rules: readonly Rule[] = [stageIdsAreUnique];
