// What the buttons of a dashboard do. A function of its own: who may look at a dashboard may call the one that shows, and only who may
// call this one can change something. CloudWatch does not say who chose the button, so that is recorded as done from a dashboard.
import { html, textOf } from '../console/index.ts';
import type { Services } from '../operators/index.ts';
import { discard, replay } from './act-on-letters.ts';
import { answer, cancel, resume, start } from './act-on-runs.ts';
import type { Pressed } from './answers.ts';
import { filledIn, parameter, type WidgetEvent } from './event.ts';
import { framed } from './frame.ts';

const actions: { readonly [name: string]: (pressed: Pressed, services: Services) => Promise<string> } = {
  replay,
  discard,
  cancel,
  resume,
  start,
  answer,
};

/** The answer to a button: what was done, as HTML for a pop-up. */
export const act = async (event: WidgetEvent, services: Services): Promise<string | { readonly markdown: string }> => {
  if (event.describe !== undefined)
    return { markdown: '### Heddle\nDoes what the buttons of Heddle’s widgets say. It shows nothing by itself.' };
  const [name = '', pipeline] = [parameter(event, 'action'), parameter(event, 'pipeline')];
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const done =
    action && pipeline !== undefined
      ? await action(
          { pipeline, given: (field) => parameter(event, field), filled: (field) => filledIn(event, field) },
          services,
        )
      : `HDL854: the action is not known; expected one of ${Object.keys(actions).join(', ')}, of a pipeline. Fix: use a button of the dashboard`;
  return framed(textOf(html`<p class="lead">${done}</p>`), event);
};
