import { fileURLToPath } from 'node:url';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { explanationsIn } from '../explanations.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { wrapped } from '../wrapped.ts';

/** Heddle's own sources, wherever the app is. */
const sources = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export const explain: Command = {
  words: 'explain',
  says: 'what a code such as HDL204 means, and what to do about it',
  operands: [{ name: 'code', required: true }],
  options: { json: { says: 'code, text and file on one line' } },
  run: async (given, setting) => {
    const [asked = ''] = given.operands;
    const all = explanationsIn(sources);
    const code = asked.toUpperCase().replace(/^(?=\d{3}$)/, 'HDL');
    const found = all.find((each) => each.code === code);
    if (!found) {
      throw new CliError(
        'HDL630',
        2,
        `no message of Heddle's has the code '${asked}'`,
        'a code such as HDL204',
        fixFor(
          code,
          all.map((each) => each.code),
        ),
      );
    }
    if (given.has('json')) printJson(setting, [found]);
    else {
      const width = Math.min(100, columnsOf(setting.stdout));
      const [cause = '', fix] = found.text.split(/ (?=Fix: )/);
      print(setting, [
        `${found.code}${found.isWarning ? ', a warning' : ''}`,
        ...wrapped(cause, width),
        ...(fix === undefined ? [] : ['', ...wrapped(fix, width)]),
        '',
        `lib/${found.file}`,
      ]);
    }
    return 0;
  },
};

/** A number with one digit wrong may be any; letters that are wrong are a slip. */
const fixFor = (code: string, known: readonly string[]): string => {
  const near = /^HDL\d{3}$/.test(code) ? undefined : nearest(code, known);
  return near ? `did you mean ${near}?` : 'copy it from the message';
};
