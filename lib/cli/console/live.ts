// Live pages: as long as a page is open, its view is made again and again, and the regions that have changed are sent.
import type { ServerResponse } from 'node:http';
import { type Page, regionHtml, textOf } from '../../console/index.ts';

/** Pages that are kept up to date at a time. */
const mostPages = 64;

export interface Live {
  /** Keeps a page up to date until it is closed. False where there are too many. */
  follow(response: ServerResponse, look: () => Promise<Page>): boolean;
  close(): void;
}

/** `pauseMs` lies between two looks; what goes wrong in one is `told` to the page, and the next look made. */
export const openLive = (pauseMs: number, told: (error: unknown) => string): Live => {
  const open = new Set<AbortController>();

  const send = (response: ServerResponse, event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  const keep = async (
    response: ServerResponse,
    look: () => Promise<Page>,
    { signal }: AbortController,
  ): Promise<void> => {
    const sent = new Map<string, string>();
    let isWell = true;
    /** Gives how long the page is left alone then. */
    const once = async (): Promise<number> => {
      const { regions, restMs = pauseMs } = await look();
      if (!isWell) send(response, 'well', '');
      isWell = true;
      for (const region of regions) {
        const html = textOf(regionHtml(region));
        if (sent.get(region.id) === html) continue;
        sent.set(region.id, html);
        send(response, 'region', { id: region.id, html });
      }
      return restMs;
    };
    await pause(pauseMs, signal); // the page was made just now
    while (!signal.aborted) {
      let restMs = pauseMs;
      try {
        // One who does not read, as on a laptop that sleeps, is not written to.
        if (!response.writableNeedDrain) restMs = await once();
      } catch (error) {
        isWell = false;
        send(response, 'problem', told(error));
      }
      await pause(restMs, signal);
    }
    response.end();
  };

  return {
    follow: (response, look) => {
      if (open.size >= mostPages) return false;
      const controller = new AbortController();
      open.add(controller);
      response.once('close', () => {
        controller.abort();
        open.delete(controller);
      });
      keep(response, look, controller).catch((error) => response.destroy(error));
      return true;
    },
    close: () => {
      for (const controller of open) controller.abort();
    },
  };
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
  });
