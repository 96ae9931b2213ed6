// A shop's website on an origin of its own, with the strictest policy under which the widget promises to work.
import { createServer } from 'node:http';

export async function startShop(house) {
  const policy = [
    "default-src 'none'",
    `script-src ${house}`,
    `connect-src ${house}`,
    "img-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://shop');
    const lang = url.searchParams.get('lang') ?? 'en';
    const inbox = url.searchParams.get('inbox') ?? 'default';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(`<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title></head>
<body><main><h1>A shop</h1><p>Page ${url.pathname}</p><p><a href="/other?lang=${lang}">Another page</a></p></main>
<script src="${house}/w.js" data-inbox="${inbox}" async></script></body></html>`);
  });
  await new Promise((then) => server.listen(0, '127.0.0.1', then));
  return {
    url: `http://localhost:${server.address().port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((then) => server.close(then));
    },
  };
}
