// What a customer gets while not looking: a person's words beside the launcher; and the end of the conversation when its room changes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, shot } from '../harness/browser.js';
import { focused, newCustomer } from '../harness/customer.js';
import { mistakes, quietDesk } from '../harness/people.js';
import { startShop } from '../harness/shop.js';

let server, shop, browser, boss;
before(async () => {
  ({ server, browser, boss } = await quietDesk());
  shop = await startShop(server.url);
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.close();
});

const conversationOf = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('frontdesk:default')).door.id);
const say = (id, text) => boss.call('POST', `/api/v1/desk/conversations/${id}/messages`, { client_id: crypto.randomUUID(), text, attachments: [] });

test('what a person writes is seen beside the launcher, and gone once it was read or put away', async () => {
  const ann = await newCustomer(browser, shop);
  await ann.page.locator('.human').click();
  await ann.page.locator('.line.escalated').waitFor();
  const id = await conversationOf(ann.page);
  await boss.call('POST', `/api/v1/desk/conversations/${id}/claim`, {});
  await ann.page.locator('.line.claimed').waitFor();
  assert.match(await ann.status.innerText(), /You are talking to/);
  assert.ok(await focused(ann.page, '.human'), 'the focus is where it was');
  await ann.page.keyboard.press('Escape');
  await ann.panel.waitFor({ state: 'detached' });

  await say(id, 'Your **lamp** leaves tomorrow.');
  const teaser = ann.page.locator('.teaser');
  await teaser.getByText('Your lamp leaves tomorrow.').waitFor();
  assert.deepEqual(await accessibility(ann.page), []);
  await shot(ann.page, 'preview');
  await teaser.getByRole('button', { name: 'Cancel' }).click();
  await teaser.waitFor({ state: 'detached' });
  const { seq } = await say(id, 'It is packed well.');
  await teaser.getByText('It is packed well.').click();
  await ann.panel.waitFor();
  await ann.page.waitForFunction((last) => JSON.parse(localStorage.getItem('frontdesk:default')).read >= last, seq);
  await ann.page.keyboard.press('Escape');
  await ann.panel.waitFor({ state: 'detached' });
  assert.equal(await teaser.count(), 0, 'what was read is not shown again');
  assert.deepEqual(mistakes(ann.page), []);
  await ann.leave();
});

test('the end stays in sight when the composer grows, and who reads above is left there', async () => {
  const ann = await newCustomer(browser, shop);
  for (const text of ['hello', 'How long is a gift card valid?']) await ann.ask(text);
  const log = ann.page.locator('.log');
  const below = () => log.evaluate((one) => Math.round(one.scrollHeight - one.scrollTop - one.clientHeight));
  assert.equal(await below(), 0);
  const room = await log.evaluate((one) => one.clientHeight);
  await ann.input.fill('a\nb\nc\nd');
  await ann.page.waitForFunction((before) => document.querySelector('frontdesk-widget').shadowRoot.querySelector('.log').clientHeight < before, room);
  await ann.page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then))));
  assert.equal(await below(), 0);
  await log.evaluate((one) => (one.scrollTop = 0));
  await ann.page.locator('.newest').waitFor();
  await ann.input.fill('');
  await ann.page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then))));
  assert.equal(await log.evaluate((one) => one.scrollTop), 0);
  await ann.leave();
});

test('clocks are the ones of where the customer is', async () => {
  for (const [locale, shape] of [['en-GB', /^\d\d:\d\d$/], ['en-US', /^\d{1,2}:\d\d\s[AP]M$/]]) {
    const ann = await newCustomer(browser, shop, { locale });
    await ann.ask('hello');
    assert.match(await ann.bot.first().locator('time').innerText(), shape, locale);
    await ann.leave();
  }
});
