import { defineConfig } from 'vitest/config'

/** The console in a real browser: `npm run test:browser`. */
const resolve = { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] }

export default defineConfig({
  resolve,
  ssr: { resolve },
  // The set-up starts relays from their sources too.
  environments: { __vitest__: { resolve } },
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: ['test/browser/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
