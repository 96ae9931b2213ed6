// Signing in to the console: the first password, roles, language and theme, keys and the palette.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot, startBrowser } from '../harness/browser.js';
import { colleague, mistakes, OWNER, PASSWORD, Session, signIn } from '../harness/people.js';
import { startServer } from '../harness/server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ sample: false }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('the owner signs in with the printed password and chooses their own', async () => {
  const page = await newPerson(browser);
  await page.goto(`${server.url}/console`);
  await page.getByLabel('E-mail').fill(OWNER);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The e-mail or the password is wrong.').waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-sign-in');

  await page.getByLabel('Password', { exact: true }).fill(server.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
  await page.getByLabel('Current password').fill(server.password);
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password again').fill('something else');
  await page.keyboard.press('Enter');
  await page.getByText('The two do not match.').waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.getByLabel('New password again').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();

  // The session outlives a reload, and ends at once when it is given up.
  await page.reload();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await page.getByRole('button', { name: /Online/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Frontdesk' }).waitFor();
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/desk/me')).status), 401);
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('an agent sees conversations and nothing of the administration', async () => {
  const boss = await Session.start(server, OWNER, PASSWORD);
  const { email } = await colleague(boss, 'Ada Agent', 'agent');
  const page = await newPerson(browser);
  await signIn(page, server, email);
  await page.locator('section.list').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Policy' }).count(), 0);
  assert.equal(await page.getByRole('link', { name: 'Team' }).count(), 0);
  await page.goto(`${server.url}/console/team`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  // The page is not what keeps them out.
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/admin/policy')).status), 403);
  await page.context().close();
});

test('keys: the palette, the help, another key, none', async () => {
  const page = await newPerson(browser);
  await signIn(page, server);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Search' });
  await field.waitFor();
  await page.keyboard.type('contac');
  await page.getByRole('option', { name: /Go to contacts/ }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();

  await page.locator('body').press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Alt+s');
  await page.getByRole('tab', { name: 'Shortcuts' }).click();
  await page.getByRole('button', { name: 'Change: Go to contacts' }).click();
  await page.keyboard.press('Alt+y');
  await page.locator('kbd', { hasText: 'Alt+Y' }).waitFor();
  await page.keyboard.press('Alt+y');
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();

  // Typed into a field, a sign is a sign.
  await page.getByRole('searchbox').fill('');
  await page.getByRole('searchbox').press('?');
  assert.equal(await page.getByRole('searchbox').inputValue(), '?');
  assert.equal(await page.getByRole('dialog').count(), 0);

  await page.keyboard.press('Alt+s');
  await page.getByRole('tab', { name: 'Shortcuts' }).click();
  await page.getByRole('switch', { name: 'Use keyboard shortcuts' }).click();
  await page.locator('[role=switch][aria-checked=false]').first().waitFor();
  await page.keyboard.press('Alt+y');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Control+k');
  await field.waitFor();
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('language and theme are the agent’s own and stay', async () => {
  const page = await newPerson(browser);
  await signIn(page, server);
  await page.goto(`${server.url}/console/settings`);
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('heading', { name: '设置' }).waitFor();
  await page.getByLabel('外观').selectOption('dark');
  await page.locator('html[data-theme=dark][lang=zh-CN]').waitFor();
  await page.waitForLoadState('networkidle');
  await page.reload();
  await page.locator('html[data-theme=dark][lang=zh-CN]').waitFor();
  await page.getByRole('heading', { name: '设置' }).waitFor();
  const me = (await Session.start(server, OWNER, PASSWORD)).me;
  assert.equal(me.language, 'zh');
  assert.equal(me.settings.theme, 'dark');
  await page.context().close();
});

