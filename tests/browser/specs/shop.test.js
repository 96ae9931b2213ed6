// The pages around the widget, and what an inbox's settings make of it: the form before the chat, closed doors, foreign websites.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { accessibility, MOBILE, newPerson, shot, startBrowser } from '../harness/browser.js';
import { anotherTab, Customer, look, newCustomer } from '../harness/customer.js';
import { startServer } from '../harness/server.js';
import { startShop } from '../harness/shop.js';

let server, shop, browser, inbox;
const here = [];
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  shop = await startShop(server.url);
  [inbox] = await server.api('/api/v1/admin/inboxes');
});
afterEach(async () => {
  for (const page of here.splice(0)) await page.context().close();
  await settings({});
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.close();
});

/** Changes some of the inbox's settings; the others are as at the beginning. */
const settings = (change) => server.api(`/api/v1/admin/inboxes/${inbox.id}`, { method: 'PUT', body: { name: inbox.name, settings: { ...inbox.settings, ...change } } });

async function visit(path, options) {
  const page = await newPerson(browser, options);
  await look(page);
  here.push(page);
  await page.goto(server.url + path);
  return page;
}

async function customer(options) {
  const ann = await newCustomer(browser, shop, options);
  here.push(ann.page);
  return ann;
}

describe('the pages', () => {
  for (const [name, path, options] of [
    ['front page', '/', {}],
    ['front page in Chinese, dark', '/', { locale: 'zh-CN', dark: true }],
    ['demo shop', '/demo', {}],
    ['demo shop in Chinese on a telephone', '/demo/zh', { locale: 'zh-CN', viewport: MOBILE, touch: true }],
    ['API reference', '/api/docs', {}],
  ]) {
    test(`${name}: axe finds nothing wrong`, async () => {
      const page = await visit(path, options);
      await page.locator(path === '/api/docs' ? 'h1' : '.launcher').first().waitFor();
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(page.errors, []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'nothing overflows');
      await shot(page, name.replaceAll(/\W+/g, '-'));
    });
  }

  test('the front page leads to the demo shop, whose own buttons talk to the widget', async () => {
    const page = await visit('/');
    await page.getByRole('link', { name: /Demo shop/ }).click();
    await page.getByRole('button', { name: 'How long is a gift card valid?' }).click();
    const ann = new Customer(page);
    await ann.bot.first().getByText('36 months').waitFor();
    await shot(page, 'demo-answer');
    assert.deepEqual(page.errors, []);
  });
});

test('pictures are shown on our own pages, too', async () => {
  const page = await visit('/demo');
  const ann = new Customer(page);
  await ann.open();
  const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await page.locator('input[type=file]').setInputFiles({ name: 'crack.png', mimeType: 'image/png', buffer: picture });
  await page.locator('.attached li:not(.busy)').getByText('crack.png').waitFor();
  await ann.say('The lid has a crack.');
  const shown = page.locator('.message.mine:not(.leaving) .picture img');
  await shown.waitFor();
  await shown.evaluate((img) => img.decode());
  assert.deepEqual(page.errors, []);
});

describe('somebody who signs in at the shop', () => {
  const tell = (ann, ...call) => ann.page.evaluate((call) => window.Frontdesk(...call), call);
  const opening = (ann) => ann.page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/conversations'));

  test('finds nothing of the one before, in no tab, and leaves nothing behind', async () => {
    const ann = await customer({ open: false });
    const tab = await anotherTab(ann, shop, { open: false });
    await Promise.all([ann.launcher.waitFor(), tab.launcher.waitFor()]);
    for (const one of [ann, tab]) await tell(one, 'identify', 'user-1', { name: 'Ann', phone: '+49 1' });
    await tell(ann, 'set', { plan: 'pro' });
    await ann.open();
    await ann.ask('How long is a gift card valid?');
    await ann.input.fill('My secret');
    await tab.open();
    await tab.bot.first().waitFor();

    await tell(ann, 'identify', 'user-2', { name: 'Bob' });
    for (const one of [ann, tab]) {
      await one.page.locator('.welcome').waitFor();
      assert.deepEqual([await one.mine.count(), await one.input.inputValue()], [0, '']);
    }
    const [request] = await Promise.all([opening(tab), tab.say('How many days do I have to return something?')]);
    const { contact, identity } = request.postDataJSON();
    assert.deepEqual({ contact, identity }, { contact: { name: 'Bob' }, identity: { id: 'user-2', name: 'Bob' } });
    await ann.bot.first().waitFor();

    await tell(tab, 'shutdown');
    await tab.launcher.waitFor({ state: 'detached' });
    await ann.page.locator('.welcome').waitFor();
    assert.doesNotMatch(await ann.page.evaluate(() => JSON.stringify(localStorage)), /Bob|user-2|token":"/);
    const [anonymous] = await Promise.all([opening(ann), ann.say('How long is a gift card valid?')]);
    assert.deepEqual(Object.keys(anonymous.postDataJSON()).sort(), ['inbox', 'language']);
    assert.deepEqual([...ann.page.errors, ...tab.page.errors], []);
  });
});

describe('an inbox', () => {
  test('asks for what it needs to know before the chat, once', async () => {
    const field = (key, kind, required, en, options = []) => ({ key, kind, required, options, label: { en, zh: en } });
    await settings({ prechat: { enabled: true, fields: [field('name', 'text', true, 'Your name'), field('email', 'email', true, 'E-mail'), field('topic', 'select', false, 'Topic', ['Order', 'Other'])] } });
    const ann = await customer();
    const start = ann.page.getByRole('button', { name: 'Start chat' });
    await start.click();
    const name = ann.page.getByRole('textbox', { name: 'Your name' });
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    assert.match(await name.evaluate((input) => input.getRootNode().getElementById(input.getAttribute('aria-describedby')).textContent), /fill this in/);
    assert.deepEqual(await accessibility(ann.page, { include: [['frontdesk-widget']], disable: ['region'] }), []);
    await shot(ann.page, 'before');
    await name.fill('Ann');
    await ann.page.getByRole('textbox', { name: 'E-mail' }).fill('ann@');
    await start.click();
    await ann.page.getByText('Please enter an address').waitFor();
    await ann.page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
    await ann.page.getByRole('combobox', { name: 'Topic (optional)' }).selectOption('Order');
    await start.click();
    await ann.ask('How long is a gift card valid?');
    await ann.page.reload();
    await ann.panel.waitFor();
    await ann.bot.first().waitFor();
    assert.equal(await start.count(), 0, 'nobody is asked twice');
  });

  test('whose people are away takes a message and a way to answer', async () => {
    const closed = { zone: 'UTC', always: false, week: [[], [], [], [], [], [], []], holidays: [] };
    await settings({ hours: closed, out_of_hours: 'take_message' });
    const ann = await customer();
    await ann.status.getByText(/away/).waitFor();
    await ann.page.getByRole('button', { name: 'Talk to a person' }).click();
    await ann.page.locator('.line.escalated').waitFor();
    await ann.page.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com');
    await shot(ann.page, 'away');
    await ann.page.getByRole('button', { name: 'Save' }).click();
    await ann.page.locator('[role=textbox], .card input').first().waitFor({ state: 'detached' });
    assert.deepEqual(ann.page.errors, []);
  });

  test('tells how soon people answer, as long as they are there', async () => {
    await settings({ reply_minutes: 180 });
    const ann = await customer();
    await ann.status.getByText('Team usually answers in 3 hours').waitFor();
    const li = await customer({ lang: 'zh', viewport: MOBILE, touch: true });
    await li.status.getByText('人工客服通常在 3 小时内回复').waitFor();
    await shot(li.page, 'soon-zh');
    await settings({ reply_minutes: 180, hours: { zone: 'UTC', always: false, week: [[], [], [], [], [], [], []], holidays: [] } });
    await ann.page.reload();
    await ann.status.getByText(/away/).waitFor();
    assert.doesNotMatch(await ann.status.innerText(), /3 hours/);
  });

  test('is not for websites that it does not name', async () => {
    await settings({ origins: ['https://shop.example'] });
    const page = await newPerson(browser);
    here.push(page);
    const refused = page.waitForEvent('console', (message) => message.text().includes('could not be opened'));
    await page.goto(shop.url);
    await refused;
    assert.equal(await page.locator('.launcher').count(), 0);
  });

  test('has its own colour, and its words can be read on it', async () => {
    for (const colour of ['#ffe14d', '#0b0b0b']) {
      await settings({ colour });
      const ann = await customer();
      await ann.ask('How long is a gift card valid?');
      assert.deepEqual(await accessibility(ann.page, { include: [['frontdesk-widget']], disable: ['region'] }), [], colour);
      await shot(ann.page, `colour-${colour.slice(1)}`);
    }
  });
});
