// Builds dist/: the panel first (its name carries a hash of its content), then the loader, which knows the panel's name.
// Fails when one of them is larger than a customer's page should have to carry.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const BUDGET = { loader: 3 * 1024, panel: 35 * 1024, locale: 4 * 1024 };
const quiet = { configFile: false, logLevel: 'error', publicDir: false };
const jsx = { jsx: { runtime: 'automatic', importSource: 'preact' } };
const outDir = 'dist';

rmSync(outDir, { recursive: true, force: true });

const built = await build({
  ...quiet,
  oxc: jsx,
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rollupOptions: {
      input: { panel: 'src/panel.tsx' },
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
const output = (Array.isArray(built) ? built : [built]).flatMap((one) => one.output);
const entry = output.find((chunk) => chunk.type === 'chunk' && chunk.isEntry);
if (!entry) throw new Error('the panel was not built');

await build({
  ...quiet,
  define: { __PANEL__: JSON.stringify(entry.fileName) },
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2020',
    modulePreload: false,
    rollupOptions: { input: 'src/loader.ts', output: { format: 'iife', entryFileNames: 'w.js' } },
  },
});

// The words of a language are fetched only when it is spoken.
const locale = (name) => /^(en|zh|ar)-/.test(name);
const sizes = Object.fromEntries(
  readdirSync(outDir).filter((name) => name.endsWith('.js')).map((name) => [name, gzipSync(readFileSync(`${outDir}/${name}`), { level: 9 }).length]),
);
const sum = (of) => Object.entries(sizes).filter(([name]) => of(name)).reduce((total, [, size]) => total + size, 0);
const figures = {
  loader: sizes['w.js'] ?? Infinity,
  panel: sum((name) => name !== 'w.js' && !locale(name)),
  locale: Math.max(0, ...Object.entries(sizes).filter(([name]) => locale(name)).map(([, size]) => size)),
};
writeFileSync(`${outDir}/sizes.json`, `${JSON.stringify({ budget: BUDGET, figures, sizes }, null, 2)}\n`);
for (const [part, size] of Object.entries(figures)) {
  const over = size > BUDGET[part];
  console.log(`widget: ${part} ${(size / 1024).toFixed(1)} kB gzipped of ${(BUDGET[part] / 1024).toFixed(0)} kB${over ? ' — TOO LARGE' : ''}`);
  if (over) process.exitCode = 1;
}
