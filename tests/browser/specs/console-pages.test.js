// Every page of the console in both languages and themes: without a barrier, and not wider than 1280 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot, startBrowser } from '../harness/browser.js';
import { Customer, mistakes, owner, signIn } from '../harness/people.js';
import { startServer } from '../harness/server.js';

let server;
let browser;
let boss;
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  boss = await owner(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const PAGES = ['home', 'knowledge', 'playground', 'inboxes', 'team', 'policy', 'model', 'audit', 'settings', 'contacts', 'inbox/all', 'inbox/mine', 'inbox/mentions', 'inbox/resolved'];

for (const [language, dark] of [['en', false], ['zh', true]]) {
  test(`every page can be used by everybody: ${language}, ${dark ? 'dark' : 'light'}`, async () => {
    const customer = await Customer.arrive(server, { language, contact: { name: language === 'zh' ? '赵敏' : 'Emma Clarke' } });
    await customer.say(language === 'zh' ? '我要转人工' : 'I want to talk to a person');
    boss.me = await boss.call('PATCH', '/api/v1/desk/me', { language, settings: { theme: dark ? 'dark' : 'light' } });
    const page = await newPerson(browser, { locale: language === 'zh' ? 'zh-CN' : 'en-GB', dark });
    await signIn(page, server);
    for (const path of [...PAGES, `inbox/all/${customer.id}`]) {
      await page.goto(`${server.url}/console/${path}`);
      await page.locator('h1').first().waitFor();
      if (path.includes(customer.id)) await page.locator('.message').first().waitFor();
      await page.waitForFunction(() => !document.querySelector('.skeleton, [aria-busy=true]'));
      assert.deepEqual(await accessibility(page), [], path);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${path} is wider than the window`);
      await shot(page, `console-${path.replace(customer.id, 'one').replaceAll('/', '-')}-${language}`);
    }
    assert.deepEqual(mistakes(page), []);
    await page.context().close();
  });
}
