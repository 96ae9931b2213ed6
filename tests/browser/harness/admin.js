// What the specs of the administrative pages share: signing in as the owner or as somebody invited.

/** Signs in and, the first time, chooses a password. Returns the password that holds from then on. */
export async function signIn(page, server, { email = 'owner@localhost', password, fresh } = {}) {
  await page.goto(`${server.url}/console`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  if (fresh === undefined) {
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    return password;
  }
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password', { exact: true }).fill(fresh);
  await page.getByLabel('New password again').fill(fresh);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  return fresh;
}

/** Opens a page of the console by its address and waits for its heading. */
export async function open(page, server, path, heading) {
  await page.goto(`${server.url}/console${path}`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}
