// Questions and answers in the widget, on a foreign page with a strict policy: streaming, citations, and every way to lose the
// connection in between.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startBrowser } from '../harness/browser.js';
import { anotherTab, newCustomer } from '../harness/customer.js';
import { startModel } from '../harness/model.js';
import { startServer } from '../harness/server.js';
import { startShop } from '../harness/shop.js';

const QUESTION = 'How long is a gift card valid?';
let model, server, shop, browser;
const here = [];
const customer = async (options) => {
  const one = await newCustomer(browser, shop, options);
  here.push(one);
  return one;
};
before(async () => {
  [model, browser] = await Promise.all([startModel(), startBrowser()]);
  server = await startServer({ settings: model.settings });
  shop = await startShop(server.url);
});
afterEach(async () => {
  model.release();
  for (const one of here.splice(0)) await one.leave();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.close();
  await model?.close();
});

describe('an answer', () => {
  test('comes sentence by sentence, and its citation opens the quoted passage in place', async () => {
    model.hold();
    const ann = await customer();
    await ann.say(QUESTION);
    await ann.draft.getByText('36 months').waitFor();
    assert.equal(await ann.draft.getByText('30 days').count(), 0, 'only what was verified is shown');
    assert.equal(await ann.bot.count(), 0, 'it is not said yet');
    model.release();
    await ann.bot.first().getByText('extended by 30 days').waitFor();
    assert.equal(await ann.draft.count(), 0);
    assert.equal(await ann.bot.count(), 1, 'nothing is shown twice');
    assert.equal(await ann.bot.first().locator('.badge').textContent(), 'AI');

    const mark = ann.bot.first().locator('.ref').first();
    await mark.click();
    const passage = ann.page.getByRole('region', { name: /Source 1/ });
    await passage.locator('mark').first().waitFor();
    assert.match((await passage.locator('mark').allTextContents()).join(' '), /valid for 36 months/);
    assert.equal(await mark.getAttribute('aria-expanded'), 'true');
    await ann.page.keyboard.press('Escape');
    await passage.waitFor({ state: 'detached' });
    assert.ok(await ann.panel.isVisible(), 'Escape closes the passage, not the chat');
    assert.deepEqual(ann.page.errors, [], 'the strict policy is not broken');
  });

  test('is there once after a reload in the middle of it', async () => {
    model.hold();
    const ann = await customer();
    await ann.say(QUESTION);
    await ann.draft.getByText('36 months').waitFor();
    await ann.page.reload();
    await ann.panel.waitFor();
    await ann.mine.getByText(QUESTION).waitFor();
    model.release();
    await ann.bot.first().getByText('extended by 30 days').waitFor();
    assert.deepEqual([await ann.mine.count(), await ann.bot.count(), await ann.draft.count()], [1, 1, 0]);
  });

  test('is there once after the network was cut in the middle of it', async () => {
    model.hold();
    const ann = await customer();
    await ann.say(QUESTION);
    await ann.draft.getByText('36 months').waitFor();
    await ann.page.context().setOffline(true);
    await ann.banner.getByText(/offline/).waitFor();
    await ann.say('And after that?');
    await ann.mine.getByText('And after that?').waitFor();
    model.release();
    await ann.page.context().setOffline(false);
    await ann.bot.first().getByText('extended by 30 days').waitFor();
    await ann.page.locator('.message.mine:not(.leaving)').nth(1).waitFor();
    await ann.bot.nth(1).waitFor();
    assert.deepEqual([await ann.mine.count(), await ann.bot.count()], [2, 2], 'nothing is lost and nothing comes twice');
  });

  test('is the same in two tabs of one customer, also when the first one closes', async () => {
    const ann = await customer();
    await ann.ask(QUESTION);
    const second = await anotherTab(ann, shop);
    await second.bot.first().getByText('36 months').waitFor();
    await second.say('Can it be extended?');
    await ann.mine.getByText('Can it be extended?').waitFor();
    await ann.bot.nth(1).waitFor();
    await second.bot.nth(1).waitFor();
    await ann.page.close();
    await second.ask(QUESTION);
    assert.deepEqual([await second.mine.count(), await second.bot.count()], [3, 3]);
  });

  test('that the documents do not give is an offer of a person', async () => {
    const ann = await customer();
    const said = await ann.ask('Who won the football world cup in 1998?');
    await said.getByRole('button', { name: 'Yes, get me a person' }).click();
    await ann.page.locator('.line.escalated').waitFor();
    await ann.say('Are you there?');
    await ann.page.locator('.message.mine:not(.leaving)').nth(1).waitFor();
    assert.equal(await ann.page.getByRole('button', { name: 'A person has been asked' }).isDisabled(), true);
  });
});
