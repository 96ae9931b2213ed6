// A day at the desk by keyboard alone: inbox, claim, reply, note, transfer, resolve; live, and with two at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot } from '../harness/browser.js';
import { away, colleague, eventually, Line, mistakes, PASSWORD, quietDesk, signIn, waitingCustomer } from '../harness/people.js';

let server;
let browser;
let boss;
let tom;
before(async () => {
  ({ server, browser, boss } = await quietDesk());
  tom = await colleague(boss, 'Tom Becker');
  await away(tom.session);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const waiting = () => waitingCustomer(boss);
const until = (customer, met) => eventually(boss, customer, met);

test('from the inbox to resolved, by keyboard alone', async () => {
  const customer = await waiting();
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, '/inbox/unassigned');
  const row = page.locator(`[data-row="${customer.id}"]`);
  await row.waitFor();
  await page.keyboard.press('Alt+j');
  await page.getByRole('region', { name: 'Hand-off summary' }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-handoff');

  await page.keyboard.press('Alt+a');
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  await reply.waitFor();
  await until(customer, (detail) => detail.row.owner.agent === boss.me.id);

  await page.keyboard.press('Alt+l');
  await page.keyboard.type('Hello, what can I do for you?');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.agent', { hasText: 'what can I do for you' }).waitFor();
  await until(customer, (detail) => detail.events.some((event) => event.type === 'agent_said'));
  assert.equal(await page.locator('.message.agent', { hasText: 'what can I do for you' }).count(), 1);

  // What the customer writes appears by itself.
  await customer.say('My parcel did not arrive');
  await page.locator('.message.customer', { hasText: 'My parcel did not arrive' }).waitFor();

  // A note looks different, says so, and reaches nobody outside.
  await page.keyboard.press('Alt+p');
  await page.getByRole('textbox', { name: 'Internal note' }).waitFor();
  await page.getByText('The customer never sees it').waitFor();
  await page.keyboard.type('Lost twice already, @Tom');
  await page.getByRole('option', { name: /Tom Becker/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('please look');
  assert.deepEqual(await accessibility(page), []);
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.note', { hasText: '@Tom Becker please look' }).waitFor();
  const seen = await fetch(`${server.url}/api/v1/conversations/${customer.id}/events`, { headers: { authorization: `Bearer ${customer.token}` }, signal: AbortSignal.timeout(700) })
    .then((response) => response.text().catch(() => ''))
    .catch(() => '');
  assert.ok(!seen.includes('Lost twice'), 'the note reached the customer');

  // Why did the bot do that?
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+w');
  await page.getByRole('tab', { name: 'Reasons', selected: true }).waitFor();
  await page.getByText('decided, before anything was looked up').waitFor();
  await shot(page, 'console-reasons');

  await page.keyboard.press('Alt+t');
  const dialog = page.getByRole('dialog', { name: 'Transfer' });
  await dialog.waitFor();
  await dialog.getByLabel('To', { exact: true }).selectOption({ value: `agent:${tom.id}` });
  await dialog.getByLabel('Note for them').focus();
  await page.keyboard.type('Parcel lost');
  await dialog.getByRole('button', { name: 'Transfer' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const passed = await until(customer, (detail) => detail.row.owner.agent === tom.id);
  assert.equal(passed.events.findLast((event) => event.type === 'transferred').note, 'Parcel lost');

  // Tom ends it.
  const his = await newPerson(browser);
  await signIn(his, server, tom.email, PASSWORD, '/inbox/mine');
  await his.locator(`[data-row="${customer.id}"]`).waitFor();
  await his.keyboard.press('Alt+j');
  await his.getByText(/transferred to you/).waitFor();
  await his.keyboard.press('Alt+e');
  await his.getByRole('status').getByText('Resolved.', { exact: true }).waitFor();
  await until(customer, (detail) => detail.row.status === 'resolved');
  await his.getByRole('heading', { name: 'Nothing on your desk' }).waitFor();
  assert.deepEqual(mistakes(page), []);
  assert.deepEqual(mistakes(his), []);
  await his.context().close();
  await page.context().close();
});

test('two agents claim at once: one has it, the other is told', async () => {
  const customer = await waiting();
  const [one, other] = await Promise.all([newPerson(browser), newPerson(browser)]);
  const path = `/inbox/unassigned/${customer.id}`;
  await signIn(one, server, undefined, PASSWORD, path);
  await signIn(other, server, tom.email, PASSWORD, path);
  for (const page of [one, other]) await page.getByText('Claim the conversation to reply.').waitFor();
  // Each sees that the other is there.
  await one.getByText('Tom Becker is looking at this conversation').waitFor();
  await Promise.all([one.keyboard.press('Alt+a'), other.keyboard.press('Alt+a')]);
  const { row } = await until(customer, (detail) => detail.row.owner.kind === 'agent');
  const [winner, loser] = row.owner.agent === tom.id ? [other, one] : [one, other];
  await winner.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  await loser.getByText(/answers this customer/).waitFor();
  const detail = await boss.call('GET', `/api/v1/desk/conversations/${customer.id}`);
  assert.equal(detail.events.filter((event) => event.type === 'claimed').length, 1);
  await Promise.all([one.context().close(), other.context().close()]);
});

test('a draft survives a reload, and a message of the customer is shown before one’s own goes out', async () => {
  const customer = await waiting();
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, `/inbox/all/${customer.id}`);
  await page.getByText('Claim the conversation to reply.').waitFor();
  await page.keyboard.press('Alt+a');
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  await reply.waitFor();
  await reply.fill('It will arrive on Monday.');
  await page.reload();
  await reply.waitFor();
  assert.equal(await reply.inputValue(), 'It will arrive on Monday.');

  // The customer's message and the agent's Enter cross on their way.
  await page.route('**/messages', async (route) => {
    await customer.say('Please cancel it instead');
    await route.continue();
  }, { times: 1 });
  await reply.focus();
  await page.keyboard.press('Control+Enter');
  await page.getByText('The customer wrote while you were writing').waitFor();
  assert.equal(await reply.inputValue(), 'It will arrive on Monday.');
  const before = await boss.call('GET', `/api/v1/desk/conversations/${customer.id}`);
  assert.equal(before.events.filter((event) => event.type === 'agent_said').length, 0);
  await page.getByRole('button', { name: 'Send as it is' }).click();
  await page.locator('.message.agent', { hasText: 'It will arrive on Monday.' }).waitFor();
  await until(customer, (detail) => detail.events.filter((event) => event.type === 'agent_said').length === 1);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('a cut line loses nothing and shows nothing twice', async () => {
  const customer = await waiting();
  const line = await Line.to(server);
  const page = await newPerson(browser);
  await signIn(page, line, undefined, PASSWORD, `/inbox/all/${customer.id}`);
  await page.locator('.message').first().waitFor();
  line.cut();
  await page.getByText('Connection lost').waitFor();
  await customer.say('Are you still there?');
  await customer.say('Hello?');
  line.mend();
  await page.locator('.message.customer', { hasText: 'Hello?' }).waitFor();
  await page.getByText('Connection lost').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.message.customer', { hasText: 'Are you still there?' }).count(), 1);
  assert.equal(await page.locator('.message.customer', { hasText: 'Hello?' }).count(), 1);
  await page.context().close();
  await line.close();
});

test('a draft comes with its source, is sent by the agent, and what became of it is kept', async () => {
  const customer = await waiting();
  await customer.say('How long is a gift card valid?');
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, `/inbox/all/${customer.id}`);
  await page.getByText('Claim the conversation to reply.').waitFor();
  await page.keyboard.press('Alt+a');
  await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  await page.locator('.message.customer', { hasText: 'How long is a gift card valid?' }).nth(1).waitFor();
  await page.keyboard.press('Alt+i');
  await page.getByRole('button', { name: 'Use draft' }).waitFor();
  await shot(page, 'console-draft');
  await page.keyboard.press('Enter');
  const reply = page.getByRole('textbox', { name: /^Reply to/ });
  assert.match(await reply.inputValue(), /\[1\]/);
  await page.keyboard.press('Control+Enter');
  await page.locator('.message.agent .source').first().waitFor();
  const detail = await until(customer, (one) => one.events.some((event) => event.type === 'draft_judged'));
  assert.equal(detail.events.find((event) => event.type === 'draft_judged').outcome, 'accepted');
  assert.ok(detail.events.findLast((event) => event.type === 'agent_said').citations[0].quote.length > 0);

  // The number opens the passage.
  await page.locator('.message.agent .source').first().click();
  await page.getByRole('dialog').locator('mark').waitFor();
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});
