/** Recorded cases that the engine cannot agree with, each with the reason. One that agrees after all fails the run: remove it. */
export const knownMisses: ReadonlyMap<string, string> = new Map([
  [
    'express/test_express_sync.py::TestExpressSync::test_catch',
    "the recorder's placeholder made the expected output text that is not JSON, so no output can equal it",
  ],
  [
    'scenarios/test_base_scenarios.py::TestBaseScenarios::test_parallel_state_nested',
    'the recording lacks the exit of the inner Parallel, which AWS writes (its ids have a gap there)',
  ],
  [
    'services/test_sns_task_service.py::TestTaskServiceSns::test_publish_base_error_topic_arn',
    'its topic was deleted before the execution by a step that the recording does not hold',
  ],
]);
