// Prints how long pages take to be usable, from the program as it is: `npm --prefix tests/browser run measure [REPORT.html]`.
// Seven fresh visits each; the median counts.
import { pathToFileURL } from 'node:url';
import { newPerson, startBrowser } from './harness/browser.js';
import { look } from './harness/customer.js';
import { owner, PASSWORD, signIn } from './harness/people.js';
import { startServer } from './harness/server.js';

const VISITS = 7;
const [server, browser] = await Promise.all([startServer(), startBrowser()]);

/** Median of milliseconds from the request to the moment that `usable` waits for, each time in a browser that knows nothing. */
async function median(name, visit) {
  const times = [];
  for (let turn = 0; turn < VISITS; turn += 1) {
    const page = await newPerson(browser);
    await look(page);
    times.push(await visit(page));
    await page.context().close();
  }
  times.sort((one, other) => one - other);
  console.log(`${name}: ${Math.round(times[VISITS >> 1])} ms (${Math.round(times[0])} to ${Math.round(times.at(-1))})`);
}

const timed = (address, usable) => async (page) => {
  const began = performance.now();
  await page.goto(address);
  await usable(page);
  return performance.now() - began;
};

try {
  await owner(server);
  await median('console, sign-in can be typed into', timed(`${server.url}/console`, (page) => page.locator('input[type=email]').fill('a')));
  await median('console, from the password to the inbox', async (page) => {
    await page.goto(`${server.url}/console`);
    await page.locator('input[type=email]').waitFor();
    const began = performance.now();
    await signIn(page, server, undefined, PASSWORD, '/inbox/all');
    return performance.now() - began;
  });
  await median('demo shop, the launcher can be clicked', timed(`${server.url}/demo`, (page) => page.locator('.launcher').click()));
  for (const report of process.argv.slice(2)) {
    await median(`${report}, drawn`, timed(pathToFileURL(report).href, (page) => page.locator('svg').first().waitFor()));
  }
} finally {
  await browser.close();
  await server.close();
}
