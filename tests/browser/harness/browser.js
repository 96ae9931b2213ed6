// Debian's chromium, headless, and pages in it as customers and agents have them. A page that logs an error fails its test.
import { chromium } from 'playwright-core';
import axe from 'axe-core';

const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const DESKTOP = { width: 1280, height: 800 };
export const MOBILE = { width: 390, height: 844 };

/** Starts the browser. Contexts in it share nothing: each is a person with a computer of their own. */
export async function startBrowser() {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
}

/**
 * A page of a new person.
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<import('playwright-core').Page & { errors: string[] }>}
 */
export async function newPerson(browser, { locale = 'en-GB', dark = false, viewport = DESKTOP, touch = false, ...more } = {}) {
  const context = await browser.newContext({
    locale,
    viewport,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    hasTouch: touch,
    isMobile: touch,
    timezoneId: 'Asia/Shanghai',
    ...more,
  });
  return newTab(context);
}

/** Another tab of the same person. */
export async function newTab(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.errors.push(`console: ${message.text()}`);
  });
  return page;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong, as lines that tell where. Empty when all is well. */
export async function accessibility(page, { include, disable = [] } = {}) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    async ({ include, disable, rules }) => {
      const options = { runOnly: { type: 'tag', values: rules }, rules: Object.fromEntries(disable.map((rule) => [rule, { enabled: false }])) };
      const results = await window.axe.run(include ?? document, options);
      return results.violations.flatMap((violation) =>
        violation.nodes.map((node) => `${violation.id} (${violation.impact}): ${node.target.join(' ')} — ${node.failureSummary}`),
      );
    },
    { include, disable, rules: RULES },
  );
  return found;
}

/** Takes a picture when SHOTS names a folder: for people who want to see what the tests see. */
export async function shot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
}
