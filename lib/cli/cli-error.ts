/**
 * What the codes of commands mean:
 *
 * HDL600: an error that nobody expected, with its stack: a bug of Heddle's. Fix: report it with the text.
 * HDL601: the dependencies could not be installed. Fix: see what npm says; check the network and the registry.
 * HDL602: bin/run.mjs was given no program to run. Fix: use npm start, npm test or npx heddle.
 * HDL603: a command was given a word or a value that it does not take. Fix: see its --help.
 * HDL604: a command has no such option. Fix: see its --help.
 * HDL605: there is no such command. Fix: see npx heddle --help.
 * HDL606: there is no such pipeline. Fix: correct the name, or add the pipeline to bin/pipelines.ts.
 * HDL607: the compiled definition has no such state. Fix: correct the name.
 * HDL608: AWS refused a call, or cannot be reached. Fix: check the rights of who calls, the network and
 * AWS_ENDPOINT_URL.
 * HDL609: the engine that is running has another definition of the pipeline than the source. Fix: stop what has it open,
 * then run again.
 * HDL610: the CDK app ended with an error, so there is nothing to run. Fix: mend what it says.
 * HDL611: nothing has run on this machine yet. Fix: npm start, or npx heddle local run; for your account, add --aws.
 * HDL612: there is no orchestrator of that name. Fix: deploy it, or name it with --orchestrator; check the region and
 * the account.
 * HDL613: the orchestrator has no such pipeline. Fix: deploy it, or correct the name.
 * HDL614: there is no region or there are no credentials to ask AWS with. Fix: aws sso login, or set AWS_PROFILE and
 * AWS_REGION.
 * HDL615: there is no such run, or two pipelines have one of that id. Fix: see npx heddle runs; name the pipeline.
 * HDL616: an input is not JSON, or its file cannot be read. Fix: quote it whole, or check the path.
 * HDL617: an input breaks the pipeline's contract. Fix: pass input as definePipeline declares it.
 * HDL618: an upstream is not complete for the partition. Fix: run it for the partition first.
 * HDL619: dispatch did not take the request within a minute. Fix: see the logs of dispatch and the start queue's dead
 * letters.
 * HDL620: the file of npm start cannot be used. Fix: as the message says.
 * HDL621: nothing has changed for two minutes. Fix: see npx heddle runs, and the logs of the stage that is running.
 * HDL622: the inbox refused an object. Fix: see the engine's message above.
 * HDL623: a run that is completed is not resumed as a whole. Fix: name the stage to begin at with --from.
 * HDL624: a run that has not ended cannot be resumed. Fix: wait for its end, or stop its execution first.
 * HDL625: a run was not resumed, because of somebody else or in time. Fix: see npx heddle run, and the logs of dispatch.
 * HDL626: the pipeline has no such stage. Fix: correct the name.
 * HDL627: the input that a run was started with is gone. Fix: restore the object, or start a new run.
 * HDL628: a fork needs the stage to begin at. Fix: name one with --from.
 * HDL629: a fault that npm start is to inject names no stage, or no share of what the stage gets. Fix: write it as in
 * --fail sentiment.score:3%, or :12 for the first 12.
 * HDL650: a time is neither how long ago nor ISO 8601. Fix: write 90m, 6h, 2d or 2026-01-31T08:00:00Z.
 * HDL651: a pattern is no regular expression. Fix: escape what is meant literally.
 * HDL652: there is no open dead letter of that name. Fix: see npx heddle dead-letters list.
 * HDL653: the object that holds a dead letter's input is gone. Fix: restore it, or discard the dead letter.
 * HDL654: dead letters are discarded with a reason only. Fix: say it with --because.
 * HDL655: a run did not go on after its dead letters were sent. Fix: see the logs of the replay function.
 * HDL656: only a run that is under way can be stopped. Fix: wait until its execution has begun; one that has ended needs
 * nothing.
 * HDL657: a run was not settled after its execution was stopped. Fix: see the logs of the reconcile function.
 * HDL658: the run that is to be cancelled is an Express execution, which AWS does not stop. Fix: wait for its end, 5 minutes
 * after it began at the latest.
 * HDL659: a run cannot go on while what it did is being undone. Fix: wait for the end of its compensation.
 * HDL660: heddle verify has no such fault. Fix: correct the name; heddle verify --help lists them.
 * HDL661: no value could be made that passes a stage's contract, such as one with a refinement. Fix: give the stage's
 * output in a file, with --values.
 * HDL662: heddle verify made or was given a value that names a partition which a pipeline that is run has not. Fix: give the
 * output that names it, with --values, or the input, with --input.
 * HDL663: without a fault in it, a run of the real handlers does not complete. Fix: give it an input that they take, with
 * --input; a file that they read with --drop; outputs of stages in place of their handlers' with --values.
 * HDL664: a stage's function has no handler that heddle verify can call: it is not deployed, or not made by stageHandler. Fix:
 * deploy one that is, or leave --handlers out.
 * HDL670: a range does not lie within a pipeline's partitions. Fix: correct --from and --to.
 * HDL671: a pipeline has no such partition, or was given none. Fix: name one that it has with --partition.
 * HDL690: a backfill is asked for of a pipeline that does not say which partitions it has. Fix: add partitions to
 * definePipeline.
 * HDL691: a backfill's range is no range of the pipeline's partitions, or not due yet. Fix: correct --from and --to.
 * HDL692: a backfill has more runs than one may have. Fix: do the range in parts.
 * HDL693: there is no such backfill. Fix: see npx heddle backfills.
 * HDL694: the claim of --where cannot be read. Fix: write it as 'prompt=v3 and score<0.7'.
 * HDL695: no run has a field that --where asks for. Fix: correct the name.
 * HDL696: a backfill cannot be paused, resumed or cancelled as it stands. Fix: see npx heddle backfills.
 * HDL697: the partitions of a pipeline and of what it reads do not go together. Fix: deploy both.
 * HDL680: a pipeline has no such trigger. Fix: correct the name; they are counted by kind in the order of the definition, such as
 * schedule1.
 * HDL681: a pipeline without triggers cannot be paused. Fix: none is needed.
 * HDL682: what a pause held has not all started in time. Fix: wait and ask again; see the logs of dispatch.
 * HDL683: a person ended the form for a run's input. Fix: start again, or pass --input.
 * HDL632: another process has been writing cdk.out for ten minutes. Fix: end it, then run this again.
 * HDL630: no message has that code. Fix: copy it from the message.
 * HDL631: the Node of node_modules could not be started. Fix: delete node_modules and run it again, which installs it anew; where the
 * arguments are too long, pass the input in a file.
 */
/** What went wrong in a command, told in one message. `exit` is the command's exit code: 1, 2 or 3. */
export class CliError extends Error {
  readonly code: string;
  readonly exit: 1 | 2 | 3;

  constructor(code: string, exit: 1 | 2 | 3, found: string, expected: string, fix: string) {
    super(`${code} ${found}; expected ${expected}. Fix: ${fix}`);
    this.name = 'CliError';
    this.code = code;
    this.exit = exit;
  }
}
