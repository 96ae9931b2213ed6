// The console with little room: on a phone, on a tablet, and at 200 %.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, MOBILE, newPerson, shot } from '../harness/browser.js';
import { mistakes, PASSWORD, OWNER, quietDesk, waitingCustomer } from '../harness/people.js';

let server;
let browser;
let boss;
before(async () => {
  ({ server, browser, boss } = await quietDesk());
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const PAGES = ['home', 'knowledge', 'playground', 'inboxes', 'team', 'policy', 'model', 'audit', 'contacts', 'settings'];

async function enter(viewport) {
  const page = await newPerson(browser, { viewport });
  await page.goto(`${server.url}/console`);
  await page.getByLabel('E-mail').fill(OWNER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
  return page;
}

/** How far the page itself can be scrolled: lists and tables scroll in their own place. */
const spilled = (page) => page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]);

test('on a phone the list and the conversation take turns', async () => {
  const customer = await waitingCustomer(boss, { contact: { name: 'Bartholomew Featherstonehaugh-Cholmondeley' } });
  const page = await enter(MOBILE);
  await page.goto(`${server.url}/console/inbox/all`);
  await page.locator('[data-row]').first().click();
  const back = page.getByRole('button', { name: 'Back' });
  await back.waitFor();
  assert.equal(await page.locator('.list').isVisible(), false);
  assert.equal(await page.locator('.side').count(), 0, 'the details wait until they are asked for');
  await page.getByRole('button', { name: 'Claim' }).first().click();
  await page.locator('.composer-field').fill('Hello from a phone');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message.agent').getByText('Hello from a phone').waitFor();
  await shot(page, 'console-phone');
  assert.deepEqual(await spilled(page), [0, 0]);
  assert.deepEqual(await accessibility(page), []);
  await page.getByRole('button', { name: 'Show the details' }).click();
  await page.locator('.side').waitFor();
  // They lie over the bar, so they bring the button that closes them.
  await page.locator('.side').getByRole('button', { name: 'Hide the details' }).click();
  assert.equal(await page.locator('.side').count(), 0);
  await back.click();
  await page.locator('[data-row]').first().waitFor();
  assert.match(page.url(), /\/inbox\/all$/);
  assert.ok(customer.id);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('on a phone the navigation comes over the page and goes with a choice', async () => {
  const page = await enter(MOBILE);
  await page.goto(`${server.url}/console/home`);
  const open = page.getByRole('button', { name: 'Expand navigation' });
  await open.click();
  const navigation = page.getByRole('navigation', { name: 'Main navigation' });
  await navigation.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '/console/home');
  assert.deepEqual(await accessibility(page), []);
  await page.keyboard.press('Escape');
  await navigation.waitFor({ state: 'detached' });
  await open.click();
  await navigation.getByRole('link', { name: 'Knowledge' }).click();
  await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor();
  await navigation.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1280, height: 800 });
  await navigation.waitFor();
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

for (const [name, viewport] of [['a phone', MOBILE], ['a page at 200 %', { width: 640, height: 400 }], ['a tablet', { width: 800, height: 1000 }]]) {
  test(`no page is wider or longer than ${name}`, async () => {
    const page = await enter(viewport);
    for (const path of PAGES) {
      await page.goto(`${server.url}/console/${path}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      if (path === 'knowledge') await page.locator('.doc-name').first().waitFor();
      assert.deepEqual([path, ...(await spilled(page))], [path, 0, 0]);
    }
    assert.deepEqual(mistakes(page), []);
    await page.context().close();
  });
}
