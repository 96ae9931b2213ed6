// Every administrative page, in light and dark: nothing that axe finds, and nothing wider than the window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, signIn } from '../harness/admin.js';
import { accessibility, newPerson, shot, startBrowser } from '../harness/browser.js';
import { startServer } from '../harness/server.js';

let server;
let browser;
let owner;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  owner = await newPerson(browser);
  await signIn(owner, server, { password: server.password, fresh: 'a quiet house by the sea' });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const PAGES = [
  ['home', '/home', /Hello/],
  ['knowledge', '/knowledge', 'Knowledge'],
  ['versions', '/knowledge/versions', 'Knowledge'],
  ['playground', '/playground?q=How%20long%20is%20a%20gift%20card%20valid%3F', 'Playground'],
  ['inboxes', '/inboxes', 'Chat widgets'],
  ['team', '/team', 'Team'],
  ['teams', '/team/teams', 'Team'],
  ['roles', '/team/roles', 'Team'],
  ['policy', '/policy', 'Policy'],
  ['policy-edit', '/policy/edit', 'Policy'],
  ['model', '/model', 'Model'],
  ['audit', '/audit', 'Audit log'],
];

for (const theme of ['light', 'dark']) {
  test(`every administrative page can be used by everybody, ${theme}`, async () => {
    const page = owner;
    await open(page, server, '/settings', 'Settings');
    const kept = page.waitForResponse((response) => response.url().endsWith('/desk/me') && response.request().method() === 'PATCH');
    await page.getByLabel('Appearance').selectOption(theme);
    await kept;
    const found = [];
    for (const [name, path, heading] of PAGES) {
      await open(page, server, path, heading);
      await page.waitForFunction(() => document.querySelector('.skeleton, [aria-busy=true]') === null);
      found.push(...(await accessibility(page)).map((line) => `${name}: ${line}`));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`${name}: wider than the window by ${over}`);
      await shot(page, `admin-${name}-${theme}`);
    }
    const [inbox] = await server.api('/api/v1/admin/inboxes');
    await open(page, server, `/inboxes/${inbox.id}`, inbox.name);
    for (const tab of ['Look', 'Words', 'Form', 'Hours', 'Files and more', 'Install']) {
      await page.getByRole('tab', { name: tab }).click();
      found.push(...(await accessibility(page)).map((line) => `inbox ${tab}: ${line}`));
      await shot(page, `admin-inbox-${tab.toLowerCase().replaceAll(' ', '-')}-${theme}`);
    }
    assert.deepEqual(found, []);
  });
}
