// What an agent writes is not lost and goes out as it was meant: sources, files, failures, gaps; and what they have not seen is not read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot } from '../harness/browser.js';
import { eventually, mistakes, PASSWORD, quietDesk, signIn, waitingCustomer } from '../harness/people.js';

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

/** A conversation that the owner has, open before them. */
async function claimed(page, fields) {
  const customer = await waitingCustomer(boss, fields);
  await boss.call('POST', `/api/v1/desk/conversations/${customer.id}/claim`);
  if (page.url() === 'about:blank') await signIn(page, server, undefined, PASSWORD, `/inbox/mine/${customer.id}`);
  else await page.locator(`[data-row="${customer.id}"]`).click();
  await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  return customer;
}

const said = (detail) => detail.events.filter((event) => event.type === 'agent_said');

test('sources stay with the reply that is being written, and each has its number', async () => {
  const page = await newPerson(browser);
  const first = await claimed(page);
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  await page.getByRole('tab', { name: 'Knowledge' }).click();
  const insert = page.locator('.hit').getByRole('button', { name: 'Insert' });
  await insert.nth(0).click();
  await insert.nth(1).click();
  const chips = page.locator('.composer .chip');
  assert.equal(await chips.count(), 2);

  // To another conversation, back, and through a reload.
  await claimed(page);
  assert.equal(await chips.count(), 0);
  await page.locator(`[data-row="${first.id}"]`).click();
  await chips.nth(1).waitFor();
  await page.reload();
  await chips.nth(1).waitFor();

  // One is taken out, in the text, too; the next does not get a number that is taken.
  await chips.nth(0).click();
  assert.doesNotMatch(await reply.inputValue(), /\[1\]/);
  await page.getByRole('tab', { name: 'Knowledge' }).click();
  await insert.nth(0).click();
  assert.match(await reply.inputValue(), /\[2\][^]*\[3\]/);
  await shot(page, 'console-sources');
  await reply.focus();
  await page.keyboard.press('Control+Enter');
  const detail = await eventually(boss, first, (one) => said(one).length === 1);
  assert.deepEqual(said(detail)[0].citations.map((one) => one.number), [2, 3]);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('a reply that did not go out is there after a reload, and goes out once', async () => {
  const page = await newPerson(browser);
  const customer = await claimed(page);
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  await page.route('**/messages', (route) => route.abort(), { times: 1 });
  await reply.fill('It is on its way.');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Send again' }).waitFor();
  await shot(page, 'console-unsent');
  await page.reload();
  await page.getByRole('button', { name: 'Send again' }).click();
  await eventually(boss, customer, (one) => said(one).length === 1);
  await page.getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.message.agent').count(), 1);

  // What the server refuses comes back into the field.
  await page.route('**/messages', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'unacceptable', title: 'No', detail: 'A cited passage has changed.' }) }), { times: 1 });
  await reply.fill('One more thing.');
  await page.keyboard.press('Control+Enter');
  await page.getByText('A cited passage has changed').waitFor();
  assert.equal(await reply.inputValue(), 'One more thing.');
  assert.equal(await page.locator('.message.agent').count(), 1);
  assert.deepEqual(page.errors.filter((error) => !/Failed to load resource/.test(error)), []);
  await page.context().close();
});

test('a reply with a gap is not sent', async () => {
  await boss.call('POST', '/api/v1/desk/canned', { shortcut: 'hi', title: 'Greeting', text: 'Dear {{contact.name}}, I am {{agent.name}}.', language: null, shared: true });
  const page = await newPerson(browser);
  const customer = await claimed(page);
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  await reply.focus();
  await page.keyboard.type('/hi');
  await page.getByRole('option', { name: /Greeting/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alert').getByText('Fill this in before you send: {{contact.name}}').waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-gap');
  assert.equal(said(await eventually(boss, customer, () => true)).length, 0);
  await reply.fill('Dear Ms Chen, welcome.');
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Enter');
  await eventually(boss, customer, (one) => said(one).length === 1);

  // Chinese has a word for somebody without a name.
  const chinese = await claimed(page, { language: 'zh' });
  await boss.call('POST', '/api/v1/desk/canned', { shortcut: 'nihao', title: '问候', text: '尊敬的{{contact.name}}，您好', language: 'zh', shared: true });
  await page.reload();
  await reply.focus();
  await page.keyboard.type('/nihao');
  await page.getByRole('option', { name: /问候/ }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await reply.inputValue(), '尊敬的客户，您好');
  assert.ok(chinese.id);
  await page.context().close();
});

test('a proposed reply that was used is judged by what was sent', async () => {
  const page = await newPerson(browser);
  const customer = await claimed(page);
  const use = page.getByRole('button', { name: 'Put into the reply' });
  await use.click();
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  // The verdict outlives a look at something else.
  await page.reload();
  await reply.waitFor();
  await reply.focus();
  await page.keyboard.press('Control+Enter');
  const detail = await eventually(boss, customer, (one) => one.events.some((event) => event.type === 'draft_judged'));
  assert.equal(detail.events.find((event) => event.type === 'draft_judged').outcome, 'accepted');
  await page.context().close();
});

test('what nobody looked at is not read, and a page in the background holds no line', async () => {
  const page = await newPerson(browser);
  const customer = await claimed(page);
  await eventually(boss, customer, (one) => one.row.unread === 0 && one.watching.length === 1);
  // Beside another window: seen, perhaps, but not worked with.
  await page.evaluate(() => (document.hasFocus = () => false));
  await customer.say('Are you there?');
  await page.locator('.message.customer', { hasText: 'Are you there?' }).waitFor();
  assert.equal((await eventually(boss, customer, () => true)).row.unread, 1);

  const show = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await show(true);
  await eventually(boss, customer, (one) => one.watching.length === 0);
  await customer.say('Hello?');
  await customer.say('Please answer');
  await eventually(boss, customer, (one) => one.row.unread === 3);
  assert.equal(await page.locator('.message.customer', { hasText: 'Hello?' }).count(), 0);
  await page.evaluate(() => (document.hasFocus = () => true));
  await show(false);
  await page.locator('.message.customer', { hasText: 'Please answer' }).waitFor();
  assert.equal(await page.locator('.message.customer', { hasText: 'Hello?' }).count(), 1);
  await eventually(boss, customer, (one) => one.row.unread === 0);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});
