// A person at the console, in Chromium: what went wrong in the page is kept, and every page is checked with axe.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = join(process.cwd(), '.cache', 'console-pictures');

const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
} as const;

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

export class Visitor {
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly page: Page;
  /** Errors in the page, as the browser's console has them. */
  readonly errors: string[] = [];

  private constructor(browser: Browser, context: BrowserContext, page: Page) {
    this.#browser = browser;
    this.#context = context;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  static async arrive(address: string): Promise<Visitor> {
    const browser = await openBrowser();
    const context = await browser.newContext({ ...looks.light, baseURL: address });
    return new Visitor(browser, context, await context.newPage());
  }

  /** Serious findings of axe on the page as it is, in light and in dark. */
  async findings(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const colorScheme of ['dark', 'light'] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.evaluate(axe);
      const { violations } = (await this.page.evaluate('axe.run()')) as { readonly violations: readonly Finding[] };
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(
            `${colorScheme} ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
          );
    }
    return found;
  }

  /** Pictures of the page in each look, as artefacts of the run (lib/console/README.md shows small ones): nothing compares them. */
  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
      await this.page.setViewportSize(viewport);
      await this.page.emulateMedia({ colorScheme });
      await this.page.screenshot({
        path: join(pictures, `${name}-${look}.png`),
        fullPage: true,
        animations: 'disabled',
      });
    }
    await this.page.setViewportSize({ width: 960, height: 540 });
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.screenshot({ path: join(pictures, `${name}-small.png`), animations: 'disabled' });
    await this.page.setViewportSize(looks.light.viewport);
  }

  async leave(): Promise<void> {
    await this.#context.close();
    await this.#browser.close();
  }
}
