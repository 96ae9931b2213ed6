// Unit tests run without a server; pages are tested in a real browser (tests/browser).
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { environment: 'happy-dom', include: ['test/**/*.test.{ts,tsx}'] } });
