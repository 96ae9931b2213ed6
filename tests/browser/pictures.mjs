// Makes the pictures of the READMEs anew, from the demo shop as it is: `npm --prefix tests/browser run pictures`.
import { join } from 'node:path';
import { newPerson, startBrowser } from './harness/browser.js';
import { Customer, look } from './harness/customer.js';
import { root, startServer } from './harness/server.js';

const PICTURES = [
  ['chat.png', '/demo', 'en-GB', ['How long is a gift card valid?']],
  ['chat-zh.png', '/demo/zh', 'zh-CN', ['退货运费由谁承担？']],
];

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
} finally {
  await browser.close();
  await server.close();
}
