// The program serves its pages to a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newPerson, startBrowser } from '../harness/browser.js';
import { startServer } from '../harness/server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ sample: false }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('the front page opens without an error', async () => {
  const page = await newPerson(browser);
  const response = await page.goto(server.url);
  assert.equal(response.status(), 200);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
