import { basename } from 'node:path';
import type { Pipeline } from '../../definition/index.ts';
import { functionsOf, graphOf, type PipelineGraph } from '../../graph/index.ts';
import { nearest } from '../../support/nearest.ts';
import type { CellResult, GivenValues, MatrixOptions } from '../../verify/index.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { realHandlers } from '../real-handlers.ts';
import { checkInput, readInput, readText } from '../run-input.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { verifyReport } from '../verify-report.ts';

export const verify: Command = {
  words: 'verify',
  says: 'what becomes of a pipeline under every fault at every stage, against what its definition declares',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    stage: { value: 'NAME', says: 'only this stage, or what undoes one: charge.compensate' },
    fault: { value: 'NAME', says: 'only this fault' },
    seed: { value: 'N', says: 'other values than those of seed 1' },
    values: {
      value: 'JSON|@FILE',
      says: 'outputs by stage, "input", and "upstream" by alias, instead of values made from the contracts',
    },
    handlers: {
      value: 'stub|real',
      says: 'what stages do: values made from the contracts, or what is deployed (default: stub)',
    },
    input: { value: 'JSON|@FILE', says: 'the input of the runs' },
    drop: { value: 'FILE', says: 'a file that lies in the inbox, under its own name' },
    orchestrator: { value: 'NAME', says: 'whose handlers, with --handlers real (default: heddle)' },
    json: { says: 'one object a line, for each cell' },
  },
  notes: [
    'Runs the compiled machine with the wrapper and the operators that ship, on an engine of its own, in virtual time. Only the',
    'handlers are stubs, which return values made from the contracts. Exit code 1 when a cell is not as declared.',
    'With --handlers real the work of the bundles in the synthesized template is done instead, hundreds of times, with faults around',
    'it; outputs are compared where a run without a fault gives the same twice. Calls of AWS by clients of their own reach the engine',
    'only; calls of other services are made.',
  ],
  run: async (given, setting) => {
    const pipeline = await checkedPipeline(setting, given.operands[0] ?? '');
    const { faults, placesOf } = await import('../../verify/index.ts'); // brings the engine and the runtime: not for every command
    const stage = known('stage', given.text('stage'), placesOf(graphOf(pipeline)));
    const fault = known('fault', given.text('fault'), namesOf(faults));
    const input = given.text('input');
    const made = valuesOf(graphOf(pipeline), given.text('values'), setting);
    const drop = given.text('drop');
    const handlers = known('handlers', given.text('handlers'), ['stub', 'real']);
    const cells = await cellsOf(pipeline, {
      stage,
      fault,
      seed: given.whole('seed', 0) ?? 1,
      given:
        input === undefined
          ? made
          : { ...made, input: await checkInput(pipeline, readInput(input, setting.workingDirectory)) },
      files: drop === undefined ? [] : [droppedFile(drop, setting.workingDirectory)],
      onUncompared: () => remark(setting, ['What the pipeline gives is another in every run, and is not compared.']),
      real:
        handlers === 'real' ? await realHandlers(pipeline, setting, given.text('orchestrator') ?? 'heddle') : undefined,
      onCell: (cell) => {
        if (given.has('json') && cell.result !== 'none') printJson(setting, [cell]);
      },
    });
    if (!given.has('json')) print(setting, verifyReport(cells, faults, columnsOf(setting.stdout)));
    const unreached = cells.flatMap((cell) => (cell.result === 'unreached' ? [`${cell.stage}: ${cell.why}`] : []));
    if (unreached.length > 0)
      remark(setting, ['Not reached; give values that lead there with --values:', ...new Set(unreached)]);
    return cells.some(({ result }) => result === 'broken') ? 1 : 0;
  },
};

const namesOf = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name);

/** What was asked for, if there is such a one. Throws CliError. */
const known = (
  what: 'stage' | 'fault' | 'handlers',
  asked: string | undefined,
  all: readonly string[],
): string | undefined => {
  if (asked === undefined || all.includes(asked)) return asked;
  const near = nearest(asked, all);
  throw new CliError(
    { stage: 'HDL626', fault: 'HDL660', handlers: 'HDL603' }[what],
    2,
    what === 'handlers' ? `--handlers is '${asked}'` : `there is no ${what} '${asked}'`,
    `one of ${all.join(', ')}`,
    near ? `did you mean ${near}?` : 'correct the name',
  );
};

/** Throws CliError HDL616 for what is no JSON object, HDL626 for a stage that there is not. */
const valuesOf = (graph: PipelineGraph, text: string | undefined, { workingDirectory }: Setting): GivenValues => {
  const values = readInput(text, workingDirectory, '--values');
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new CliError('HDL616', 2, '--values is no object', '{ "<stage>": its output, … }', 'name the stages');
  const places = [
    'input',
    'upstream',
    ...graph.stages.map(({ id }) => id),
    ...functionsOf(graph).map(({ key }) => key),
  ];
  for (const name of Object.keys(values)) known('stage', name, [...new Set(places)]);
  return values as GivenValues; // looked at above
};

const cellsOf = async (pipeline: Pipeline, options: MatrixOptions): Promise<readonly CellResult[]> => {
  const { CannotVerifyError, HandlersFailedError, runMatrix, UnfitValueError } = await import('../../verify/index.ts');
  try {
    return await runMatrix(pipeline, options);
  } catch (error) {
    if (error instanceof UnfitValueError) {
      const fix = 'write { "<stage>": <an output> } into a file and pass it with --values';
      throw new CliError('HDL661', 2, `the value made for ${error.message}`, 'one that its contract takes', fix);
    }
    if (error instanceof CannotVerifyError)
      throw new CliError(
        'HDL662',
        2,
        error.message,
        'a partition that it has',
        'give what names it with --values or --input',
      );
    if (error instanceof HandlersFailedError)
      throw new CliError(
        'HDL663',
        2,
        `the handlers of ${pipeline.name} do not complete a run that has no fault in it: ${error.message}`,
        'handlers that do, with the values at hand',
        'give an input with --input, a file that they read with --drop, or outputs of stages with --values',
      );
    throw error;
  }
};

const droppedFile = (path: string, workingDirectory: string) =>
  ({ bucket: 'inbox', key: basename(path), text: readText(path, workingDirectory) }) as const;
