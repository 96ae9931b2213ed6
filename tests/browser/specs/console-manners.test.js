// What the console does not let slip away: unsaved settings, an undo that is offered, the end of a long list.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot } from '../harness/browser.js';
import { Customer, eventually, mistakes, PASSWORD, quietDesk, signIn, waitingCustomer } from '../harness/people.js';

let server;
let browser;
let boss;
before(async () => {
  ({ server, browser, boss } = await quietDesk({ settings: ['web.new_conversations={ burst = 100, per_minute = 100 }', 'web.messages_per_caller={ burst = 100, per_minute = 100 }'] }));
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('unsaved settings are not left by a shortcut, the palette or Back without a question', async () => {
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, '/policy');
  await page.getByRole('heading', { level: 1, name: 'Policy' }).waitFor();
  await page.getByRole('tab', { name: 'Edit' }).click();
  const field = page.getByRole('textbox', { name: 'Rules as TOML' });
  await field.waitFor();
  const asked = [];
  let answer = false;
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    return answer ? dialog.accept() : dialog.dismiss();
  });
  await field.focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# mine');

  await page.keyboard.press('Alt+v');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('contacts');
  await page.getByRole('option', { name: /Go to contacts/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('.palette') === null);
  await page.goBack({ waitUntil: 'commit' }).catch(() => undefined);
  await page.getByRole('link', { name: 'Home' }).click();
  assert.equal(asked.length, 4);
  assert.match(page.url(), /\/console\/policy\/edit$/);
  assert.match(await field.inputValue(), /# mine$/);

  answer = true;
  await page.keyboard.press('Alt+v');
  await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  assert.equal(asked.length, 5);
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Policy' }).waitFor();
  assert.equal(asked.length, 5);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('an undo has a key, and waits while it is looked at', async () => {
  const page = await newPerson(browser);
  const customer = await waitingCustomer(boss);
  await boss.call('POST', `/api/v1/desk/conversations/${customer.id}/claim`);
  await signIn(page, server, undefined, PASSWORD, `/inbox/mine/${customer.id}`);
  await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  await page.keyboard.press('Alt+e');
  const offer = page.locator('.toast', { hasText: 'Resolved.' });
  await offer.locator('kbd', { hasText: 'Alt+Z' }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-undo');
  await page.keyboard.press('Alt+z');
  await eventually(boss, customer, (one) => one.row.status === 'open');
  await offer.waitFor({ state: 'detached' });

  await page.clock.install();
  await page.keyboard.press('Alt+e');
  await offer.hover();
  await page.clock.runFor(60_000);
  assert.equal(await offer.count(), 1);
  await page.mouse.move(5, 5);
  await page.clock.runFor(20_000);
  await offer.waitFor({ state: 'detached' });
  await page.context().close();
});

test('the list of contacts goes on', async () => {
  for (let number = 1; number <= 60; number += 1) await Customer.arrive(server, { contact: { name: `Customer ${String(number).padStart(2, '0')}` } }).then((one) => one.say('Hello'));
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, '/contacts');
  await page.getByText('Customer 60').waitFor();
  const list = page.getByRole('list', { name: 'Contacts' });
  await list.hover();
  for (let turn = 0; turn < 30 && (await page.getByText('Customer 01', { exact: true }).count()) === 0; turn += 1) await page.mouse.wheel(0, 1500).then(() => page.waitForTimeout(100));
  await page.getByText('Customer 01', { exact: true }).waitFor();
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('a part that cannot be loaded says so, and the rest goes on', async () => {
  const page = await newPerson(browser);
  await page.route(/assets\/contacts-/, (route) => route.fulfill({ status: 404 }));
  await signIn(page, server, undefined, PASSWORD, '/inbox/mine');
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('heading', { level: 2, name: 'This part could not be shown' }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.getByRole('link', { name: 'Waiting' }).click();
  await page.getByRole('heading', { level: 1, name: 'Waiting' }).waitFor();
  await page.unroute(/assets\/contacts-/);
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('button', { name: 'Load again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  await page.context().close();
});
