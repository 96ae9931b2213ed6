// The API reference, made from /api/openapi.json when it is opened.

import { make } from './dom.js';

const api = await (await fetch('/api/openapi.json')).json();
const resolve = (schema) => (schema?.$ref ? resolve(schema.$ref.slice(2).split('/').reduce((at, key) => at[key], api)) : schema);
const nameOf = (schema) => schema?.$ref?.split('/').at(-1);
const anchor = (method, path) => `${method}${path}`.replace(/[^a-z0-9]+/gi, '-').toLowerCase();

/** A type in a few words. */
function type(schema) {
  if (!schema) return '';
  if (schema.$ref) return nameOf(schema);
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return variants.map(type).join(' or ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return `list of ${type(schema.items)}`;
  return [schema.type ?? 'any'].flat().filter((one) => one !== 'null').join(' or ') + (schema.format ? ` (${schema.format})` : '');
}

/** An example value of a schema. */
function example(schema, depth = 0) {
  const found = resolve(schema);
  if (!found || depth > 5) return null;
  if (found.example !== undefined) return found.example;
  if (found.allOf) return Object.assign({}, ...found.allOf.map((part) => example(part, depth + 1)));
  if (found.oneOf || found.anyOf) return example((found.oneOf ?? found.anyOf).at(-1), depth + 1);
  if (found.enum) return found.enum[0];
  const kind = [found.type].flat()[0];
  if (kind === 'array') return [example(found.items, depth + 1)];
  if (kind === 'object') return Object.fromEntries(Object.entries(found.properties ?? {}).map(([key, value]) => [key, example(value, depth + 1)]));
  return { integer: 1, number: 0.5, boolean: false, string: '…' }[kind] ?? null;
}

function fields(schema) {
  const found = resolve(schema);
  if (!found?.properties) return null;
  const rows = Object.entries(found.properties).map(([key, value]) => make('tr', {},
    make('td', {}, make('code', { text: key })), make('td', { class: 'soft', text: type(value) }), make('td', { text: value.description ?? resolve(value)?.description ?? '' })));
  return make('table', {}, make('tbody', {}, ...rows));
}

function operation(path, method, one) {
  const node = make('section', { class: 'operation', id: anchor(method, path) },
    make('div', { class: 'address' }, make('span', { class: 'method', text: method.toUpperCase() }), make('span', { text: path })),
    make('p', {}, make('strong', { text: one.summary ?? '' })));
  if (one.description) node.append(...one.description.split(/\n\n+/).map((text) => make('p', { text })));
  const scheme = Object.keys(one.security?.[0] ?? {})[0];
  if (scheme) node.append(make('p', { class: 'soft', text: `Bearer token: ${api.components.securitySchemes[scheme]?.description ?? scheme}` }));
  if (one.parameters?.length) {
    const rows = one.parameters.map((parameter) => make('tr', {}, make('td', {}, make('code', { text: parameter.name })),
      make('td', { class: 'soft', text: `${parameter.in}, ${type(parameter.schema)}${parameter.required ? '' : ', optional'}` }), make('td', { text: parameter.description ?? '' })));
    node.append(make('h3', { text: 'Parameters' }), make('table', {}, make('tbody', {}, ...rows)));
  }
  for (const [kind, { schema }] of Object.entries(one.requestBody?.content ?? {})) {
    node.append(make('h3', { text: `Body: ${kind}` }));
    const table = fields(schema);
    if (table) node.append(table);
    if (kind.includes('json')) node.append(make('pre', { text: JSON.stringify(example(schema), null, 2) }));
  }
  const rows = Object.entries(one.responses ?? {}).map(([status, response]) => {
    const [kind, content] = Object.entries(response.content ?? {})[0] ?? [];
    const sample = content?.schema && kind?.includes('json') && status < 300 ? make('pre', { text: JSON.stringify(example(content.schema), null, 2) }) : null;
    return make('tr', {}, make('td', {}, make('code', { text: status })), make('td', {}, make('span', { text: response.description || nameOf(content?.schema) || '' }), sample));
  });
  node.append(make('h3', { text: 'Responses' }), make('table', {}, make('tbody', {}, ...rows)));
  return node;
}

const groups = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, one] of Object.entries(methods)) {
    const tag = one.tags?.[0] ?? 'other';
    groups.set(tag, [...(groups.get(tag) ?? []), [path, method, one]]);
  }
}
const content = [make('h1', { text: `${api.info.title} API` }), make('p', { class: 'soft', text: `Version ${api.info.version} · ${api.info.description ?? ''}` }),
  make('p', {}, 'The same for programs: ', make('a', { href: '/api/openapi.json', text: '/api/openapi.json' }))];
const index = [make('strong', { text: api.info.title })];
for (const [tag, operations] of groups) {
  const title = tag[0].toUpperCase() + tag.slice(1);
  content.push(make('h2', { text: title }), ...operations.map((one) => operation(...one)));
  index.push(make('h2', { text: title }), ...operations.map(([path, method]) => make('a', { href: `#${anchor(method, path)}` },
    make('span', { class: 'method', text: method.toUpperCase() }), make('span', { text: path.replace('/api/v1', '') }))));
}
const problems = (api['x-problems'] ?? []).map((row) => make('tr', { id: row.code }, make('td', {}, make('code', { text: row.code })), make('td', { text: String(row.status) }),
  make('td', {}, make('strong', { text: row.title.en }), make('br'), row.detail.en, make('br'), make('span', { class: 'soft', lang: 'zh-CN', text: `${row.title.zh}：${row.detail.zh}` }))));
content.push(make('h2', { text: 'Problems' }), make('p', { text: 'Failures are application/problem+json (RFC 9457), in the language of Accept-Language. Programs read “code”.' }),
  make('table', {}, make('tbody', {}, ...problems)));
index.push(make('h2', { text: 'More' }), make('a', { href: '#bad_request', text: 'Problems' }));
document.getElementById('index').replaceChildren(...index);
document.getElementById('content').replaceChildren(...content);
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
