// `answer`: takes a person's answer to the question of an approve stage. Recorded first, then the run is let go on: a crash in
// between is mended by sending the answer again, by the next asking, or at the timeout, which all look at the record.
import * as z from 'zod';
import type { Ledger } from '../ledger/index.ts';
import { type AnswerCall, type AnswerResult, controlOf, type Json, type StageRecord } from '../records/index.ts';
import { recordAnswer } from './record-answer.ts';
import { isoTime, type Services } from './services.ts';
import { release } from './task-token.ts';

/**
 * HDL420: a run has asked nothing under the name that was answered. Fix: answer one of its open questions, which heddle run
 * lists as waiting.
 *
 * HDL421: a question was answered before, or waits no longer. Fix: see what was answered, and by whom, with heddle run.
 *
 * HDL422: an answer does not fit the contract of its question. Fix: correct it to the form that the message tells.
 */
type Refused = Omit<Extract<AnswerResult, { kind: 'refused' }>, 'kind'>;
const refused = (why: Refused): AnswerResult => ({ kind: 'refused', ...why });

export const answer = async (call: AnswerCall, services: Services): Promise<AnswerResult> => {
  const { ledger, now } = services;
  const at = { pipeline: call.pipeline, run: call.run, stage: call.stage };
  const record = await ledger.stages.get(at);
  if (!record?.question) return notAsked(call, ledger);
  if (record.status !== 'waiting') return endedBefore(call, record, services);

  const { success, data, error } = z.fromJSONSchema(record.question.schema as never).safeParse(call.answer);
  if (!success)
    return refused({
      code: 'HDL422',
      found: `the answer does not fit: ${z.prettifyError(error).replaceAll(/\s*\n\s*/g, ' ')}`,
      expected: `JSON that fits ${JSON.stringify(record.question.schema)}`,
      fix: 'correct the answer',
    });
  const endedAt = isoTime(now());
  const answered = { by: call.by, at: endedAt, id: call.id };
  const output = await ledger.payloads.store(call.pipeline, data);
  const { generation = 1 } = record;
  const ended = await ledger.waits.complete({ ...at, generation }, { endedAt, output, answered });
  if (!ended) return endedBefore(call, (await ledger.stages.get(at)) ?? record, services);
  await deliver(call, ended, services);
  return { kind: 'answered' };
};

/** Writes the answer into the run's history and lets the run go on. May be repeated. */
const deliver = async (call: AnswerCall, record: StageRecord, services: Services): Promise<void> => {
  const { ledger } = services;
  const { answered, output, question, token } = record;
  if (!answered || !output || !question || !token) return;
  await recordAnswer(call, record, services);
  const value = (await ledger.payloads.load(output)) as Json;
  await release(token, controlOf(question.control, value), services);
};

/** The same answer sent again is delivered again; any other comes too late. */
const endedBefore = async (call: AnswerCall, record: StageRecord, services: Services): Promise<AnswerResult> => {
  await deliver(call, record, services);
  const { answered } = record;
  if (answered?.id === call.id) return { kind: 'answered' };
  return refused({
    code: 'HDL421',
    found: answered
      ? `${call.stage} was answered before, at ${answered.at} by ${answered.by}`
      : `${call.stage} waits no longer: it is ${record.status}`,
    expected: 'a question that waits for its answer',
    fix: `see npx heddle run ${call.run}`,
  });
};

const notAsked = async ({ pipeline, run, stage }: AnswerCall, ledger: Ledger): Promise<AnswerResult> => {
  const records = await ledger.stages.list(pipeline, run);
  const open = records.filter(({ question, status }) => question && status === 'waiting').map((each) => each.stage);
  return refused({
    code: 'HDL420',
    found: `the run ${run} of ${pipeline} has asked nothing as ${stage}`,
    expected:
      open.length > 0 ? `one of its open questions: ${open.join(', ')}` : 'a run with an open question: it has none',
    fix: open.length > 0 ? `answer ${open[0]}` : `see npx heddle run ${run}`,
  });
};
