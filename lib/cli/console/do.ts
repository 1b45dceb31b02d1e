// An action on its way: what it needs is asked for, then its plan is shown, and only then, for a page of ours, it is done.
import { askPage, donePage, type Field, link, type Page, planPage, refusedPage } from '../../console/index.ts';
import { sha256 } from '../../support/sha256.ts';
import type { Command } from '../command.ts';
import type { Action, Given } from './action.ts';
import { actions } from './actions.ts';
import type { Desk } from './desk.ts';
import { perform } from './perform.ts';
import type { Tokens } from './tokens.ts';

const refusal =
  'HDL832: the action came without a token of this page, or the console was started again since; expected one that a page of this console has. Fix: go back, load the page again, and repeat it.';
const changed = 'HDL835: the plan has changed since it was shown; this is the new one.';

/** A page, or where to go. */
export type Answer = Page | { readonly location: string };

export const actionNamed = (name: string | undefined): Action | undefined =>
  name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;

const filled = (fields: readonly Field[], given: Given): readonly Field[] =>
  fields.map((field) => ({ ...field, value: given[field.name] ?? field.value ?? '' }));

interface Plan {
  readonly text: string;
  readonly id: string;
}

/** What the action would do; or why it cannot be done. */
const planOf = async (
  action: Action,
  given: Given,
  { setting }: Desk,
): Promise<Plan | { readonly problem: string }> => {
  const words = action.words(given);
  if (action.plan) {
    const { plan, command } = action;
    const run: Command['run'] = async (_, own) => {
      own.stdout.write(await plan(given, own));
      return 0;
    };
    const checked = await perform({ ...command, run }, words, setting);
    return checked.code === 0 ? { text: checked.stdout, id: idOf(checked.stdout) } : { problem: checked.stderr };
  }
  const { json } = action.command.options;
  const text = await perform(action.command, words, setting);
  if (text.code !== 0) return { problem: `${text.stdout}${text.stderr}` };
  // As JSON it says no times that move on by themselves.
  const exact = json && json.value === undefined ? await perform(action.command, [...words, '--json'], setting) : text;
  return { text: text.stdout, id: idOf(exact.stdout) };
};

const idOf = (text: string): string => sha256(text).slice(0, 16);

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const lineOf = ({ command, go }: Action, words: readonly string[]): string =>
  ['npx heddle', command.words, ...words.map(quoted), ...go.filter((word) => word === '--go')].join(' ');

/** The page of an action. `given` was filled in, or comes with the link. */
export const lookAtAction = async (
  name: string,
  action: Action,
  given: Given,
  desk: Desk,
  tokens: Tokens,
): Promise<Page> => {
  const { title, verb, fields } = action;
  const toFill = fields.filter(({ form, required }) => form !== 'hidden' && required);
  const facts = { title, verb, path: link(['do', name]), back: action.back(given) };
  const ask = async (problem?: string): Promise<Page> => {
    const { about, values } = (await action.about?.(given, desk.setting)) ?? {};
    const begun = filled(fields, { ...values, ...given });
    return askPage({ ...facts, fields: begun, ...(about ? { about } : {}) }, problem);
  };
  if (toFill.some((field) => !given[field.name])) return ask();
  const plan = await planOf(action, given, desk);
  if (!('problem' in plan))
    return shown(action, { ...facts, fields: filled(fields, given) }, given, plan, tokens.issue());
  return toFill.length > 0 ? ask(plan.problem) : refusedPage(facts, plan.problem);
};

const shown = (
  action: Action,
  facts: Parameters<typeof askPage>[0],
  given: Given,
  plan: Plan,
  token: string,
  note?: string,
): Page => {
  // What the plan rests on is settled; what only goes into the history may still be written.
  const fields = facts.fields.map((field) =>
    field.name === 'because' ? field : { ...field, form: 'hidden' as const },
  );
  const command = lineOf(action, action.words(given));
  return planPage({
    ...facts,
    fields,
    plan: plan.text,
    planId: plan.id,
    token,
    command,
    ...(note === undefined ? {} : { note }),
  });
};

/** Does what a page of ours asks for. */
export const doAction = async (
  name: string,
  action: Action,
  given: Given,
  desk: Desk,
  tokens: Tokens,
): Promise<Answer> => {
  const { title, verb, fields } = action;
  const facts = { title, verb, path: link(['do', name]), back: action.back(given), fields: filled(fields, given) };
  if (!tokens.accepts(given.token)) return refusedPage(facts, refusal, 403);
  const plan = await planOf(action, given, desk);
  if ('problem' in plan) return refusedPage(facts, plan.problem);
  if (plan.id !== given.plan) return shown(action, facts, given, plan, tokens.issue(), changed);
  const done = await perform(action.command, [...action.words(given), ...action.go], desk.setting);
  if (done.code !== 0) return refusedPage(facts, `${done.stdout}${done.stderr}`, 502);
  if (action.lands) return { location: action.lands(given, done.stdout) };
  return donePage(facts, `${done.stdout}${done.stderr}`);
};
