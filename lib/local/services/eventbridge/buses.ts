// What the bus knows: buses, rules and targets, stored; and the compiled patterns of the enabled rules, in memory.
import { arnOf, parseArn } from '../../arn.ts';
import type { Matcher } from '../../event-pattern/index.ts';
import { AwsError, type EngineContext } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import { matcherOf, type Rule } from './rule.ts';
import type { Target } from './target.ts';

export type Bus = { readonly name: string; readonly arn: string; readonly createdMs: number };

type Listener = { readonly rule: Rule; readonly matches: Matcher };

export interface Buses {
  readonly all: StoredMap<Bus>;
  readonly rules: StoredMap<Rule>;
  /** By `ruleKey`. */
  readonly targets: StoredMap<readonly Target[]>;
  /** The bus that a name or ARN means; by default `default`. Throws ResourceNotFoundException. */
  bus(nameOrArn: string | undefined): Bus;
  rule(bus: string, name: string): Rule;
  /** The enabled rules of a bus that have a pattern. */
  listeners(bus: string): readonly Listener[];
  /** To be called after every change of a rule. */
  changed(): void;
}

/** Rules by bus and name: neither may hold a slash. */
export const ruleKey = (rule: { readonly bus: string; readonly name: string }): string => `${rule.bus}/${rule.name}`;

export const openBuses = (context: EngineContext): Buses => {
  const all = storedMap<Bus>(context.database, 'eventbridge_buses');
  const rules = storedMap<Rule>(context.database, 'eventbridge_rules');
  const targets = storedMap<readonly Target[]>(context.database, 'eventbridge_targets');
  const listening = new Map<string, readonly Listener[]>();
  if (!all.has('default')) {
    const arn = arnOf(context, 'events', 'event-bus/default');
    all.set('default', { name: 'default', arn, createdMs: context.clock.now() });
  }

  const listenersOf = (bus: string): readonly Listener[] =>
    rules.values().flatMap((rule) => {
      const wanted = rule.bus === bus && rule.enabled && rule.pattern;
      return wanted ? [{ rule, matches: matcherOf(wanted) }] : [];
    });

  return {
    all,
    rules,
    targets,
    bus: (nameOrArn = 'default') => {
      const name = parseArn(nameOrArn)?.resource.replace(/^event-bus\//, '') ?? nameOrArn;
      const found = all.get(name);
      if (!found) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
      return found;
    },
    rule: (bus, name) => {
      const found = rules.get(ruleKey({ bus, name }));
      if (!found) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
      return found;
    },
    listeners: (bus) => {
      const known = listening.get(bus) ?? listenersOf(bus);
      listening.set(bus, known);
      return known;
    },
    changed: () => listening.clear(),
  };
};
