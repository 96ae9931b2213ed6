// Running the place in a real browser, on the real server: documents, playground, rules, widgets, people, and who may see it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, signIn } from '../harness/admin.js';
import { newPerson, startBrowser } from '../harness/browser.js';
import { startServer } from '../harness/server.js';

const FRESH = 'a quiet house by the sea';
const PLAIN = { mimeType: 'text/markdown' };

let server;
let browser;
let owner;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  owner = await newPerson(browser);
  await signIn(owner, server, { password: server.password, fresh: FRESH });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const row = (page, name) => page.getByRole('row').filter({ hasText: name });

test('a document is uploaded, becomes ready before one’s eyes, and answers in the playground', async () => {
  const page = owner;
  await open(page, server, '/knowledge', 'Knowledge');
  const text = '# Umbrella lending\n\n## Fees\n\nA lost umbrella costs 17 euros to replace.\n\n## Hours\n\nUmbrellas are lent from Monday to Friday.\n';
  await page.locator('input[type=file]').setInputFiles({ name: 'umbrellas.md', ...PLAIN, buffer: Buffer.from(text) });
  await page.getByText('1 file uploaded').waitFor();
  await row(page, 'umbrellas.md').getByText('Ready', { exact: true }).waitFor();
  await row(page, 'umbrellas.md').getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: 'Umbrella lending' }).waitFor();
  await page.getByText('A lost umbrella costs 17 euros to replace.').first().waitFor();
  await page.getByRole('tab', { name: 'Extracted text' }).click();
  await page.getByRole('region', { name: 'Extracted text' }).getByText('## Hours').waitFor();

  await open(page, server, '/playground', 'Playground');
  await page.getByLabel('Question').fill('How much does a lost umbrella cost?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('It would answer').waitFor();
  const first = page.locator('.hit-card').first();
  await first.getByText('Would be cited').waitFor();
  const marks = await first.locator('mark').allTextContents();
  assert.ok(marks.some((mark) => /umbrella/i.test(mark)), `the words are marked: ${marks}`);
  assert.match(await page.locator('.said').innerText(), /17 euros/);
  await page.getByText(/is needed to answer alone/).waitFor();
  await page.getByLabel('Question').fill('Who won the world cup in 1998?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText(/It would (offer|hand over)/).waitFor();
});

test('the checklist leads to the chat, and is done with it once the bot has replied', async () => {
  const page = owner;
  await open(page, server, '/home', /Hello/);
  assert.equal(await page.getByRole('link', { name: 'Open the chat' }).getAttribute('href'), '/');
  const ask = async (path, token, body) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    return (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const { id, token } = await ask('/api/v1/conversations', undefined, {});
  await ask(`/api/v1/conversations/${id}/messages`, token, { client_id: 'one', text: 'What does a lost umbrella cost?' });
  // The page looks for itself.
  await page.getByRole('heading', { name: 'Ask the first question (Done)' }).waitFor();
});

test('a file that cannot be read is set apart with its reason, and can be tried again or deleted', async () => {
  const page = owner;
  await open(page, server, '/knowledge', 'Knowledge');
  await page.locator('input[type=file]').setInputFiles({ name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 and nothing else') });
  const apart = page.getByRole('region', { name: '1 file could not be read' });
  await apart.getByText(/damaged|cannot be read|no text/).waitFor();
  await apart.getByRole('button', { name: 'Try again: broken.pdf' }).click();
  await page.getByText('Trying again.').waitFor();
  await apart.getByText(/damaged|cannot be read|no text/).waitFor();
  await apart.getByRole('button', { name: 'Delete: broken.pdf' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete document' }).click();
  await apart.waitFor({ state: 'detached' });
});

test('a new revision is compared with the old one, and a rollback brings the old one back', async () => {
  const page = owner;
  await open(page, server, '/knowledge', 'Knowledge');
  await row(page, 'umbrellas.md').getByText('Ready', { exact: true }).waitFor();
  const before = await server.api('/api/v1/versions');
  const text = '# Umbrella lending\n\n## Fees\n\nA lost umbrella costs 23 euros to replace.\n\n## Hours\n\nUmbrellas are lent from Monday to Friday.\n';
  await page.locator('input[type=file]').setInputFiles({ name: 'umbrellas.md', ...PLAIN, buffer: Buffer.from(text) });
  await page.getByText('1 file uploaded').waitFor();
  await row(page, 'umbrellas.md').getByRole('link').click();
  await page.getByText('Revision 2').first().waitFor();
  await page.getByRole('tab', { name: 'Revisions' }).click();
  const difference = page.locator('.diff');
  await difference.locator('.added').getByText('23 euros').waitFor();
  await difference.locator('.removed').getByText('17 euros').waitFor();
  await open(page, server, '/knowledge/versions', 'Knowledge');
  await page.getByRole('button', { name: `Go back to this version: ${before[0].version}`, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Go back to this version' }).click();
  await page.getByText(`Went back to version ${before[0].version}`).waitFor();
  await open(page, server, '/playground?q=How%20much%20does%20a%20lost%20umbrella%20cost%3F', 'Playground');
  await page.locator('.said').getByText('17 euros').waitFor();
});

test('rules are refused by line and followed once they are right', async () => {
  const page = owner;
  await open(page, server, '/policy/edit', 'Policy');
  const editor = page.getByLabel('Rules as TOML');
  const good = await editor.inputValue();
  await editor.fill(`${good}\nthis is no rule\n`);
  await page.getByRole('button', { name: 'Save and use' }).click();
  const alert = page.getByRole('alert');
  await alert.getByRole('button', { name: /^Line \d+$/ }).click();
  const picked = await editor.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.match(picked, /this is no rule/);
  const rule = `\n[[rule]]\nname = "press"\naction = "escalate"\nreason = "rule"\npriority = "high"\nreply = "handoff"\ndescription = { en = "Journalists.", zh = "记者。" }\npatterns = ['\\bjournalist\\b']\nexamples.yes = ["I am a journalist"]\nexamples.no = ["I keep a journal"]\n`;
  await editor.fill(good + rule);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('It can be read.').waitFor();
  await page.getByRole('button', { name: 'Save and use' }).click();
  await page.getByText('These rules were edited here.').waitFor();
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.getByLabel('Try a message').last().fill('I am a journalist, who runs this shop?');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText('The rule “press” decides.').waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await page.getByText('These are the rules that Frontdesk ships.').waitFor();
});

test('a widget’s colour is previewed, saved, and what visitors get', async () => {
  const page = owner;
  await open(page, server, '/inboxes', 'Chat widgets');
  await page.getByRole('link', { name: /default/ }).click();
  const colour = page.getByRole('textbox', { name: 'Colour' });
  await colour.fill('#b3261e');
  const painted = await page.locator('.widget-face').evaluate((head) => getComputedStyle(head).backgroundColor);
  assert.equal(painted, 'rgb(179, 38, 30)');
  await colour.fill('#ffffff');
  await page.getByText(/Shifted to #/).waitFor();
  await colour.fill('#b3261e');
  await page.getByRole('tab', { name: 'Files and more' }).click();
  await page.getByLabel('Close quiet conversations after (hours)').fill('24');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  const [inbox] = await server.api('/api/v1/admin/inboxes');
  assert.equal(inbox.settings.colour, '#b3261e');
  assert.equal(inbox.settings.resolve_idle_hours, 24);
  const seen = await fetch(`${server.url}/api/v1/widget/${inbox.key}`);
  assert.equal((await seen.json()).colour, '#b3261e');
  await page.getByRole('tab', { name: 'Hours' }).click();
  await page.getByRole('switch', { name: 'People answer around the clock' }).click();
  await page.getByLabel('Time zone').fill('Moon/Tycho');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/1 setting cannot be kept/).waitFor();
  assert.equal(await page.getByLabel('Time zone').getAttribute('aria-invalid'), 'true');
  // What was not saved is not lost by a wrong click.
  page.once('dialog', (dialog) => dialog.dismiss());
  await page.getByRole('link', { name: 'Audit log' }).click();
  assert.match(page.url(), /inboxes/);
  await page.getByRole('button', { name: 'Discard changes' }).click();
});

test('a model that cannot be reached is said to be so, and quotes stay', async () => {
  const page = owner;
  await open(page, server, '/model', 'Model');
  await page.getByText('No language model: answers are quotes').waitFor();
  await page.getByLabel('Written by a language model').check();
  await page.getByLabel('Address').fill('http://127.0.0.1:9/v1');
  await page.getByLabel('Model', { exact: true }).fill('nobody');
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('The model did not answer').waitFor();
  await page.getByText('No language model: answers are quotes').waitFor();
});

test('somebody who is invited signs in, and sees no administration', async () => {
  const page = owner;
  await open(page, server, '/team', 'Team');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ana Ruiz');
  await dialog.getByLabel('E-mail').fill('ana@shop.example');
  await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
  const password = await page.getByRole('dialog').getByRole('region', { name: 'Password' }).innerText();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await row(page, 'ana@shop.example').waitFor();

  const ana = await newPerson(browser);
  await signIn(ana, server, { email: 'ana@shop.example', password: password.trim(), fresh: 'another long password' });
  const navigation = ana.getByRole('navigation', { name: 'Main navigation' });
  await navigation.getByText('Contacts').waitFor();
  assert.equal(await navigation.getByText('Knowledge').count(), 0);
  await ana.goto(`${server.url}/console/team`);
  await ana.getByText('There is no such page').waitFor();
  const refused = await ana.evaluate(() => fetch('/api/v1/admin/agents').then((response) => response.status));
  assert.equal(refused, 403);
  await ana.context().close();
});

test('quality assurance looks at the knowledge, tries a question, and changes nothing', async () => {
  const made = await server.api('/api/v1/admin/agents', { method: 'POST', body: { name: 'Quinn', email: 'quinn@shop.example', role: 'qa' } });
  const quinn = await newPerson(browser);
  await signIn(quinn, server, { email: 'quinn@shop.example', password: made.password, fresh: 'yet another long password' });
  await open(quinn, server, '/knowledge', 'Knowledge');
  await quinn.getByText('You can look at everything here, but not change it.').waitFor();
  await row(quinn, 'umbrellas.md').waitFor();
  assert.equal(await quinn.getByRole('button', { name: 'Choose files' }).count(), 0);
  assert.equal(await quinn.getByRole('button', { name: /^Delete/ }).count(), 0);
  await open(quinn, server, '/playground?q=What%20does%20a%20lost%20umbrella%20cost%3F', 'Playground');
  await quinn.getByText('It would answer').waitFor();
  await open(quinn, server, '/audit', 'Audit log');
  await quinn.getByText('Widget changed').first().waitFor();
  const refused = await quinn.evaluate(async () => {
    const me = await (await fetch('/api/v1/desk/me')).json();
    const documents = await (await fetch('/api/v1/documents')).json();
    const headers = { 'X-CSRF-Token': me.csrf };
    return (await fetch(`/api/v1/documents/${documents[0].id}`, { method: 'DELETE', headers })).status;
  });
  assert.equal(refused, 403);
  await quinn.context().close();
});

test('the audit log shows who changed what, before and after', async () => {
  const page = owner;
  await open(page, server, '/audit', 'Audit log');
  const changed = page.getByRole('row').filter({ hasText: 'Widget changed' }).first();
  await changed.getByRole('button').click();
  await page.getByRole('row').filter({ hasText: 'settings.colour' }).getByText('#b3261e').waitFor();
  await page.getByRole('row').filter({ hasText: 'Person invited' }).filter({ hasText: 'Ana Ruiz' }).waitFor();
});
