// One conversation from both ends, in two browsers: question, citation, follow-up, hand-off, reply, note, transfer, resolve,
// rating, and open again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newPerson, shot, startBrowser } from '../harness/browser.js';
import { newCustomer } from '../harness/customer.js';
import { colleague, mistakes, owner, PASSWORD, signIn } from '../harness/people.js';
import { startServer } from '../harness/server.js';
import { startShop } from '../harness/shop.js';

let server, shop, here, there, boss, tom;
before(async () => {
  [server, here, there] = await Promise.all([startServer(), startBrowser(), startBrowser()]);
  shop = await startShop(server.url);
  boss = await owner(server);
  await boss.call('PATCH', '/api/v1/desk/me', { name: 'Mei Lin', presence: 'away' });
  tom = await colleague(boss, 'Tom Becker');
  await tom.session.call('PATCH', '/api/v1/desk/me', { presence: 'away' });
});
after(async () => {
  await Promise.all([here?.close(), there?.close()]);
  await shop?.close();
  await server?.close();
});

test('a customer and two agents see one conversation through', async (t) => {
  const ann = await newCustomer(here, shop);
  const answer = await ann.ask('How long is a gift card valid?');
  await answer.getByText(/36 months/).first().waitFor();
  await answer.locator('.chip').first().click();
  await ann.page.locator('.passage mark').first().waitFor();
  await ann.page.keyboard.press('Escape');
  await ann.ask('And can I use it for shipping fees?');
  await ann.page.getByRole('button', { name: 'Talk to a person' }).click();
  await ann.page.locator('.line.escalated').waitFor();

  const mei = await newPerson(there);
  await signIn(mei, server, undefined, PASSWORD, '/inbox/unassigned');
  await mei.locator('[data-row]').first().click();
  await mei.getByRole('region', { name: 'Hand-off summary' }).waitFor();
  await mei.getByText('Claim the conversation to reply.').waitFor();
  await shot(mei, 'journey-handoff');
  await mei.keyboard.press('Alt+a');
  const reply = mei.getByRole('textbox', { name: /^Reply to/ });
  await reply.waitFor();
  await ann.page.getByText('Mei Lin has joined the conversation.').waitFor();

  // Both ways, at once.
  await reply.fill('Hello, this is Mei. Which order is it about?');
  const sent = performance.now();
  await mei.keyboard.press('Control+Enter');
  await ann.page.locator('.message.person').getByText('Hello, this is Mei. Which order is it about?').waitFor();
  t.diagnostic(`the reply was on the customer's screen after ${Math.round(performance.now() - sent)} ms`);
  await ann.say('Order 20260412-7781');
  await mei.locator('.message.customer', { hasText: '20260412-7781' }).waitFor();

  // The bot is silent while a person has the conversation.
  assert.equal(await ann.page.locator('.message.theirs').last().getByText('Hello, this is Mei').count(), 1);

  await mei.keyboard.press('Escape');
  await mei.keyboard.press('Alt+p');
  await mei.getByRole('textbox', { name: 'Internal note' }).fill('Checked: paid by gift card.');
  await mei.keyboard.press('Control+Enter');
  await mei.locator('.message.note', { hasText: 'paid by gift card' }).waitFor();

  await mei.keyboard.press('Escape');
  await mei.keyboard.press('Alt+t');
  const dialog = mei.getByRole('dialog', { name: 'Transfer' });
  await dialog.getByLabel('To', { exact: true }).selectOption({ value: `agent:${tom.id}` });
  await dialog.getByRole('button', { name: 'Transfer' }).click();
  await dialog.waitFor({ state: 'detached' });
  await ann.page.getByText('Tom Becker has joined the conversation.').waitFor();
  await ann.status.getByText('You are talking to Tom Becker').waitFor();

  const his = await newPerson(there);
  await signIn(his, server, tom.email, PASSWORD, '/inbox/mine');
  await his.locator('[data-row]').first().click();
  const second = his.getByRole('textbox', { name: /^Reply to/ });
  await second.fill('It works for shipping too. Anything else?');
  await his.keyboard.press('Control+Enter');
  await ann.page.locator('.message.person').getByText('It works for shipping too.').waitFor();
  assert.equal(await ann.page.getByText('paid by gift card').count(), 0, 'a note stays inside');
  await his.keyboard.press('Escape');
  await his.keyboard.press('Alt+e');

  await ann.page.getByText('How did we do?').waitFor();
  await shot(ann.page, 'journey-rating');
  await ann.page.locator('.scores label[title=Good]').click();
  await ann.page.getByRole('button', { name: 'Send rating' }).click();
  await ann.page.getByText('Thank you for your rating.').waitFor();

  // A new question opens it again, and the bot answers.
  const again = await ann.ask('How many days do I have to return something?');
  await ann.page.locator('.line.reopened').waitFor();
  assert.equal(await again.locator('.chip').count() > 0, true);
  assert.deepEqual(ann.page.errors, []);
  assert.deepEqual([...mistakes(mei), ...mistakes(his)], []);
});
