// A customer: somebody on the shop's page, with the widget.
import { newPerson, newTab } from './browser.js';

/**
 * Opens the shop and the widget in it. The widget's root is closed to pages; here it is opened, so that it can be looked into.
 */
export async function newCustomer(browser, shop, { lang = 'en', open = true, path = '/', inbox = 'default', ...person } = {}) {
  const page = await newPerson(browser, { locale: { en: 'en-GB', zh: 'zh-CN', ar: 'ar' }[lang], ...person });
  await look(page);
  return enter(page, shop, { lang, open, path, inbox });
}

/** Another tab of the same customer. */
export async function anotherTab(customer, shop, { lang = 'en', open = true, path = '/other', inbox = 'default' } = {}) {
  const page = await newTab(customer.page.context());
  await look(page);
  return enter(page, shop, { lang, open, path, inbox });
}

/** Lets the test see into closed roots. */
export async function look(page) {
  await page.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function attachShadow(init) {
      return attach.call(this, { ...init, mode: 'open' });
    };
  });
}

/** Whether the focus is on something that matches, also inside of the widget. */
export const focused = (page, selector) =>
  page.evaluate((wanted) => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.matches(wanted) ?? false;
  }, selector);

async function enter(page, shop, { lang, open, path, inbox }) {
  await page.goto(`${shop.url ?? shop}${path}?lang=${lang}&inbox=${inbox}`);
  const customer = new Customer(page);
  if (open) await customer.open();
  return customer;
}

export class Customer {
  constructor(page) {
    this.page = page;
    this.launcher = page.locator('.launcher');
    this.panel = page.getByRole('dialog').first();
    this.input = page.locator('.composer textarea');
    this.bot = page.locator('.message.theirs:not(.drafting):not(.person)');
    this.mine = page.locator('.message.mine');
    this.draft = page.locator('.message.drafting');
    this.status = page.locator('.head [role=status]');
    this.banner = page.locator('.banner');
  }

  async open() {
    await this.launcher.waitFor();
    if (!(await this.panel.isVisible())) await this.launcher.click();
    await this.panel.waitFor();
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Says something and waits for the answer to it. */
  async ask(text) {
    const before = await this.bot.count();
    await this.say(text);
    await this.bot.nth(before).waitFor();
    return this.bot.nth(before);
  }

  async leave() {
    await this.page.context().close();
  }
}
