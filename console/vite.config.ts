// How the console is built: hashed names under assets/, which the program serves as immutable.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const program = process.env.FRONTDESK_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '/api': program, '/w.js': program, '/widget': program } },
});
