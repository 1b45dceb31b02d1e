// Called by CloudWatch, with the rights of whoever chose a button of a widget.
import { operatorHandler } from '../../lib/operators/index.ts';
import { act, type WidgetEvent } from '../../lib/widgets/index.ts';

export const handler = operatorHandler('act', process.env, async (event: WidgetEvent, services, logger) => {
  const answer = await act(event, services);
  logger.info('acted', { action: event.action, pipeline: event.pipeline, run: event.run, id: event.id });
  return answer;
});
