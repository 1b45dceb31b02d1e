// Contracts of the app whose month is run.
import * as z from 'zod';
import { defineStage } from '../../../lib/definition/index.ts';

const own = { input: z.object({ day: z.string() }), output: z.object({ day: z.string() }) };
export const gather = defineStage('gather', own);
export const judge = defineStage('judge', own);
export const count = defineStage('count', own);
export const write = defineStage('write', own);
export const beat = defineStage('beat', {
  input: z.object({ hour: z.string() }),
  output: z.object({ hour: z.string() }),
});
