import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type Shape } from '../../service.ts';
import { type Buses, ruleKey } from './buses.ts';
import { pageAsked, read } from './rule.ts';
import { checkTarget } from './target.ts';

const MOST_TARGETS = 5;

/** PutTargets, RemoveTargets, ListTargetsByRule, ListRuleNamesByTarget. */
export const targetOperations = (buses: Buses): OperationTable => {
  const keyOf = (input: Shape): string => {
    const bus = buses.bus(read.optionalText(input, 'EventBusName')).name;
    return ruleKey(buses.rule(bus, read.text(input, 'Rule')));
  };
  return {
    PutTargets: (input) => {
      const key = keyOf(input);
      const added = read.shapes(input, 'Targets').map(checkTarget);
      const kept = (buses.targets.get(key) ?? []).filter(({ Id }) => !added.some((target) => target.Id === Id));
      if (kept.length + added.length > MOST_TARGETS)
        throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      buses.targets.set(key, [...kept, ...added]);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (input) => {
      const key = keyOf(input);
      const removed = read.texts(input, 'Ids');
      const kept = (buses.targets.get(key) ?? []).filter(({ Id }) => !removed.includes(Id));
      buses.targets.set(key, kept);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: (input) => ({ Targets: buses.targets.get(keyOf(input)) ?? [] }),
    ListRuleNamesByTarget: (input) => {
      const bus = buses.bus(read.optionalText(input, 'EventBusName')).name;
      const arn = read.text(input, 'TargetArn');
      const rules = buses.rules.values().filter((rule) => rule.bus === bus);
      const hit = rules.filter((rule) => buses.targets.get(ruleKey(rule))?.some((target) => target.Arn === arn));
      const { items, next } = pageOf(hit, ({ name }) => name, pageAsked(input));
      return { RuleNames: items.map(({ name }) => name), ...(next !== undefined && { NextToken: next }) };
    },
  };
};
