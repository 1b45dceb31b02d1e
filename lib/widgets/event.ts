/** As CloudWatch sends it: the parameters of the widget, or of the element that was chosen, and where it is shown. */
export interface WidgetEvent {
  /** What the function shows is asked for, not something to show. */
  readonly describe?: unknown;
  readonly widgetContext?: {
    readonly theme?: string;
    /** What is filled in in the widget or pop-up, by the names of the fields. */
    readonly forms?: { readonly all?: unknown };
  };
  readonly [parameter: string]: unknown;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A parameter that is a text with something in it. */
export const parameter = (event: WidgetEvent, name: string): string | undefined => text(event[name]);

/** What was filled in. */
export const filledIn = ({ widgetContext }: WidgetEvent, name: string): string | undefined => {
  const all = widgetContext?.forms?.all;
  return typeof all === 'object' && all !== null
    ? text((all as { readonly [field: string]: unknown })[name])
    : undefined;
};
