// Several conversations at once, mentions, labels that are known, and a contact that changes under one's eyes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, newPerson, shot } from '../harness/browser.js';
import { away, colleague, eventually, mistakes, PASSWORD, quietDesk, signIn, waitingCustomer } from '../harness/people.js';

let server;
let browser;
let boss;
let tom;
before(async () => {
  ({ server, browser, boss } = await quietDesk());
  tom = await colleague(boss, 'Tom Becker');
  await away(tom.session);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const name = (one) => ({ contact: { name: one } });

test('several are labelled and resolved at once, by keyboard, and the undo takes it back', async () => {
  const customers = [];
  for (const one of ['Ada', 'Ben', 'Cleo', 'Dana']) customers.push(await waitingCustomer(boss, name(one)));
  await boss.call('POST', `/api/v1/desk/conversations/${customers[3].id}/labels`, { add: ['parcel'], remove: [] });
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, '/inbox/unassigned');
  const row = (customer) => page.locator(`[data-row="${customer.id}"]`);
  // The newest stands on top: Dana, Cleo, Ben, Ada.
  await row(customers[0]).waitFor();
  await row(customers[2]).focus();
  await page.keyboard.press('x');
  const bar = page.getByRole('toolbar', { name: 'For the picked conversations' });
  await bar.getByText('1 picked').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.locator(`[data-row="${customers[0].id}"]:focus`).waitFor();
  await page.keyboard.press('Shift+X');
  await bar.getByText('3 picked').waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-several');

  await bar.getByRole('button', { name: 'Labels' }).click();
  const dialog = page.getByRole('dialog', { name: 'Labels' });
  // A label that is in use is suggested.
  await dialog.locator('datalist option[value=parcel]').waitFor({ state: 'attached' });
  await page.keyboard.type('late');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  for (const customer of customers.slice(0, 3)) await eventually(boss, customer, (one) => one.row.labels.includes('late'));
  assert.deepEqual((await eventually(boss, customers[3], () => true)).row.labels, ['parcel']);

  // By mouse, as a range.
  await row(customers[2]).click({ modifiers: ['Shift'] });
  await row(customers[0]).click({ modifiers: ['Shift'] });
  await bar.getByText('3 picked').waitFor();
  await bar.getByRole('button', { name: 'Resolve' }).click();
  await page.locator('.toast', { hasText: 'Done for 3 conversations.' }).getByRole('button', { name: /Undo/ }).waitFor();
  await bar.waitFor({ state: 'detached' });
  for (const customer of customers.slice(0, 3)) await eventually(boss, customer, (one) => one.row.status === 'resolved');
  await row(customers[0]).waitFor({ state: 'detached' });
  await page.keyboard.press('Alt+z');
  for (const customer of customers.slice(0, 3)) await eventually(boss, customer, (one) => one.row.status === 'open');
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('who is mentioned finds it, and has seen it once they looked', async () => {
  const customer = await waitingCustomer(boss, name('Eve'));
  await boss.call('POST', `/api/v1/desk/conversations/${customer.id}/notes`, { text: '@Tom Becker please look', mentions: [tom.id] });
  const page = await newPerson(browser);
  await signIn(page, server, tom.email, PASSWORD, '/inbox/mentions');
  const row = page.locator(`[data-row="${customer.id}"]`);
  await row.getByText('1 new mention').waitFor();
  await page.getByRole('link', { name: /^Mentions\s*1$/ }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await shot(page, 'console-mentions');
  await row.click();
  await page.locator('.message.note').waitFor();
  await row.getByText('1 new mention').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Mentions', exact: true }).waitFor();

  // Another comes in while they watch.
  await boss.call('POST', `/api/v1/desk/conversations/${(await waitingCustomer(boss, name('Finn'))).id}/notes`, { text: '@Tom Becker and here', mentions: [tom.id] });
  await page.locator('.item-row', { hasText: 'Finn' }).getByText('1 new mention').waitFor();
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});

test('two who change a contact at once lose nothing, and see each other’s change', async () => {
  const customer = await waitingCustomer(boss, name('Gus'));
  const page = await newPerson(browser);
  await signIn(page, server, undefined, PASSWORD, `/inbox/all/${customer.id}`);
  await page.getByRole('heading', { name: 'Attributes' }).waitFor();
  const { contact } = await eventually(boss, customer, () => true);
  await tom.session.call('PATCH', `/api/v1/desk/contacts/${contact.id}`, { attributes: { tier: 'gold' }, notes: 'Likes lamps' });
  await page.getByRole('textbox', { name: 'tier' }).waitFor();
  assert.equal(await page.getByLabel('Notes about this customer').inputValue(), 'Likes lamps');
  await page.getByRole('button', { name: 'Add an attribute' }).click();
  await page.getByLabel('Name of the attribute').fill('city');
  await page.getByLabel('Value', { exact: true }).fill('Graz');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'city' }).waitFor();
  assert.deepEqual((await boss.call('GET', `/api/v1/desk/contacts/${contact.id}`)).attributes, { city: 'Graz', tier: 'gold' });
  await page.getByRole('button', { name: 'Remove: tier' }).click();
  await page.getByRole('textbox', { name: 'tier' }).waitFor({ state: 'detached' });
  assert.deepEqual((await boss.call('GET', `/api/v1/desk/contacts/${contact.id}`)).attributes, { city: 'Graz' });
  assert.deepEqual(mistakes(page), []);
  await page.context().close();
});
