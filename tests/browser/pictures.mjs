// Makes the pictures of the READMEs anew, from the demo shop as it is: `npm --prefix tests/browser run pictures`.
import { join } from 'node:path';
import { newPerson, startBrowser } from './harness/browser.js';
import { Customer, look } from './harness/customer.js';
import { Customer as Writer, owner, PASSWORD, signIn } from './harness/people.js';
import { root, startServer } from './harness/server.js';

const PICTURES = [
  ['chat.png', '/demo', 'en-GB', ['How long is a gift card valid?']],
  ['chat-zh.png', '/demo/zh', 'zh-CN', ['退货运费由谁承担？']],
];

/** Whom agents find waiting: their name and what they wrote. */
const DESK = [
  ['console.png', 'en', 'en-GB', [
    ['Oliver Grant', 'How long do I have to return something?', 'I want to talk to a person'],
    ['Priya Nair', 'My lamp arrived broken, order 20260412-7781. I want to talk to a person'],
    ['Hannah Weber', 'How long is a gift card valid?', 'My order 20260418-3310 of 1,299 yuan should have come on 12 March. Where is it? I want to talk to a person'],
  ]],
  ['console-zh.png', 'zh', 'zh-CN', [
    ['王磊', '礼品卡多久过期', '转人工'],
    ['陈思雨', '台灯收到就是坏的，订单20260412-7781，转人工'],
    ['林晓', '标准配送要多久？', '订单20260418-3310付了￥1299，3月12日就该到了，现在还没收到，请转人工'],
  ]],
];

/** Waits until the last word is not the customer's, or a person has been asked. */
async function settled(boss, customer) {
  for (;;) {
    const { row } = await boss.call('GET', `/api/v1/desk/conversations/${customer.id}`);
    if (row.owner.kind === 'queue' || row.last?.from === 'bot') return;
    await new Promise((then) => setTimeout(then, 100));
  }
}

const [server, browser] = await Promise.all([startServer(), startBrowser()]);
try {
  for (const [name, path, locale, questions] of PICTURES) {
    const page = await newPerson(browser, { locale, viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.25 });
    await look(page);
    await page.goto(server.url + path);
    const customer = new Customer(page);
    await customer.open();
    for (const question of questions) await customer.ask(question);
    await page.locator('.chip').first().click();
    await page.locator('.passage mark').first().waitFor();
    await page.screenshot({ path: join(root, 'docs/images', name) });
    await page.context().close();
  }
  const boss = await owner(server);
  await boss.call('PATCH', '/api/v1/desk/me', { name: 'Mei Lin', presence: 'away' });
  for (const [name, language, locale, told] of DESK) {
    let last;
    for (const [contact, ...messages] of told) {
      last = await Writer.arrive(server, { language, contact: { name: contact } });
      for (const text of messages) {
        await last.say(text);
        await settled(boss, last);
      }
    }
    await boss.call('PATCH', '/api/v1/desk/me', { language });
    const page = await newPerson(browser, { locale, viewport: { width: 1440, height: 900 } });
    await signIn(page, server, undefined, PASSWORD, `/inbox/unassigned/${last.id}`);
    await page.locator('.message').first().waitFor();
    await page.locator('[data-row]').first().waitFor();
    await page.screenshot({ path: join(root, 'docs/images', name) });
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.close();
}
