// Called by CloudWatch, with the rights of whoever looks at a dashboard.
import { operatorHandler } from '../../lib/operators/index.ts';
import { showWidget, type WidgetEvent } from '../../lib/widgets/index.ts';

export const handler = operatorHandler('widget', process.env, (event: WidgetEvent, services, _, context) =>
  showWidget(event, services, {
    show: context.invokedFunctionArn,
    act: process.env.HEDDLE_ACT_FUNCTION ?? '', // the construct sets it
    orchestrator: services.eventBus,
  }),
);
