// What else a customer does: files, a rating, forms, by keyboard alone, in every language and light, with a screen reader's tree.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { accessibility, MOBILE, shot, startBrowser } from '../harness/browser.js';
import { focused, newCustomer } from '../harness/customer.js';
import { startServer } from '../harness/server.js';
import { startShop } from '../harness/shop.js';

const QUESTION = 'How long is a gift card valid?';
/** One pixel. */
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
let server, shop, browser;
const here = [];
const customer = async (options) => {
  const one = await newCustomer(browser, shop, options);
  here.push(one);
  return one;
};
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  shop = await startShop(server.url);
});
afterEach(async () => {
  for (const one of here.splice(0)) await one.leave();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.close();
});

test('by keyboard alone: open, ask, open the source, go back, close', async () => {
  const ann = await customer({ open: false });
  await ann.launcher.waitFor();
  const tab = async (wanted) => {
    for (let step = 0; step < 40; step += 1) {
      await ann.page.keyboard.press('Tab');
      if (await focused(ann.page, wanted)) return;
    }
    assert.fail(`Tab never reaches ${wanted}`);
  };
  await tab('.launcher');
  await ann.page.keyboard.press('Enter');
  await ann.panel.waitFor();
  assert.ok(await focused(ann.page, '.composer textarea'), 'one can write at once');
  await ann.page.keyboard.type(QUESTION);
  await ann.page.keyboard.press('Enter');
  await ann.bot.first().waitFor();
  await ann.page.keyboard.press('Shift+Tab');
  for (let step = 0; step < 20 && !(await focused(ann.page, '.chip')); step += 1) await ann.page.keyboard.press('Shift+Tab');
  await ann.page.keyboard.press('Enter');
  await ann.page.locator('.passage mark').first().waitFor();
  await ann.page.keyboard.press('Tab');
  await ann.page.keyboard.press('Escape');
  await ann.page.locator('.passage').waitFor({ state: 'detached' });
  assert.ok(await focused(ann.page, '.chip'), 'the focus goes back to where it came from');
  await ann.page.keyboard.press('Escape');
  await ann.panel.waitFor({ state: 'detached' });
  assert.ok(await focused(ann.page, '.launcher'));
  assert.deepEqual(ann.page.errors, []);
});

test('a screen reader finds roles, names and live regions', async () => {
  const ann = await customer();
  await ann.ask(QUESTION);
  const log = ann.page.getByRole('log');
  assert.equal(await log.getAttribute('aria-live'), 'polite');
  assert.match(await log.innerText(), /You, \d/);
  assert.match(await log.innerText(), /Assistant \(Answer by an AI assistant\), \d/);
  await ann.page.getByRole('dialog', { name: 'Larkmere Home & Outdoor' }).waitFor();
  await ann.page.getByRole('textbox', { name: 'Your message' }).waitFor();
  await ann.page.getByRole('button', { name: 'Talk to a person' }).waitFor();
});

describe('files', () => {
  test('are sent by button and by paste, shown, and handed out only as what they are', async () => {
    const ann = await customer();
    await ann.page.locator('input[type=file]').setInputFiles({ name: 'crack.png', mimeType: 'image/png', buffer: PICTURE });
    await ann.page.locator('.attached li:not(.busy)').getByText('crack.png').waitFor();
    await ann.say('The lid has a crack.');
    const picture = ann.mine.first().locator('.picture img');
    await picture.waitFor();
    assert.equal(await picture.getAttribute('alt'), 'crack.png');
    await ann.mine.first().locator('.picture').click();
    await ann.page.locator('.lightbox img').waitFor();
    for (const key of ['Tab', 'Tab', 'Shift+Tab']) {
      await ann.page.keyboard.press(key);
      assert.ok(await focused(ann.page, '.lightbox .tool'), 'what covers everything keeps the focus');
    }
    await ann.page.keyboard.press('Escape');
    await ann.page.locator('.lightbox').waitFor({ state: 'detached' });
    assert.ok(await focused(ann.page, '.picture'), 'and gives it back');
    await ann.input.evaluate((area, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }));
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, [...PICTURE]);
    await ann.page.locator('.attached li:not(.busy)').getByText('pasted.png').waitFor();
    assert.deepEqual(ann.page.errors, []);
  });

  test('stay when the chat is closed, and those that are too many are told', async () => {
    const ann = await customer();
    const many = Array.from({ length: 12 }, (_, n) => ({ name: `${n}.png`, mimeType: 'image/png', buffer: PICTURE }));
    await ann.page.locator('input[type=file]').setInputFiles(many);
    await ann.page.getByText('A message takes 10 files at most.').waitFor();
    assert.equal(await ann.page.locator('.attached li').count(), 10);
    await shot(ann.page, 'many-files');
    await ann.page.getByRole('button', { name: 'Remove 9.png' }).click();
    await ann.page.keyboard.press('Escape');
    await ann.panel.waitFor({ state: 'detached' });
    await ann.open();
    assert.equal(await ann.page.locator('.attached li').count(), 9);
  });

  test('that pretend to be pictures are refused with a reason', async () => {
    const ann = await customer();
    const trap = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    await ann.page.locator('input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: trap });
    await ann.page.locator('.attached .failed').getByText(/cannot be sent here/).waitFor();
    await ann.page.getByRole('button', { name: 'Remove photo.png' }).click();
    assert.equal(await ann.page.locator('.attached li').count(), 0);
  });
});

test('a conversation that is over is rated, kept as a file, and opened again', async () => {
  const ann = await customer();
  await ann.ask(QUESTION);
  await ann.page.getByRole('button', { name: 'More' }).click();
  const [file] = await Promise.all([ann.page.waitForEvent('download'), ann.page.getByRole('button', { name: 'Download transcript' }).click()]);
  assert.match(file.suggestedFilename(), /^chat-.*\.txt$/);
  await ann.page.getByRole('button', { name: 'More' }).click();
  await ann.page.getByRole('button', { name: 'End conversation' }).click();
  await ann.page.getByRole('button', { name: 'End it' }).click();
  await ann.page.getByText('How did we do?').waitFor();
  await ann.page.locator('.scores label[title=Good]').click();
  assert.ok(await ann.page.getByRole('radio', { name: 'Good', exact: true }).isChecked());
  await ann.page.getByRole('textbox', { name: /Anything to add/ }).fill('Quick and clear.');
  await shot(ann.page, 'rating');
  await ann.page.getByRole('button', { name: 'Send rating' }).click();
  await ann.page.getByText('Thank you for your rating.').waitFor();
  await ann.ask('How many days do I have to return something?');
  await ann.page.locator('.line.reopened').waitFor();
  assert.deepEqual(ann.page.errors, []);
});

test('a transcript that cannot be fetched is no silence', async () => {
  const ann = await customer();
  await ann.ask(QUESTION);
  await ann.page.route('**/transcript*', (route) => route.abort());
  await ann.page.getByRole('button', { name: 'More' }).click();
  await ann.page.getByRole('button', { name: 'Download transcript' }).click();
  await ann.banner.getByText('That did not work').waitFor();
});

test('a new conversation ends the one that waits for a person, after a question', async () => {
  const ann = await customer();
  await ann.ask(QUESTION);
  await ann.page.getByRole('button', { name: 'Talk to a person' }).click();
  await ann.page.locator('.line.escalated').waitFor();
  const ended = ann.page.waitForResponse((response) => response.url().endsWith('/end'));
  const begin = async () => {
    await ann.page.getByRole('button', { name: 'More' }).click();
    await ann.page.getByRole('button', { name: 'New conversation' }).click();
  };
  await begin();
  await ann.page.getByText('You are waiting for a person').waitFor();
  await shot(ann.page, 'anew');
  await ann.page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await ann.mine.count(), 1);
  await begin();
  await ann.page.getByRole('button', { name: 'End it and start anew' }).click();
  assert.equal((await ended).status(), 204);
  await ann.page.locator('.welcome').waitFor();
  await ann.ask(QUESTION);
  assert.equal(await ann.mine.count(), 1);
  assert.deepEqual(ann.page.errors, []);
});

test('where nobody is at the desk, there is a way to leave an address', async () => {
  for (const [lang, words, save, thanks] of [
    ['en', 'Nobody of our team is here right now.', 'Save', 'Your address is noted'],
    ['zh', '目前没有人工客服在线。', '保存', '邮箱已记下'],
  ]) {
    const ann = await customer({ lang, ...(lang === 'zh' ? { viewport: MOBILE, touch: true } : {}) });
    await ann.page.locator('.human').click();
    await ann.page.getByText(words).waitFor();
    await shot(ann.page, `nobody-${lang}`);
    await ann.page.locator('.card input').fill('ann@example.com');
    await ann.page.getByRole('button', { name: save }).click();
    await ann.page.getByText(thanks).waitFor();
    assert.deepEqual(await wrong(ann), []);
  }
});

test('a panel that is still open on the next page takes the focus from nobody', async () => {
  const ann = await customer();
  assert.ok(await focused(ann.page, '.composer textarea'));
  await ann.page.reload();
  await ann.input.waitFor();
  await ann.page.keyboard.press('Tab');
  assert.ok(await focused(ann.page, 'main a'), 'the page begins at its beginning');
});

test('on a telephone it covers the page as long as it is wanted, and no longer', async () => {
  const ann = await customer({ viewport: MOBILE, touch: true });
  const gone = async () => {
    await ann.panel.waitFor({ state: 'detached' });
    assert.ok(await focused(ann.page, '.launcher'), 'the focus is where it came from');
  };
  const length = await ann.page.evaluate(() => history.length);
  assert.equal(await ann.panel.getAttribute('aria-modal'), 'true');
  for (let step = 0; step < 30; step += 1) {
    await ann.page.keyboard.press('Tab');
    assert.ok(await focused(ann.page, '.panel *'), 'and keeps the focus meanwhile');
  }
  await ann.page.getByRole('button', { name: 'Close chat' }).click();
  await gone();
  await ann.open();
  await ann.page.goBack();
  await gone();
  assert.equal(new URL(ann.page.url()).pathname, '/', 'the way back closed it');
  await ann.open();
  // Closed and opened again before the browser has taken the step back.
  await ann.page.evaluate(async () => {
    const root = [...document.querySelectorAll('*')].find((element) => element.shadowRoot).shadowRoot;
    root.querySelector('.panel [aria-label="Close chat"]').click();
    while (root.querySelector('.panel')) await null;
    root.querySelector('.launcher').click();
    await new Promise((taken) => addEventListener('popstate', taken, { once: true }));
  });
  await ann.page.waitForFunction(() => history.state?.frontdesk === true);
  await ann.panel.waitFor();
  await ann.page.goBack();
  await gone();
  assert.equal(new URL(ann.page.url()).pathname, '/', 'also then');
  await ann.open();
  assert.equal(await ann.page.evaluate(() => history.length), length, 'and no trace is left behind');
  await ann.ask(QUESTION);
  await ann.page.reload();
  await ann.launcher.waitFor();
  assert.equal(await ann.panel.count(), 0, 'the next page is not covered');
  await ann.open();
  await ann.bot.first().waitFor();
  assert.deepEqual(ann.page.errors, []);
});

test('a message that was refused can be tried again or discarded', async () => {
  const ann = await customer();
  let refuse = true;
  await ann.page.route('**/messages', (route) => (refuse ? route.fulfill({ status: 422, json: { code: 'message_too_long', detail: 'Too long.' } }) : route.continue()));
  await ann.say('First');
  await ann.page.locator('.leaving.failed').getByText('Too long.').waitFor();
  refuse = false;
  await ann.page.getByRole('button', { name: 'Try again' }).click();
  await ann.page.locator('.message.mine:not(.leaving)').getByText('First').waitFor();
  refuse = true;
  await ann.say('Second');
  await ann.page.getByRole('button', { name: 'Discard' }).click();
  await ann.mine.getByText('Second').waitFor({ state: 'detached' });
});

const LOOKS = [
  ['light', { lang: 'en' }],
  ['dark', { lang: 'en', dark: true }],
  ['Chinese', { lang: 'zh' }],
  ['Arabic', { lang: 'ar' }],
  ['a telephone', { lang: 'en', viewport: MOBILE, touch: true }],
  ['a dark telephone in Chinese', { lang: 'zh', dark: true, viewport: MOBILE, touch: true }],
];
describe('axe finds nothing wrong', () => {
  for (const [name, options] of LOOKS) {
    test(`in ${name}`, async () => {
      const ann = await customer(options);
      const slug = name.replaceAll(' ', '-');
      assert.deepEqual(await wrong(ann), []);
      await shot(ann.page, `${slug}-1-welcome`);
      const answer = await ann.ask(options.lang === 'zh' ? '退货运费由谁承担？' : QUESTION);
      await answer.locator('.chip').first().click();
      await ann.page.locator('.passage mark').first().waitFor();
      assert.deepEqual(await wrong(ann), []);
      await shot(ann.page, `${slug}-2-answer`);
      await ann.page.locator('.menu > .tool').click();
      assert.deepEqual(await wrong(ann), []);
      await ann.page.keyboard.press('Escape');
      await ann.page.locator('.human').click();
      await ann.page.locator('.line.escalated').waitFor();
      assert.deepEqual(await wrong(ann), []);
      await shot(ann.page, `${slug}-3-waiting`);
      assert.equal(await ann.page.locator('.root').getAttribute('dir'), options.lang === 'ar' ? 'rtl' : 'ltr');
      assert.ok((await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'nothing overflows');
    });
  }
});

/** The host page has no styles at all; what is wrong with it is not the widget's. */
const wrong = (ann) => accessibility(ann.page, { include: [['frontdesk-widget']], disable: ['region'] });
